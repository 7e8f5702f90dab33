"""The tests' own tools: a tool that never fails would let everything pass."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import create_engine, inspect, text


def test_each_test_has_an_empty_database_of_its_own(database_url: str, database_backend: str) -> None:
    engine = create_engine(database_url)
    assert engine.dialect.name == database_backend
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()


# The same once more: what the test above left behind must not be there.
test_nothing_is_left_behind_by_another_test = test_each_test_has_an_empty_database_of_its_own


def test_a_test_that_reaches_for_the_network_is_stopped() -> None:
    with pytest.raises(RuntimeError, match=r"reached for the network: 'clinic\.example'"):
        socket.create_connection(("clinic.example", 80), timeout=1)
    with pytest.raises(RuntimeError, match=r"reached for the network: '192\.0\.2\.1'"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
