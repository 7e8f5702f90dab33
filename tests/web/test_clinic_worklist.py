"""The lists: what waits to be read, who comes, in what state, for whom; and nothing ordered by an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from screening.config import Settings
from screening.erasure import erase_response
from screening.store import outbox, responses, worklist
from screening.store.tables import Response
from screening.store.worklist import PAGE_SIZE
from screening.web import context
from tests.support.app import close_app, make_app
from tests.support.clinic import ANSWERED, NOW, Clinic
from tests.support.clock import Clock
from tests.support.staff import Member

DAY = timedelta(days=1)
MOST_LOOKS = 10


@pytest.fixture
def database_backend() -> str:
    """The lists' queries are tested on both databases without the web."""
    return "sqlite"


@pytest.fixture
def member(app: Flask, clinic: Clinic) -> Callable[..., Member]:
    def sign_in(who: str) -> Member:
        somebody = Member(app)
        somebody.sign_in(getattr(clinic, who))
        return somebody

    return sign_in


def invite(clinic: Clinic, number: int, **changes: Any) -> str:
    """Invite one of several patients, an hour apart from each other."""
    complete = {
        "record_number": f"P-{number}",
        "name": f"Person {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26] * (1 + number // 26)}",
        "appointment_at": NOW + timedelta(hours=number),
    }
    return clinic.invite(**{**complete, **changes}).invitation_id


def section(member: Member, anchor: str) -> str:
    """Return the part of the page from one heading to the next."""
    return member.text.partition(f'id="{anchor}"')[2].partition("<h2")[0]


def names(text: str) -> list[str]:
    return re.findall(r"Person [A-Z]+(?=</a>)", text)


def test_what_was_sent_stands_first_with_a_link_to_each_response(clinic: Clinic, member: Callable[..., Member]) -> None:
    later = invite(clinic, 5, questionnaires=("mood", "coping"))
    invite(clinic, 3)
    mood, coping = clinic.send(later)
    novak = member("novak")
    unread = section(novak, "unread")
    assert names(unread) == ["Person F"]
    assert re.findall(r'href="/clinic/responses/(\w+)"', unread) == [mood, coping]
    assert re.findall(r'responses/\w+">([^<]+)', unread) == ["How you have been", "What helps you"]
    assert "(reviewed)" not in unread
    assert "4 May 2026, 11:00" in unread
    assert names(section(novak, "appointments")) == ["Person D", "Person F"]
    novak.get(f"/clinic/responses/{mood}")
    assert novak.page.status_code == 200


def test_nothing_to_read_is_said(member: Callable[..., Member]) -> None:
    novak = member("novak")
    assert "Nothing waits to be reviewed." in novak.text
    assert "No appointment with a questionnaire is coming." in novak.text


def test_states_are_in_words(clinic: Clinic, member: Callable[..., Member]) -> None:
    invite(clinic, 1)
    clinic.begin(invite(clinic, 2))
    clinic.send(invite(clinic, 3))
    read = clinic.send(invite(clinic, 4))
    novak = member("novak")
    novak.get(f"/clinic/responses/{read[0]}")
    novak.press("action=sign_off")
    for somebody, page in ((novak, "/clinic/"), (member("desk"), "/clinic/appointments")):
        somebody.get(page)
        table = somebody.text.rpartition("<table")[2]
        states = re.findall(r'data-label="State">([^<]*)', table)
        assert states == ["Not started", "Begun", "Sent, not yet reviewed", "Reviewed"]


def test_the_nearest_days_are_called_by_name(clinic: Clinic, member: Callable[..., Member]) -> None:
    invite(clinic, 1, appointment_at=NOW)
    invite(clinic, 2, appointment_at=NOW + DAY)
    invite(clinic, 3, appointment_at=NOW + 8 * DAY)
    times = re.findall(r'data-label="Appointment">([^<]*)', member("desk").text)
    assert times == ["Today, 11:00", "Tomorrow, 11:00", "Tue 12 May 2026, 11:00"]


