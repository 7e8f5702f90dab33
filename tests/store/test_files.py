"""Files that somebody asked for: once however often it is asked, sealed for one, and gone in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from screening.store import files, outbox
from screening.store.crypto import SealError
from screening.store.files import Asker, File, Wanted
from screening.store.tables import Response, WebSession
from screening.store.work_tables import OutboxTask, RequestedFile
from tests.support.clinic import NOW, Clinic

BROWSER = b"b" * 32
KEY = "a" * 64


@pytest.fixture
def response_id(clinic: Clinic) -> str:
    (found,) = clinic.send(clinic.invite().invitation_id)
    return found


@pytest.fixture
def novak(clinic: Clinic) -> Asker:
    return Asker.of(clinic.novak)


def report(response_id: str, language: str = "en") -> Wanted:
    return Wanted("report", {"response": response_id, "language": language}, [response_id])


def ask(clinic: Clinic, asker: Asker, wanted: Wanted, after: timedelta = timedelta(), **how: Any) -> str:
    with clinic.store.write() as session:
        return files.ask(session, clinic.store.keyring, asker, wanted, NOW + after, **how)


def get(clinic: Clinic, file_id: str, after: timedelta = timedelta()) -> File | None:
    with clinic.store.read() as session:
        return files.get(session, clinic.store.keyring, file_id, NOW + after)


def make(clinic: Clinic, file_id: str, content: bytes = b"%PDF") -> File:
    with clinic.store.write() as session:
        file = files.get(session, clinic.store.keyring, file_id, NOW)
        assert file is not None
        files.fill(session, clinic.store.keyring, file, content, 0, NOW)
    return file


def content(clinic: Clinic, file: File) -> bytes | None:
    with clinic.store.read() as session:
        return files.content_of(session, clinic.store.keyring, file)


def count(clinic: Clinic) -> int:
    with clinic.store.read() as session:
        return session.scalar(select(func.count()).select_from(RequestedFile)) or 0


def tasks(clinic: Clinic) -> list[str]:
    with clinic.store.read() as session:
        return list(session.scalars(select(OutboxTask.subject).where(OutboxTask.kind == outbox.MAKE_FILE)))


def test_what_waits_is_not_asked_for_again(clinic: Clinic, novak: Asker, response_id: str) -> None:
    first = ask(clinic, novak, report(response_id), content_key=KEY)
    assert ask(clinic, novak, report(response_id), content_key=KEY) == first
    assert tasks(clinic) == [first]
    another_language = ask(clinic, novak, report(response_id, "es"), content_key=KEY)
    another_asker = ask(clinic, Asker.of(clinic.horak), report(response_id), content_key=KEY)
    assert len({first, another_language, another_asker}) == 3


def test_of_two_who_ask_at_once_both_get_the_same(clinic: Clinic, novak: Asker, response_id: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda _: ask(clinic, novak, report(response_id), content_key=KEY), range(8)))
    assert len(set(asked)) == 1
    assert count(clinic) == 1


def test_what_is_made_is_made_again_only_where_its_content_changed(
    clinic: Clinic, novak: Asker, response_id: str
) -> None:
    first = ask(clinic, novak, report(response_id), content_key=KEY)
    make(clinic, first)
    assert ask(clinic, novak, report(response_id), content_key=KEY) == first
    assert ask(clinic, novak, report(response_id), content_key="b" * 64) != first
    assert get(clinic, first) is None
    day = Wanted("day", {"day": "2026-05-05"}, [response_id])
    made = ask(clinic, novak, day)
    make(clinic, made)
    assert ask(clinic, novak, day) != made, "nobody can tell what of a day changed"


def test_what_could_not_be_made_is_asked_for_anew(clinic: Clinic, novak: Asker, response_id: str) -> None:
    first = ask(clinic, novak, report(response_id), content_key=KEY)
    with clinic.store.write() as session:
        task = outbox.lease(session, NOW)
        assert task is not None
        outbox.fail(session, task, "it broke", NOW)
    assert ask(clinic, novak, report(response_id), content_key=KEY) != first


def test_what_is_to_be_laid_out_goes_when_the_file_is_there(clinic: Clinic, novak: Asker, response_id: str) -> None:
    file_id = ask(clinic, novak, report(response_id), layout='{"answer": "Mornings"}', content_key=KEY)
    with clinic.store.read() as session:
        file = files.get(session, clinic.store.keyring, file_id, NOW)
        row = session.get_one(RequestedFile, file_id)
        assert file is not None
        assert files.layout_of(session, clinic.store.keyring, file) == '{"answer": "Mornings"}'
        assert b"Mornings" not in (row.layout or b"") + row.wanted
        assert response_id.encode() not in row.wanted
    make(clinic, file_id, b"%PDF Mornings")
    with clinic.store.read() as session:
        row = session.get_one(RequestedFile, file_id)
        assert row.layout is None
        assert b"Mornings" not in (row.document or b"")
    assert content(clinic, file) == b"%PDF Mornings"


def test_a_row_that_names_another_asker_or_request_does_not_open(
    clinic: Clinic, novak: Asker, response_id: str
) -> None:
    file_id = ask(clinic, novak, report(response_id), content_key=KEY)
    file = make(clinic, file_id)
    for other in (replace(file, asker=Asker.of(clinic.horak)), replace(file, request_key=b"k" * 32)):
        with pytest.raises(SealError):
            content(clinic, other)
    with clinic.store.write() as session:
        session.execute(update(RequestedFile).values(staff_id=int(clinic.horak.id)))
    with pytest.raises(SealError):
        get(clinic, file_id)


def test_a_file_is_gone_when_its_time_is_over(clinic: Clinic, novak: Asker, response_id: str) -> None:
    file_id = ask(clinic, novak, report(response_id), content_key=KEY)
    short = ask(clinic, novak, report(response_id, "es"), content_key=KEY, kept=timedelta(minutes=10))
    assert get(clinic, file_id, timedelta(minutes=59))
    assert get(clinic, short, timedelta(minutes=10)) is None
    assert get(clinic, file_id, timedelta(hours=1)) is None
    with clinic.store.write() as session:
        files.remove_old(session, NOW + timedelta(minutes=10))
    assert count(clinic) == 1
    assert ask(clinic, novak, report(response_id), timedelta(hours=1), content_key=KEY) != file_id
    assert count(clinic) == 1


def test_a_patients_file_goes_with_the_session_of_the_browser(clinic: Clinic, response_id: str) -> None:
    browser = Asker(session_hash=BROWSER)
    with clinic.store.write() as session:
        how: dict[str, Any] = {"created_at": NOW, "seen_at": NOW, "expires_at": NOW}
        session.add(WebSession(id_hash=BROWSER, kind="patient", data=b"", **how))
    ask(clinic, browser, Wanted("patient_copy", {}, [response_id]), content_key=KEY)
    with clinic.store.write() as session:
        session.execute(delete(WebSession))
    assert count(clinic) == 0


def test_a_file_has_one_asker(clinic: Clinic, response_id: str) -> None:
    with pytest.raises(IntegrityError):
        ask(clinic, Asker(), report(response_id))


def test_with_a_response_goes_every_file_that_may_show_it(clinic: Clinic, novak: Asker, response_id: str) -> None:
    (later,) = clinic.send(clinic.invite(appointment_at=NOW + timedelta(days=2)).invitation_id)
    (of_another,) = clinic.send(clinic.invite(record_number="B-2", name="Petr Svoboda").invitation_id)
    gone = [ask(clinic, novak, report(one), content_key=KEY) for one in (response_id, later)]
    gone.append(ask(clinic, novak, Wanted("day", {}, [of_another, later])))
    kept = ask(clinic, novak, report(of_another), content_key=KEY)
    late = make(clinic, gone[0])
    with clinic.store.write() as session:
        files.remove_with(session, [response_id])
        session.execute(delete(Response).where(Response.id == response_id))
    assert [get(clinic, file_id) for file_id in gone] == [None] * 3
    assert get(clinic, kept)
    with clinic.store.write() as session:  # one that was being made meanwhile
        files.fill(session, clinic.store.keyring, late, b"%PDF", 0, NOW)
    assert get(clinic, late.id) is None
