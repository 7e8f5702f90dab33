"""Commands for the person who runs the service: init, serve, worker, db, audit."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from screening.cli import Refused
from screening.cli.server import DEFAULT_BIND, run_server
from screening.config import CONFIG_FILE, Settings, SettingsError
from screening.jobs import SWEEP_SECONDS, BackgroundWorker
from screening.retention import run as run_retention
from screening.staff import create_staff
from screening.store import audit as trail
from screening.store import schema
from screening.store.audit import Actor
from screening.store.crypto import KeyFileError, Keyring
from screening.store.engine import Store
from screening.store.errors import Invalid
from screening.store.key_check import require_keys
from screening.store.registry import RegistryError
from screening.waking import queue_problem

KEY_FILE = "keys.toml"
DATABASE_FILE = "answers.db"

_NEW_CONFIG = """\
# Settings of this installation; docs/settings.md explains each. The lines that begin with # and a name are still to be
# filled in: the server lists them and does not start without them.

database_url = "sqlite:///{database}"
key_file = "{keys}"

# public_origin = "https://forms.clinic.example"
# practice_name = "Riverside Practice"
# practice_phone = "555 0100"
# time_zone = "Europe/Prague"
# read_within_days = 3
# fallback_reader = "Dr B. Horak"
# retention_days = 730
# The day on which somebody last rang the numbers below, such as 2026-05-31. Ring them, then write today's date.
# help_numbers_verified =

# [[help_numbers]]
# number = "112"
# description = {{en = "Emergency services"}}

# [[help_numbers]]
# number =
# description = {{en = "Someone to talk to, day and night"}}
"""


@contextlib.contextmanager
def open_store() -> Iterator[tuple[Store, Settings]]:
    """Open the configured store for a command; Refused where settings, keys or database can't be used."""
    with refusing():
        settings = Settings.load()
        store = Store(settings.database_url, Keyring.read(settings.key_file))
        try:
            schema.require_current(store.engine)
            require_keys(store)
            yield store, settings
        finally:
            store.close()


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Turn what the layers below say into a refusal of the command line."""
    try:
        yield
    except (SettingsError, KeyFileError, schema.SchemaError, RegistryError, Invalid) as error:
        raise Refused(str(error)) from None
    except DBAPIError as error:
        # The driver's own words say best what is wrong (no such folder, connection refused); the statement is noise.
        raise Refused(f"The database does not answer: {str(error.orig).strip()}") from None
    except OSError as error:
        raise Refused(f"{error.filename or 'The system'}: {error.strerror}") from None


@click.command()
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default=True,
    help="The folder, made if it is not there.",
)
@click.option("--admin-email", prompt="E-mail of the first administrator", help="Asked for unless given.")
@click.option("--admin-name", prompt="Name of the first administrator", help="Asked for unless given.")
@click.option(
    "--admin-password",
    prompt="Password (15 characters or more)",
    hide_input=True,
    confirmation_prompt=True,
    envvar="SCREENING_ADMIN_PASSWORD",
    help="Better typed at the prompt, or given in SCREENING_ADMIN_PASSWORD, than on the command line.",
)
def init(directory: Path, admin_email: str, admin_name: str, admin_password: str) -> None:
    """Make keys, database, settings file and the first administrator in a new installation's folder."""
    with refusing():
        directory.mkdir(parents=True, exist_ok=True)
    config, keys, database = (directory.resolve() / name for name in (CONFIG_FILE, KEY_FILE, DATABASE_FILE))
    for path in (config, keys, database):
        if path.exists():
            raise Refused(f"{path}: is there already; init only makes what is new. Give another --directory.")
    made: list[Path] = []
    os.umask(0o077)  # what is made here is for the service's own account alone
    try:
        with refusing():
            keyring = Keyring.generate()
            made.append(keys)
            keyring.write(keys)
            made.append(database)
            store = Store(f"sqlite:///{database}", keyring)
            schema.upgrade(store.engine)
            require_keys(store)
            create_staff(
                store,
                Actor(kind="system", id="init", origin="command line", roles=frozenset()),
                email=admin_email,
                name=admin_name,
                roles=frozenset({"administrator"}),
                password=admin_password,
                is_own_password=True,
                now=datetime.now(UTC),
            )
            store.close()
            config.write_text(_NEW_CONFIG.format(database=database.name, keys=keys.name), encoding="utf-8")
    except BaseException:
        for path in made:
            for leftover in (path, *path.parent.glob(path.name + "-*")):
                leftover.unlink(missing_ok=True)
        raise
    click.echo(f"Settings   {config}   (fill in what is still open there)")
    click.echo(f"Database   {database}")
    click.echo(f"Keys       {keys}   Back this file up now, apart from the database: without it no answer can be read.")
    # In full, because it is on nobody's PATH; and not as root, because then files here would be root's.
    program = Path(sys.executable).with_name("screening")
    start = f"cd {shlex.quote(str(directory.resolve()))} && {shlex.quote(str(program))} serve"
    click.echo(f"Then       {start}   (as the service's account)")


