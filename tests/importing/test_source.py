"""Files that are no FHIR R4 Questionnaire: each refused at once, in one line that says what it is."""

from __future__ import annotations

import json
import time

import pytest

from screening.importing.fhir import import_fhir
from screening.importing.fhir_source import MAX_BYTES
from screening.importing.result import ImportRefused
from tests.support.fhir_forms import form, group, item, when


def in_groups(levels):
    element = item("inmost")
    for level in range(levels):
        element = group(f"g{level}", element)
    return element


def waiting(link_id, other):
    return item(link_id, enableWhen=[when(other, answerBoolean=True)])


WRONG = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\n", "the file is empty"),
    "binary": (bytes(range(256)), "binary"),
    "50 MB": (b"{" + b" " * 50_000_000, f"larger than {MAX_BYTES:,} bytes"),
    "xml": (b'<?xml version="1.0"?><Questionnaire/>', "XML"),
    "utf-16": ('{"resourceType": "Questionnaire"}'.encode("utf-16"), "UTF-16"),
    "latin-1": ('{"title": "Größe"}'.encode("latin-1"), "UTF-8"),
    "spreadsheet": (b"PK\x03\x04rest", "spreadsheet"),
    "cut off": (json.dumps(form(item("a"))).encode()[:-20], "ends in the middle"),
    "cut off in a text": (b'{"resourceType": "Questio', "ends in the middle"),
    "yaml": (b"id: made-up\nversion: 1\n", "line 1, column 1"),
    "list": (b"[]", "does not start with an object"),
    "not a number": (b'{"resourceType": "Questionnaire", "x": NaN}', "NaN is no number"),
    "long number": (b'{"x": ' + b"9" * 100_000 + b"}", "thousands of digits"),
    "deep": (b"[" * 1_000_000, "64 levels"),
    "deep in extensions": (b'{"resourceType":"Questionnaire","x":' + b"[" * 80 + b"]" * 80 + b"}", "64 levels"),
    "doubled key": (b'{"resourceType": "Questionnaire", "item": [], "item": []}', '"item" stands twice'),
    "no resource": (b"{}", "no resourceType"),
    "bundle": (b'{"resourceType": "Bundle"}', "this is a FHIR Bundle, not a Questionnaire"),
    "answers": (b'{"resourceType": "QuestionnaireResponse"}', "these are answers"),
    "no items": (json.dumps(form()).encode(), "nothing to ask"),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_file_is_refused_in_one_line(name):
    data, reason = WRONG[name]
    started = time.process_time()
    with pytest.raises(ImportRefused) as refused:
        import_fhir(data)
    assert reason in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert time.process_time() - started < 3  # seconds of computing: waiting for a busy machine is not counted


def test_a_byte_order_mark_does_no_harm():
    data = b"\xef\xbb\xbf" + json.dumps(form(item("a"))).encode()
    assert import_fhir(data).questionnaire.id == "made-up"


OTHER_VERSIONS = [
    (form(item("a", "coding")), "R5"),
    (form(item("a", answerConstraint="optionsOnly")), "R5"),
    (form(item("a"), copyrightLabel="CC0"), "R5"),
    (form(item("a", "choice", option=[{"valueString": "x"}])), "STU3"),
    (form(item("a", initialBoolean=True)), "STU3"),
    (form(item("a"), item("b", enableWhen=[{"question": "a", "hasAnswer": True}])), "STU3"),
    (form(item("a"), group={"linkId": "a"}), "DSTU2"),
]


@pytest.mark.parametrize(("resource", "version"), OTHER_VERSIONS)
def test_other_versions_of_fhir_are_told_apart(resource, version):
    with pytest.raises(ImportRefused, match=version):
        import_fhir(json.dumps(resource).encode())


INVALID = {
    "items are no list": (form() | {"item": {"linkId": "a"}}, "`item` is not a list"),
    "no type": (form({"linkId": "a", "text": "Well?"}), 'item "a" ("Well?"): it has no type'),
    "unknown type": (form(item("a", "slider")), "has the type slider"),
    "modifier": (form(item("a", modifierExtension=[{"url": "http://example.org/x"}])), "modifierExtension"),
    "modifier on the form": (form(item("a"), modifierExtension=[{"url": "http://example.org/x"}]), "modifierExtension"),
    "rules of its own": (form(item("a"), implicitRules="http://example.org/rules"), "implicitRules"),
    "extensions are no list": (form(item("a", extension={"url": "x"})), "`extension` is not a list"),
    "too many items": (form(*(item(str(number)) for number in range(2001))), "more than 2,000 items"),
    "nested too deep": (form(in_groups(16)), "more than 16 levels"),
    "a text of 1 MB": (form(item("a", text="x" * 1_000_000)), "1,000,000 characters"),
    "waits for itself": (
        form(waiting("a", "b"), waiting("b", "a")),
        "wait for each other",
    ),
    "a part of a form": (
        form(item("a", "display", extension=[{"url": "x/sdc-questionnaire-subQuestionnaire", "valueCanonical": "y"}])),
        "assemble",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INVALID)
def test_what_is_no_usable_form_is_refused_by_item_and_reason(name):
    resource, reason = INVALID[name]
    with pytest.raises(ImportRefused) as refused:
        import_fhir(json.dumps(resource).encode())
    assert reason in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_the_deepest_form_allowed_is_imported():
    (found,) = import_fhir(json.dumps(form(in_groups(15))).encode()).questionnaire.questions()
    assert found.id == "inmost"
