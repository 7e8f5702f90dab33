"""Reports that are made for one reader: in the background, for her alone, as she may read them when she gets them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reports.document import Report
from reports.process import RenderError
from screening import covering, erasure, invitations, retention, review
from screening.delivery import Download, Press, Work, files
from screening.delivery import record as records
from screening.delivery.copies import download
from screening.reporting import Copy
from screening.store import outbox
from screening.store.audit import Actor
from screening.store.errors import NotFound
from screening.store.files import Asker
from screening.store.tables import Invitation, Response
from screening.store.work_tables import OutboxTask, RequestedFile
from tests.delivery.test_preparing import Printer
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.clock import Clock

PRESS = Press("A4", ZONE, clinicians_see="own")
WITHHELD = Copy(withhold_sensitive=True, attachments=False)


class CopyPrinter(Printer):
    """Makes a PDF that shows the language, what is withheld, the notes and the earlier visits."""

    def render(self, report: Report, paper: str = "A4") -> bytes:
        if self.broken:
            raise RenderError("The report took longer than 20 seconds.")
        self.made += 1
        said = [report.language, bool(report.withheld), [note.text for note in report.notes], report.last_visit]
        return f"%PDF {said}".encode()


@pytest.fixture
def printer() -> Iterator[CopyPrinter]:
    with CopyPrinter() as printer:
        yield printer


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    (found,) = clinic.send(clinic.invite().invitation_id)
    return found


def take(clinic: Clinic, response_id: str, actor: Actor | None = None, **how: Any) -> Download:
    options: dict[str, Any] = {"copy": WITHHELD, "language": "en", "clinicians_see": "own", "now": NOW, **how}
    return download(clinic.store, actor or clinic.novak, response_id, PRESS, **options)


def work(clinic: Clinic, printer: CopyPrinter, clock: Clock | None = None) -> None:
    Work(clinic.store, PRESS, printer, clock or Clock(NOW)).drain()


def asked(clinic: Clinic) -> list[str]:
    with clinic.store.read() as session:
        return list(session.scalars(select(OutboxTask.subject).where(OutboxTask.kind == outbox.MAKE_FILE)))


def rows(clinic: Clinic) -> int:
    with clinic.store.read() as session:
        return len(session.scalars(select(RequestedFile.id)).all())


def downloads(clinic: Clinic, response_id: str) -> int:
    return [action for action, _ in clinic.actions(f"response:{response_id}")].count("download")


def test_a_copy_is_asked_for_once_made_in_the_background_and_on_record_when_it_leaves(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    first = take(clinic, response_id)
    assert first.pdf is None
    assert take(clinic, response_id).file_id == first.file_id
    assert asked(clinic) == [first.file_id]
    progress = files.progress(clinic.store, Asker.of(clinic.novak), first.file_id, NOW)
    assert (progress.is_made, progress.has_failed) == (False, False)
    work(clinic, printer)
    assert files.progress(clinic.store, Asker.of(clinic.novak), first.file_id, NOW).is_made
    assert downloads(clinic, response_id) == 0
    assert (take(clinic, response_id).pdf or b"").startswith(b"%PDF")
    assert downloads(clinic, response_id) == 1
    assert printer.made == 1


def test_a_report_in_a_readers_own_language_is_made_for_her(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    assert take(clinic, response_id, copy=Copy(), language="es").file_id
    work(clinic, printer)
    assert b"'es', False" in (take(clinic, response_id, copy=Copy(), language="es").pdf or b"")


def test_nobody_else_gets_it(clinic: Clinic, response_id: str, printer: CopyPrinter) -> None:
    file_id = take(clinic, response_id).file_id
    work(clinic, printer)
    with pytest.raises(NotFound):
        files.progress(clinic.store, Asker.of(clinic.horak), file_id, NOW)
    for actor in (clinic.horak, clinic.desk, clinic.admin):
        with pytest.raises(NotFound):
            take(clinic, response_id, actor)
        assert clinic.actions(f"response:{response_id}")[-1] == ("refused", actor.id)
    theirs = take(clinic, response_id, clinic.horak, clinicians_see="practice")
    assert theirs.pdf is None, "she asks for one of her own"


def test_rights_that_are_gone_when_it_is_fetched_keep_it(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    take(clinic, response_id)
    work(clinic, printer)
    with clinic.store.read() as session:
        invitation_id = session.get_one(Response, response_id).invitation_id
    invitations.reassign(clinic.store, clinic.desk, invitation_id, int(clinic.horak.id), now=NOW)
    with pytest.raises(NotFound):
        take(clinic, response_id)
    assert clinic.actions(f"response:{response_id}")[-1] == ("refused", clinic.novak.id)
    assert downloads(clinic, response_id) == 0


def test_an_earlier_visit_that_may_not_be_read_any_more_is_in_no_file_that_is_handed_out(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    (later,) = clinic.send(clinic.invite(appointment_at=NOW + timedelta(days=2)).invitation_id)
    with clinic.store.write() as session:
        first = session.get_one(Response, response_id).invitation_id
        session.get_one(Invitation, first).clinician_id = int(clinic.horak.id)
    covering.set_cover(
        clinic.store,
        clinic.horak,
        clinician_id=int(clinic.horak.id),
        cover_id=int(clinic.novak.id),
        starts_at=NOW,
        ends_at=NOW + timedelta(minutes=30),
        now=NOW,
    )
    take(clinic, later)
    work(clinic, printer)
    with_earlier = take(clinic, later).pdf
    assert clinic.actions(f"response:{response_id}")[-1] == ("download", clinic.novak.id)
    after = {"now": NOW + timedelta(minutes=31)}
    assert take(clinic, later, **after).pdf is None
    work(clinic, printer, Clock(NOW + timedelta(minutes=31)))
    without = take(clinic, later, **after).pdf
    assert without is not None
    assert without != with_earlier
    assert downloads(clinic, response_id) == 1


def test_what_changed_since_is_made_anew(clinic: Clinic, response_id: str, printer: CopyPrinter) -> None:
    whole = {"copy": Copy(attachments=False)}
    take(clinic, response_id, **whole)
    work(clinic, printer)
    review.save_note(clinic.store, clinic.novak, response_id, "Call back.", 0, clinicians_see="own", now=NOW)
    assert take(clinic, response_id, **whole).pdf is None
    work(clinic, printer)
    assert b"Call back." in (take(clinic, response_id, **whole).pdf or b"")
    assert rows(clinic) == 1


def test_it_is_kept_for_an_hour(clinic: Clinic, response_id: str, printer: CopyPrinter) -> None:
    take(clinic, response_id)
    work(clinic, printer)
    assert take(clinic, response_id, now=NOW + timedelta(minutes=59)).pdf
    assert take(clinic, response_id, now=NOW + timedelta(hours=1)).pdf is None
    assert rows(clinic) == 1


@pytest.mark.parametrize("which", ["own", "earlier"])
@pytest.mark.parametrize("how", ["erasure", "retention"])
def test_it_goes_with_its_response_and_with_what_stands_beside_it(
    clinic: Clinic, response_id: str, printer: CopyPrinter, how: str, which: str
) -> None:
    late = {"now": NOW + timedelta(days=1)}
    when = {"appointment_at": NOW + timedelta(days=2)}
    (later,) = clinic.send(clinic.invite(**when).invitation_id, now=NOW + timedelta(hours=12))
    shown = later if which == "earlier" else response_id
    take(clinic, shown, **late)
    work(clinic, printer, Clock(late["now"]))
    assert rows(clinic) == 1
    if how == "erasure":
        erasure.erase_response(clinic.store, clinic.admin, response_id, **late)
    else:
        due = NOW + timedelta(days=1, seconds=1)
        assert retention.run(clinic.store, clinic.admin, retention_days=1, draft_days=1, now=due).sent == 1
    assert rows(clinic) == 0


def test_a_response_that_is_deleted_while_its_copy_is_made_leaves_none(clinic: Clinic, response_id: str) -> None:
    class Slow(CopyPrinter):
        def render(self, report: Report, paper: str = "A4") -> bytes:
            erasure.erase_response(clinic.store, clinic.admin, response_id, now=NOW)
            return super().render(report, paper)

    take(clinic, response_id)
    with Slow() as slow:
        work(clinic, slow)
    assert rows(clinic) == 0
    assert asked(clinic) == []


def test_one_that_fails_is_told_and_can_be_asked_for_again(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    printer.broken = True
    failed = take(clinic, response_id).file_id
    work(clinic, printer)
    assert files.progress(clinic.store, Asker.of(clinic.novak), failed, NOW).has_failed
    printer.broken = False
    again = take(clinic, response_id).file_id
    assert again != failed
    work(clinic, printer)
    assert take(clinic, response_id).pdf


def test_retention_throws_away_what_nobody_fetched_and_it_is_not_made_any_more(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    take(clinic, response_id)
    late = NOW + timedelta(hours=1)
    retention.run(clinic.store, clinic.admin, retention_days=None, draft_days=7, now=late)
    assert rows(clinic) == 0
    work(clinic, printer, Clock(late))
    assert (printer.made, asked(clinic)) == (0, [])


def test_a_record_waits_for_the_report_that_it_holds_and_is_on_record_once(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    def wait() -> records.Waiting | None:
        return records.wait_for(clinic.store, clinic.novak, response_id, PRESS, clinicians_see="own", now=NOW)

    assert wait() == records.Waiting()
    assert clinic.actions(f"response:{response_id}")[-1][0] == "send"
    work(clinic, printer)
    assert wait() is None
    taken = records.gather(clinic.store, clinic.novak, response_id, PRESS, clinicians_see="own", now=NOW)
    assert taken.files["report.pdf"].startswith(b"%PDF")
    assert [action for action, _ in clinic.actions(f"response:{response_id}")].count("record") == 1


def test_a_record_of_whoever_sees_other_visits_waits_for_a_report_of_her_own(
    clinic: Clinic, response_id: str, printer: CopyPrinter
) -> None:
    (later,) = clinic.send(clinic.invite(appointment_at=NOW + timedelta(days=2)).invitation_id)
    with clinic.store.write() as session:
        first = session.get_one(Response, response_id).invitation_id
        session.get_one(Invitation, first).clinician_id = int(clinic.horak.id)
    how: dict[str, Any] = {"clinicians_see": "practice", "now": NOW}
    waiting = records.wait_for(clinic.store, clinic.novak, later, PRESS, **how)
    assert waiting is not None
    assert waiting.file_id
    work(clinic, printer)
    assert records.wait_for(clinic.store, clinic.novak, later, PRESS, **how) is None
    hers = records.gather(clinic.store, clinic.novak, later, PRESS, **how).files["report.pdf"]
    assert hers == take(clinic, later, copy=Copy(), **how).pdf
