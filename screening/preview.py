"""A questionnaire walked through as a patient would, by whoever decides on it: drafts too, and nothing is stored.

What was answered travels with each page, sealed for the person who looks and for the text that is looked at. The path,
the merging of pages and their forms are the patient's own (`screening.intake`).
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from screening.definition.model import Questionnaire
from screening.intake import reading, sitting
from screening.intake.saving import Posted, merge
from screening.intake.sitting import Sitting, SittingPage
from screening.store import drafts, registry
from screening.store.access import ADMINISTRATOR, CLINICIAN, require
from screening.store.audit import Actor
from screening.store.crypto import SealError
from screening.store.drafts import DraftPage
from screening.store.engine import Store
from screening.store.sittings import SittingFacts

LASTS = timedelta(hours=12)
"""How long what was answered can be taken up again: as long as staff are signed in at most."""

_VISIT = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A walk through one version. ``bound_to`` names whose walk it is and the text that it is on."""

    sitting: Sitting
    whole: Questionnaire
    bound_to: str

    def save(self, page: SittingPage, posted: Posted) -> Preview:
        """Return the walk with a page saved."""
        return replace(self, sitting=self.sitting.saving(page, merge(page, posted, _VISIT)))


def begin(
    store: Store, actor: Actor, questionnaire_id: str, version: str, *, all_parts: bool = False, now: datetime
) -> Preview:
    """Return a walk with nothing answered; NotFound if there is no such version.

    ``all_parts`` puts parts in that are off by default and that the clinic has not switched on.
    """
    require(actor, ADMINISTRATOR, CLINICIAN)
    with store.read() as session:
        row = registry.get(session, questionnaire_id, version)
        whole = registry.parse(row)
        optional = tuple(part.id for part in registry.optional_parts(whole))
        switched_on = optional if all_parts else registry.switched_on(session, whole)
    begun = reading.begun_on(_VISIT, whole, (row.content_hash, None), switched_on, {}, whole.language)
    bound_to = f"preview:{actor.id}:{row.content_hash}:{','.join(switched_on)}"
    return Preview(sitting=sitting.sitting_of(_facts(whole, now), (begun,)), whole=whole, bound_to=bound_to)


def resume(store: Store, fresh: Preview, carried: str, now: datetime) -> Preview | None:
    """Return the walk with what was answered so far, as `carry` gave it out; None if it can't be taken up.

    That is so for another text, another person, parts switched meanwhile, and after `LASTS`.
    """
    try:
        document = store.keyring.open(urlsafe_b64decode(carried.encode()), fresh.bound_to)
    except (binascii.Error, SealError, ValueError):
        return None
    if now - datetime.fromisoformat(document["at"]) > LASTS:
        return None
    (begun,) = fresh.sitting.responses
    saved = {
        page_id: drafts.from_document(_VISIT, page_id, page["revision"], page)
        for page_id, page in document["pages"].items()
    }
    return replace(fresh, sitting=sitting.sitting_of(fresh.sitting.facts, (replace(begun, saved=saved),)))


def carry(store: Store, walk: Preview, now: datetime) -> str:
    """Return what was answered so far, sealed, as text for a form."""
    (begun,) = walk.sitting.responses
    pages = {page_id: _page(draft) for page_id, draft in begun.saved.items()}
    sealed = store.keyring.seal({"at": now.isoformat(), "pages": pages}, walk.bound_to)
    return urlsafe_b64encode(sealed).decode()


def _page(draft: DraftPage) -> dict[str, object]:
    return {**drafts.to_document(draft), "revision": draft.revision}


def _facts(whole: Questionnaire, now: datetime) -> SittingFacts:
    """Return what a patient's pages need to know of an invitation, where there is none."""
    return SittingFacts(
        id=_VISIT,
        state="open",
        appointment_at=now,
        language=whole.language,
        always_hide=False,
        helped_by=None,
        consented_at=now,
        clinician="",
    )
