"""The PDF of a sign-off: made once, kept byte for byte, known by its hash, sealed, and gone with what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from reports.document import Report
from reports.process import Renderer
from screening import erasure, invitations, retention, review
from screening.delivery import Press, Work, days, download, prepare, signed
from screening.delivery.record import gather
from screening.store import patients, signed_reports
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.errors import NotFound
from screening.store.signed_reports import KeptReport
from screening.store.tables import Response
from screening.store.work_tables import PreparedReport, SignedReport, SignedReportEarlier
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.clock import Clock

PRESS = Press("A4", ZONE)
LATER = NOW + timedelta(hours=2)
MUCH_LATER = NOW + timedelta(hours=4)


class Printer(Renderer):
    """Makes a PDF of few bytes that shows what it was made from, and how many were made before: no two are alike."""

    made = 0

    def render(self, report: Report, paper: str = "A4") -> bytes:
        self.made += 1
        return f"%PDF {self.made} {report.patient_name} {[note.text for note in report.notes]}".encode()


@pytest.fixture
def printer() -> Iterator[Printer]:
    with Printer() as printer:
        yield printer


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    (found,) = clinic.send(clinic.invite().invitation_id)
    return found


def sign(clinic: Clinic, response_id: str, now: datetime = NOW) -> None:
    review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=now)


def add(clinic: Clinic, response_id: str, text: str = "She rang.", now: datetime = LATER) -> None:
    review.add_addendum(clinic.store, clinic.novak, response_id, text, clinicians_see="own", now=now)


def reopen(clinic: Clinic, response_id: str, now: datetime = LATER) -> None:
    review.reopen(clinic.store, clinic.novak, response_id, "Too early.", clinicians_see="own", now=now)


def work(clinic: Clinic, printer: Renderer, press: Press = PRESS) -> None:
    Work(clinic.store, press, printer, Clock(MUCH_LATER)).drain()


def pdf_for(
    clinic: Clinic, response_id: str, actor: Actor | None = None, press: Press = PRESS, *, as_it_is_now: bool = False
) -> bytes | None:
    who = actor or clinic.novak
    return download(
        clinic.store, who, response_id, press, clinicians_see="own", now=MUCH_LATER, as_it_is_now=as_it_is_now
    ).pdf


def kept_of(clinic: Clinic, response_id: str) -> tuple[KeptReport, ...]:
    with clinic.store.read() as session:
        return signed_reports.of_response(session, response_id)


def check(clinic: Clinic, pdf: bytes, actor: Actor | None = None) -> signed.Verdict:
    return signed.verify(clinic.store, actor or clinic.novak, pdf, clinicians_see="own", now=MUCH_LATER)


def test_signing_off_has_the_pdf_made_and_kept_with_its_hash(
    clinic: Clinic, response_id: str, printer: Printer
) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    (kept,) = kept_of(clinic, response_id)
    pdf = pdf_for(clinic, response_id)
    assert pdf is not None
    assert b"I have read these answers" in pdf
    assert (kept.sha256, kept.signed_at, kept.made_at) == (signed_reports.sha256_of(pdf), NOW, MUCH_LATER)
    assert ("keep_signed_report", "screening") in clinic.actions(f"response:{response_id}")
    assert clinic.actions(f"response:{response_id}")[-1] == ("download", clinic.novak.id)
    with clinic.store.read() as session:
        row = session.scalars(select(SignedReport)).one()
        assert row.document is not None
        assert b"PDF" not in row.document


def test_nothing_is_kept_of_what_is_not_signed(clinic: Clinic, response_id: str, printer: Printer) -> None:
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    assert kept_of(clinic, response_id) == ()


def test_the_first_download_of_a_signed_response_asks_for_what_is_kept(
    clinic: Clinic, response_id: str, printer: Printer
) -> None:
    sign(clinic, response_id)
    assert pdf_for(clinic, response_id) is None
    work(clinic, printer)
    assert pdf_for(clinic, response_id) is not None
    assert len(kept_of(clinic, response_id)) == 1


def test_it_is_never_made_again(clinic: Clinic, response_id: str, printer: Printer) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    first = pdf_for(clinic, response_id)
    view = review.load_for_preparing(clinic.store, response_id, now=NOW, zone=ZONE)
    assert view is not None
    with clinic.store.write() as session:
        identity = patients.read(session, clinic.store.keyring, view.patient_id)
        patients.change(session, clinic.store.keyring, view.patient_id, replace(identity, name="Anna Kis"))
    letter = Press("Letter", ZONE)
    prepare(clinic.store, letter, printer, response_id, LATER)
    assert pdf_for(clinic, response_id, press=letter) == first
    assert not signed.keep(clinic.store, view, b"%PDF another", language="en", now=LATER)
    assert pdf_for(clinic, response_id) == first
    assert printer.made == 1


def test_what_is_added_later_is_in_another_pdf(clinic: Clinic, response_id: str, printer: Printer) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    first = pdf_for(clinic, response_id)
    add(clinic, response_id)
    work(clinic, printer)
    assert pdf_for(clinic, response_id) == first
    assert b"She rang." not in (first or b"")
    assert b"She rang." in (pdf_for(clinic, response_id, as_it_is_now=True) or b"")


def test_it_shows_the_state_of_the_sign_off_though_it_is_made_after_an_addendum(
    clinic: Clinic, response_id: str, printer: Printer
) -> None:
    sign(clinic, response_id)
    add(clinic, response_id)
    work(clinic, printer)
    assert b"She rang." not in (pdf_for(clinic, response_id) or b"She rang.")
    assert b"She rang." in (pdf_for(clinic, response_id, as_it_is_now=True) or b"")


def test_a_correction_that_is_sent_later_leaves_it_as_it_is(clinic: Clinic, response_id: str) -> None:
    sign(clinic, response_id)
    view = review.load_for_preparing(clinic.store, response_id, now=NOW, zone=ZONE)
    assert view is not None
    assert not signed.was_added_to(view)
    corrected = replace(view, facts=replace(view.facts, corrected=LATER), corrected_by_id="0" * 32)
    assert signed.was_added_to(corrected)
    assert signed.as_signed(corrected) == view


def test_each_sign_off_keeps_one(clinic: Clinic, response_id: str, printer: Printer) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    first = pdf_for(clinic, response_id)
    reopen(clinic, response_id)
    work(clinic, printer)
    assert b"Too early." in (pdf_for(clinic, response_id) or b"")
    assert len(kept_of(clinic, response_id)) == 1
    sign(clinic, response_id, LATER + timedelta(minutes=5))
    work(clinic, printer)
    second = pdf_for(clinic, response_id)
    assert second != first
    assert [kept.sha256 for kept in kept_of(clinic, response_id)] == [
        signed_reports.sha256_of(pdf or b"") for pdf in (first, second)
    ]
    for number, pdf in ((1, first), (2, second)):
        _, found = signed.download_kept(
            clinic.store, clinic.novak, response_id, number, clinicians_see="own", now=MUCH_LATER, zone=ZONE
        )
        assert found == pdf
    verdict = check(clinic, first or b"")
    assert verdict.origin is not None
    assert (verdict.origin.stands, verdict.origin.signed_by) == (False, "Dr A. Novak")


def test_who_may_not_read_the_answers_gets_none(clinic: Clinic, response_id: str, printer: Printer) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    for actor in (clinic.horak, clinic.desk, clinic.admin):
        with pytest.raises(NotFound):
            signed.download_kept(clinic.store, actor, response_id, 1, clinicians_see="own", now=MUCH_LATER, zone=ZONE)
        assert clinic.actions(f"response:{response_id}")[-1] == ("refused", actor.id)
    before = clinic.actions(f"response:{response_id}")
    with pytest.raises(NotFound):
        signed.download_kept(
            clinic.store, clinic.novak, response_id, 2, clinicians_see="own", now=MUCH_LATER, zone=ZONE
        )
    assert clinic.actions(f"response:{response_id}") == before


@pytest.fixture
def two(clinic: Clinic, printer: Printer) -> tuple[str, str]:
    """Two visits of one patient; the later one is signed and shows the earlier one."""
    (earlier,) = clinic.send(clinic.invite().invitation_id)
    (later,) = clinic.send(clinic.invite(appointment_at=NOW + timedelta(days=2)).invitation_id, now=LATER)
    sign(clinic, later, LATER)
    work(clinic, printer)
    (kept,) = kept_of(clinic, later)
    assert kept.earlier == {earlier}
    return earlier, later


def test_a_reader_who_may_not_read_an_earlier_visit_in_it_gets_one_without(
    clinic: Clinic, two: tuple[str, str]
) -> None:
    _, later = two
    view = review.load_for_preparing(clinic.store, later, clinicians_see="own", now=NOW, zone=ZONE)
    assert view is not None
    invitations.reassign(clinic.store, clinic.desk, view.invitation_id, int(clinic.horak.id), now=LATER)
    found = download(clinic.store, clinic.horak, later, PRESS, clinicians_see="own", now=MUCH_LATER)
    assert (found.pdf, found.will_be_made) == (None, False)
    with pytest.raises(NotFound):
        signed.download_kept(clinic.store, clinic.horak, later, 1, clinicians_see="own", now=MUCH_LATER, zone=ZONE)


def test_erasing_a_response_takes_its_pdf_and_its_hash(clinic: Clinic, response_id: str, printer: Printer) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    pdf = pdf_for(clinic, response_id)
    assert check(clinic, pdf or b"").is_ours
    erasure.erase_response(clinic.store, clinic.admin, response_id, now=MUCH_LATER)
    assert not check(clinic, pdf or b"").is_ours
    with clinic.store.read() as session:
        assert session.scalars(select(SignedReport)).all() == []


@pytest.mark.parametrize("how", ["erasure", "retention"])
def test_what_is_deleted_is_in_no_pdf_of_a_later_visit_whose_hash_stays(
    clinic: Clinic, two: tuple[str, str], printer: Printer, how: str
) -> None:
    earlier, later = two
    pdf = pdf_for(clinic, later)
    if how == "erasure":
        erasure.erase_response(clinic.store, clinic.admin, earlier, now=MUCH_LATER)
    else:
        due = NOW + timedelta(days=1, hours=1)
        assert retention.run(clinic.store, clinic.admin, retention_days=1, draft_days=1, now=due).sent == 1
    with clinic.store.read() as session:
        assert session.scalars(select(SignedReport.document)).all() == [None]
    (kept,) = kept_of(clinic, later)
    assert (kept.is_there, kept.sha256) == (False, signed_reports.sha256_of(pdf or b""))
    assert check(clinic, pdf or b"").is_ours
    found = download(clinic.store, clinic.novak, later, PRESS, clinicians_see="own", now=MUCH_LATER)
    assert (found.pdf, found.will_be_made) == (None, False)
    prepare(clinic.store, PRESS, printer, later, MUCH_LATER)
    assert [kept.is_there for kept in kept_of(clinic, later)] == [False]


def test_a_pdf_of_what_is_deleted_while_it_is_made_is_not_kept(clinic: Clinic, two: tuple[str, str]) -> None:
    earlier, later = two
    with clinic.store.write() as session:
        session.execute(delete(SignedReport))
        assert session.scalars(select(SignedReportEarlier)).all() == []

    class Slow(Printer):
        def render(self, report: Report, paper: str = "A4") -> bytes:
            with clinic.store.read() as session:
                is_there = session.get(Response, earlier) is not None
            if is_there:
                erasure.erase_response(clinic.store, clinic.admin, earlier, now=MUCH_LATER)
            return super().render(report, paper)

    with Slow() as slow:
        prepare(clinic.store, PRESS, slow, later, MUCH_LATER)
    assert kept_of(clinic, later) == ()


def test_a_pdf_is_known_byte_for_byte_only(clinic: Clinic, response_id: str, printer: Printer) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    pdf = pdf_for(clinic, response_id)
    assert pdf is not None
    verdict = check(clinic, pdf)
    assert verdict.is_ours
    assert verdict.origin is not None
    assert (verdict.origin.response_id, verdict.origin.signed_by) == (response_id, "Dr A. Novak")
    assert (verdict.origin.signed_at, verdict.origin.stands) == (NOW, True)
    assert clinic.actions(f"response:{response_id}")[-1] == ("verify", clinic.novak.id)
    for other in (pdf + b" ", pdf[:-1], b""):
        assert check(clinic, other) == signed.Verdict(signed_reports.sha256_of(other), is_ours=False)
    assert clinic.actions(f"staff:{clinic.novak.id}")[-1] == ("verify", clinic.novak.id)


def test_who_may_not_read_the_answers_learns_only_that_it_is_ours(
    clinic: Clinic, response_id: str, printer: Printer
) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    pdf = pdf_for(clinic, response_id) or b""
    for actor in (clinic.desk, clinic.admin, clinic.horak):
        assert check(clinic, pdf, actor) == signed.Verdict(signed_reports.sha256_of(pdf), is_ours=True)


def test_prepared_pdfs_are_not_known(clinic: Clinic, response_id: str, printer: Printer) -> None:
    prepare(clinic.store, PRESS, printer, response_id, NOW)
    pdf = pdf_for(clinic, response_id)
    assert pdf is not None
    assert not check(clinic, pdf).is_ours


def test_a_hash_that_was_written_without_the_keys_is_not_known(
    clinic: Clinic, response_id: str, printer: Printer
) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    forged = signed_reports.sha256_of(b"%PDF forged")
    with clinic.store.write() as session:
        session.execute(update(SignedReport).values(sha256=forged))
    assert not check(clinic, b"%PDF forged").is_ours
    with clinic.store.read() as session:
        assert signed_reports.with_sha256(session, Keyring.generate(), forged) is None


def test_a_days_file_has_the_kept_pdf_and_what_was_added_where_something_was(
    clinic: Clinic, response_id: str, printer: Printer
) -> None:
    def content() -> bytes:
        file, lacking = days.compose(clinic.store, PRESS, printer, [response_id], "2026-05-05", "zip", MUCH_LATER)
        assert lacking == []
        return file

    sign(clinic, response_id)
    work(clinic, printer)
    pdf = pdf_for(clinic, response_id)
    assert (pdf or b"?") in content()
    with clinic.store.read() as session:
        assert session.scalars(select(PreparedReport)).all() == []
    add(clinic, response_id)
    work(clinic, printer)
    assert b"She rang." in content()


def test_the_record_holds_all_kept_pdfs(clinic: Clinic, response_id: str, printer: Printer) -> None:
    sign(clinic, response_id)
    work(clinic, printer)
    first = pdf_for(clinic, response_id)

    def files() -> dict[str, bytes]:
        record = gather(clinic.store, clinic.novak, response_id, PRESS, printer, clinicians_see="own", now=MUCH_LATER)
        return dict(record.files)

    found = files()
    assert found["report-as-signed-1.pdf"] == found["report.pdf"] == first
    assert signed_reports.sha256_of(first or b"").encode() in found["note.json"]
    reopen(clinic, response_id)
    sign(clinic, response_id, LATER + timedelta(minutes=5))
    work(clinic, printer)
    add(clinic, response_id, now=LATER + timedelta(minutes=6))
    found = files()
    assert found["report-as-signed-1.pdf"] == first
    assert found["report-as-signed-2.pdf"] not in (first, found["report.pdf"])
    assert b"She rang." in found["report.pdf"]
