"""The registry of translations: overlay files in, frozen texts out.

A translation names no version of its questionnaire; it fits where its source hashes say so. What patients are offered
is the newest one that is complete for the version that they get; a response keeps those that there were when it was
begun.
See docs/decisions/0063-frozen-translations.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from screening.definition.languages import name_of
from screening.definition.loader import Loaded, read_bytes
from screening.definition.model import Questionnaire
from screening.definition.overlay import Overlay, apply
from screening.definition.overlay_checks import check_overlay, examine_overlay
from screening.definition.overlay_reader import read_overlay, split_name
from screening.definition.problems import DefinitionError
from screening.store import audit
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.tables import QuestionnaireOverlay, ResponseOverlay

UNFINISHED = frozenset({"missing-translation", "stale-translation"})
"""Rules that keep a language from being offered, and nothing from starting."""

_read: dict[tuple[str, str], Translated] = {}
"""(Hash of the version's text, hash of the translation's) -> both together, in this process."""
_MOST_READ = 500


@dataclass(frozen=True, slots=True)
class Translated:
    """A version in another language. ``is_complete``: no text of it is left in the language of the base file."""

    questionnaire: Questionnaire
    content_hash: str
    is_complete: bool
    missing: int
    stale: int
    clinically_reviewed: str


@dataclass(frozen=True, slots=True)
class Found:
    """The files of translations that can be registered, and what is wrong or unfinished, as lines for a person."""

    overlays: Sequence[Overlay]
    problems: Sequence[str]
    notices: Sequence[str]


def examine_files(session: Session, paths: Iterable[Path], bases: Mapping[Path, Loaded | None]) -> Found:
    """Read the files of translations against their base files.

    ``bases`` are the questionnaire files by path, None for one that can't be used (which is told elsewhere). Of two
    translations of the same version into the same language the later path counts, so that a clinic's own file takes
    the place of a shipped one.
    """
    found: dict[tuple[str, str, str], Overlay] = {}
    problems: list[str] = []
    notices: list[str] = []
    known = set(session.scalars(select(QuestionnaireOverlay.content_hash)))
    for path in paths:
        named = split_name(path)
        assert named is not None
        base = bases.get(named[0])
        if base is None:
            if named[0] not in bases:
                problems += map(str, examine_overlay(path)[1])
            continue
        overlay, faults = _examine(path, base.questionnaire, known)
        problems += faults
        if overlay is None or faults:
            continue
        found[overlay.questionnaire_id, base.questionnaire.version, overlay.language] = overlay
        if not overlay.complete:
            notices.append(
                f"{path}: new patients are not offered {name_of(overlay.language, 'en')} before it is finished: "
                f"{len(overlay.missing)} missing, {len(overlay.stale)} of an earlier wording"
            )
    return Found(list(found.values()), problems, notices)


def _examine(path: Path, base: Questionnaire, known: set[str]) -> tuple[Overlay | None, list[str]]:
    try:
        overlay, mistakes = read_overlay(read_bytes(path), str(path), base)
    except DefinitionError as error:
        return None, list(map(str, error.problems))
    faults = [str(mistake) for mistake in mistakes]
    if overlay is not None and overlay.content_hash not in known:
        faults += [
            str(mistake)
            for mistake in check_overlay(overlay, base)
            if mistake.severity == "error" and mistake.rule not in UNFINISHED
        ]
    return overlay, faults


def register(
    session: Session,
    keyring: Keyring,
    overlays: Sequence[Overlay],
    questionnaire_ids: Iterable[str],
    now: datetime,
    actor: Actor = audit.SYSTEM,
) -> list[str]:
    """Put translations on record, and withdraw those of these questionnaires whose language has no file any more.

    Returns "id language" of what is new, changed or there again.
    """
    changed = [
        f"{overlay.questionnaire_id} {overlay.language}"
        for overlay in overlays
        if _put(session, keyring, overlay, {other.content_hash for other in overlays}, now, actor)
    ]
    there = {(overlay.questionnaire_id, overlay.language) for overlay in overlays}
    rows = session.execute(_current(list(questionnaire_ids)))
    gone = {(row.questionnaire_id, row.language) for row in rows} - there
    for questionnaire_id, language in sorted(gone):
        session.execute(
            update(QuestionnaireOverlay)
            .where(
                QuestionnaireOverlay.questionnaire_id == questionnaire_id,
                QuestionnaireOverlay.language == language,
                QuestionnaireOverlay.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=now)
        )
        _audit(session, keyring, actor, questionnaire_id, "withdraw_translation", now, {"language": language})
    return changed


def _put(session: Session, keyring: Keyring, overlay: Overlay, present: set[str], now: datetime, actor: Actor) -> bool:
    """Add a translation, or make one that was there before the newest again; False if it is that already."""
    values = {
        "content_hash": overlay.content_hash,
        "questionnaire_id": overlay.questionnaire_id,
        "language": overlay.language,
        "text": overlay.text,
        "registered_at": now,
        "withdrawn_at": None,
    }
    if not insert_unless_there(session, QuestionnaireOverlay, values, QuestionnaireOverlay.content_hash):
        others = present - {overlay.content_hash}
        rows = session.execute(_current([overlay.questionnaire_id], overlay.language))
        newest = next((row.content_hash for row in rows if row.content_hash not in others), None)
        if newest == overlay.content_hash:
            return False
        session.execute(
            update(QuestionnaireOverlay)
            .where(QuestionnaireOverlay.content_hash == overlay.content_hash)
            .values(registered_at=now, withdrawn_at=None)
        )
    detail = {"language": overlay.language, "hash": overlay.content_hash}
    _audit(session, keyring, actor, overlay.questionnaire_id, "register_translation", now, detail)
    return True


def offered(session: Session, questionnaire: Questionnaire, content_hash: str) -> dict[str, str]:
    """Return the translations in which this version can be put to a patient: language -> hash of the newest.

    ``content_hash`` is that of the version's text. Only complete ones; the version's own language is not in it.
    """
    found: dict[str, str] = {}
    for row in session.execute(_current([questionnaire.id])):
        if row.language in found or row.language == questionnaire.language:
            continue
        if translate(session, questionnaire, content_hash, row.content_hash).is_complete:
            found[row.language] = row.content_hash
    return dict(sorted(found.items()))


def unfinished(session: Session, questionnaire: Questionnaire, content_hash: str) -> dict[str, Translated]:
    """Return the newest translation of this version into each language that none is complete in, by language."""
    complete = offered(session, questionnaire, content_hash)
    found: dict[str, Translated] = {}
    for row in session.execute(_current([questionnaire.id])):
        if row.language not in {*complete, *found, questionnaire.language}:
            found[row.language] = translate(session, questionnaire, content_hash, row.content_hash)
    return dict(sorted(found.items()))


def known(content_hash: str, overlay_hash: str) -> Questionnaire | None:
    """Return a version in a translation that this process has read already, else None."""
    found = _read.get((content_hash, overlay_hash))
    return found.questionnaire if found else None


def translate(session: Session, questionnaire: Questionnaire, content_hash: str, overlay_hash: str) -> Translated:
    """Return a version with the texts of a registered translation, as far as they fit.

    Known to this process after the first time, so that it takes no query then.
    """
    read_already = _read.get((content_hash, overlay_hash))
    if read_already is not None:
        return read_already
    row = session.get_one(QuestionnaireOverlay, overlay_hash)
    # What an earlier or later version has and this one lacks is no mistake here.
    overlay, _ = read_overlay(row.text, f"{row.questionnaire_id} {row.language} in the database", questionnaire)
    assert overlay is not None
    translated = Translated(
        questionnaire=apply(questionnaire, overlay),
        content_hash=overlay_hash,
        is_complete=overlay.complete,
        missing=len(overlay.missing),
        stale=len(overlay.stale),
        clinically_reviewed=overlay.clinically_reviewed or "",
    )
    if len(_read) >= _MOST_READ:
        _read.clear()
    _read[content_hash, overlay_hash] = translated
    return translated


def freeze(session: Session, response_id: str, translations: Mapping[str, str]) -> None:
    """Keep for a response which translations it stands on: language -> hash (`offered`)."""
    rows = [
        {"response_id": response_id, "language": language, "content_hash": content_hash}
        for language, content_hash in translations.items()
    ]
    if rows:
        session.execute(insert(ResponseOverlay), rows)


def frozen(session: Session, response_id: str) -> dict[str, str]:
    """Return the translations that a response stands on: language -> hash."""
    query = select(ResponseOverlay.language, ResponseOverlay.content_hash)
    rows = session.execute(query.where(ResponseOverlay.response_id == response_id).order_by(ResponseOverlay.language))
    return {row.language: row.content_hash for row in rows}


def texts(session: Session, overlay_hashes: Iterable[str]) -> dict[str, str]:
    """Return the files' texts of these translations, by hash."""
    query = select(QuestionnaireOverlay.content_hash, QuestionnaireOverlay.text)
    rows = session.execute(query.where(QuestionnaireOverlay.content_hash.in_(list(overlay_hashes))))
    return {row.content_hash: row.text for row in rows}


def best(session: Session, questionnaire: Questionnaire, content_hash: str, language: str) -> Translated | None:
    """Return this version in a language for somebody who only reads it; None where nothing translates it.

    The newest complete translation, else the newest at all: what it lacks stays in the version's own language.
    """
    complete = offered(session, questionnaire, content_hash).get(language)
    if complete is not None:
        return translate(session, questionnaire, content_hash, complete)
    return unfinished(session, questionnaire, content_hash).get(language)


def _current(questionnaire_ids: Sequence[str], language: str | None = None) -> Select[str, str, str]:
    """Return the query for the translations that are not withdrawn, newest first."""
    row = QuestionnaireOverlay
    query = select(row.questionnaire_id, row.language, row.content_hash).where(
        row.questionnaire_id.in_(questionnaire_ids), row.withdrawn_at.is_(None)
    )
    if language is not None:
        query = query.where(row.language == language)
    return query.order_by(row.registered_at.desc(), row.content_hash)


def _audit(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    questionnaire_id: str,
    action: str,
    now: datetime,
    detail: Mapping[str, str],
) -> None:
    record = f"questionnaire:{questionnaire_id}"
    audit.record(session, keyring, actor=actor, action=action, record=record, at=now, detail=dict(detail))
