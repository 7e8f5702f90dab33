"""The record holds all that there is of a response, by name and time, with hashes; and taking it is in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest

from reports.process import Renderer
from screening import review
from screening.delivery import Press
from screening.delivery.record import Record, gather
from screening.store.audit import Actor
from screening.store.errors import NotFound
from screening.store.tables import ConsentText, Invitation
from tests.delivery.test_preparing import Printer
from tests.support.clinic import NOW, ZONE, Clinic

PRESS = Press("A4", ZONE)


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    invited = clinic.invite()
    (found,) = clinic.send(invited.invitation_id)
    text = "I agree that my clinic reads my answers."
    digest = hashlib.sha256(text.encode()).hexdigest()
    with clinic.store.write() as session:
        session.add(ConsentText(content_hash=digest, version="1", language="en", text=text, first_agreed_at=NOW))
        session.get_one(Invitation, invited.invitation_id).consent_hash = digest
    return found


@pytest.fixture
def printer() -> Renderer:
    return Printer()


def take(clinic: Clinic, response_id: str, printer: Renderer, actor: Actor | None = None) -> Record:
    return gather(clinic.store, actor or clinic.novak, response_id, PRESS, printer, clinicians_see="own", now=NOW)


def test_it_holds_everything(clinic: Clinic, response_id: str, printer: Renderer) -> None:
    review.save_note(clinic.store, clinic.novak, response_id, "Call back.", 0, clinicians_see="own", now=NOW)
    review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW)
    files = take(clinic, response_id, printer).files
    response = json.loads(files["response.json"])
    assert response["answers"] == {"numb": True, "numb_when": "Mornings, mostly."}
    assert (response["patient"]["name"], response["reviewed_by"]) == ("Anna Nowak", "Dr A. Novak")
    assert json.loads(files["response.fhir.json"])["resourceType"] == "QuestionnaireResponse"
    assert "title: How you have been\n" in files["questionnaire.yaml"].decode()
    assert json.loads(files["questionnaire.fhir.json"])["resourceType"] == "Questionnaire"
    assert files["consent.txt"].decode() == "I agree that my clinic reads my answers."
    note = json.loads(files["note.json"])
    assert (note["text"], note["saved_by"], note["signed_off_by"]) == ("Call back.", "Dr A. Novak", "Dr A. Novak")
    assert files["report.pdf"].startswith(b"%PDF")
    assert b"Earlier texts of the note" in files["not-kept.txt"]


def test_every_read_is_there_by_name_and_time_and_so_is_this_one(
    clinic: Clinic, response_id: str, printer: Renderer
) -> None:
    review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW, zone=ZONE)
    with pytest.raises(NotFound):
        take(clinic, response_id, printer, clinic.horak)
    rows = list(csv.DictReader(io.StringIO(take(clinic, response_id, printer).files["events.csv"].decode("utf-8-sig"))))
    of_response = [(row["who"], row["did"]) for row in rows if row["record"] == f"response:{response_id}"]
    assert of_response == [
        ("patient", "send"),
        ("Dr A. Novak", "read"),
        ("Dr B. Horak", "refused"),
        ("Dr A. Novak", "record"),
    ]
    assert {row["time"] for row in rows} == {"2026-05-04T11:00:00+02:00"}


def test_a_name_can_not_act_in_a_spreadsheet(clinic: Clinic, response_id: str, printer: Renderer) -> None:
    mallory = clinic.member("=1+1", {"clinician"})
    review.note_refused(clinic.store, mallory, response_id, now=NOW)
    assert ",'=1+1," in take(clinic, response_id, printer).files["events.csv"].decode("utf-8-sig")


def test_the_manifest_has_the_hash_of_each_file(clinic: Clinic, response_id: str, printer: Renderer) -> None:
    record = take(clinic, response_id, printer)
    with zipfile.ZipFile(io.BytesIO(record.zipped())) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        packed = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    del packed["manifest.json"]
    assert manifest["sha256"] == packed
    assert manifest["taken_by"] == "Dr A. Novak"
    assert record.zipped() == record.zipped()