def test_the_front_desk_sees_who_is_where_and_no_way_to_an_answer(
    clinic: Clinic, member: Callable[..., Member]
) -> None:
    (response_id,) = clinic.send(invite(clinic, 1))
    desk = member("desk")
    for path in ("/clinic/appointments", "/clinic/appointments?state=sent"):
        desk.get(path)
        assert "Person B" in desk.text
        assert response_id not in desk.text
        assert "/clinic/responses/" not in desk.text
        assert "Mornings" not in desk.text


def test_clinicians_see_their_own_patients_only(clinic: Clinic, member: Callable[..., Member]) -> None:
    clinic.send(invite(clinic, 1, clinician_id=int(clinic.horak.id)))
    clinic.send(invite(clinic, 2))
    assert set(names(member("novak").text)) == {"Person C"}
    horak = member("horak")
    assert set(names(horak.text)) == {"Person B"}
    horak.get("/clinic/unread")
    assert names(horak.text) == ["Person B"]


def test_or_the_whole_practices_where_the_practice_says_so(
    make_settings: Callable[..., Settings], clock: Clock
) -> None:
    app = make_app(make_settings(clinicians_see="practice"), clock)
    clinic = Clinic(app.extensions["store"])
    clinic.send(invite(clinic, 1, clinician_id=int(clinic.horak.id)))
    invite(clinic, 2)
    novak = Member(app)
    novak.sign_in(clinic.novak)
    assert names(section(novak, "unread")) == ["Person B"]
    novak.get(f"/clinic/?clinician={clinic.horak.id}")
    assert names(novak.text) == ["Person B"]
    close_app(app)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=P-3", ["Person D"]),
        ("q=person", ["Person B", "Person C", "Person D"]),
        ("q=PERSON d", ["Person D"]),
        ("q=Pers", []),
        ("q=nobody", []),
        ("day=2026-05-06", ["Person D"]),
        ("day=2026-05-06&q=P-1", []),
        ("state=begun", ["Person C"]),
        ("state=cancelled", []),
        ("clinician=999999", []),
    ],
)
def test_the_filter_finds(clinic: Clinic, member: Callable[..., Member], query: str, expected: list[str]) -> None:
    invite(clinic, 1)
    clinic.begin(invite(clinic, 2))
    invite(clinic, 3, appointment_at=NOW + 2 * DAY)
    desk = member("desk")
    desk.get(f"/clinic/appointments?{query}")
    assert names(desk.text) == expected
    assert ("No appointment fits." in desk.text) is not bool(expected)
    novak = member("novak")
    novak.get(f"/clinic/?{query}")
    assert names(novak.text) == expected
    assert 'id="unread"' not in novak.text


def test_a_search_looks_at_the_past_as_well(
    app: Flask, clinic: Clinic, member: Callable[..., Member], clock: Clock
) -> None:
    invite(clinic, 1)
    clock.advance(days=30)
    desk = member("desk")
    assert names(desk.text) == []
    desk.get("/clinic/appointments?q=P-1")
    assert names(desk.text) == ["Person B"]


def test_the_front_desk_finds_what_nobody_reviewed_whenever_the_visit_was(
    clinic: Clinic, member: Callable[..., Member], clock: Clock
) -> None:
    clinic.send(invite(clinic, 1))
    invite(clinic, 2)
    clock.advance(days=30)
    desk = member("desk")
    desk.get(f"/clinic/appointments?state=sent&clinician={clinic.novak.id}")
    assert names(desk.text) == ["Person B"]
    assert 'data-label="Clinician">Dr A. Novak' in desk.text
    desk.get(re.findall(r'href="(/clinic/invitations/\w{32})"', desk.text)[0])
    desk.get(desk.path + "/appointment")
    desk.press(clinician_id=str(clinic.horak.id))
    assert "The appointment is changed." in desk.text
    assert names(section(member("horak"), "unread")) == ["Person B"]


