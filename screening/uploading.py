"""Use case: a form from elsewhere is brought in by a browser, looked at, and kept as a draft to approve.

Nothing is stored before it is kept. What the form became travels with the page, sealed for who looks at it, so that
what is kept is what was shown.
"""

from __future__ import annotations

import binascii
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from screening.definition.loader import Loaded, load_text
from screening.definition.overlay import Overlay
from screening.definition.overlay_reader import read_overlay
from screening.definition.problems import DefinitionError
from screening.store import overlays, registry
from screening.store.access import ADMINISTRATOR, require
from screening.store.audit import Actor
from screening.store.crypto import SealError
from screening.store.engine import Store
from screening.store.errors import Conflict, Invalid

LASTS = timedelta(hours=12)
"""How long a form that was looked at can still be kept: as long as staff are signed in at most."""

MOST_BYTES = 12_000_000
"""Of a form and its value sets together, and of what the page carries between looking and keeping."""

NO_ATTESTATION = (
    "The form bears no copyright line. Say who says that the clinic may use it, then choose the file again."
)


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file: its name as the browser gave it, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What a form became. ``losses``: a line for each thing that was left out. ``translations``: by language."""

    loaded: Loaded
    translations: Sequence[Overlay]
    losses: Sequence[str]


def examine(
    store: Store, actor: Actor, form: File, *, value_sets: Sequence[File] = (), attest: str, open_valuesets: bool
) -> Uploaded:
    """Return what a FHIR Questionnaire (JSON) or an XLSForm (.xlsx) becomes; nothing is stored.

    Raises Invalid, by field ("form", "value_sets", "attest"), for files that can't be imported.
    """
    # Only who imports pays for these: the server starts without them.
    from screening.definition.overlay_writer import overlay_to_yaml
    from screening.definition.writer import to_yaml
    from screening.importing.fhir_source import read_resource
    from screening.importing.result import AttestationMissing, ImportRefused
    from screening.importing.xlsform import import_form

    require(actor, ADMINISTRATOR)
    resources = []
    for file in value_sets:
        try:
            resources.append(read_resource(file.data))
        except ImportRefused as refused:
            raise Invalid({"value_sets": f"{file.name}: {refused}"}) from None
    try:
        imported = import_form(
            form.data, name=form.name, value_sets=resources, attest=attest or None, open_valuesets=open_valuesets
        )
    except AttestationMissing:
        raise Invalid({"attest": NO_ATTESTATION}) from None
    except ImportRefused as refused:
        raise Invalid({"form": f"{form.name}: {refused}"}) from None
    found = _read(
        to_yaml(imported.questionnaire),
        {
            language: overlay_to_yaml(imported.questionnaire, language, texts)
            for language, texts in imported.translations.items()
        },
        [str(loss) for loss in imported.losses],
    )
    with store.read() as session:
        try:
            registry.require_new(session, found.loaded)
        except Conflict as conflict:
            raise Invalid({"form": str(conflict)}) from None
    return found


def carry(store: Store, actor: Actor, uploaded: Uploaded, now: datetime) -> str:
    """Return what a form became, sealed for this person, as text for a form."""
    document = {
        "at": now.isoformat(),
        "text": uploaded.loaded.text,
        "translations": {overlay.language: overlay.text for overlay in uploaded.translations},
        "losses": list(uploaded.losses),
    }
    packed = zlib.compress(json.dumps(document, ensure_ascii=False).encode())
    return urlsafe_b64encode(store.keyring.seal_bytes(packed, _bound_to(actor))).decode()


def keep(store: Store, actor: Actor, carried: str, now: datetime) -> Loaded:
    """Register what `carry` gave out as a draft, with its translations, and return it.

    Raises Invalid, by the field "form", where that can't be taken up any more, or the version is there already.
    """
    require(actor, ADMINISTRATOR)
    try:
        packed = store.keyring.open_bytes(urlsafe_b64decode(carried.encode()), _bound_to(actor))
    except (binascii.Error, SealError, ValueError):
        raise Invalid({"form": "Choose the file once more; what was shown can't be taken up."}) from None
    document = json.loads(zlib.decompress(packed))
    if now - datetime.fromisoformat(document["at"]) > LASTS:
        raise Invalid({"form": "Choose the file once more; it was looked at too long ago."})
    found = _read(document["text"], document["translations"], document["losses"])
    try:
        with store.write() as session:
            registry.register_draft(session, store.keyring, actor, found.loaded, now)
            overlays.register(session, store.keyring, found.translations, (), now, actor)
    except (Conflict, registry.RegistryError) as refusal:
        raise Invalid({"form": str(refusal)}) from None
    return found.loaded


def _read(text: str, translations: dict[str, str], losses: Sequence[str]) -> Uploaded:
    """Read what an import wrote, as the registry will; Invalid if the result is more than a questionnaire may be."""
    try:
        loaded = load_text(text, "the form")
        read = [
            read_overlay(overlay, f"its translation into {language}", loaded.questionnaire)[0]
            for language, overlay in translations.items()
        ]
    except DefinitionError as error:
        raise Invalid({"form": str(error.problems[0])}) from None
    return Uploaded(loaded=loaded, translations=[overlay for overlay in read if overlay is not None], losses=losses)


def _bound_to(actor: Actor) -> str:
    return f"upload:{actor.id}"
