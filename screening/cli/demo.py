"""``screening demo``: a demonstration on this machine, with made-up patients, ready in seconds."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import click

from screening.cli.operate import refusing
from screening.cli.server import run_server
from screening.config import PROJECT, HelpNumber, Settings
from screening.demo.practice import PASSWORD, OpenInvitation, fill, open_invitation, staff_addresses
from screening.store import schema
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.key_check import require_keys

FOLDER = PROJECT / "var" / "demo"
_KEYS = "demo-keys.toml"
_DATABASE = "answers.db"
_TIME_ZONE = "Europe/Prague"


@click.command()
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535), help="On localhost."
)
@click.option("--fresh", is_flag=True, help="Throw the demonstration's data away and make it anew.")
def demo(port: int, fresh: bool) -> None:
    """Serve a demonstration practice on this machine."""
    settings = demo_settings(FOLDER, port)
    with refusing():
        if fresh:
            shutil.rmtree(FOLDER, ignore_errors=True)
        store = prepare(settings, FOLDER)
        click.echo(_welcome(store, settings, open_invitation(store, datetime.now(UTC), settings.zone)))
        store.close()
        run_server(settings, bind=f"127.0.0.1:{port}", workers=1)


def prepare(settings: Settings, folder: Path) -> Store:
    """Return the demonstration's store; make and fill it if it is not there, whole or not at all."""
    if not folder.exists():
        half_made = folder.with_name(folder.name + ".new")
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(parents=True)
        keyring = Keyring.generate()
        keyring.write(half_made / _KEYS)
        store = Store(f"sqlite:///{half_made / _DATABASE}", keyring)
        schema.upgrade(store.engine)
        require_keys(store)
        fill(store, settings.questionnaire_folders, datetime.now(UTC), settings.zone)
        store.close()
        half_made.rename(folder)
    store = Store(settings.database_url, Keyring.read(settings.key_file))
    schema.upgrade(store.engine)
    require_keys(store)
    return store


def demo_settings(folder: Path, port: int) -> Settings:
    """Return the settings of a demonstration whose data is in ``folder``."""
    return Settings(
        environment="demo",
        database_url=f"sqlite:///{folder / _DATABASE}",
        key_file=folder / _KEYS,
        public_origin=f"http://localhost:{port}",
        practice_name="Riverside Practice",
        practice_phone="555 0100",
        time_zone=_TIME_ZONE,
        help_numbers=(
            HelpNumber("112", {"en": "Emergency services", "es": "Servicios de emergencia", "ar": "خدمات الطوارئ"}),
            HelpNumber(
                "555 0112",
                {
                    "en": "Someone to talk to, day and night (made up for this demonstration)",
                    "es": "Alguien con quien hablar, de día y de noche (inventado para esta demostración)",
                    "ar": "شخص للتحدث معه ليلًا ونهارًا (رقم مُختلق لهذا العرض التوضيحي)",
                },
            ),
        ),
        help_numbers_verified=date.today(),
        languages=("en", "es", "ar"),
        read_within_days=3,
        fallback_reader="Dr B. Horak",
        retention_days=730,
    )


def _welcome(store: Store, settings: Settings, opened: OpenInvitation) -> str:
    addresses = staff_addresses(store)
    return "\n".join(
        (
            "",
            "A demonstration with made-up people. Stop it with Ctrl-C.",
            "",
            f"  The patient's link   {settings.public_origin}/i/{opened.token}",
            f"                       as {opened.patient_name}, born {opened.birth_date:%-d %B %Y}",
            "",
            f"  The clinic           {settings.public_origin}/clinic/",
            f"                       clinician       {addresses['clinician']}",
            f"                       front desk      {addresses['front_desk']}",
            f"                       administrator   {addresses['administrator']}",
            f"                       password of all {PASSWORD}",
            "",
        )
    )
