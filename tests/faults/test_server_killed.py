"""The server is killed at random moments while patients save: whatever it said was saved is there."""

from __future__ import annotations

import random
import time

from sqlalchemy import text

from screening.store import audit
from screening.store.audit import AuditEvent
from screening.store.engine import Store
from tests.faults.conftest import Length, ServedPractice
from tests.support.process import server_process, wait
from tests.support.saver import PAGE, Phone, Saver

PATIENTS = 4
MOST_SAVES_A_LIFE = 80
"""Saves that a server acknowledges before it is killed, at the most; in seconds, a slow machine would save nothing."""
_BETWEEN_LOOKS = 0.01
LONGEST_AFTER = 0.2
"""Seconds from there until it is killed, so that it is not always just after an answer."""


def test_no_acknowledged_save_is_lost(practice: ServedPractice, length: Length) -> None:
    chance = random.Random(20_260_504)
    ends_at = time.monotonic() + length.minutes * 60
    kills = 0
    with server_process(practice.folder, practice.database_url, practice.key_file) as server:
        savers = [Saver(Phone(server.port, practice.invite()[1]), f"patient {n}") for n in range(PATIENTS)]
        for saver in savers:
            saver.start()
        while acknowledged(savers) < length.saves or kills < 3:
            enough = acknowledged(savers) + chance.randint(0, MOST_SAVES_A_LIFE)
            while acknowledged(savers) < enough:
                assert time.monotonic() < ends_at, f"only {acknowledged(savers)} saves"
                wait(_BETWEEN_LOOKS)
            wait(chance.uniform(0, LONGEST_AFTER))
            server.kill()
            kills += 1
            server.start()
            assert [saver.problem for saver in savers if saver.problem] == []
        for saver in savers:
            saver.finish()
        assert [saver.problem for saver in savers if saver.problem] == []
        for saver in savers:
            assert saver.phone.form(PAGE)["q1-text"] in {saver.last, saver.tried}
            saver.phone.close()
    print(f"{acknowledged(savers)} saves acknowledged, {kills} kills")  # noqa: T201  # shown by make soak
    assert damage(practice.store) == []
    assert saves_on_record(practice.store) >= acknowledged(savers)


def acknowledged(savers: list[Saver]) -> int:
    return sum(saver.acknowledged for saver in savers)


def damage(store: Store) -> list[str]:
    """Return what the database's own check and the audit trail's find wrong."""
    with store.read() as session:
        found = [str(finding) for finding in audit.verify(session, store.keyring)]
        if store.engine.dialect.name == "sqlite":
            found += [line for line in session.scalars(text("PRAGMA integrity_check")) if line != "ok"]
    return found


def saves_on_record(store: Store) -> int:
    with store.read() as session:
        return session.query(AuditEvent).filter(AuditEvent.action == "save_page").count()
