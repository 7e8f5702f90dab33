"""A form from elsewhere in an administrator's browser: looked at first, then kept as a draft to approve."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from screening import approval, uploading
from screening.config import PROJECT
from screening.store import overlays, registry
from screening.store.tables import QuestionnaireVersion
from tests.support.clinic import NOW, Clinic
from tests.support.clock import Clock
from tests.support.fhir_forms import choice, form, group, item
from tests.support.staff import Member
from tests.support.xlsforms import workbook

ADDRESS = "/clinic/questionnaires/import"
SCORED = choice(
    "tired", {"valueCoding": {"code": "1", "display": "Often"}, "extension": []}, text="How often are you tired?"
)
CALCULATED = item("total", "decimal", "Sum") | {
    "extension": [
        {
            "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
            "valueExpression": {"language": "text/fhirpath", "expression": "1"},
        }
    ]
}
QUESTIONS = group("topic", item("sleep", text="Do you sleep well?"), SCORED, CALCULATED, text="Your nights")


@pytest.fixture
def admin(app: Flask, clinic: Clinic) -> Member:
    member = Member(app)
    member.sign_in(clinic.admin)
    return member


def fhir(**keys: Any) -> bytes:
    return json.dumps(form(QUESTIONS, **keys)).encode()


def upload(admin: Member, data: bytes, name: str = "nights.json", **typed: Any) -> None:
    """Choose a file on the page and press the button."""
    admin.get(ADDRESS)
    sets = [(BytesIO(part), f"set-{number}.json") for number, part in enumerate(typed.pop("value_sets", []))]
    admin.press(action="/import", form=[(BytesIO(data), name)], value_sets=sets, **typed)


def registered(clinic: Clinic, questionnaire_id: str = "made-up") -> list[QuestionnaireVersion]:
    with clinic.store.read() as session:
        query = select(QuestionnaireVersion).where(QuestionnaireVersion.questionnaire_id == questionnaire_id)
        return list(session.scalars(query))


def words(member: Member) -> str:
    """Return what can be read on the page."""
    return " ".join(re.sub(r"<[^>]+>", " ", member.text).split())


def keep(admin: Member) -> None:
    admin.press(action="/keep")


def test_what_it_becomes_and_what_is_left_out_is_shown_and_nothing_is_stored(clinic: Clinic, admin: Member) -> None:
    upload(admin, fhir())
    assert admin.page.status_code == 200
    assert admin.heading == "Import: Made up"
    assert "Your nights" in words(admin)
    assert "1. Do you sleep well?" in words(admin)
    assert 'item "total" ("Sum"): it is left out: software calculates it' in words(admin)
    assert registered(clinic) == []


def test_kept_it_is_a_draft_that_a_clinician_approves(app: Flask, clinic: Clinic, admin: Member) -> None:
    upload(admin, fhir())
    keep(admin)
    assert admin.heading == "Questionnaires"
    assert "Kept as a draft." in words(admin)
    (version,) = registered(clinic)
    assert (version.version, version.origin, version.approved_at) == ("3", "browser", None)
    assert clinic.actions("questionnaire:made-up") == [("register", clinic.admin.id)]
    with clinic.store.read() as session:
        assert registry.current(session, "made-up") is None
    novak = Member(app)
    novak.sign_in(clinic.novak)
    novak.get("/clinic/questionnaires/made-up/3")
    novak.press(action="/approve", has_read="yes")
    with clinic.store.read() as session:
        offer = registry.current(session, "made-up")
    assert offer is not None
    assert offer.approved_by == "Dr A. Novak"


def test_without_a_copyright_line_somebody_has_to_say_that_it_may_be_used(clinic: Clinic, admin: Member) -> None:
    upload(admin, fhir(copyright=None))
    assert admin.page.status_code == 422
    assert admin.problems == [uploading.NO_ATTESTATION]
    upload(admin, fhir(copyright=None), attest="Dr A. Novak: our licence")
    assert "Dr A. Novak: our licence" in words(admin)
    keep(admin)
    (version,) = registered(clinic)
    assert "Dr A. Novak: our licence" in version.text
    upload(admin, fhir(), attest="x" * 501)
    assert admin.problems == ["Write at most 500 characters."]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "empty.json", "empty.json: the file is empty"),
        (b'{"resourceType": "Pat', "cut.json", "cut.json: the file ends in the middle"),
        (b'{"resourceType": "Patient"}', "patient.json", "this is a FHIR Patient, not a Questionnaire"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture.png", "picture.png: this is a binary file"),
        (b"PK\x03\x04 no zip", "sheet.xlsx", "the spreadsheet is damaged"),
        (b" " * 5_000_001, "long.json", "the file is larger than 5,000,000 bytes"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_at_its_field(
    clinic: Clinic, admin: Member, data: bytes, name: str, said: str
) -> None:
    upload(admin, data, name)
    assert admin.page.status_code == 422
    (problem,) = admin.problems
    assert said in problem
    assert 'id="form-error"' in admin.text


def test_no_file_at_all_is_said_so(admin: Member) -> None:
    admin.get(ADDRESS)
    admin.press(action="/import", attest="Dr A. Novak")
    assert admin.problems == ["Choose a file."]
    assert 'value="Dr A. Novak"' in admin.text


def test_more_than_any_form_needs_is_not_even_read(admin: Member) -> None:
    upload(admin, b" " * (uploading.MOST_BYTES + 1))
    assert admin.page.status_code == 413


def test_others_may_not_send_as_much(app: Flask, clinic: Clinic) -> None:
    desk = Member(app)
    desk.sign_in(clinic.desk)
    token = desk.token()
    data = {"csrf_token": token, "form": (BytesIO(fhir()), "nights.json")}
    assert desk.post(ADDRESS, data).status_code == 403
    assert desk.post("/clinic/covers", {**data, "form": (BytesIO(b" " * 2_000_000), "x")}).status_code == 413


def test_value_sets_come_from_further_files_or_the_question_is_open(clinic: Clinic, admin: Member) -> None:
    address = "http://example.org/ValueSet/colours"
    asked = fhir(item=[item("sleep"), item("colour", "choice", "Which colour?", answerValueSet=address)])
    colours = {
        "resourceType": "ValueSet",
        "url": address,
        "compose": {"include": [{"system": "http://example.org/c", "concept": [{"code": "r", "display": "Red"}]}]},
    }
    upload(admin, asked)
    assert "Which colour?" not in words(admin).partition("What patients are asked")[2]
    upload(admin, asked, value_sets=[b'{"resourceType": "Bundle"}', json.dumps(colours).encode()])
    assert "Which colour? Red" in words(admin)
    upload(admin, asked, open_valuesets="yes")
    assert "Which colour? a few words" in words(admin)
    upload(admin, asked, value_sets=[b"<ValueSet/>"])
    assert admin.problems == ["set-0.json: this is XML; save the FHIR Questionnaire as JSON"]


def test_a_spreadsheet_comes_in_with_its_translations(clinic: Clinic, admin: Member) -> None:
    labels = {"label::English (en)": "Do you sleep?", "label::Español (es)": "¿Duerme bien?"}
    sheet = workbook(
        {"type": "text", "name": "sleep", **labels},
        choices=[],
        settings={
            "form_title": "Nights",
            "form_id": "nights",
            "version": "3",
            "copyright": "CC0-1.0",
            "default_language": "English (en)",
        },
    )
    upload(admin, sheet, "nights.xlsx")
    assert "Spanish:" in words(admin)
    keep(admin)
    (version,) = registered(clinic, "nights")
    with clinic.store.read() as session:
        base = registry.definition(session, "nights", "3")
        spanish = overlays.best(session, base, version.content_hash, "es")
    assert spanish is not None
    assert [each.text for each in spanish.questionnaire.items()] == ["¿Duerme bien?"]
    assert ("register_translation", clinic.admin.id) in clinic.actions("questionnaire:nights")


def test_a_version_that_is_there_already_keeps_its_text(clinic: Clinic, admin: Member) -> None:
    upload(admin, fhir())
    first = admin.form("/keep")
    keep(admin)
    (before,) = registered(clinic)
    upload(admin, fhir())
    assert admin.problems == ["made-up 3 is registered already, with this very text."]
    upload(admin, fhir(title="Another"))
    assert "registered already, with another text" in admin.problems[0]
    admin.post(f"{ADDRESS}/keep", dict(first.fields))
    assert admin.page.status_code == 422
    assert [row.content_hash for row in registered(clinic)] == [before.content_hash]
    upload(admin, fhir(title="Another", version="4"))
    keep(admin)
    assert [row.version for row in registered(clinic)] == ["3", "4"]


def test_only_what_was_shown_to_this_person_is_kept(app: Flask, clinic: Clinic, admin: Member, clock: Clock) -> None:
    upload(admin, fhir())
    shown = dict(admin.form("/keep").fields)["uploaded"]
    other = Member(app)
    other.sign_in(clinic.member("Olga Other", {"administrator"}))
    for sent in (shown, shown[:-4], "", "é"):
        other.post(f"{ADDRESS}/keep", {"csrf_token": other.token(), "uploaded": sent})
        assert other.page.status_code == 422
        assert "Choose the file once more" in other.problems[0]
    uploaded = uploading.examine(
        clinic.store, clinic.admin, uploading.File("nights.json", fhir()), attest="", open_valuesets=False
    )
    old = uploading.carry(clinic.store, clinic.admin, uploaded, NOW - timedelta(days=1))
    admin.post(f"{ADDRESS}/keep", {"csrf_token": admin.token(), "uploaded": old})
    assert admin.problems == ["Choose the file once more; it was looked at too long ago."]
    assert registered(clinic) == []


def test_a_file_name_and_texts_are_shown_as_they_are(admin: Member) -> None:
    upload(admin, b"", '<img src="x">.json')
    assert "<img" not in admin.page.text
    upload(admin, fhir(title="<script>alert(1)</script>"))
    assert "<script>alert" not in admin.page.text


def test_a_form_about_self_harm_waits_for_the_safeguard(clinic: Clinic, admin: Member) -> None:
    upload(admin, fhir(item=[item("harm", text="Have you thought of killing yourself?")]))
    keep(admin)
    (version,) = registered(clinic)
    with pytest.raises(approval.NotAllowed, match="self-harm"):
        approval.approve(clinic.store, clinic.novak, "made-up", "3", approver_name="Dr A. Novak", now=NOW)
    assert version.approved_at is None


def test_the_server_starts_without_what_imports() -> None:
    code = "import sys, screening.app; print([m for m in sys.modules if m.startswith('screening.importing.')])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
