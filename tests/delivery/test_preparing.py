"""Reports made beforehand: the same PDF as made at once, never an old one, sealed, and gone with their response."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from reports.document import Report
from reports.process import Renderer, RenderError
from screening import erasure, review
from screening.delivery import Press, Work, download, prepare
from screening.store import outbox, patients
from screening.store.audit import Actor
from screening.store.errors import NotFound
from screening.store.work_tables import OutboxTask, PreparedReport
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.clock import Clock

PRESS = Press("A4", ZONE)


class Printer(Renderer):
    """Makes a PDF of few bytes that shows what it was made from; ``broken`` makes none."""

    broken = False
    made = 0

    def render(self, report: Report, paper: str = "A4") -> bytes:
        if self.broken:
            raise RenderError("The report took longer than 20 seconds.")
        self.made += 1
        return f"%PDF {paper} {[note.text for note in report.notes]}".encode()


@pytest.fixture
def printer() -> Iterator[Printer]:
    with Printer() as printer:
        yield printer


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    (found,) = clinic.send(clinic.invite().invitation_id)
    return found


def pdf_for(clinic: Clinic, response_id: str, actor: Actor | None = None, press: Press = PRESS) -> bytes | None:
    return download(clinic.store, actor or clinic.novak, response_id, press, clinicians_see="own", now=NOW).pdf


def tasks(clinic: Clinic) -> list[tuple[str, str]]:
    with clinic.store.read() as session:
        return [(row.kind, row.subject) for row in session.scalars(select(OutboxTask))]


def work(clinic: Clinic, printer: Printer, clock: Clock | None = None) -> Work:
    return Work(clinic.store, PRESS, printer, clock or Clock(NOW))


def test_a_download_without_a_pdf_asks_for_it_and_is_no_download(clinic: Clinic, response_id: str) -> None:
    assert pdf_for(clinic, response_id) is None
    assert tasks(clinic) == [(outbox.PREPARE_REPORT, response_id)]
    assert "download" not in dict(clinic.actions(f"response:{response_id}"))


def test_what_was_prepared_is_downloaded_and_on_record(clinic: Clinic, response_id: str, printer: Printer) -> None:
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    assert pdf_for(clinic, response_id) == b"%PDF A4 []"
    assert printer.made == 1
    assert clinic.actions(f"response:{response_id}")[-1] == ("download", clinic.novak.id)


def test_the_pdf_in_the_database_can_not_be_read(clinic: Clinic, response_id: str, printer: Printer) -> None:
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    with clinic.store.read() as session:
        kept = session.scalars(select(PreparedReport)).one()
    assert b"PDF" not in kept.document


def test_saving_a_note_and_signing_off_ask_for_a_new_pdf(clinic: Clinic, response_id: str, printer: Printer) -> None:
    background = work(clinic, printer)
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    review.save_note(clinic.store, clinic.novak, response_id, "Call back.", 0, clinicians_see="own", now=NOW)
    assert tasks(clinic) == [(outbox.PREPARE_REPORT, response_id)]
    background.drain()
    assert pdf_for(clinic, response_id) == b"%PDF A4 ['Call back.']"
    review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW)
    background.drain()
    assert b"I have read these answers" in (pdf_for(clinic, response_id) or b"")
    assert tasks(clinic) == []


def test_an_old_pdf_is_never_handed_out(clinic: Clinic, response_id: str, printer: Printer) -> None:
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    assert pdf_for(clinic, response_id, press=Press("Letter", ZONE)) is None
    view = review.load_for_preparing(clinic.store, response_id, now=NOW, zone=ZONE)
    assert view is not None
    with clinic.store.write() as session:
        identity = patients.read(session, clinic.store.keyring, view.patient_id)
        patients.change(session, clinic.store.keyring, view.patient_id, replace(identity, name="Anna Kis"))
    assert pdf_for(clinic, response_id) is None


def test_who_may_not_read_the_answers_gets_no_prepared_pdf(clinic: Clinic, response_id: str, printer: Printer) -> None:
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    for actor in (clinic.horak, clinic.desk, clinic.admin):
        with pytest.raises(NotFound):
            pdf_for(clinic, response_id, actor)
        assert clinic.actions(f"response:{response_id}")[-1] == ("refused", actor.id)


def test_the_pdf_goes_with_its_response(clinic: Clinic, response_id: str, printer: Printer) -> None:
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    pdf_for(clinic, response_id, press=Press("Letter", ZONE))  # a task for what will not be there
    erasure.erase_response(clinic.store, clinic.admin, response_id, now=NOW)
    with clinic.store.read() as session:
        assert session.scalars(select(PreparedReport)).all() == []
    work(clinic, printer).drain()
    assert tasks(clinic) == []
    assert printer.made == 1


def test_a_response_that_is_deleted_while_its_pdf_is_made_leaves_none(clinic: Clinic, response_id: str) -> None:
    class Slow(Printer):
        def render(self, report: Report, paper: str = "A4") -> bytes:
            erasure.erase_response(clinic.store, clinic.admin, response_id, now=NOW)
            return super().render(report, paper)

    with Slow() as slow:
        prepare(clinic.store, PRESS, slow, response_id, NOW)
    with clinic.store.read() as session:
        assert session.scalars(select(PreparedReport)).all() == []


def test_what_fails_is_tried_again_and_others_do_not_wait_for_it(
    clinic: Clinic, response_id: str, printer: Printer
) -> None:
    clock = Clock(NOW)
    background = work(clinic, printer, clock)
    pdf_for(clinic, response_id)
    printer.broken = True
    assert background.drain() == 1
    printer.broken = False
    assert background.drain() == 0
    clock.advance(seconds=10)
    assert background.drain() == 1
    assert pdf_for(clinic, response_id) is not None


def test_a_task_that_nobody_knows_is_given_up_without_harm(clinic: Clinic, printer: Printer) -> None:
    clock = Clock(NOW)
    with clinic.store.write() as session:
        outbox.post(session, "unheard of", "x", NOW)
    for _ in range(outbox.MOST_ATTEMPTS):
        work(clinic, printer, clock).drain()
        clock.now += timedelta(hours=1)
    with clinic.store.read() as session:
        assert [letter.error for letter in outbox.dead_letters(session)] == ["LookupError"]
