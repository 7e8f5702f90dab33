"""The registry of questionnaires: files in, frozen versions out; patients and reports are served from here.

A version's text can be replaced until the first response stands on it, and never after; the database holds that by
the hash that each response refers to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer

from screening.definition.checks import check
from screening.definition.loader import Loaded, load, load_text
from screening.definition.model import Page, Questionnaire
from screening.definition.overlay_reader import split_name
from screening.definition.problems import DefinitionError
from screening.definition.wording import self_harm_items
from screening.store import audit, overlays
from screening.store.crypto import Keyring
from screening.store.engine import insert_unless_there
from screening.store.errors import Conflict, NotFound
from screening.store.tables import (
    QuestionnaireSwitch,
    QuestionnaireVersion,
    RejectedResponse,
    Response,
    Safeguard,
    TranscriptionForm,
)

SELF_HARM = "self_harm"

Origin: TypeAlias = Literal["file", "browser"]
"""Where a version came in: from a folder of questionnaires at start, or from somebody's browser."""

_parsed: dict[str, Questionnaire] = {}
"""Content hash -> questionnaire, in this process. A hash never means another text, so nothing here grows stale."""
_MOST_PARSED = 500


class RegistryError(Exception):
    """Files that can't be served; one line each, all of them."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A version that is offered to patients: approved and not withdrawn.

    ``translations``: the other languages (BCP 47) that it is offered in -> hash of the translation.
    """

    questionnaire: Questionnaire
    content_hash: str
    approved_by: str
    approved_at: datetime
    approval_is_demo: bool
    translations: Mapping[str, str]

    @property
    def languages(self) -> frozenset[str]:
        """Return all languages that the version is offered in."""
        return frozenset({self.questionnaire.language, *self.translations})


def register_files(
    session: Session, keyring: Keyring, folders: Iterable[Path], now: datetime, notices: list[str] | None = None
) -> list[str]:
    """Register every questionnaire file of these folders and its translations; return what is new or changed.

    That is "id version", for a translation "id language". RegistryError lists all that is wrong: files that can't be
    read, that break a rule of the language (what only warns is let pass), or that changed after a response was begun
    on them. The caller's transaction should end then with nothing kept. ``notices`` gets a line for each translation
    that is not finished: no mistake that stops anything, but patients are not offered its language.
    """
    problems: list[str] = []
    changed: list[str] = []
    bases: dict[Path, Loaded | None] = {}
    translations: list[Path] = []
    for loaded in _loaded(folders, problems, bases, translations):
        there = _find(session, loaded)
        if there is not None and there.content_hash == loaded.content_hash:
            continue
        faults = [str(problem) for problem in check(loaded) if problem.severity == "error"]
        if there is not None and _is_frozen(session, there):
            faults.append(_frozen(loaded, there))
        if not faults and _put(session, keyring, loaded, now, origin="file", actor=audit.SYSTEM):
            changed.append(f"{loaded.questionnaire.id} {loaded.questionnaire.version}")
        problems += faults
    found = overlays.examine_files(session, translations, bases)
    problems += found.problems
    if problems:
        raise RegistryError("\n".join(problems))
    if notices is not None:
        notices += found.notices
    ids = {loaded.questionnaire.id for loaded in bases.values() if loaded is not None}
    return changed + overlays.register(session, keyring, found.overlays, ids, now)


def require_new(session: Session, loaded: Loaded) -> None:
    """Raise Conflict if its id is registered in this version already, with the same text or another."""
    there = _find(session, loaded)
    if there is None:
        return
    which = f"{there.questionnaire_id} {there.version}"
    if there.content_hash == loaded.content_hash:
        raise Conflict(f"{which} is registered already, with this very text.", there.content_hash)
    raise Conflict(
        f"{which} is registered already, with another text. Give the form another version in its file, then choose it "
        "again.",
        there.content_hash,
    )


def register_draft(session: Session, keyring: Keyring, actor: audit.Actor, loaded: Loaded, now: datetime) -> None:
    """Register a version that somebody brought in, for a clinician to approve; Conflict if it is there already.

    Unlike a file's, its text takes the place of no other, though nobody may have answered that one. What `check` finds
    wrong raises RegistryError.
    """
    faults = [str(problem) for problem in check(loaded) if problem.severity == "error"]
    if faults:
        raise RegistryError("\n".join(faults))
    require_new(session, loaded)
    if not _put(session, keyring, loaded, now, origin="browser", actor=actor):
        require_new(session, loaded)  # somebody else has just kept it


def versions(session: Session, questionnaire_id: str | None = None) -> list[QuestionnaireVersion]:
    """Return the registered versions, of one questionnaire or of all: by id, then the newest first.

    Of two versions the one registered later is newer; of those registered together, the one whose number is higher
    ("2026.10" after "2026.9").
    """
    query = select(QuestionnaireVersion).options(defer(QuestionnaireVersion.text))  # long, and seldom needed
    if questionnaire_id is not None:
        query = query.where(QuestionnaireVersion.questionnaire_id == questionnaire_id)
    newest_first = sorted(session.scalars(query), key=_age, reverse=True)
    return sorted(newest_first, key=lambda version: version.questionnaire_id)


