"""A database is opened with its own keys only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.app import create_app
from screening.cli import main
from screening.config import Settings
from screening.store.crypto import KeyFileError, Keyring
from screening.store.engine import Store
from screening.store.key_check import require_keys

OTHER = Keyring.generate()


def with_keys(store: Store, keyring: Keyring) -> Store:
    """Return the same database opened with other keys; the connections are the first store's."""
    opened = Store(str(store.engine.url.render_as_string(hide_password=False)), keyring)
    opened.engine.dispose()
    opened.engine = store.engine
    opened._sessions, opened._writing = store._sessions, store._writing
    return opened


def test_a_fresh_database_takes_the_keys_that_it_is_first_opened_with(store: Store) -> None:
    require_keys(store)
    require_keys(store)
    with pytest.raises(KeyFileError, match="not those of this database"):
        require_keys(with_keys(store, OTHER))
    require_keys(store)


@pytest.mark.parametrize("name", ["data", "lookup", "audit"])
def test_one_other_key_is_enough_to_be_refused(store: Store, name: str) -> None:
    require_keys(store)
    with pytest.raises(KeyFileError, match="not those of this database"):
        require_keys(with_keys(store, replace(store.keyring, **{name: getattr(OTHER, name)})))


def test_a_newer_key_beside_the_first_and_another_session_key_are_the_same_ring(store: Store) -> None:
    require_keys(store)
    data = {**store.keyring.data, 2: OTHER.data[1]}
    require_keys(with_keys(store, replace(store.keyring, data=data, session=OTHER.session)))


def test_the_server_does_not_start_with_another_key_file(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    app = create_app(settings)
    app.extensions["store"].close()
    app.extensions["renderer"].close()
    other = settings.key_file.with_name("other.toml")
    OTHER.write(other)
    with pytest.raises(KeyFileError, match="not those of this database"):
        create_app(replace(settings, key_file=other))


def test_commands_refuse_another_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    password = {"SCREENING_ADMIN_PASSWORD": "seven brown otters waiting"}
    made = CliRunner().invoke(main, ["init", "--admin-email", "a@b.example", "--admin-name", "Ada"], env=password)
    assert made.exit_code == 0, made.output
    OTHER.write(tmp_path / "other.toml")
    named = {"PUBLIC_ORIGIN": "http://localhost", "PRACTICE_NAME": "P", "PRACTICE_PHONE": "1", "TIME_ZONE": "UTC"}
    for name, value in {**named, "ENVIRONMENT": "demo", "KEY_FILE": str(tmp_path / "other.toml")}.items():
        monkeypatch.setenv(f"SCREENING_{name}", value)
    for command in (["staff", "list"], ["db", "upgrade"], ["retention", "run"], ["serve"]):
        refused = CliRunner().invoke(main, command)
        assert refused.exit_code == 1, command
        assert "not those of this database" in refused.stderr, command
    monkeypatch.delenv("SCREENING_KEY_FILE")
    assert CliRunner().invoke(main, ["staff", "list"]).exit_code == 0
