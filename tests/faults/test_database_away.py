"""The database goes away, or its disk is full: nothing is called saved, what was typed comes back, it goes on alone."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.faults.conftest import ServedPractice
from tests.support.database import upgrade
from tests.support.postgres import Cluster
from tests.support.process import NoAnswerError, ServerProcess, server_process, wait
from tests.support.saver import PAGE, Answer, Phone

WORDS = "A hedgehog lives under the <elder>."
RECOVERS_WITHIN = 30.0


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that may be stopped: nobody else uses it."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


def ready(server: ServerProcess) -> bool:
    phone = Phone(server.port, "")
    try:
        return phone.get("/readyz").status == 200
    except NoAnswerError:
        return False
    finally:
        phone.close()


def writing(phone: Phone) -> dict[str, str]:
    """Return a page's form as a patient has filled it in."""
    return phone.form(PAGE) | {"q1-text": WORDS, "then": "next"}


def assert_not_saved(answer: Answer) -> None:
    assert answer.status == 503, answer
    assert "Not saved" in answer.text
    assert "Save" in answer.text
    assert WORDS in unescape(answer.text)


def saved_when_it_is_back(phone: Phone, fields: dict[str, str]) -> float:
    """Press save until it works; return after how many seconds it did."""
    began = time.monotonic()
    while (answer := phone.post(PAGE, fields)).status != 303:
        assert_not_saved(answer)
        assert time.monotonic() - began < RECOVERS_WITHIN
        wait(0.2)
    return time.monotonic() - began


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_a_database_that_is_restarted(
    cluster: Cluster,
    make_practice: Callable[[str], ServedPractice],
    tmp_path: Path,
    how: signal.Signals,
) -> None:
    url = cluster.url(cluster.create())
    upgrade(url)
    practice = make_practice(url)
    with server_process(tmp_path, url, practice.key_file) as server:
        phone = Phone(server.port, practice.invite()[1])
        phone.begin()
        fields = writing(phone)
        practice.store.close()
        cluster.halt(how)
        assert not ready(server)
        assert_not_saved(phone.post(PAGE, fields))
        assert phone.get(PAGE).status == 503
        cluster.resume()
        assert saved_when_it_is_back(phone, fields) < RECOVERS_WITHIN
        assert ready(server)
        assert phone.form(PAGE)["q1-text"] == WORDS
        phone.close()


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_a_disk_that_is_full(practice: ServedPractice) -> None:
    with server_process(practice.folder, practice.database_url, practice.key_file) as server:
        phone = Phone(server.port, practice.invite()[1])
        phone.begin()
        fields = writing(phone)
        server.limit_files(1)
        assert_not_saved(phone.post(PAGE, fields))
        assert phone.form(PAGE)["q1-text"] == ""
        server.limit_files(None)
        assert saved_when_it_is_back(phone, fields) < RECOVERS_WITHIN
        assert phone.form(PAGE)["q1-text"] == WORDS
        phone.close()