def current(session: Session, questionnaire_id: str) -> Offered | None:
    """Return the newest version that patients are offered; None where none is approved."""
    offered = (version for version in versions(session, questionnaire_id) if _is_offered(version))
    newest = next(offered, None)
    return _offered(session, newest) if newest else None


def all_current(session: Session) -> list[Offered]:
    """Return the newest version of every questionnaire that patients are offered, by questionnaire id."""
    newest: dict[str, QuestionnaireVersion] = {}
    for version in versions(session):
        if _is_offered(version):
            newest.setdefault(version.questionnaire_id, version)
    return [_offered(session, version) for version in newest.values()]


def in_language(session: Session, offer: Offered, language: str) -> Questionnaire:
    """Return an offered version in this language, or in its own where it is not offered in that."""
    overlay_hash = offer.translations.get(language)
    if overlay_hash is None:
        return offer.questionnaire
    return overlays.translate(session, offer.questionnaire, offer.content_hash, overlay_hash).questionnaire


def titles(session: Session) -> dict[str, str]:
    """Return the title of every registered questionnaire, as its newest version has it, by id."""
    newest: dict[str, QuestionnaireVersion] = {}
    for version in versions(session):
        newest.setdefault(version.questionnaire_id, version)
    return {questionnaire_id: parse(version).title for questionnaire_id, version in newest.items()}


def definition(session: Session, questionnaire_id: str, version: str, content_hash: str | None = None) -> Questionnaire:
    """Return a registered version; NotFound if there is none.

    With ``content_hash``, which every response carries, a version that this process knows takes no query at all.
    """
    if content_hash is None:
        content_hash = get(session, questionnaire_id, version).content_hash
    return known(content_hash) or parse(get(session, questionnaire_id, version))


def known(content_hash: str) -> Questionnaire | None:
    """Return a registered version that this process has read already, else None."""
    return _parsed.get(content_hash)


def get(session: Session, questionnaire_id: str, version: str, *, for_update: bool = False) -> QuestionnaireVersion:
    """Return a registered version's row; NotFound if there is none."""
    found = session.get(
        QuestionnaireVersion, (questionnaire_id, version), with_for_update=for_update, populate_existing=True
    )
    if found is None:
        raise NotFound(f"No questionnaire {questionnaire_id} is registered in version {version}.")
    return found


def parse(version: QuestionnaireVersion) -> Questionnaire:
    """Return the questionnaire of a registered version; RegistryError if its text is not what its hash says."""
    read_already = known(version.content_hash)
    if read_already is not None:
        return read_already
    name = f"{version.questionnaire_id} {version.version} in the database"
    loaded = load_text(version.text, name)
    if loaded.content_hash != version.content_hash:
        raise RegistryError(f"{name}: its text has hash {loaded.content_hash}, registered was {version.content_hash}")
    if len(_parsed) >= _MOST_PARSED:
        _parsed.clear()
    _parsed[version.content_hash] = loaded.questionnaire
    return loaded.questionnaire


