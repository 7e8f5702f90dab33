"""What operators and administrators see of the background work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from screening.config import Settings
from screening.store import outbox
from tests.support.app import close_app, make_app
from tests.support.clinic import NOW, Clinic
from tests.support.clock import Clock
from tests.support.redis import RedisServer
from tests.support.staff import Member


@pytest.fixture
def database_backend() -> str:
    """The queries have tests of their own on both."""
    return "sqlite"


def test_readiness_tells_of_the_worker_and_does_not_depend_on_it(app: Flask, client: FlaskClient) -> None:
    store = app.extensions["store"]
    nobody = client.get("/readyz")
    assert (nobody.status_code, nobody.text) == (
        200,
        "database: ok\nworker: none seen\nwaiting: 0\ngiven up: 0\n",
    )
    with store.write() as session:
        outbox.note_alive(session, "w" * 32, NOW)
        outbox.post(session, "kind", "x", NOW)
    assert client.get("/readyz").text == "database: ok\nworker: ok\nwaiting: 1\ngiven up: 0\n"
    with store.write() as session:
        outbox.note_ended(session, "w" * 32)
        outbox.note_alive(session, "w" * 32, NOW - timedelta(minutes=5))
    assert "worker: last seen 2026-05-04T08:55:00+00:00" in client.get("/readyz").text


def test_an_administrator_sees_whether_redis_wakes_the_worker(
    make_settings: Callable[..., Settings], clock: Clock, redis: RedisServer
) -> None:
    app = make_app(make_settings(queue_url=redis.url), clock)
    admin = Member(app)
    admin.sign_in(Clinic(app.extensions["store"]).admin)
    admin.get("/admin/background")
    assert "Queue that wakes the worker" in admin.text
    assert "can’t be used" not in admin.text
    redis.stop()
    admin.get("/admin/background")
    assert "can’t be used (ConnectionError); reports are begun some seconds later" in admin.text
    close_app(app)


def test_an_administrator_has_what_was_given_up_tried_again(app: Flask) -> None:
    clinic = Clinic(app.extensions["store"])
    with clinic.store.write() as session:
        outbox.post(session, outbox.PREPARE_REPORT, "ab" * 16, NOW)
    for number in range(outbox.MOST_ATTEMPTS):
        with clinic.store.write() as session:
            task = outbox.lease(session, NOW + timedelta(minutes=11 * number))
            assert task is not None
            outbox.fail(session, task, "The report took longer than 20 seconds.", NOW + timedelta(minutes=11 * number))
    admin = Member(app)
    admin.sign_in(clinic.admin)
    admin.get("/admin/background")
    assert "The report took longer than 20 seconds." in admin.text
    admin.press("action=revive", action="1")
    assert "It will be tried again." in admin.text
    assert "Nothing was given up." in admin.text
    with clinic.store.read() as session:
        assert outbox.state(session, NOW).waiting == 1
    assert clinic.actions("outbox:1") == [("revive_task", clinic.admin.id)]
