"""The clinician's work: read, note, sign off, download; nothing lost, everything on record."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from reports.document import Report
from reports.process import RenderError
from screening import review
from screening.store import outbox
from screening.store.engine import Store
from screening.store.tables import Invitation
from screening.store.worklist import PAGE_SIZE
from screening.web import context
from tests.support import pdf
from tests.support.clinic import ANSWERED, NOW, PASSWORD, ZONE, Clinic
from tests.support.clock import Clock
from tests.support.staff import Member, email_of


@pytest.fixture
def database_backend() -> str:
    """What these pages do is done by use cases that are tested on both databases."""
    return "sqlite"


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    return clinic.send(clinic.invite().invitation_id)[0]


@pytest.fixture
def page(response_id: str) -> str:
    return f"/clinic/responses/{response_id}"


def note_of(clinic: Clinic, response_id: str) -> str:
    return load(clinic, response_id).note.text


def load(clinic: Clinic, response_id: str) -> review.ResponseView:
    return review.load_response(clinic.store, clinic.novak, response_id, clinicians_see="practice", now=NOW, zone=ZONE)


def test_the_page_shows_the_answers_as_the_report_has_them(novak: Member, page: str) -> None:
    novak.get(page)
    assert novak.heading == "Anna Nowak"
    for shown in ("12 May 1988", "A-17", "Mornings, mostly.", "Not yet reviewed", "approved by Dr A. Novak"):
        assert shown in novak.text
    assert novak.page.headers["Cache-Control"] == "no-store"


def test_reading_and_downloading_are_on_record(novak: Member, page: str, clinic: Clinic, response_id: str) -> None:
    novak.get(page)
    novak.get(f"{page}/report.pdf")
    reader = clinic.novak.id
    assert clinic.actions(f"response:{response_id}")[-2:] == [("read", reader), ("download", reader)]


def test_a_copy_for_others_leaves_out_what_is_sensitive_unless_asked_for(novak: Member, page: str) -> None:
    novak.get(page)
    whole = novak.get(f"{page}/report.pdf").data
    assert "Has your interest changed?" in pdf.text(whole)
    assert len(pdf.attachments(whole)) == 2
    novak.get(f"{page}/copy")
    assert re.search(r'value="withhold_sensitive" checked', novak.text)
    copy = novak.get(f"{page}/report.pdf?copy=others&copy=withhold_sensitive").data
    assert "Has your interest changed?" not in pdf.text(copy)
    assert pdf.attachments(copy) == {}
    open_copy = novak.get(f"{page}/report.pdf?copy=others&copy=attach").data
    assert "Has your interest changed?" in pdf.text(open_copy)
    assert len(pdf.attachments(open_copy)) == 2


def test_a_note_is_saved_and_shown_as_typed(novak: Member, page: str, clinic: Clinic, response_id: str) -> None:
    typed = 'First line\r\n  second <b>line</b> & "more"'
    novak.get(page)
    novak.press("action=save", text=typed)
    assert novak.path == page
    assert note_of(clinic, response_id) == typed.replace("\r\n", "\n")
    assert "second &lt;b&gt;line" in novak.page.text
    assert "Last saved by Dr A. Novak, 4 May 2026, 11:00." in novak.text
    assert "Not yet reviewed" in novak.text


def test_signing_off_says_who_read_it_and_keeps_the_note_that_was_typed(
    novak: Member, page: str, clinic: Clinic, response_id: str
) -> None:
    novak.get(page)
    novak.press("action=sign_off", text="Seen. Talk about sleep.")
    assert "Reviewed by Dr A. Novak, 4 May 2026, 11:00" in novak.text
    assert "Seen. Talk about sleep." in novak.text
    assert 'name="text"' not in novak.text
    assert note_of(clinic, response_id) == "Seen. Talk about sleep."
    novak.get("/clinic/")
    assert "Nothing waits to be reviewed." in novak.text


def test_sign_off_and_next_goes_through_a_sitting_and_then_to_the_next_patient(clinic: Clinic, novak: Member) -> None:
    both = clinic.send(clinic.invite(questionnaires=("mood", "coping")).invitation_id)
    later = NOW.replace(day=6)
    (next_patient,) = clinic.send(
        clinic.invite(record_number="B-2", name="Petr Svoboda", appointment_at=later).invitation_id
    )
    novak.get(f"/clinic/responses/{both[0]}")
    assert "Sign off and next form" in novak.text
    novak.press("action=next")
    assert novak.path == f"/clinic/responses/{both[1]}"
    assert "Sign off and next patient" in novak.text
    novak.press("action=next")
    assert novak.path == f"/clinic/responses/{next_patient}"
    novak.press("action=next")
    assert novak.path == "/clinic/"
    assert "Nothing else waits to be reviewed." in novak.text


def test_next_goes_on_by_appointment_and_comes_round_to_what_was_passed_over(clinic: Clinic, novak: Member) -> None:
    sent = []
    for day in (5, 6, 7):
        invited = clinic.invite(record_number=f"N-{day}", name=f"Person {day}", appointment_at=NOW.replace(day=day))
        sent += clinic.send(invited.invitation_id)
    novak.get(f"/clinic/responses/{sent[1]}")
    novak.press("action=next")
    assert novak.path.endswith(sent[2])
    novak.press("action=next")
    assert novak.path.endswith(sent[0])


def test_next_is_the_next_patient_where_more_wait_than_fit_on_a_page_of_the_list(clinic: Clinic, novak: Member) -> None:
    sent = []
    for number in range(PAGE_SIZE + 3):
        at = NOW + timedelta(days=1, minutes=number)
        invited = clinic.invite(record_number=f"N-{number}", name=f"Person {number}", appointment_at=at)
        sent += clinic.send(invited.invitation_id)
    shown = clinic.actions(f"staff:{clinic.novak.id}")
    novak.get(f"/clinic/responses/{sent[PAGE_SIZE]}")
    novak.press("action=next")
    assert novak.path.endswith(sent[PAGE_SIZE + 1])
    assert f"Signed off: Person {PAGE_SIZE}, How you have been." in novak.text
    assert clinic.actions(f"staff:{clinic.novak.id}") == shown


def test_the_other_forms_of_a_sitting_are_one_click_away(clinic: Clinic, novak: Member) -> None:
    mood, coping = clinic.send(clinic.invite(questionnaires=("mood", "coping")).invitation_id)
    novak.get(f"/clinic/responses/{mood}")
    assert re.search(rf'href="/clinic/responses/{coping}">What helps you</a> \(not yet reviewed\)', novak.text)


def test_two_people_writing_one_note_are_shown_both(
    app: Flask, clinic: Clinic, novak: Member, page: str, response_id: str
) -> None:
    novak.get(page)
    colleague = Member(app)
    colleague.sign_in(clinic.novak)
    colleague.get(page)
    colleague.press("action=save", text="From the other room.")
    novak.press("action=sign_off", text="My own words.")
    assert novak.page.status_code == 409
    assert novak.heading == "Somebody else saved this note while you were writing"
    assert "From the other room." in novak.text
    assert dict(novak.form().fields)["text"] == "My own words."
    assert load(clinic, response_id).signed_off is None
    novak.press("action=save", text="From the other room.\nMy own words.")
    assert note_of(clinic, response_id) == "From the other room.\nMy own words."


def test_a_note_that_comes_after_the_sign_off_is_not_lost(
    app: Flask, clinic: Clinic, novak: Member, page: str, response_id: str
) -> None:
    novak.get(page)
    colleague = Member(app)
    colleague.sign_in(clinic.novak)
    colleague.get(page)
    colleague.press("action=sign_off", text="Done.")
    novak.press("action=save", text="Too late, but worth keeping.")
    assert novak.page.status_code == 409
    assert novak.heading == "This response is signed off, and its note with it."
    assert "Too late, but worth keeping." in novak.text
    assert "Save this as the note" not in novak.text
    assert note_of(clinic, response_id) == "Done."


def test_signing_off_twice_keeps_the_first(clinic: Clinic, novak: Member, page: str, clock: Clock) -> None:
    novak.get(page)
    form = dict(novak.form().fields)
    novak.post(page, {**form, "action": "sign_off"})
    clock.advance(minutes=5)
    novak.post(page, {**form, "action": "sign_off"})
    assert "Reviewed by Dr A. Novak, 4 May 2026, 11:00" in novak.text


def test_a_note_that_is_too_long_comes_back_whole(novak: Member, page: str, clinic: Clinic, response_id: str) -> None:
    typed = "x" * (review.MAX_NOTE_LENGTH + 1)
    novak.get(page)
    novak.press("action=sign_off", text=typed)
    assert novak.page.status_code == 422
    assert novak.problems == ["The note has 10,001 characters; at most 10,000 are kept."]
    assert dict(novak.form().fields)["text"] == typed
    assert load(clinic, response_id).signed_off is None


@pytest.mark.parametrize("revision", ["", "x", "-1", "99999999999999999999", "٣"])
def test_a_crafted_revision_overwrites_nothing(
    novak: Member, page: str, clinic: Clinic, response_id: str, revision: str
) -> None:
    novak.get(page)
    novak.press("action=save", text="Mine.")
    novak.press("action=save", text="Crafted.", revision=revision)
    assert novak.page.status_code == 409
    assert note_of(clinic, response_id) == "Mine."


def test_what_was_typed_survives_the_end_of_the_session(
    app: Flask, clinic: Clinic, novak: Member, page: str, response_id: str, clock: Clock
) -> None:
    novak.get(page)
    clock.advance(minutes=45)
    note = "A long note that took twenty minutes.\nWith a second line."
    novak.press("action=save", text=note)
    assert (novak.page.status_code, novak.heading) == (401, "Not saved yet: please send it again")
    kept = dict(novak.form().fields)
    assert (kept["text"], kept["action"]) == (note, "save")
    new_tab = Member(app)
    new_tab.client = novak.client
    new_tab.post("/clinic/sign-in", {"email": email_of(clinic.novak), "password": PASSWORD})
    novak.post(page, kept)
    assert (novak.page.status_code, novak.heading) == (400, "Not saved yet: please send it again")
    novak.press()
    assert novak.path == page
    assert note_of(clinic, response_id) == note


def test_a_database_that_is_gone_loses_no_note(
    novak: Member, page: str, clinic: Clinic, response_id: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: Store) -> Any:
        raise OperationalError("SELECT", {}, Exception("gone"))

    novak.get(page)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "write", gone)
        broken.setattr(Store, "read", gone)
        novak.press("action=save", text="Typed while it was gone.")
        assert novak.page.status_code == 503
        assert "nothing was saved" in novak.text
        kept = dict(novak.form().fields)
        assert novak.get(page).status_code == 503
    novak.post(page, kept)
    assert note_of(clinic, response_id) == "Typed while it was gone."


def test_the_pdf_is_the_report_under_a_name_that_tells_nothing(
    novak: Member, page: str, clinic: Clinic, response_id: str, tmp_path: Any
) -> None:
    response = novak.get(f"{page}/report.pdf")
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="answers-2026-05-04-{response_id[:8]}.pdf"'
    assert response.headers["Cache-Control"] == "no-store"
    text = pdf.text(response.data)
    for shown in ("Anna Nowak", "Mornings, mostly.", "Not yet reviewed"):
        assert shown in text
    novak.get(page)
    novak.press("action=sign_off", text="Seen on paper.")
    signed = pdf.text(novak.get(f"{page}/report.pdf").data)
    assert "Seen on paper." in signed
    assert "Reviewed by Dr A. Novak" in signed


def test_a_name_with_line_breaks_and_quotes_gets_into_no_header(novak: Member, clinic: Clinic) -> None:
    invited = clinic.invite(name='Anna "\u2028; filename=x.html', record_number='R"-\\9')
    (response_id,) = clinic.send(invited.invitation_id)
    response = novak.get(f"/clinic/responses/{response_id}/report.pdf")
    assert response.headers["Content-Disposition"] == f'attachment; filename="answers-2026-05-04-{response_id[:8]}.pdf"'


def test_while_a_worker_is_there_a_download_waits_on_a_page_that_needs_no_script(
    novak: Member, page: str, app: Flask
) -> None:
    store, response_id = app.extensions["store"], page.rpartition("/")[2]
    with store.write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    waiting = novak.get(f"{page}/report.pdf")
    assert novak.heading == "The PDF is being made"
    assert waiting.headers["Refresh"] == "1"
    assert "<script" not in waiting.text
    with app.app_context():
        context.work().drain()
    assert novak.get(f"{page}/report").headers["Refresh"] == f"0; url={page}/report.pdf"
    assert novak.heading == "The PDF is ready"
    assert novak.get(f"{page}/report.pdf").data.startswith(b"%PDF")
    with store.read() as session:
        assert outbox.pending(session, outbox.PREPARE_REPORT, [response_id]) == frozenset()


def test_where_the_worker_died_the_page_that_waits_leads_to_the_download_which_makes_the_pdf(
    novak: Member, page: str, app: Flask, clock: Clock
) -> None:
    with app.extensions["store"].write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    assert novak.get(f"{page}/report.pdf").headers["Refresh"] == "1"
    clock.advance(minutes=5)
    assert novak.get(f"{page}/report").headers["Refresh"] == f"2; url={page}/report.pdf"
    assert novak.heading == "The PDF is being made"
    assert novak.get(f"{page}/report.pdf").data.startswith(b"%PDF")


def test_while_a_dead_worker_s_lease_runs_the_page_waits_and_asks_for_the_download_again(
    novak: Member, page: str, app: Flask, clock: Clock
) -> None:
    with app.extensions["store"].write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    novak.get(f"{page}/report.pdf")
    with app.extensions["store"].write() as session:
        assert outbox.lease(session, NOW)
    clock.advance(minutes=1)
    assert novak.get(f"{page}/report.pdf").headers["Refresh"] == f"2; url={page}/report.pdf"
    clock.advance(minutes=2)
    assert novak.get(f"{page}/report.pdf").data.startswith(b"%PDF")


def test_a_report_that_can_not_be_made_is_told_calmly_and_harms_nothing(
    novak: Member, page: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_report: Report, _paper: str) -> bytes:
        raise RenderError("The report took longer than 20 seconds.")

    monkeypatch.setattr(app.extensions["renderer"], "render", fail)
    response = novak.get(f"{page}/report.pdf")
    assert response.status_code == 503
    assert novak.heading == "The PDF could not be made just now"
    assert "seconds" not in novak.text
    monkeypatch.undo()
    assert novak.get(page).status_code == 200
    assert novak.get(f"{page}/report.pdf").mimetype == "application/pdf"


def signed_pdf(novak: Member, page: str) -> bytes:
    """Sign the response off, and return the PDF that is then downloaded."""
    novak.get(page)
    novak.press("action=sign_off", text="Seen.")
    response = novak.get(f"{page}/report.pdf")
    assert response.mimetype == "application/pdf"
    return response.data


def test_a_signed_pdf_is_kept_as_made_and_its_hash_stands_at_the_sign_off(novak: Member, page: str, app: Flask) -> None:
    made = signed_pdf(novak, page)
    novak.get(page)
    assert hashlib.sha256(made).hexdigest() in novak.text
    assert "Signed off by Dr A. Novak, 4 May 2026, 11:00. PDF made 4 May 2026, 11:00." in novak.text
    app.extensions["clock"].advance(minutes=5)
    novak.press("action=addendum", addendum="She rang.")
    assert novak.get(f"{page}/report.pdf").data == made
    novak.get(page)
    assert "Something was added after the sign-off; the signed PDF stays as it is." in novak.text
    assert "She rang." in pdf.text(novak.get(f"{page}/report.pdf?as=now").data)
    assert novak.get(f"{page}/signed/1.pdf").data == made
    assert novak.get(f"{page}/signed/2.pdf").status_code == 404


def test_a_sign_off_whose_pdf_is_still_being_made_is_not_opened_again(
    novak: Member, page: str, app: Flask, clinic: Clinic, response_id: str
) -> None:
    with clinic.store.write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    novak.get(page)
    novak.press("action=sign_off", text="Seen.")
    novak.press("action=reopen", reason="The wrong one.")
    assert novak.page.status_code == 409
    assert novak.problems == ["The PDF of this sign-off is still being made. Try again in a moment."]
    assert dict(novak.form().fields)["reason"] == "The wrong one."
    with app.app_context():
        context.work().drain()
    novak.press("action=reopen", reason="The wrong one.")
    assert "The response is open again" in novak.text
    assert novak.get(f"{page}/signed/1.pdf").mimetype == "application/pdf"


def test_a_sign_off_whose_pdf_nobody_makes_is_opened_again(novak: Member, page: str, app: Flask, clock: Clock) -> None:
    with app.extensions["store"].write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    novak.get(page)
    novak.press("action=sign_off", text="Seen.")
    clock.advance(minutes=5)
    novak.press("action=reopen", reason="The wrong one.")
    assert "The response is open again" in novak.text


def test_a_sign_off_whose_pdf_can_not_be_made_is_opened_again(
    novak: Member, page: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_report: Report, _paper: str) -> bytes:
        raise RenderError("The report took longer than 20 seconds.")

    monkeypatch.setattr(app.extensions["renderer"], "render", fail)
    with app.extensions["store"].write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    novak.get(page)
    novak.press("action=sign_off", text="Seen.")
    with app.app_context():
        context.work().drain()
    novak.press("action=reopen", reason="The wrong one.")
    assert "The response is open again" in novak.text


def test_a_signed_pdf_opens_as_it_is_whatever_the_reader_s_language(novak: Member, page: str) -> None:
    made = signed_pdf(novak, page)
    assert novak.get(f"{page}/report.pdf?language=es").data != made
    assert novak.get(f"{page}/signed/1.pdf?language=es").data == made


def upload(member: Member, content: bytes) -> int:
    member.get("/clinic/verify")
    token = dict(member.form().fields)["csrf_token"]
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode(),
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="any.pdf"\r\n\r\n' + content,
        b"--x--\r\n",
    ]
    return member.post(
        "/clinic/verify", b"\r\n".join(parts), content_type="multipart/form-data; boundary=x"
    ).status_code


def test_an_uploaded_pdf_is_known_or_not(novak: Member, page: str, app: Flask, clinic: Clinic) -> None:
    made = signed_pdf(novak, page)
    assert upload(novak, made) == 200
    assert "This is what we made, unchanged" in novak.text
    assert "Dr A. Novak, 4 May 2026, 11:00" in novak.text
    assert f'href="{page}"' in novak.text
    assert upload(novak, made[:-1]) == 200
    assert "Not known" in novak.text
    assert page not in novak.text
    desk = Member(app)
    desk.sign_in(clinic.desk)
    assert upload(desk, made) == 200
    assert "This is what we made, unchanged" in desk.text
    assert "Novak" not in desk.text
    assert page not in desk.text


def test_an_upload_that_can_not_be_checked_is_told_at_its_field(novak: Member, clinic: Clinic) -> None:
    assert upload(novak, b"") == 422
    assert novak.problems == ["Choose a PDF that is not empty."]
    assert upload(novak, bytes(10_000_000)) == 200
    assert upload(novak, bytes(10_000_001)) == 422
    assert novak.problems == ["Choose a PDF of at most 10 MB; those made here are smaller."]
    assert upload(novak, bytes(10_100_000)) == 413


def test_hostile_answers_are_printed_as_typed(novak: Member, clinic: Clinic) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
    pages = {"mood": {"feelings": {"answers": {"numb": True, "numb_when": hostile}, "skipped": False}}}
    (response_id,) = clinic.send(clinic.invite().invitation_id, pages)
    novak.get(f"/clinic/responses/{response_id}")
    assert "<script>alert" not in novak.page.text
    assert "<img src=x" not in novak.page.text
    assert hostile in novak.text


def test_what_would_act_on_the_page_unseen_is_told_by_its_code_point(novak: Member, clinic: Clinic) -> None:
    typed = "\u202edab e" + "\u0301" * 300
    pages = {"mood": {"feelings": {"answers": {"numb": True, "numb_when": typed}, "skipped": False}}}
    (response_id,) = clinic.send(clinic.invite().invitation_id, pages)
    novak.get(f"/clinic/responses/{response_id}")
    assert "[U+202E]dab e" + "\u0301" * 8 + "[U+0301]" in novak.text
    assert "\u202e" not in novak.text


def test_what_no_font_has_is_told_by_its_code_point_before_the_pdf_is_made(
    novak: Member, clinic: Clinic, page: str
) -> None:
    novak.get(page)
    assert "be printed" not in novak.text
    typed = "My eye \U00013080 and " + "".join(chr(0x13000 + number) for number in range(12))
    pages = {"mood": {"feelings": {"answers": {"numb": True, "numb_when": typed}, "skipped": False}}}
    (response_id,) = clinic.send(clinic.invite(record_number="F-1").invitation_id, pages)
    novak.get(f"/clinic/responses/{response_id}")
    listed = " ".join(f"U+130{number:02X}" for number in range(10))
    assert f"The PDF shows their code points instead: {listed} …" in novak.text
    assert "U+13080" in pdf.text(novak.get(f"/clinic/responses/{response_id}/report.pdf").data)


def test_the_page_looks_the_same_whatever_was_answered(novak: Member, clinic: Clinic) -> None:
    """Permute the answers: but for the answers themselves, the page's markup stays (rule R4)."""
    other = {
        "mood": {
            **ANSWERED["mood"],
            "feelings": {"answers": {"numb": True, "numb_when": "Rarely now."}, "skipped": False},
        }
    }
    shells = []
    for number, pages in enumerate((ANSWERED, other)):
        invited = clinic.invite(record_number=f"S-{number}", name="Same Name")
        (response_id,) = clinic.send(invited.invitation_id, pages)
        text = novak.get(f"/clinic/responses/{response_id}").text
        text = re.sub(r"[0-9a-f]{32}|S-\d|Mornings, mostly\.|Rarely now\.", "", text)
        shells.append(re.sub(r'name="csrf_token" value="[^"]*"', "", text))
    assert shells[0] == shells[1]


def test_who_helped_is_told_in_words(novak: Member, clinic: Clinic, response_id: str, page: str) -> None:
    with clinic.store.write() as session:
        session.execute(update(Invitation).values(helped_by="interpreter"))
    assert "filled in with help (an interpreter)" in novak.get(page).text
