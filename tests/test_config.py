"""Settings: everything wrong is told at once, and production does not start half-configured."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from screening.config import PROJECT, SETTING_NAMES, Settings, SettingsError

COMPLETE = {
    "SCREENING_DATABASE_URL": "sqlite:////srv/answers.db",
    "SCREENING_KEY_FILE": "/srv/keys.toml",
    "SCREENING_PUBLIC_ORIGIN": "https://forms.clinic.example",
    "SCREENING_PRACTICE_NAME": "Riverside Practice",
    "SCREENING_PRACTICE_PHONE": "555 0100",
    "SCREENING_TIME_ZONE": "Europe/Prague",
    "SCREENING_HELP_NUMBERS": '[{"number": "112", "description": {"en": "Emergency services"}}]',
    "SCREENING_HELP_NUMBERS_VERIFIED": "2026-05-01",
    "SCREENING_RETENTION_DAYS": "730",
    "SCREENING_READ_WITHIN_DAYS": "3",
    "SCREENING_FALLBACK_READER": "Dr B. Horak",
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_complete_settings_load_from_the_environment() -> None:
    settings = Settings.load(COMPLETE)
    assert settings.practice_name == "Riverside Practice"
    assert settings.help_numbers[0].described("cs") == "Emergency services"
    assert settings.retention_days == 730
    assert not settings.is_demo


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "screening.toml").write_text('practice_name = "From the file"\npaper = "Letter"\n')
    settings = Settings.load(COMPLETE)
    assert (settings.practice_name, settings.paper) == ("Riverside Practice", "Letter")


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "clinic.toml").write_text('key_file = "keys.toml"\ndatabase_url = "sqlite:///answers.db"\n')
    environ = {name: value for name, value in COMPLETE.items() if not name.endswith(("KEY_FILE", "DATABASE_URL"))}
    settings = Settings.load(environ, folder / "clinic.toml")
    assert settings.key_file == folder / "keys.toml"
    assert settings.database_url == f"sqlite:///{folder / 'answers.db'}"


def test_a_secret_can_come_from_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://app:secret@db/answers\n")
    environ = {name: value for name, value in COMPLETE.items() if name != "SCREENING_DATABASE_URL"}
    settings = Settings.load(environ | {"SCREENING_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "postgresql+psycopg://app:secret@db/answers"


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://queue:6379/3",
        "rediss://:secret@queue.clinic.example:6380/0",
        "unix:///run/redis.sock",
        "unix:///run/redis.sock?db=2",
    ],
)
def test_the_address_of_a_redis_is_taken_as_it_is(url: str, tmp_path: Path) -> None:
    assert Settings.load(COMPLETE | {"SCREENING_QUEUE_URL": url}).queue_url == url
    (tmp_path / "queue").write_text(f"{url}\n")
    assert Settings.load(COMPLETE | {"SCREENING_QUEUE_URL_FILE": str(tmp_path / "queue")}).queue_url == url


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "redis://",
        "redis://:tell-nobody@queue:sixty",
        "redis://:tell-nobody@queue/zero",
        "redis://:tell-nobody@queue/0?socket_timeout=1",
        "redis://:tell-nobody@queue/0#1",
        "unix://",
        "unix:///run/redis.sock?password=tell-nobody",
        "postgresql+psycopg://app:tell-nobody@db/answers",
    ],
)
def test_what_is_no_address_of_a_redis_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="queue_url: needs the address of a Redis, such as redis://") as refused:
        Settings.load(COMPLETE | {"SCREENING_QUEUE_URL": url})
    assert "tell-nobody" not in str(refused.value)


def test_everything_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load({})
    for name in ("database_url", "key_file", "public_origin", "practice_name", "time_zone"):
        assert f"{name}: missing" in str(refused.value)


@pytest.mark.parametrize(
    "name",
    ["HELP_NUMBERS", "HELP_NUMBERS_VERIFIED", "RETENTION_DAYS", "READ_WITHIN_DAYS", "FALLBACK_READER"],
)
def test_production_does_not_start_without(name: str) -> None:
    environ = {key: value for key, value in COMPLETE.items() if key != f"SCREENING_{name}"}
    with pytest.raises(SettingsError, match=f"{name.lower()}: missing"):
        Settings.load(environ)
    assert Settings.load(environ | {"SCREENING_ENVIRONMENT": "demo"}).is_demo


@pytest.mark.parametrize(("value", "is_on"), [("true", True), ("True", True), ("false", False), (None, False)])
def test_patients_get_copies_only_where_that_is_set(value: str | None, is_on: bool) -> None:
    environ = COMPLETE | ({"SCREENING_PATIENT_COPY": value} if value else {})
    assert Settings.load(environ).patient_copy is is_on


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PUBLIC_ORIGIN", "http://forms.clinic.example", "needs an https address"),
        ("PUBLIC_ORIGIN", "forms.clinic.example", "scheme and host only"),
        ("KEY_FILE", "/srv/demo-keys.toml", "demonstration's"),
        ("DATABASE_URL", "mysql://x", "sqlite:/// or postgresql"),
        ("TIME_ZONE", "Europe/Atlantis", "no time zone is called"),
        ("RETENTION_DAYS", "two years", "needs a whole number"),
        ("PAPER", "A5", "one of A4, Letter"),
        ("PATIENT_COPY", "maybe", "true or false"),
        ("HELP_NUMBERS", "112", "needs a list"),
        ("HELP_NUMBERS", "[", "help_numbers"),
        ("HELP_NUMBERS", '[{"number": " ", "description": {"en": "x"}}]', "needs text"),
        ("HELP_NUMBERS", '[{"number": "112", "description": {"en": ""}}]', "needs text"),
        ("HELP_NUMBERS_VERIFIED", "yesterday", "needs a date"),
        ("HELP_NUMBERS_VERIFIED", "2999-01-01", "still to come"),
        ("LANGUAGES", "xx", "no language has the code"),
        ("LANGUAGES", "en,es", "no description in es"),
    ],
)
def test_a_wrong_value_says_what_would_be_right(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.load(COMPLETE | {f"SCREENING_{name}": value})


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "screening.toml").write_text("retention = 3\n")
    with pytest.raises(SettingsError, match="retention: no such setting"):
        Settings.load(COMPLETE)


def test_a_time_where_a_day_is_wanted_is_refused(tmp_path: Path) -> None:
    (tmp_path / "screening.toml").write_text("help_numbers_verified = 2026-05-01T10:00:00Z\n")
    environ = {name: value for name, value in COMPLETE.items() if not name.endswith("VERIFIED")}
    with pytest.raises(SettingsError, match="needs a date such as"):
        Settings.load(environ)


def test_old_help_numbers_give_a_warning() -> None:
    settings = Settings.load(COMPLETE)
    assert settings.warnings(date(2026, 7, 1)) == []
    assert "ring them again" in settings.warnings(date(2026, 8, 15))[0]


def test_the_page_of_settings_names_each_of_them() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text()
    assert [name for name in SETTING_NAMES if f"| `{name}` |" not in page] == []
