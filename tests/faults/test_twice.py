"""What is done twice happens once: double clicks, two devices, several processes at the same time."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from screening.store.audit import AuditEvent
from screening.store.tables import Response
from tests.faults.conftest import ServedPractice
from tests.support.process import server_process
from tests.support.saver import PAGE, Answer, Phone
from tests.support.visitor import at_once

DEVICES = 3
CLICKS = 4


def test_sending_many_times_at_once_sends_once(practice: ServedPractice) -> None:
    invitation_id, token = practice.invite()
    with server_process(practice.folder, practice.database_url, practice.key_file) as server:
        phones = [Phone(server.port, token) for _ in range(DEVICES)]
        phones[0].begin()
        phones[0].press(PAGE, **{"q1-text": "The radio, low.", "then": "next"})
        for phone in phones[1:]:
            phone.open()
        forms = [phone.form("/intake/send") for phone in phones]

        def click(phone: Phone, form: dict[str, str]) -> Answer:
            clicking = Phone(server.port, token)
            clicking.cookie = phone.cookie
            try:
                return clicking.post("/intake/send", form)
            finally:
                clicking.close()

        pairs = list(zip(phones, forms, strict=True)) * CLICKS
        answers = at_once(*(partial(click, *pair) for pair in pairs))
        for phone in phones:
            phone.close()
    assert {(answer.status, answer.location) for answer in answers} == {(303, "/intake/thanks")}
    with practice.store.read() as session:
        sent = session.scalars(select(Response).where(Response.invitation_id == invitation_id)).all()
        records = [f"invitation:{invitation_id}", *(f"response:{response.id}" for response in sent)]
        events = session.scalars(
            select(AuditEvent.record).where(AuditEvent.action == "send", AuditEvent.record.in_(records))
        ).all()
    assert [response.sent_at is not None for response in sent] == [True]
    assert sorted(events) == sorted(records)
