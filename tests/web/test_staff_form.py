"""What staff type: dates and times as people write them, and the QR code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import segno
from flask import Flask
from werkzeug.datastructures import MultiDict

from screening.web.clinic.qr import qr_code
from screening.web.staff_form import Form, date_values, time_value

PRAGUE = ZoneInfo("Europe/Prague")
MISSING = ("Enter the day.", "Enter the time.")


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/clinic/"):
        yield


def read_date(day: str, month: str, year: str) -> tuple[date | None, str]:
    form = Form(MultiDict({"born-day": day, "born-month": month, "born-year": year}))
    return form.date("born", "Enter it."), form.problem("born")


def read_time(text: str) -> tuple[time | None, str]:
    form = Form(MultiDict({"at": text}))
    return form.time("at", "Enter it."), form.problem("at")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [(("27", "3", "1985"), date(1985, 3, 27)), ((" 01 ", "02", "2026"), date(2026, 2, 1))],
)
def test_a_date_is_read(parts: tuple[str, str, str], expected: date) -> None:
    assert read_date(*parts) == (expected, "")


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        (("", "", ""), "Enter it."),
        (("30", "2", "2026"), "There is no such date. Check day, month and year."),
        (("27", "3", "85"), "Enter day, month and a year of four digits, such as 27 3 1985."),
        (("27", "", "1985"), "There is no such date. Check day, month and year."),
        (("27", "March", "1985"), "There is no such date. Check day, month and year."),
        (("٢٧", "3", "1985"), "There is no such date. Check day, month and year."),
        (("1", "1", "99999999999999999999"), "There is no such date. Check day, month and year."),
    ],
)
def test_what_is_no_date_is_told(parts: tuple[str, str, str], problem: str) -> None:
    assert read_date(*parts) == (None, problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:30", time(9, 30)),
        ("09.30", time(9, 30)),
        ("0930", time(9, 30)),
        ("14h05", time(14, 5)),
        ("14:30", time(14, 30)),
        ("2:30 pm", time(14, 30)),
        ("2 p.m.", time(14)),
        ("12:15 AM", time(0, 15)),
        ("12 pm", time(12)),
        ("0:00", time(0)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, expected: time) -> None:
    assert read_time(text) == (expected, "")


@pytest.mark.parametrize("text", ["10", "25:00", "10:60", "half past nine", "13 pm", "9:3", "-1:00", "1:2:3"])
def test_what_is_no_time_is_told(text: str) -> None:
    found, problem = read_time(text)
    assert found is None
    assert problem == "Write the time as hours and minutes, such as 9:30 or 14:30."


def moment(day: date, clock: str) -> tuple[datetime | None, dict[str, str]]:
    form = Form(MultiDict({**date_values("on", day), "at": clock}))
    return form.moment("on", "at", PRAGUE, MISSING), form.problems


def test_a_moment_is_in_the_clinics_zone() -> None:
    assert moment(date(2026, 7, 1), "10:30") == (datetime(2026, 7, 1, 8, 30, tzinfo=UTC), {})
    assert moment(date(2026, 12, 1), "10:30") == (datetime(2026, 12, 1, 9, 30, tzinfo=UTC), {})


def test_an_hour_that_the_clocks_leave_out_is_refused() -> None:
    found, problems = moment(date(2026, 3, 29), "2:30")
    assert found is None
    assert problems == {"at": "There is no such time on that day: the clocks go forward then."}


def test_day_and_time_are_told_apart() -> None:
    form = Form()
    assert form.moment("on", "at", PRAGUE, MISSING) is None
    assert form.problems == {"on": "Enter the day.", "at": "Enter the time."}


def test_what_is_shown_in_a_form_reads_the_same_again() -> None:
    shown = datetime(2026, 5, 4, 9, 5, tzinfo=PRAGUE)
    assert read_time(time_value(shown)) == (time(9, 5), "")


def test_the_token_is_never_among_what_is_kept() -> None:
    form = Form(MultiDict([("csrf_token", "secret"), ("q", "a"), ("q", "b")]))
    assert form.items() == [("q", "a"), ("q", "b")]


def test_the_qr_code_draws_each_dark_module_once_and_keeps_its_quiet_zone() -> None:
    text = "https://forms.clinic.example/i/" + "x" * 43
    code = qr_code(text)
    matrix = segno.make_qr(text, error="m").matrix
    assert code.size == len(matrix) + 8
    drawn: list[tuple[int, int]] = []
    for run in code.path.split("z")[:-1]:
        start, rest = run.removeprefix("M").split("h", 1)
        x, y = map(int, start.split(" "))
        length = int(rest.split("v")[0])
        drawn += [(x + step - 4, y - 4) for step in range(length)]
    dark = {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == dark
