"""A day's reports as one file: only what may be read, in the order of the appointments, on record, and not for long."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from reports.process import Renderer
from screening import erasure
from screening.delivery import Press, Work, days, files
from screening.delivery.days import DayForm
from screening.store import outbox
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.store.files import Asker
from tests.delivery.test_preparing import Printer
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.clock import Clock

PRESS = Press("A4", ZONE)
DAY = date(2026, 5, 5)


@pytest.fixture
def sent(clinic: Clinic) -> list[str]:
    """Two patients of Dr Novak on the day, the later one invited first, and one the day after."""
    found = []
    for number, hours in enumerate((5, 1, 30)):
        at = NOW + timedelta(days=1, hours=hours)
        invited = clinic.invite(record_number=f"P-{number}", name=f"Patient {number}", appointment_at=at)
        found += clinic.send(invited.invitation_id)
    return found


def listed(clinic: Clinic, actor: Actor, see: CliniciansSee = "own", day: date = DAY) -> list[str]:
    return days.listed(clinic.store, actor, day, PRESS, clinicians_see=see, now=NOW)


def begin(clinic: Clinic, form: DayForm = "zip") -> str:
    found = listed(clinic, clinic.novak)
    return days.begin(clinic.store, clinic.novak, DAY, form, found, NOW)


class DayPrinter(Printer):
    """Puts PDFs together by writing one after the other."""

    def merge(self, parts: object, *, title: str, language: str) -> bytes:
        assert isinstance(parts, list)
        return "\n".join(f"{person}: {name}" for person, name, _ in parts).encode()


@pytest.fixture
def printer() -> Iterator[Renderer]:
    with DayPrinter() as printer:
        yield printer


def drain(clinic: Clinic, printer: Renderer, clock: Clock) -> None:
    work = Work(clinic.store, PRESS, printer, clock)
    while work.drain():
        clock.advance(seconds=1)


def fetch(clinic: Clinic, file_id: str, actor: Actor | None = None, after: timedelta = timedelta()) -> days.DayFile:
    return days.fetch(clinic.store, actor or clinic.novak, file_id, clinicians_see="own", now=NOW + after)


def test_the_day_is_that_of_the_clinics_zone_and_in_the_order_of_appointments(clinic: Clinic, sent: list[str]) -> None:
    later, earlier, next_day = sent
    assert listed(clinic, clinic.novak) == [earlier, later]
    assert listed(clinic, clinic.novak, day=DAY + timedelta(days=1)) == [next_day]


def test_nobody_gets_what_they_may_not_read(clinic: Clinic, sent: list[str]) -> None:
    for actor in (clinic.desk, clinic.admin):
        with pytest.raises(NotAllowed):
            listed(clinic, actor)
    with pytest.raises(Invalid, match="No answers"):
        listed(clinic, clinic.horak)
    assert len(listed(clinic, clinic.horak, "practice")) == 2


def test_a_day_becomes_a_file_and_each_report_in_it_is_on_record(
    clinic: Clinic, sent: list[str], printer: Renderer, clock: Clock
) -> None:
    clock.now = NOW
    file_id = begin(clinic)
    progress = files.progress(clinic.store, Asker.of(clinic.novak), file_id, NOW)
    assert (progress.done, progress.total, progress.is_made) == (0, 2, False)
    with pytest.raises(NotFound):
        fetch(clinic, file_id)
    drain(clinic, printer, clock)
    assert files.progress(clinic.store, Asker.of(clinic.novak), file_id, NOW).is_made
    file = fetch(clinic, file_id)
    assert (file.name, file.media_type) == ("answers-2026-05-05.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.namelist() == [f"00{n}-answers-2026-05-04-{sent[2 - n][:8]}.pdf" for n in (1, 2)]
        assert archive.read(archive.namelist()[0]).startswith(b"%PDF")
    for response_id in sent[:2]:
        assert clinic.actions(f"response:{response_id}")[-1] == ("download", clinic.novak.id)
    assert clinic.actions(f"response:{sent[2]}")[-1][0] == "send"


def test_one_pdf_has_a_bookmark_for_each_patient(
    clinic: Clinic, sent: list[str], printer: Renderer, clock: Clock
) -> None:
    clock.now = NOW
    file_id = begin(clinic, "pdf")
    drain(clinic, printer, clock)
    assert fetch(clinic, file_id).content.decode().splitlines() == [
        "12:00 Patient 1: How you have been",
        "16:00 Patient 0: How you have been",
    ]


def test_a_file_is_its_owners_alone_and_for_an_hour(
    clinic: Clinic, sent: list[str], printer: Renderer, clock: Clock
) -> None:
    clock.now = NOW
    file_id = begin(clinic)
    drain(clinic, printer, clock)
    for actor, after in ((clinic.horak, timedelta()), (clinic.novak, timedelta(hours=1))):
        with pytest.raises(NotFound):
            fetch(clinic, file_id, actor, after)
    assert fetch(clinic, file_id).content


def test_a_file_with_what_may_not_be_read_any_more_is_not_handed_out(
    clinic: Clinic, sent: list[str], printer: Renderer, clock: Clock
) -> None:
    clock.now = NOW
    file_id = begin(clinic)
    drain(clinic, printer, clock)
    with clinic.store.write() as session:
        from screening.store.tables import Invitation, Response

        response = session.get_one(Response, sent[0])
        session.get_one(Invitation, response.invitation_id).clinician_id = int(clinic.horak.id)
    with pytest.raises(NotFound):
        fetch(clinic, file_id)


def test_a_deleted_response_takes_the_files_along(
    clinic: Clinic, sent: list[str], printer: Renderer, clock: Clock
) -> None:
    clock.now = NOW
    file_id = begin(clinic)
    drain(clinic, printer, clock)
    erasure.erase_response(clinic.store, clinic.admin, sent[0], now=NOW)
    with pytest.raises(NotFound):
        fetch(clinic, file_id)


def test_a_report_that_can_not_be_made_does_not_hold_up_the_others(
    clinic: Clinic, sent: list[str], clock: Clock
) -> None:
    clock.now = NOW

    class Partly(DayPrinter):
        def render(self, report: object, paper: str = "A4") -> bytes:
            self.broken = getattr(report, "response_id", "") == sent[0]
            return super().render(report, paper)  # type: ignore[arg-type]

    file_id = begin(clinic)
    with Partly() as printer:
        drain(clinic, printer, clock)
    progress = files.progress(clinic.store, Asker.of(clinic.novak), file_id, NOW)
    assert (progress.is_made, progress.file.missing) == (True, 1)
    with zipfile.ZipFile(io.BytesIO(fetch(clinic, file_id).content)) as archive:
        assert len(archive.namelist()) == 1
    with clinic.store.read() as session:
        assert outbox.failing(session, outbox.PREPARE_REPORT, sent) == {sent[0]}
