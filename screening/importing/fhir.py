"""FHIR R4 Questionnaire (JSON) -> a questionnaire of ours.

What the language can say is kept; what it must not say (scores, calculations) or can't (pictures, record links) is left
out, and told item by item. A condition is translated exactly or the form is refused, because a guess could show or hide
the wrong question. An export of ours comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any as Anything

from screening.definition import fhir_terms as terms
from screening.definition.checks import LOGIC_RULES
from screening.definition.fhir_terms import Json
from screening.definition.file_keys import LICENSE, MAX_VERSION, VERSION
from screening.definition.loader import Loaded, load_text
from screening.definition.model import Questionnaire
from screening.definition.problems import DefinitionError
from screening.definition.reader import MAX_LINE, MAX_PARAGRAPHS
from screening.definition.writer import to_yaml
from screening.importing import plain_text
from screening.importing.blocks import Blocks
from screening.importing.comparisons import Targets, looked_at
from screening.importing.conditions import Conditions
from screening.importing.fhir_elements import Extensions, maps_of, text_of
from screening.importing.fhir_source import read_questionnaire
from screening.importing.fhir_tree import Part, read_parts
from screening.importing.form import Form
from screening.importing.lost import lose_of_form
from screening.importing.names import Names, questionnaire_id
from screening.importing.option_sets import with_named_sets, with_option_sets
from screening.importing.pages import Layout, own_pages
from screening.importing.result import AttestationMissing, Imported, ImportRefused, Losses, item_label
from screening.importing.translations import language_tag, translations_of
from screening.importing.value_sets import ValueSets

_NO_COPYRIGHT = "the form bears no copyright line; say with --attest who says that the clinic may use it"


def import_fhir(
    data: bytes,
    *,
    name: str = "questionnaire.json",
    value_sets: Iterable[Json] = (),
    attest: str | None = None,
    open_valuesets: bool = False,
) -> Imported:
    """Return the questionnaire in a FHIR R4 Questionnaire as JSON, and what was left out of it.

    ``name`` is the file's, for ``source`` and where the form has no title. ``value_sets`` are resources that hold value
    sets which the form names (see `screening.importing.value_sets.read_value_sets`); a choice whose options are not to
    be had is left out, or with ``open_valuesets`` asked as open text. ``attest`` says who says that the clinic may use
    the form; it must be given where the form bears no copyright line. ImportRefused says why a form can't be imported.
    """
    source = Source(read_questionnaire(data), "FHIR R4 Questionnaire", PurePath(name).name)
    return import_resource(source, value_sets, attest=attest, open_valuesets=open_valuesets)


@dataclass(frozen=True, slots=True)
class Source:
    """A form as a FHIR Questionnaire, which it is or was made into.

    ``kind`` is what it was, ``file_name`` the file's. ``conditions`` reads its conditions. ``left_out`` are the reasons
    why items are not asked, by linkId, and ``losses`` what was left out so far.
    """

    resource: Json
    kind: str
    file_name: str
    conditions: type[Conditions] = Conditions
    left_out: Mapping[str, str] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)


def import_resource(
    source: Source, value_sets: Iterable[Json] = (), *, attest: str | None = None, open_valuesets: bool = False
) -> Imported:
    """Return the questionnaire in a form, and what was left out of it; for the other arguments see `import_fhir`."""
    resource, losses = source.resource, source.losses
    is_foreign = not text_of(resource, "url").startswith(terms.QUESTIONNAIRE_URL)
    parts = read_parts(resource, losses, is_foreign=is_foreign)
    extensions = Extensions.of(resource, "the form")
    form = Form(
        losses=losses,
        names=Names(part.link_id for top in parts for part in top.walk()),
        value_sets=ValueSets(maps_of(resource, "contained"), value_sets),
        language=_language(resource, losses),
        open_valuesets=open_valuesets,
        is_foreign=is_foreign,
        looked_at=looked_at(parts),
        left_out=source.left_out,
    )
    head = _head(source, extensions, form, attest)
    _lose_of_form(form, resource, extensions, parts)
    targets = Targets(parts)
    blocks = Blocks(form, targets, source.conditions(targets, extensions)).of(parts)
    pages = None if is_foreign else own_pages(blocks)
    if pages is None:
        pages = Layout(form.names, head["title"]).pages(blocks)
    if not pages:
        raise ImportRefused("nothing in the form can be asked here" + _first_reason(losses))
    pages, sets = with_option_sets(pages, form.set_wishes) if is_foreign else with_named_sets(pages)
    questionnaire = _checked(Questionnaire(**head, pages=pages, option_sets=sets), is_foreign=is_foreign)
    translations = translations_of(resource, questionnaire, losses)
    order = [part.link_id for top in parts for part in top.walk()]
    return Imported(questionnaire, losses.all(order), translations)


def _head(source: Source, extensions: Extensions, form: Form, attest: str | None) -> dict[str, Anything]:
    """Return the keys of the questionnaire apart from its pages."""
    resource, file_name = source.resource, source.file_name
    title = _line(resource, "title") or _words(text_of(resource, "name"))
    if not title:
        title = _words(PurePath(file_name).stem) or "Questionnaire"
        form.losses.add(f"the form has no title; it is called {title}, after its file")
    candidates = (text_of(resource, "id"), text_of(resource, "name"), title, PurePath(file_name).stem)
    license_name = extensions.text(terms.LICENSE)
    description = text_of(resource, "description")
    description = plain_text.from_markdown(description) if form.is_foreign else plain_text.paragraphs(description)
    attestation = plain_text.line(attest or "")
    return {
        "id": questionnaire_id(candidate for candidate in candidates if candidate),
        "version": _version(resource, form.losses),
        "title": plain_text.cut_at_word(title, MAX_LINE),
        "language": form.language,
        "description": _cut(description) or None,
        "copyright": _copyright(resource, attestation),
        "license": license_name if LICENSE.fullmatch(license_name) else None,
        "clinically_reviewed": plain_text.line(extensions.text(terms.CLINICALLY_REVIEWED)) or False,
        "source": _source(source, extensions, form, attestation),
    }


def _line(resource: Json, key: str) -> str:
    return plain_text.line(text_of(resource, key))


def _words(name: str) -> str:
    """Return a name as words."""
    found = re.sub(r"[\W_]+", " ", re.sub("(?<=[a-z])(?=[A-Z])", " ", plain_text.line(name))).strip()
    return found[:1].upper() + found[1:]


def _cut(text: str) -> str:
    return plain_text.cut_at_word(text, MAX_PARAGRAPHS)


def _version(resource: Json, losses: Losses) -> str:
    said = _line(resource, "version") or _line(resource, "date")[:10] or "1"
    if len(said) <= MAX_VERSION and VERSION.fullmatch(said):
        return said
    version = re.sub(r"[^A-Za-z0-9._-]+", "-", said).strip("-")[:MAX_VERSION].strip("-")
    version = version if VERSION.fullmatch(version) else "1"
    losses.add(f"the version {said} is written as {version}")
    return version


def _language(resource: Json, losses: Losses) -> str:
    said = text_of(resource, "language")
    tag = language_tag(said)
    if tag:
        return tag
    losses.add(f"the form does not say its language{f' in a known way ({said})' if said else ''}; English is assumed: "
               "set `language:` if that is wrong")  # fmt: skip
    return "en"


def _copyright(resource: Json, attestation: str) -> str:
    found = plain_text.paragraphs(text_of(resource, "copyright"))
    if found:
        return _cut(found)
    if not attestation:
        raise AttestationMissing(_NO_COPYRIGHT)
    return "Not stated in the form; `source` says who attests that it may be used."


def _source(source: Source, extensions: Extensions, form: Form, attestation: str) -> str | None:
    resource = source.resource
    attested = [f"Use attested: {attestation}"] if attestation else []
    if not form.is_foreign:
        ours = [plain_text.paragraphs(extensions.text(terms.SOURCE))]
        return _cut("\n".join(filter(None, [*ours, *attested]))) or None
    known = {
        source.kind: _line(resource, "url") or _line(resource, "id"),
        "version": _line(resource, "version"),
        "publisher": _line(resource, "publisher"),
        "file": plain_text.line(source.file_name),
    }
    said = ", ".join(f"{key} {value}" for key, value in known.items() if value)
    return _cut("\n".join([f"Imported: {said}.", *attested]))


def _lose_of_form(form: Form, resource: Json, extensions: Extensions, parts: list[Part]) -> None:
    lose_of_form(form, resource, extensions)
    coded = sum(bool(part.element.get("code")) for top in parts for part in top.walk())
    if coded:
        form.losses.add(f"the codes of {coded} items, by which records know them, are left out")
    if text_of(resource, "status") == "retired":
        form.losses.add("the form is marked as retired there")
    subjects = resource.get("subjectType")
    if isinstance(subjects, list) and subjects and "Patient" not in subjects:
        form.losses.add(f"the form is not about a patient there, but about: {', '.join(map(str, subjects))[:100]}")


def _first_reason(losses: Losses) -> str:
    reasons = [str(loss) for loss in losses.all() if loss.item]
    return f"; {reasons[0]}" if reasons else ""


def _checked(questionnaire: Questionnaire, *, is_foreign: bool) -> Questionnaire:
    """Return the questionnaire as its file will be read; ImportRefused if the language can't hold it after all."""
    text = to_yaml(questionnaire)
    try:
        loaded = load_text(text, "import")
    except DefinitionError as error:
        problem = error.problems[0]
        raise ImportRefused(f"{_item_at(text, problem.line, questionnaire)}{problem.message}") from None
    if is_foreign:
        _refuse_dead_questions(loaded)
    return loaded.questionnaire


def _refuse_dead_questions(loaded: Loaded) -> None:
    for rule in LOGIC_RULES.values():
        for found in rule(loaded):
            if found.severity == "error":
                raise ImportRefused(f"{_item_at(loaded.text, found.mark.line, loaded.questionnaire)}{found.message}")


def _item_at(text: str, line: int, questionnaire: Questionnaire) -> str:
    """Return the label of the item that stands in a line of the file, "" if there is none."""
    for one in reversed(text.split("\n")[:line]):
        found = re.match(r"\s*- id: (\w+)", one)
        if found:
            item = questionnaire.item(found.group(1))
            return f"{item_label(item.fhir_link_id, item.text)}: " if item else ""
    return ""