def test_answers_that_were_deleted_are_not_called_reviewed(clinic: Clinic, member: Callable[..., Member]) -> None:
    (response_id,) = clinic.send(invite(clinic, 1))
    erase_response(clinic.store, clinic.admin, response_id, now=NOW)
    for somebody, page in ((member("novak"), "/clinic/"), (member("desk"), "/clinic/appointments")):
        somebody.get(f"{page}?state=deleted")
        assert re.findall(r'data-label="State">([^<]*)', somebody.text) == ["Answers deleted"]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-3",
        "page=99999999999999999999",
        "page=x",
        "day=0001-01-01",
        "day=9999-12-31",
        "day=tomorrow",
        "state=urgent",
        "clinician=;drop",
        "clinician=99999999999999999999",
        "q=%00%F0%9F%98%80",
        "q=" + "x" * 3000,
    ],
)
def test_a_crafted_filter_breaks_nothing(member: Callable[..., Member], query: str) -> None:
    desk, novak = member("desk"), member("novak")
    assert desk.get(f"/clinic/appointments?{query}").status_code == 200
    assert novak.get(f"/clinic/?{query}").status_code == 200
    assert novak.get(f"/clinic/unread?{query}").status_code == 200


def test_lists_have_pages_that_keep_the_filter(clinic: Clinic, member: Callable[..., Member]) -> None:
    for number in range(PAGE_SIZE + 1):
        invite(clinic, number)
    desk = member("desk")
    desk.get("/clinic/appointments?q=person")
    first = names(desk.text)
    assert len(first) == PAGE_SIZE
    following = re.search(r'href="([^"]*)" rel="next"', desk.text)
    assert following
    desk.get(following[1])
    assert len(names(desk.text)) == 1
    assert not set(names(desk.text)) & set(first)
    assert 'rel="prev"' in desk.text


def test_more_that_was_sent_than_fits_has_pages_of_its_own(clinic: Clinic, member: Callable[..., Member]) -> None:
    for number in range(PAGE_SIZE + 1):
        clinic.send(invite(clinic, number))
    novak = member("novak")
    assert len(names(section(novak, "unread"))) == PAGE_SIZE
    novak.get("/clinic/unread?page=2")
    assert len(names(novak.text)) == 1


def test_no_answer_changes_a_list(app: Flask, clinic: Clinic, member: Callable[..., Member]) -> None:
    """Permute the answers of two patients: every list stays as it is, to the byte (rules R3 and R4)."""
    first, second = clinic.send(invite(clinic, 1))[0], clinic.send(invite(clinic, 2))[0]
    other = {"mood": {"feelings": {"answers": {"numb": False}, "skipped": False}}}

    def rewrite(response_id: str, pages: Any) -> None:
        with clinic.store.write() as session:
            document = clinic.store.keyring.seal({"pages": pages["mood"]}, responses.bound_to(response_id))
            session.get_one(Response, response_id).document = document

    pages = []
    for a, b in ((ANSWERED, other), (other, ANSWERED)):
        rewrite(first, a)
        rewrite(second, b)
        novak, desk = member("novak"), member("desk")
        shown = [novak.get(path).text for path in ("/clinic/", "/clinic/unread")]
        shown.append(desk.get("/clinic/appointments").text)
        pages.append([re.sub(r'name="csrf_token" value="[^"]*"', "", page) for page in shown])
    assert pages[0] == pages[1]


def test_a_name_is_printed_as_it_was_typed(clinic: Clinic, member: Callable[..., Member]) -> None:
    invite(clinic, 1, name='<b>Anna</b> "A" & Sons', questionnaires=("mood",))
    page = member("desk").page.text
    assert "&lt;b&gt;Anna&lt;/b&gt; &#34;A&#34; &amp; Sons" in page
    assert "<b>Anna" not in page


def test_a_patients_page_lists_what_there_is_of_one_patient(clinic: Clinic, member: Callable[..., Member]) -> None:
    mood = clinic.send(clinic.invite().invitation_id)[0]
    clinic.invite(appointment_at=NOW + 9 * DAY)
    invite(clinic, 3)
    novak = member("novak")
    path = re.search(r'href="(/clinic/patients/\w+)">Anna Nowak', novak.text)
    assert path
    novak.get(path[1])
    assert novak.heading == "Anna Nowak"
    assert re.findall(r'data-label="State">([^<]*)', novak.text) == ["Sent, not yet reviewed", "Not started"]
    assert f"/clinic/responses/{mood}" in novak.text
    assert "Person D" not in novak.text
    desk = member("desk")
    desk.get(path[1])
    assert desk.heading == "Anna Nowak"
    assert mood not in desk.text