def switched_on(session: Session, questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the ids of the pages and items, off by default, that the clinic has switched on, in form order.

    Parts that ask about self-harm count only once the clinic has set a safeguard.
    """
    chosen = chosen_parts(session, questionnaire.id)
    is_safe = session.get(Safeguard, 1) is not None
    return tuple(
        part.id
        for part in optional_parts(questionnaire)
        if part.id in chosen and (is_safe or not part.asks_about_self_harm)
    )


def chosen_parts(session: Session, questionnaire_id: str) -> frozenset[str]:
    """Return the ids of the parts that the clinic has switched on, whether or not they count now."""
    switches = select(QuestionnaireSwitch.part_id).where(QuestionnaireSwitch.questionnaire_id == questionnaire_id)
    return frozenset(session.scalars(switches))


@dataclass(frozen=True, slots=True)
class OptionalPart:
    """A page or item that is off until the clinic switches it on; ``text`` is its title or question."""

    id: str
    text: str
    is_page: bool
    asks_about_self_harm: bool


def optional_parts(questionnaire: Questionnaire) -> list[OptionalPart]:
    """Return the pages and items that are off by default, in form order."""
    parts: list[OptionalPart] = []
    for page in questionnaire.pages:
        if page.off_by_default:
            parts.append(OptionalPart(page.id, page.title, True, _page_asks_about_self_harm(page)))
        parts += (
            OptionalPart(item.id, item.text, False, SELF_HARM in (item.topic, page.topic))
            for item in page.items
            if item.off_by_default
        )
    return parts


def asks_about_self_harm(questionnaire: Questionnaire) -> bool:
    """Tell whether a question about self-harm is on from the start, so that a safeguard is needed for the whole.

    Such questions are marked, or found by their words: imported forms mark nothing.
    """
    found = set(self_harm_items(questionnaire))
    return any(
        item.id in found
        for page in questionnaire.pages
        if not page.off_by_default
        for outer in page.items
        if not outer.off_by_default
        for item in (outer, *outer.children)
    )


def _page_asks_about_self_harm(page: Page) -> bool:
    return any(SELF_HARM in (page.topic, item.topic) for item in page.items if not item.off_by_default)


def _loaded(
    folders: Iterable[Path], problems: list[str], bases: dict[Path, Loaded | None], translations: list[Path]
) -> Iterator[Loaded]:
    """Yield what could be loaded, each id and version once; note the rest as problems.

    ``bases`` gets every file of a questionnaire, None for one that can't be loaded, ``translations`` the others.
    """
    first: dict[tuple[str, str], Loaded] = {}
    for path in _files(folders, problems):
        if split_name(path) is not None:
            translations.append(path)
            continue
        try:
            loaded = bases[path] = load(path)
        except DefinitionError as error:
            problems += map(str, error.problems)
            bases[path] = None
            continue
        key = (loaded.questionnaire.id, loaded.questionnaire.version)
        other = first.setdefault(key, loaded)
        if other is loaded:
            yield loaded
        elif other.content_hash != loaded.content_hash:
            problems.append(f"{path}: {key[0]} {key[1]} is in {other.name} too, with another text; change `version`")


def _files(folders: Iterable[Path], problems: list[str]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            problems.append(f"{folder}: there is no such folder of questionnaires")
            continue
        problems += (f"{path}: give the file a name that ends in .yaml" for path in sorted(folder.glob("*.yml")))
        yield from sorted(folder.glob("*.yaml"))


def _find(session: Session, loaded: Loaded) -> QuestionnaireVersion | None:
    key = (loaded.questionnaire.id, loaded.questionnaire.version)
    return session.get(QuestionnaireVersion, key, with_for_update=True, populate_existing=True)


def _put(
    session: Session, keyring: Keyring, loaded: Loaded, now: datetime, *, origin: Origin, actor: audit.Actor
) -> bool:
    """Add a version, or replace the text of one that nobody has answered; False if another process just added it.

    Whoever approved the old text has not seen the new one, so the approval goes with it.
    """
    key = {"questionnaire_id": loaded.questionnaire.id, "version": loaded.questionnaire.version}
    content = {"content_hash": loaded.content_hash, "text": loaded.text, "origin": origin}
    unapproved = {"approved_at": None, "approved_by": None, "approval_is_demo": False, "withdrawn_at": None}
    columns = (QuestionnaireVersion.questionnaire_id, QuestionnaireVersion.version)
    is_new = insert_unless_there(
        session, QuestionnaireVersion, {**key, **content, **unapproved, "registered_at": now}, *columns
    )
    if not is_new:
        there = _find(session, loaded)
        assert there is not None
        if there.content_hash == loaded.content_hash:
            return False
        session.execute(
            update(QuestionnaireVersion)
            .where(*(column == key[column.key] for column in columns))
            .values(**content, **unapproved)
        )
    audit.record(
        session,
        keyring,
        actor=actor,
        action="register" if is_new else "replace",
        record=f"questionnaire:{loaded.questionnaire.id}",
        at=now,
        detail={"version": loaded.questionnaire.version, "hash": loaded.content_hash},
    )
    return True


def _frozen(loaded: Loaded, there: QuestionnaireVersion) -> str:
    return (
        f"{loaded.name}: patients have answered {there.questionnaire_id} {there.version} with another text (hash "
        f"{there.content_hash}, the file's is {loaded.content_hash}); give the changed file a new `version`"
    )


def _is_frozen(session: Session, version: QuestionnaireVersion) -> bool:
    # A form on paper stands on its version from the first page that is typed in, and still does if it is rejected.
    for table in (Response, TranscriptionForm, RejectedResponse):
        on_it = (table.questionnaire_id == version.questionnaire_id, table.version == version.version)
        if session.scalar(select(table.version).where(*on_it).limit(1)) is not None:
            return True
    return False


def _is_offered(version: QuestionnaireVersion) -> bool:
    return version.approved_at is not None and version.withdrawn_at is None


def _offered(session: Session, version: QuestionnaireVersion) -> Offered:
    assert version.approved_by is not None
    assert version.approved_at is not None
    questionnaire = parse(version)
    return Offered(
        questionnaire,
        version.content_hash,
        version.approved_by,
        version.approved_at,
        version.approval_is_demo,
        overlays.offered(session, questionnaire, version.content_hash),
    )


def _age(version: QuestionnaireVersion) -> tuple[datetime, list[tuple[bool, int, str]]]:
    parts = re.findall(r"\d+|\D+", version.version)
    return version.registered_at, [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
