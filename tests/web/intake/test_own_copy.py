"""The patient's own copy: for an hour, on the device that sent it, after the birth date, and of nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from io import BytesIO

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from reports.process import RenderError
from screening import erasure, review
from screening.config import HelpNumber, Settings
from screening.store import outbox
from screening.store.tables import AuditEvent, Invitation, Response, WebSession
from screening.store.work_tables import RequestedFile
from screening.web import context
from tests.support import pdf
from tests.support.app import close_app, make_app
from tests.support.clinic import ZONE, Clinic
from tests.support.clock import Clock
from tests.support.intake import BIRTH_DATE, ORIGIN, Patient

NUMBER = HelpNumber("112", {"en": "Emergency services", "es": "Emergencias", "ar": "الطوارئ"})
WRONG = {"birth-day": "13", "birth-month": "5", "birth-year": "1988"}
CLOSED = "No copy can be opened here"
HOSTILE = '</dd><script>alert(1)</script> <link rel=attachment href="file:///etc/passwd"> {{ 7 * 7 }} \u202eabc'


@pytest.fixture
def app(make_settings: Callable[..., Settings], clock: Clock) -> Iterator[Flask]:
    """The application of a clinic that gives copies."""
    app = make_app(make_settings(patient_copy=True, languages=("en", "es", "ar"), help_numbers=(NUMBER,)), clock)
    yield app
    close_app(app)


def fill_in(patient: Patient, token: str, *, hope: str = "Rain.\nAnd sun.", always_hide: bool = False) -> None:
    """Answer one page in full, one by leaving it blank, and one sensitive one; leave the last condition unmet."""
    patient.begin(token, always_hide=always_hide)
    patient.get("/intake/pages/1")
    patient.press(q1_text=hope, q2=["rose", ":other"], q2_other="Figs")
    patient.get("/intake/pages/2")
    patient.press()
    patient.get("/intake/pages/3?ready=1")
    patient.press(q6="yes")


def send(patient: Patient) -> None:
    patient.get("/intake/send")
    patient.submit()
    assert patient.path == "/intake/thanks"


@pytest.fixture
def sent(patient: Patient, token: str) -> Patient:
    """A patient who sent, and is thanked."""
    fill_in(patient, token)
    send(patient)
    return patient


def ask(patient: Patient, button: str = "show", **typed: str) -> None:
    """Go to the copy and give a birth date; a page that says that the file is ready leads on to it, as in a browser."""
    patient.get("/intake/copy")
    form = patient.form("then")
    data = patient.fields(button, form)
    data |= {name: [value] for name, value in (typed or BIRTH_DATE).items()}
    patient.post(form.action, data)
    wait, _, there = patient.page.headers.get("Refresh", "").partition("; url=")
    if wait == "0":
        patient.get(there)


def main(patient: Patient) -> str:
    return " ".join(patient.text.split("<main")[1].split("</main>")[0].split())


def test_the_button_leads_past_a_warning_and_the_birth_date_to_what_was_sent(sent: Patient) -> None:
    assert 'href="/intake/copy"' in sent.text
    sent.get("/intake/copy")
    assert "A file that you download stays on it." in sent.text
    assert "Rain" not in sent.text
    ask(sent)
    text = main(sent)
    assert sent.heading == "A copy of your answers"
    for expected in (
        "Rain. And sun.",
        "Roses",
        "Something else: Figs",
        "You left this blank.",
        "You were not asked this.",
        "Was there a quarrel?",
        "No software scored or interpreted them.",
        "call Riverside Practice: 555 0100",
        "Sent on 4 May 2026, 11:00.",
    ):
        assert expected in text
    places = [text.index(question) for question in ("What do you hope", "What grows", "How often did", "Was there a q")]
    assert places == sorted(places)
    assert sent.title == "A copy, before your visit"
    assert "Nowak" not in sent.text
    assert "1988" not in text


def test_a_sensitive_topic_is_closed_on_the_screen(sent: Patient) -> None:
    ask(sent)
    details = sent.text.split("<details")[1].split("</details>")[0]
    assert "Was there a quarrel?" in details
    assert " open" not in details.split(">")[0]


def test_what_was_skipped_or_not_reached_is_said_without_its_questions(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/3")
    patient.press("skip")
    send(patient)
    ask(patient)
    text = main(patient)
    assert "You skipped this topic." in text
    assert text.count("You did not get to this topic.") == 2
    assert "quarrel" not in text


def test_a_declined_question_says_so(patient: Patient, token: str) -> None:
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press(q1_declined="1", q2="rose")
    send(patient)
    ask(patient)
    assert "You preferred not to say." in main(patient)


def test_the_pdf_holds_the_same_and_names_nobody(sent: Patient) -> None:
    ask(sent, "pdf")
    assert sent.page.mimetype == "application/pdf"
    assert sent.page.headers["Content-Disposition"] == 'attachment; filename="answers-2026-05-04.pdf"'
    assert sent.page.headers["Cache-Control"] == "no-store"
    words = " ".join(pdf.text(sent.page.data).split())
    for expected in ("Rain.", "And sun.", "Was there a quarrel?", "Yes", "You were not asked this.", "call 112"):
        assert expected in words
    assert "Nowak" not in words
    with pikepdf.open(BytesIO(sent.page.data)) as document:
        assert str(document.docinfo["/Title"]) == "A copy of your answers"
        assert "/Names" not in document.Root or "/EmbeddedFiles" not in document.Root.Names


def test_a_download_is_on_record_without_what_it_holds(sent: Patient, practice: Clinic) -> None:
    ask(sent)
    ask(sent, "pdf")
    with practice.store.read() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in events][-3:] == ["open_link", "open_link", "download_copy"]
    assert events[-1].actor_kind == "patient"
    assert events[-1].record.startswith("invitation:")


def test_text_that_was_typed_is_shown_as_typed(patient: Patient, token: str) -> None:
    fill_in(patient, token, hope=HOSTILE)
    send(patient)
    ask(patient)
    assert "<script" not in patient.text
    assert "&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in patient.text
    assert "{{ 7 * 7 }}" in patient.text
    ask(patient, "pdf")
    words = pdf.text(patient.page.data).replace(" ", "")
    assert "<script>alert(1)</script>" in words
    assert b"/EmbeddedFile" not in patient.page.data


def test_an_hour_after_sending_it_is_over(sent: Patient, clock: Clock) -> None:
    clock.advance(minutes=59)
    ask(sent)
    assert "Rain." in sent.text
    sent.get("/intake/copy")
    form = sent.form("then")
    fields = sent.fields("show", form) | {name: [value] for name, value in BIRTH_DATE.items()}
    clock.advance(minutes=1)
    for button in ("show", "pdf"):
        sent.post(form.action, fields | {"then": [button]})
        assert sent.heading == CLOSED
    sent.get("/intake/copy")
    assert sent.heading == CLOSED
    assert "Rain." not in sent.text


def test_opening_it_does_not_prolong_anything(sent: Patient, practice: Clinic) -> None:
    with practice.store.read() as session:
        before = session.scalars(select(WebSession.expires_at)).all()
    ask(sent)
    with practice.store.read() as session:
        assert session.scalars(select(WebSession.expires_at)).all() == before
    sent.get("/intake/topics")
    assert sent.heading == "Your answers were sent"


def test_exit_ends_it_even_for_a_copied_cookie(sent: Patient, another: Callable[[], Patient]) -> None:
    cookie = sent.client.get_cookie("__Host-visit", domain="forms.clinic.example")
    assert cookie is not None
    sent.client.get("/exit", base_url=ORIGIN)
    thief = another()
    thief.client.set_cookie("__Host-visit", cookie.value, domain="forms.clinic.example", secure=True)
    for somebody in (sent, thief):
        somebody.get("/intake/copy")
        assert somebody.heading == CLOSED


def test_wrong_birth_dates_count_like_those_of_the_link(sent: Patient, practice: Clinic, token: str) -> None:
    for left in (4, 3, 2):
        ask(sent, **WRONG)
        assert sent.page.status_code == 422
        assert f"You can try {left} more times." in sent.text
        assert "Rain." not in sent.text
    sent.open(token, **WRONG)
    assert "You can try one more time." in sent.text
    ask(sent, "pdf", **WRONG)
    assert sent.heading == "This link is locked"
    ask(sent)
    assert sent.heading == "This link is locked"
    with practice.store.read() as session:
        assert session.scalars(select(Invitation.birth_date_failures)).one() == 5


def test_no_other_device_opens_it(another: Callable[[], Patient], patient: Patient, token: str) -> None:
    fill_in(patient, token)
    second = another()
    second.open(token)
    send(patient)
    second.get("/intake/copy")
    assert second.heading == CLOSED
    second.open(token)
    assert second.heading == "Sent on 4 May 2026"
    second.get("/intake/copy")
    assert second.heading == CLOSED


def test_it_is_closed_before_sending(patient: Patient, token: str) -> None:
    fill_in(patient, token)
    patient.get("/intake/copy")
    assert patient.heading == CLOSED


def test_a_deleted_response_is_in_no_copy(sent: Patient, practice: Clinic, clock: Clock) -> None:
    with practice.store.read() as session:
        response_id = session.scalars(select(Response.id)).one()
    erasure.erase_response(practice.store, practice.admin, response_id, now=clock.now)
    ask_page = sent.get("/intake/copy")
    assert "Rain." not in ask_page.text
    assert sent.heading == CLOSED


def test_nothing_that_staff_wrote_is_in_it(sent: Patient, practice: Clinic, clock: Clock) -> None:
    with practice.store.read() as session:
        response_id = session.scalars(select(Response.id)).one()
    how = {"clinicians_see": "own", "now": clock.now}
    review.save_note(practice.store, practice.novak, response_id, "STAFFNOTE one", 0, **how)  # type: ignore[arg-type]
    ask(sent)
    assert "STAFFNOTE" not in sent.text
    ask(sent, "pdf")
    assert "STAFFNOTE" not in pdf.text(sent.page.data)
    assert b"STAFFNOTE" not in sent.page.data
    view = review.load_response(
        practice.store, practice.novak, response_id, clinicians_see="own", now=clock.now, zone=ZONE
    )
    assert "STAFFNOTE" in view.note.text


@pytest.mark.parametrize("always_hide", [True, False])
def test_what_was_hidden_on_coming_back_stays_hidden(patient: Patient, token: str, always_hide: bool) -> None:
    fill_in(patient, token, always_hide=always_hide)
    patient.open(token)
    patient.get("/intake/pages/2?anew=1")
    patient.press(q3="never")
    send(patient)
    ask(patient)
    text = main(patient)
    assert "Rain." not in text
    assert "The answers stay hidden here" in text
    assert ("Never" in text) is not always_hide
    ask(patient, "pdf")
    assert "Rain." not in pdf.text(patient.page.data)


def thanks_of(someone: Patient, practice: Clinic, number: int) -> bytes:
    """Send something, and return the page of thanks."""
    token = practice.invite(questionnaires=("garden", "coping")[: number + 1], record_number=f"R-{number}").token
    fill_in(someone, token, hope="All is well." if number else "I can not go on.", always_hide=bool(number))
    send(someone)
    return someone.page.data


def test_thank_you_is_the_same_for_everyone_with_the_button(
    practice: Clinic, another: Callable[[], Patient], clock: Clock
) -> None:
    pages = []
    for number in (0, 1):
        pages.append(thanks_of(another(), practice, number))
        clock.advance(minutes=1)
    pages.append(another().get("/intake/thanks").data)
    assert pages[0] == pages[1] == pages[2]
    assert b'href="/intake/copy"' in pages[0]


def test_a_clinic_that_gives_no_copies_has_no_button_and_no_page(
    make_settings: Callable[..., Settings], practice: Clinic, another: Callable[[], Patient], clock: Clock
) -> None:
    app = make_app(make_settings(), clock)
    pages = [thanks_of(Patient(app.test_client()), practice, number) for number in (0, 1)]
    someone = Patient(app.test_client())
    pages.append(someone.get("/intake/thanks").data)
    assert pages[0] == pages[1] == pages[2]
    assert b"copy" not in pages[0]
    assert someone.get("/intake/copy").status_code == 404
    assert someone.post("/intake/copy", BIRTH_DATE).status_code == 404
    close_app(app)
    with practice.store.read() as session:
        open_copies = session.scalars(select(WebSession.expires_at).where(WebSession.expires_at > clock.now)).all()
    assert open_copies == []


def test_a_second_click_on_send_leaves_the_copy(patient: Patient, token: str) -> None:
    fill_in(patient, token)
    patient.get("/intake/send")
    fields = patient.fields(None, patient.form())
    for _ in range(2):
        patient.post("/intake/send", fields)
        assert patient.path == "/intake/thanks"
    ask(patient)
    assert "Rain." in patient.text


def test_it_comes_in_the_patients_language_with_the_wording_that_was_seen(
    patient: Patient, practice: Clinic, token: str
) -> None:
    practice.translate("garden", "ar")
    fill_in(patient, token)
    send(patient)
    patient.get("/intake/copy")
    patient.switch("ar")
    assert '<html lang="ar" dir="rtl"' in patient.text
    assert "نسخة من إجاباتك" in patient.text
    data = patient.fields("show", patient.form("then"))
    patient.post("/intake/copy", data | {name: [value] for name, value in BIRTH_DATE.items()})
    assert '<html lang="ar" dir="rtl"' in patient.text
    assert "لم تُسأل هذا السؤال." in patient.text
    assert '<span dir="ltr" lang="en">What do you hope for?</span>' in patient.text
    patient.switch("es")
    assert patient.path.startswith("/intake/copy")
    assert "Rain." not in patient.text


def test_a_form_of_another_invitation_opens_nothing(sent: Patient, practice: Clinic) -> None:
    sent.get("/intake/copy")
    form = sent.form("then")
    fields = sent.fields("show", form) | {name: [value] for name, value in BIRTH_DATE.items()}
    sent.post(form.action, fields | {"invitation_tag": ["0" * 16]})
    assert sent.page.status_code == 409
    assert "Rain." not in sent.text


def test_another_sites_post_opens_nothing(sent: Patient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = sent.client.post("/intake/copy", data=BIRTH_DATE, base_url=ORIGIN, headers=headers)
    assert answer.status_code == 400


@pytest.fixture
def worker(app: Flask, clock: Clock) -> Callable[[], int]:
    """Let a worker be seen, so that pages wait for it; it works when it is called."""
    with app.extensions["store"].write() as session:
        outbox.note_alive(session, "w" * 32, clock.now)

    def work() -> int:
        with app.app_context():
            return context.work().drain()

    return work


def test_the_file_is_waited_for_on_a_page_that_needs_no_script(
    sent: Patient, practice: Clinic, worker: Callable[[], int]
) -> None:
    ask(sent, "pdf")
    waiting = sent.path
    assert (sent.heading, sent.page.headers["Refresh"]) == ("Your file is being made", "1")
    assert "Rain" not in sent.text
    assert "<script" not in sent.text
    assert sent.page.headers["Cache-Control"] == "no-store"
    assert len(gzip.compress(sent.page.data)) < 8_000
    ask(sent, "pdf")
    assert sent.path == waiting, "asked for once"
    worker()
    sent.get(waiting)
    assert sent.heading == "Your file is ready"
    assert "download_copy" not in actions(practice)
    wait, _, there = sent.page.headers["Refresh"].partition("; url=")
    assert wait == "0"
    sent.get(there)
    assert sent.page.data.startswith(b"%PDF")
    assert sent.page.headers["Cache-Control"] == "no-store"
    assert actions(practice).count("download_copy") == 1


def actions(practice: Clinic) -> list[str]:
    with practice.store.read() as session:
        return list(session.scalars(select(AuditEvent.action)))


def test_the_file_is_for_the_browser_that_asked_and_for_some_minutes(
    sent: Patient, another: Callable[[], Patient], token: str, worker: Callable[[], int], clock: Clock
) -> None:
    ask(sent, "pdf")
    waiting = sent.path
    worker()
    stranger = another()
    stranger.open(token)
    for path in (waiting, f"{waiting}/file"):
        stranger.get(path)
        assert stranger.heading == CLOSED
    clock.advance(minutes=10)
    for path in (waiting, f"{waiting}/file"):
        sent.get(path)
        assert sent.heading == "A copy of your answers", "the birth date is asked for another one"


def test_the_file_is_gone_with_the_hour_and_with_the_response(sent: Patient, practice: Clinic, clock: Clock) -> None:
    clock.advance(minutes=55)
    ask(sent, "pdf")
    assert sent.page.mimetype == "application/pdf"
    waiting = sent.path.removesuffix("/file")
    clock.advance(minutes=5)
    for path in (waiting, f"{waiting}/file"):
        sent.get(path)
        assert sent.heading == CLOSED
    assert files_of(practice) == 1
    with practice.store.read() as session:
        response_id = session.scalars(select(Response.id)).one()
    erasure.erase_response(practice.store, practice.admin, response_id, now=clock.now)
    assert files_of(practice) == 0


def test_exit_takes_the_file_along(sent: Patient, practice: Clinic, worker: Callable[[], int]) -> None:
    ask(sent, "pdf")
    worker()
    assert files_of(practice) == 1
    sent.client.get("/exit", base_url=ORIGIN)
    assert files_of(practice) == 0


def files_of(practice: Clinic) -> int:
    with practice.store.read() as session:
        return len(session.scalars(select(RequestedFile.id)).all())


def test_the_page_that_waits_is_in_the_language_of_the_copy(
    patient: Patient, practice: Clinic, token: str, worker: Callable[[], int]
) -> None:
    practice.translate("garden", "ar")
    fill_in(patient, token)
    send(patient)
    patient.get("/intake/copy")
    patient.switch("ar")
    data = patient.fields("pdf", patient.form("then"))
    patient.post("/intake/copy", data | {name: [value] for name, value in BIRTH_DATE.items()})
    assert '<html lang="ar" dir="rtl"' in patient.text
    assert patient.heading == "يجري إعداد ملفك"


def test_a_file_that_can_not_be_made_is_told(app: Flask, sent: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise RenderError("The renderer was busy for too long.")

    monkeypatch.setattr(app.extensions["renderer"], "render_patient_copy", fail)
    ask(sent, "pdf")
    assert (sent.page.status_code, sent.heading) == (503, "The file could not be made just now")
    ask(sent)
    assert "Rain." in sent.text