def test_a_list_that_was_shown_is_on_record(clinic: Clinic, member: Callable[..., Member]) -> None:
    invite(clinic, 1)
    member("desk")
    assert ("list", clinic.desk.id) in clinic.actions(f"staff:{clinic.desk.id}")


def test_the_reports_of_a_day_are_begun_on_the_worklist_and_fetched_from_a_page_without_script(
    app: Flask, clinic: Clinic, member: Callable[..., Member]
) -> None:
    invited = clinic.invite()
    clinic.send(invited.invitation_id)
    with clinic.store.write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    novak = member("novak")
    novak.get("/clinic/?day=2026-05-05")
    novak.press("form=zip", action="/days")
    assert novak.heading == "The reports are being made"
    assert "0 of 1 reports are ready." in novak.text
    assert novak.page.headers["Refresh"] == "2"
    with app.app_context():
        context.work().drain()
    page = novak.path
    assert novak.get(page).headers["Refresh"] == f"0; url={page}/day"
    assert novak.heading == "The reports are ready"
    assert novak.get(f"{page}/day").headers["Content-Disposition"] == 'attachment; filename="answers-2026-05-05.zip"'


def test_without_a_worker_the_page_makes_the_reports_itself(clinic: Clinic, member: Callable[..., Member]) -> None:
    clinic.send(clinic.invite().invitation_id)
    novak = member("novak")
    novak.get("/clinic/?day=2026-05-05")
    novak.press("form=pdf", action="/days")
    page = novak.path
    for _ in range(MOST_LOOKS):  # one look works on them for a while only, which a busy machine may not find enough
        if novak.heading == "The reports are ready":
            break
        assert novak.heading == "The reports are being made"
        novak.get(page)
    assert novak.get(f"{page}/day").data.startswith(b"%PDF")


def test_a_day_with_nothing_to_hand_out_says_so(member: Callable[..., Member]) -> None:
    novak = member("novak")
    novak.get("/clinic/?day=2026-05-05")
    novak.press("form=pdf", action="/days", day="2026-05-06")
    assert "On this day nothing was sent" in novak.text
    novak.press("form=pdf", action="/days", day="soon")
    assert "Choose a day for the reports." in novak.text


def test_a_days_list_leads_to_the_days_beside_it(clinic: Clinic, member: Callable[..., Member]) -> None:
    clinic.invite()
    desk = member("desk")
    desk.get("/clinic/today")
    assert "No appointment with a questionnaire on this day." in desk.text
    after = re.search(r'href="([^"]*)">The day after', desk.text)
    assert after
    desk.get(after[1])
    assert desk.heading == "Appointments on Tuesday, 5 May 2026"
    assert "Anna Nowak" in desk.text
    assert 'href="/clinic/today?day=2026-05-04">The day before' in desk.text


@pytest.mark.parametrize("who", ["desk", "novak"])
def test_a_days_list_is_printed_whole(
    clinic: Clinic, member: Callable[..., Member], monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(worklist, "PAGE_SIZE", 2)
    for number in range(5):
        at = NOW + timedelta(days=1, minutes=number)
        clinic.invite(record_number=f"D-{number}", name=f"Person {number}", appointment_at=at)
    reader = member(who)
    reader.get("/clinic/today?day=2026-05-05")
    assert re.findall(r"Person \d", reader.text) == [f"Person {number}" for number in range(5)]
    assert 'rel="next"' not in reader.text


def test_a_patient_with_many_appointments_has_pages_of_them(
    clinic: Clinic, member: Callable[..., Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "PAGE_SIZE", 1)
    for days in (1, 2):
        clinic.invite(appointment_at=NOW + timedelta(days=days))
    desk = member("desk")
    desk.get("/clinic/appointments")
    patient = re.search(r'href="(/clinic/invitations/\w{32})"', desk.page.text)
    assert patient
    desk.get(patient[1])
    all_of_them = re.search(r'href="(/clinic/patients/\w{32})"', desk.page.text)
    assert all_of_them
    desk.get(all_of_them[1])
    assert "Tomorrow" in desk.text
    later = re.search(r'href="([^"]*)" rel="next"', desk.text)
    assert later
    desk.get(later[1])
    assert "Wed 6 May 2026" in desk.text
    assert "Tomorrow" not in desk.text
