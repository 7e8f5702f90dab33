"""The page that waits for a file that is made for one reader: with a worker, without one, and where it fails."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from reports.process import RenderError
from screening.store import outbox
from screening.store.tables import Response
from screening.web import context
from tests.support import pdf
from tests.support.clinic import NOW, Clinic
from tests.support.clock import Clock
from tests.support.staff import Member

COPY = "report.pdf?copy=others&copy=withhold_sensitive"


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


@pytest.fixture
def worker(app: Flask, response_id: str) -> None:
    """Let a worker be seen; its work is done where a test says so. The report is prepared already."""
    with app.extensions["store"].write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, response_id, NOW)
    with app.app_context():
        context.work().drain()
    with app.extensions["store"].write() as session:
        outbox.note_alive(session, "w" * 32, NOW)


def drain(app: Flask) -> None:
    with app.app_context():
        context.work().drain()


def refresh(member: Member) -> str:
    return str(member.page.headers.get("Refresh", ""))


def break_renderer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise RenderError("The report took longer than 20 seconds.")

    monkeypatch.setattr(app.extensions["renderer"], "render", fail)


def downloads(clinic: Clinic, response_id: str) -> int:
    return [action for action, _ in clinic.actions(f"response:{response_id}")].count("download")


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("asked", [COPY, f"{COPY}&copy=attach", "report.pdf?language=es"])
def test_a_download_waits_on_a_page_that_needs_no_script(
    app: Flask, clinic: Clinic, novak: Member, page: str, response_id: str, asked: str
) -> None:
    novak.get(f"{page}/{asked}")
    assert novak.heading == "The PDF is being made"
    assert refresh(novak) == "1"
    assert "<script" not in novak.text
    assert "Mornings" not in novak.text
    waiting = novak.path
    assert novak.get(f"{page}/{asked}").status_code == 200
    assert novak.path == waiting, "asked for once"
    drain(app)
    novak.get(waiting)
    assert novak.heading == "The PDF is ready"
    assert downloads(clinic, response_id) == 0
    wait, _, there = refresh(novak).partition("; url=")
    assert wait == "0"
    assert f'href="{there}"' in novak.text
    assert novak.get(there).data.startswith(b"%PDF")
    assert downloads(clinic, response_id) == 1
    assert novak.get(f"{page}/{asked}").data.startswith(b"%PDF"), "within the hour it is there at once"


@pytest.mark.usefixtures("worker")
def test_what_is_prepared_is_sent_at_once(novak: Member, page: str) -> None:
    assert novak.get(f"{page}/report.pdf").data.startswith(b"%PDF")


@pytest.mark.usefixtures("worker")
def test_nobody_else_sees_the_page(app: Flask, clinic: Clinic, novak: Member, page: str) -> None:
    novak.get(f"{page}/{COPY}")
    for actor in (clinic.horak, clinic.desk, clinic.admin):
        other = Member(app)
        other.sign_in(actor)
        assert other.get(novak.path).status_code == 404


@pytest.mark.usefixtures("worker")
def test_after_an_hour_the_page_is_gone(app: Flask, novak: Member, page: str, clock: Clock) -> None:
    novak.get(f"{page}/{COPY}")
    waiting = novak.path
    for _ in range(3):  # the session ends before that without a look
        clock.advance(minutes=20)
        novak.get(waiting)
    assert novak.page.status_code == 404


@pytest.mark.usefixtures("worker")
def test_one_that_can_not_be_made_says_what_to_do(
    app: Flask, novak: Member, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    novak.get(f"{page}/{COPY}")
    waiting = novak.path
    with monkeypatch.context() as broken:
        break_renderer(app, broken)
        drain(app)
    assert novak.get(waiting).status_code == 503
    assert novak.heading == "The PDF could not be made just now"
    assert "Try the PDF again in a minute." in novak.text
    assert "seconds" not in novak.text
    assert not refresh(novak)
    again = novak.text.split('<a class="govuk-button"')[1].split('href="')[1].split('"')[0]
    novak.get(again)
    assert novak.heading == "The PDF is being made"
    drain(app)
    assert pdf.attachments(novak.get(again).data) == {}


def test_without_a_worker_it_is_made_where_it_is_asked_for(
    app: Flask, novak: Member, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert novak.get(f"{page}/{COPY}").data.startswith(b"%PDF")
    break_renderer(app, monkeypatch)
    assert novak.get(f"{page}/report.pdf?language=es").status_code == 503
    assert novak.heading == "The PDF could not be made just now"


@pytest.mark.usefixtures("worker")
def test_where_the_worker_died_the_page_leads_to_where_the_file_is_made(novak: Member, page: str, clock: Clock) -> None:
    novak.get(f"{page}/{COPY}")
    clock.advance(minutes=5)
    novak.get(novak.path)
    wait, _, there = refresh(novak).partition("; url=")
    assert wait == "2"
    assert novak.get(there).data.startswith(b"%PDF")


def test_the_record_waits_for_its_report_and_its_page_does_not(
    app: Flask, clinic: Clinic, novak: Member, page: str, response_id: str
) -> None:
    with app.extensions["store"].write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
    novak.get(f"{page}/record")
    assert "It is made when the record is downloaded." in novak.text
    novak.get(f"{page}/record.zip")
    assert novak.heading == "The PDF is being made"
    waiting = novak.path
    drain(app)
    novak.get(waiting)
    assert refresh(novak) == f"0; url={page}/record.zip"
    assert "Download the record as a zip" in novak.text
    with ZipFile(io.BytesIO(novak.get(f"{page}/record.zip").data)) as record:
        assert record.read("report.pdf").startswith(b"%PDF")
    taken = [action for action, _ in clinic.actions(f"response:{response_id}")]
    assert taken.count("record") == 2, "the page, and the zip"


def test_a_record_whose_report_can_not_be_made_is_told(
    app: Flask, novak: Member, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_renderer(app, monkeypatch)
    assert novak.get(f"{page}/record.zip").status_code == 503
    assert novak.heading == "The PDF could not be made just now"
    assert f'href="{page}/record.zip"' in novak.text
    monkeypatch.undo()
    assert novak.get(f"{page}/record.zip").mimetype == "application/zip"


@pytest.mark.usefixtures("worker")
def test_once_its_reports_are_ready_a_day_is_said_to_be_put_together(app: Flask, clinic: Clinic, novak: Member) -> None:
    clinic.send(clinic.invite(record_number="B-2", name="Petr Svoboda").invitation_id)
    novak.get("/clinic/?day=2026-05-05")
    novak.press("form=pdf", action="/days")
    assert "0 of 2 reports are ready." in novak.text
    assert "put together" not in novak.text
    waiting = novak.path
    novak.get("/clinic/?day=2026-05-05")
    novak.press("form=pdf", action="/days")
    assert novak.path == waiting, "a second click asks for nothing more"
    with clinic.store.read() as session:
        sent = session.scalars(select(Response.id)).all()
    with app.app_context():
        for one in sent:
            context.work().do_next(only=(outbox.PREPARE_REPORT, one))
    novak.get(waiting)
    assert "2 of 2 reports are ready. They are now being put together into one file." in novak.text
    assert refresh(novak) == "2"
    drain(app)
    novak.get(waiting)
    assert novak.heading == "The reports are ready"
