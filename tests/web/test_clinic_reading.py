"""Earlier visits, what comes after a sign-off, covers and attention answers, as the clinic's pages show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.support.clinic import ANSWERED, NOW, Clinic
from tests.support.staff import Member

DAY = timedelta(days=1)


@pytest.fixture
def database_backend() -> str:
    """What these pages do is done by use cases that are tested on both databases."""
    return "sqlite"


@pytest.fixture
def member(app: Flask, clinic: Clinic) -> Callable[[str], Member]:
    def sign_in(who: str) -> Member:
        somebody = Member(app)
        somebody.sign_in(getattr(clinic, who))
        return somebody

    return sign_in


def send(clinic: Clinic, days: int, numb: bool = True) -> str:
    return send_for(clinic, days, sent_after=timedelta(minutes=days), numb=numb)


def send_for(clinic: Clinic, days: int, *, sent_after: timedelta, numb: bool = True) -> str:
    """Send answers for the visit in so many days, this long from now."""
    invited = clinic.invite(appointment_at=NOW + days * DAY + timedelta(hours=1))
    pages = {"mood": {**ANSWERED["mood"], "feelings": {"answers": {"numb": numb}, "skipped": False}}}
    return clinic.send(invited.invitation_id, pages, now=NOW + sent_after)[0]


def test_the_response_shows_last_time_and_leads_to_all_visits(clinic: Clinic, member: Callable[[str], Member]) -> None:
    send(clinic, 1)
    newest = send(clinic, 2, numb=False)
    novak = member("novak")
    novak.get(f"/clinic/responses/{newest}")
    assert "Last time, 5 May 2026: Yes (changed)" in " ".join(novak.text.split())
    path = re.search(r'href="(/clinic/patients/\w+/history/mood)"', novak.text)
    assert path
    novak.get(path[1])
    table = novak.text.partition("Do you feel numb?</span></h3>")[2].partition("</table>")[0]
    assert re.findall(r'scope="col">([^<]*)', table) == ["Answer", "5 May 2026", "6 May 2026"]
    rows = re.findall(r'scope="row"[^>]*>([^<]*)</th>(.*?)</tr>', table, re.DOTALL)
    marks = {
        words: [("●" in cell) for cell in re.findall(r"<td>(.*?)</td>", cells, re.DOTALL)] for words, cells in rows
    }
    assert marks == {"Yes": [True, False], "No": [False, True], "Without an answer": [False, False]}


def test_last_time_leads_to_all_earlier_answers_where_they_stand_on_the_page(
    clinic: Clinic, member: Callable[[str], Member]
) -> None:
    send(clinic, 1)
    second, third = send(clinic, 2), send(clinic, 3, numb=False)
    novak = member("novak")
    novak.get(f"/clinic/responses/{second}")
    assert "All earlier answers" not in novak.text, "the one earlier answer stands there already"
    novak.get(f"/clinic/responses/{third}")
    answer = novak.text.partition('id="question-1"')[2].partition("</dl>")[0]
    link = re.search(r'Last time.*<a [^>]*href="#history-1">(.*?)</a>', answer, re.DOTALL)
    assert link
    assert re.sub(r"<[^>]+>", "", link[1]) == "All earlier answers, Question 1"
    assert 'id="history-1"' in novak.text


def test_answers_that_come_late_stand_at_their_visit(clinic: Clinic, member: Callable[[str], Member]) -> None:
    newest = send(clinic, 3)
    late = send_for(clinic, 1, sent_after=timedelta(days=4))
    novak = member("novak")
    novak.get(f"/clinic/responses/{late}")
    assert "Last time" not in novak.text, "the visit of 7 May was later, though its answers came first"
    novak.get(f"/clinic/responses/{newest}")
    assert "Last time, 5 May 2026: Yes" in " ".join(novak.text.split())
    path = re.search(r'href="(/clinic/patients/\w+/history/mood)"', novak.text)
    assert path
    novak.get(path[1])
    assert re.findall(r"Answers for the visit on ([^<]*)<", novak.text) == ["5 May 2026", "7 May 2026"]


def test_another_clinicians_history_is_not_there(clinic: Clinic, member: Callable[[str], Member], app: Flask) -> None:
    newest = send(clinic, 1)
    novak = member("novak")
    novak.get(f"/clinic/responses/{newest}")
    path = re.search(r'href="(/clinic/patients/\w+)"', novak.text)
    assert path
    assert member("horak").get(f"{path[1]}/history/mood").status_code == 404
    assert member("desk").get(f"{path[1]}/history/mood").status_code == 404


def test_after_the_sign_off_one_adds_and_opens_again(clinic: Clinic, member: Callable[[str], Member]) -> None:
    page = f"/clinic/responses/{send(clinic, 1)}"
    novak = member("novak")
    novak.get(page)
    novak.press("action=sign_off", text="Seen.")
    novak.press("action=addendum", addendum="Called back.")
    assert "Called back." in novak.text
    novak.press("action=reopen")
    assert novak.problems == ["Write why it is opened again."]
    novak.press("action=reopen", reason="Read the wrong one.")
    assert "Not yet reviewed" in novak.text
    for told in ("Seen.", "Called back.", "Read the wrong one.", "Opened again"):
        assert told in novak.text
    assert 'name="text"' not in novak.text


def test_what_was_typed_to_be_added_is_kept_with_the_next_patient(
    clinic: Clinic, member: Callable[[str], Member]
) -> None:
    page = f"/clinic/responses/{send(clinic, 1)}"
    novak = member("novak")
    novak.get(page)
    novak.press("action=sign_off")
    novak.press("action=next", addendum="Not lost.")
    assert "Not lost." in novak.get(page).text


def test_a_cover_is_set_named_in_lists_and_ended(clinic: Clinic, member: Callable[[str], Member]) -> None:
    send(clinic, 1)
    desk = member("desk")
    desk.get("/clinic/covers")
    days = {
        f"{name}_day-{part}": value for name in ("first", "last") for part, value in (("month", "5"), ("year", "2026"))
    }
    form = {"clinician_id": clinic.novak.id, "cover_id": clinic.horak.id, **days}
    desk.press(**{**form, "first_day-day": "4", "last_day-day": "3"})
    assert desk.problems == ["The last day comes before the first, or has passed."]
    desk.press(**{**form, "first_day-day": "4", "last_day-day": "8"})
    assert "The cover is set." in desk.text
    horak = member("horak")
    horak.get("/clinic/")
    assert "You cover for Dr A. Novak until 9 May 2026, 00:00." in horak.text
    assert "Anna Nowak" in horak.text
    assert "covered by Dr B. Horak" in desk.get("/clinic/appointments").text
    desk.get("/clinic/covers")
    desk.press(action="/end")
    assert "Nobody is covered for" in desk.text
    assert "Anna Nowak" not in horak.get("/clinic/").text


def test_what_is_asked_for_stands_first_and_nothing_else_changes(
    clinic: Clinic, member: Callable[[str], Member]
) -> None:
    given, other = send(clinic, 1), send(clinic, 2, numb=False)
    novak = member("novak")
    lists = [novak.get("/clinic/").text, novak.get("/clinic/unread").text]
    novak.get("/clinic/asked-first?questionnaire=mood")
    assert "numb_when" not in novak.text
    novak.press(action="/asked-first", answer="numb yes")
    assert "Dr A. Novak asked for it" in novak.text
    novak.get(f"/clinic/responses/{given}")
    assert novak.text.count("asked to see this first (set 4 May 2026)") == 1
    assert "asked to see this first" not in novak.get(f"/clinic/responses/{other}").text
    masked = [re.sub(r'name="csrf_token" value="[^"]*"', "", page) for page in lists]
    again = [novak.get("/clinic/").text, novak.get("/clinic/unread").text]
    assert [re.sub(r'name="csrf_token" value="[^"]*"', "", page) for page in again] == masked
    novak.get("/clinic/asked-first")
    novak.press(action="/end")
    assert "asked to see this first" not in novak.get(f"/clinic/responses/{given}").text


def test_the_front_desk_asks_for_a_correction_and_lists_say_so(clinic: Clinic, member: Callable[[str], Member]) -> None:
    invited = clinic.invite()
    clinic.send(invited.invitation_id)
    desk = member("desk")
    desk.get(f"/clinic/invitations/{invited.invitation_id}")
    desk.get(f"/clinic/invitations/{invited.invitation_id}/correction")
    desk.press(action="/correction")
    assert "https://forms.clinic.example/i/" in desk.text
    page = " ".join(desk.get("/clinic/appointments").text.split())
    assert "Corrected version: Not started" in page
    assert "Sent, not yet reviewed. A corrected version was asked for" in page


def test_a_clinician_gets_the_link_too_without_the_desks_ways(clinic: Clinic, member: Callable[[str], Member]) -> None:
    invited = clinic.invite()
    clinic.send(invited.invitation_id)
    novak = member("novak")
    novak.get(f"/clinic/invitations/{invited.invitation_id}/correction")
    novak.press(action="/correction")
    assert "https://forms.clinic.example/i/" in novak.text
    assert "Invite another" not in novak.text


def test_whom_to_remind_are_those_who_have_not_sent(clinic: Clinic, member: Callable[[str], Member]) -> None:
    send(clinic, 1)
    waiting = clinic.invite(record_number="B-2", name="Petr Svoboda").invitation_id
    clinic.begin(waiting)
    desk = member("desk")
    desk.get("/clinic/appointments?state=unsent")
    assert "Petr Svoboda" in desk.text
    assert "Anna Nowak" not in desk.text


def test_a_days_list_is_that_days_without_a_way_to_an_answer(clinic: Clinic, member: Callable[[str], Member]) -> None:
    response_id = send(clinic, 1)
    novak = member("novak")
    assert "Anna Nowak" not in novak.get("/clinic/today").text
    text = novak.get("/clinic/today?day=2026-05-05").text
    assert "Anna Nowak" in text
    assert response_id not in text
    assert "Appointments on Tuesday, 5 May 2026" in text


def test_what_waits_too_long_can_be_reassigned_by_the_front_desk(
    clinic: Clinic, member: Callable[[str], Member], app: Flask
) -> None:
    invited = clinic.invite()
    (response_id,) = clinic.send(invited.invitation_id, now=NOW - 9 * DAY)
    desk = member("desk")
    desk.get("/clinic/overdue")
    assert "Sent more than 3 working days ago" in desk.text
    assert "Dr B. Horak" in desk.text
    assert f"/clinic/invitations/{invited.invitation_id}/appointment" in desk.text
    assert response_id not in desk.text
    assert response_id in member("novak").get("/clinic/overdue").text