@click.command()
@click.option("--bind", default=DEFAULT_BIND, show_default=True, help="Address and port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Processes that answer requests.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1), help="Threads in each process.")
@click.option(
    "--worker/--no-worker", default=True, show_default=True, help="Do the background work (reports) beside it."
)
def serve(bind: str, workers: int, threads: int, worker: bool) -> None:
    """Run the web server, and the background work in a process beside it.

    It refuses to start on bad settings, a wrong schema or a bad questionnaire file.
    """
    with refusing():
        settings = Settings.load()
        for warning in settings.warnings(datetime.now(UTC).date()):
            click.echo(f"warning: {warning}", err=True)
        warn_of_queue(settings)
        run_server(settings, bind=bind, workers=workers, threads=threads, with_worker=worker)


@click.command()
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64), help="Reports made at once.")
@click.option(
    "--sweep",
    default=SWEEP_SECONDS,
    show_default=True,
    type=click.FloatRange(min=1),
    help="Seconds after which it looks for work that nobody woke it for.",
)
def worker(threads: int, sweep: float) -> None:
    """Do the background work (reports) until told to stop; `serve` runs one of these unless told otherwise."""
    with open_store() as (store, settings):
        warn_of_queue(settings)
        BackgroundWorker(store, settings, sweep=sweep).run(threads=threads)


def warn_of_queue(settings: Settings) -> None:
    """Tell whoever starts a process where the queue in Redis can't be used; the start does not depend on it."""
    problem = queue_problem(settings)
    if problem is not None:
        late = f"reports are begun up to {SWEEP_SECONDS:g} seconds later until it can"
        click.echo(f"warning: queue_url: this Redis can't be used now ({problem}); {late}", err=True)


@click.group()
def db() -> None:
    """Look after the database's schema."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema; doing it again changes nothing."""
    with refusing():
        settings = Settings.load()
        store = Store(settings.database_url, Keyring.read(settings.key_file))
        schema.upgrade(store.engine)
        require_keys(store)
        store.close()
    click.echo("The database is at this version's schema.")


@click.group()
def audit() -> None:
    """Look after the audit trail."""


@audit.command("verify")
@click.option("--known", default=None, help="A seal that an earlier run printed, kept elsewhere.")
def audit_verify(known: str | None) -> None:
    """Look for any edit, removal or re-ordering of events; exit 1 where there is one, else seal what is new."""
    try:
        kept = trail.Head.parse(known) if known else None
    except ValueError as error:
        raise Refused(f"--known: {error}") from None
    with open_store() as (store, _settings):
        with store.read() as session:  # it may take long, and must not hold up anybody's save
            findings = trail.verify(session, store.keyring, kept)
        with store.write() as session:
            if not findings:
                trail.seal_batch(session, store.keyring, datetime.now(UTC))
            head = trail.head(session)
    for finding in findings:
        click.echo(finding, err=True)
    if findings:
        sys.exit(1)
    click.echo("The audit trail is whole." + (f" Newest seal: {head}" if head else ""))


@click.group()
def retention() -> None:
    """Delete what patients were told is deleted."""


@retention.command("run")
def retention_run() -> None:
    """Delete answers whose time is over; run it once a day. Doing it again changes nothing."""
    with open_store() as (store, settings):
        deleted = run_retention(
            store,
            trail.SYSTEM,
            retention_days=settings.retention_days,
            draft_days=settings.draft_days,
            now=datetime.now(UTC),
        )
    click.echo(f"Deleted: {deleted.sent} sent responses, {deleted.unsent} that were never sent.")
