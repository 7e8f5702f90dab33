"""The record holds all that there is of a response, by name and time, with hashes; and taking it is in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from reports.process import Renderer
from screening import erasure, invitations, review
from screening.delivery import Press
from screening.delivery.record import Record, gather
from screening.paper import comparing
from screening.store.access import TRANSCRIBER
from screening.store.audit import Actor
from screening.store.errors import NotFound
from screening.store.tables import ConsentText, Invitation, Response
from tests.delivery.test_preparing import Printer
from tests.support.clinic import ANSWERED, NOW, ZONE, Clinic
from tests.support.paper import Typist

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


CORRECTED = {**ANSWERED, "mood": {"feelings": {"answers": {"numb": False}, "skipped": False}}}


def correction(clinic: Clinic, response_id: str) -> tuple[str, str]:
    """Let the patient correct a response; return the invitation and the response of the correction."""
    with clinic.store.read() as session:
        first = session.get_one(Response, response_id).invitation_id
    view, _ = invitations.ask_for_correction(clinic.store, clinic.desk, first, clinicians_see="own", now=NOW, zone=ZONE)
    (found,) = clinic.send(view.invitation_id, CORRECTED)
    return view.invitation_id, found


def answers_in(record: Record, folder: str = "") -> object:
    return json.loads(record.files[f"{folder}response.json"])["answers"]


def records_in(record: Record) -> set[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(record.files["events.csv"].decode("utf-8-sig")))
    return {(row["record"], row["did"]) for row in rows}


def test_it_holds_what_corrects_it_and_what_it_corrects(clinic: Clinic, response_id: str, printer: Renderer) -> None:
    _, second = correction(clinic, response_id)
    review.save_note(clinic.store, clinic.novak, second, "Asked by phone.", 0, clinicians_see="own", now=NOW)
    _, third = correction(clinic, second)
    first = take(clinic, response_id, printer)
    assert answers_in(first) == {"numb": True, "numb_when": "Mornings, mostly."}
    assert answers_in(first, f"versions/{second}/") == {"numb": False}
    assert json.loads(first.files[f"versions/{second}/note.json"])["text"] == "Asked by phone."
    fhir = json.loads(first.files[f"versions/{third}/response.fhir.json"])
    assert (fhir["resourceType"], fhir["status"]) == ("QuestionnaireResponse", "completed")
    assert first.files[f"versions/{second}/questionnaire.yaml"] == first.files["questionnaire.yaml"]
    assert {(f"response:{second}", "save_note"), (f"response:{third}", "record")} <= records_in(first)
    assert answers_in(take(clinic, third, printer), f"versions/{response_id}/") == answers_in(first)
    manifest = json.loads(first.files["manifest.json"])
    assert manifest["other_versions"] == [second, third]
    assert f"versions/{third}/response.json" in manifest["sha256"]


def test_it_holds_what_was_typed_in_and_rejected(clinic: Clinic, printer: Renderer) -> None:
    typist = Typist(clinic.store, clinic.invite().invitation_id, clinic.member("Tina Typist", {TRANSCRIBER}))
    typist.does_it_all({1: {"numb": True}})
    with clinic.store.read() as session:
        (mistyped,) = session.scalars(select(Response.id))
    comparing.reject(clinic.store, clinic.novak, mistyped, "It says no.", clinicians_see="own", now=NOW)
    typist.does_it_all({1: {"numb": False}})
    with clinic.store.read() as session:
        (right,) = session.scalars(select(Response.id))
    record = take(clinic, right, printer)
    assert answers_in(record) == {"numb": False}
    said = json.loads(record.files[f"versions/{mistyped}/response.json"])
    assert (said["answers"], said["paper"]["typed_in_by"]) == ({"numb": True}, "Tina Typist")
    assert said["rejected"] == {
        "by": "Dr A. Novak",
        "at": NOW.isoformat(),
        "reason": "It says no.",
        "replaced_by": right,
    }
    assert json.loads(record.files[f"versions/{mistyped}/response.fhir.json"])["status"] == "entered-in-error"
    assert {(f"response:{mistyped}", "reject_paper"), (f"response:{mistyped}", "record")} <= records_in(record)


def test_a_version_that_she_may_not_read_is_left_out_and_it_says_so(
    clinic: Clinic, response_id: str, printer: Renderer
) -> None:
    invitation_id, second = correction(clinic, response_id)
    invitations.reassign(clinic.store, clinic.desk, invitation_id, int(clinic.horak.id), now=NOW)
    record = take(clinic, response_id, printer)
    assert not [name for name in record.files if name.startswith("versions/")]
    assert f"response:{second}" not in {about for about, _ in records_in(record)}
    assert b"Other versions of this response that you may not read: 1." in record.files["not-kept.txt"]
    assert ("record", clinic.novak.id) not in clinic.actions(f"response:{second}")
    hers = take(clinic, second, printer, clinic.horak)
    assert answers_in(hers) == {"numb": False}
    assert b"that you may not read: 1." in hers.files["not-kept.txt"]


def test_a_version_that_was_deleted_is_not_there_and_it_says_so(
    clinic: Clinic, response_id: str, printer: Renderer
) -> None:
    _, second = correction(clinic, response_id)
    assert b"deleted since: 1." not in take(clinic, second, printer).files["not-kept.txt"]
    erasure.erase_response(clinic.store, clinic.admin, response_id, now=NOW)
    record = take(clinic, second, printer)
    assert not [name for name in record.files if name.startswith("versions/")]
    assert b"Other versions of this response that were sent and deleted since: 1." in record.files["not-kept.txt"]
