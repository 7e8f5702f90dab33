"""What tests of all packages use: databases of both kinds, the clock, the application, no network.

The application is imported by the fixtures that need it, so that tests of the core start without it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.support.clock import Clock
from tests.support.memory import memory
from tests.support.postgres import Cluster
from tests.support.redis import RedisServer

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from screening.config import Settings
    from screening.store.engine import Store
    from tests.support.clinic import Clinic

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost", "", None)


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in _THIS_MACHINE:
        raise RuntimeError(f"a test reached for the network: {host!r}")


def pytest_configure() -> None:
    sys.addaudithook(_refuse_network)
    # Whoever runs the tests may have an installation of their own.
    for name in [name for name in os.environ if name.startswith("SCREENING_")]:
        del os.environ[name]
    folder = memory()
    if folder is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


# The same examples in every run, so that a failure is the change's; --hypothesis-profile=random looks further.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, max_examples=1000)
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server, one for each test process."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis server with nothing in it, which a test may stop."""
    server = RedisServer()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_backend(request: pytest.FixtureRequest) -> str:
    """The kind of database; tests that use one run on both."""
    backend: str = request.param
    return backend


@pytest.fixture
def database_url(database_backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLAlchemy URL of a fresh, empty database."""
    if database_backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'answers.db'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database at the present schema, to copy."""
    from tests.support.database import upgrade

    path = tmp_path_factory.mktemp("migrated") / "answers.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Cluster) -> str:
    """The name of a PostgreSQL database at the present schema, to copy."""
    from tests.support.database import upgrade

    name = postgres.create()
    upgrade(postgres.url(name))
    return name


@pytest.fixture
def migrated_database_url(database_backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLAlchemy URL of a database at the present schema, with nothing in it."""
    if database_backend == "sqlite":
        path = tmp_path / "answers.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    template: str = request.getfixturevalue("migrated_postgres")
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database(template) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at a Monday morning until it is moved."""
    return Clock()


@pytest.fixture
def make_settings(tmp_path: Path, migrated_database_url: str) -> Callable[..., Settings]:
    """Settings of a practice with a database of its own, but for those that are named."""
    from tests.support.app import make_settings

    return lambda **overrides: make_settings(tmp_path, migrated_database_url, **overrides)


@pytest.fixture
def app(make_settings: Callable[..., Settings], clock: Clock) -> Iterator[Flask]:
    """The application, on a database of its own."""
    from tests.support.app import close_app, make_app

    app = make_app(make_settings(), clock)
    yield app
    close_app(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody's browser, without the browser: keeps cookies, runs no script."""
    return app.test_client()


@pytest.fixture
def store(migrated_database_url: str) -> Iterator[Store]:
    """The store on a database of its own, with nothing in it."""
    from screening.store.crypto import Keyring
    from screening.store.engine import Store

    opened = Store(migrated_database_url, Keyring.generate())
    yield opened
    opened.close()


@pytest.fixture
def clinic(store: Store) -> Clinic:
    """A practice with staff and two approved questionnaires, on a database of its own."""
    from tests.support.clinic import Clinic

    return Clinic(store)
