"""Settings: from the environment (``SCREENING_*``) and an optional TOML file; the environment wins.

Production refuses to start while something is missing that a patient's safety or the law rests on; every mistake is
told at once, with what would be right. docs/settings.md lists all of them; a test holds it to that.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from screening.translations import LANGUAGES

Environment: TypeAlias = Literal["production", "demo"]

HELP_NUMBERS_MAX_AGE = timedelta(days=90)
"""After this time a warning asks to verify the help numbers again."""

PREFIX = "SCREENING_"
CONFIG_FILE = "screening.toml"
PROJECT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """The settings can't be used; the message names each setting, what is wrong, and what would be right."""


@dataclass(frozen=True, slots=True)
class HelpNumber:
    """A number to call when in danger; ``description`` is by language (BCP 47)."""

    number: str
    description: Mapping[str, str]

    def described(self, language: str) -> str:
        """Return the description in this language, else in the first one given."""
        return self.description.get(language) or next(iter(self.description.values()), "")


def _setting(help_text: str, **kwargs: Any) -> Any:
    return field(metadata={"help": help_text}, **kwargs)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one installation. Each field is ``SCREENING_<NAME>`` in the environment."""

    environment: Environment = _setting("`production`, or `demo` for made-up patients only", default="production")
    database_url: str = _setting("`sqlite:////path/file.db` or `postgresql+psycopg://user@host/name`")
    queue_url: str | None = _setting(
        "a Redis that wakes workers, such as `redis://localhost:6379/0`; without one the database does it", default=None
    )
    key_file: Path = _setting("the file of keys that `screening init` made")
    public_origin: str = _setting("where patients reach the service, such as `https://forms.clinic.example`")
    practice_name: str = _setting("the practice's name, as patients know it")
    practice_phone: str = _setting("the number that patients call about their form or appointment")
    time_zone: str = _setting("the clinic's time zone, such as `Europe/Prague`")
    help_numbers: tuple[HelpNumber, ...] = _setting(
        "numbers to call when in danger, the first one most prominent; each described per language", default=()
    )
    help_numbers_verified: date | None = _setting("when somebody last rang these numbers", default=None)
    readers: str | None = _setting(
        "who can read the answers, in words for the patient; without it that follows from `clinicians_see`",
        default=None,
    )
    read_within_days: int | None = _setting("working days within which a sent form is read", default=None)
    fallback_reader: str | None = _setting("who reads what is unread after that time", default=None)
    retention_days: int | None = _setting("days after sending when answers are deleted", default=None)
    draft_days: int = _setting("days after the appointment when unsent answers are deleted", default=7)
    exit_url: str = _setting('the neutral site that "Exit this page" leads to', default="https://www.wikipedia.org/")
    clinicians_see: Literal["own", "practice"] = _setting(
        "whether clinicians read their `own` patients' answers or the whole `practice`'s", default="own"
    )
    languages: tuple[str, ...] = _setting(
        "languages that patients can answer in, the first one preset", default=("en",)
    )
    staff_language: str = _setting("the language that staff work in unless they choose another one", default="en")
    questionnaires_folder: Path | None = _setting("a folder of the clinic's own questionnaires", default=None)
    paper: Literal["A4", "Letter"] = _setting("paper size of reports", default="A4")
    patient_idle_minutes: int = _setting("minutes without a sign of life until a patient's session ends", default=60)
    staff_idle_minutes: int = _setting("minutes without a sign of life until a staff session ends", default=30)
    patient_copy: bool = _setting(
        "whether patients can open a copy of their answers for one hour after sending", default=False
    )
    trusted_proxies: int = _setting("how many reverse proxies in front set X-Forwarded-* headers", default=0)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
        """Read settings; SettingsError lists everything that is wrong.

        ``file`` defaults to SCREENING_CONFIG, then to ``screening.toml`` in the current folder, if there is one.
        """
        environ = os.environ if environ is None else environ
        named = file or (Path(environ[PREFIX + "CONFIG"]) if PREFIX + "CONFIG" in environ else None)
        path = named or Path(CONFIG_FILE)
        raw = _read_toml(path) if named or path.exists() else {}
        base = path.resolve().parent
        raw |= _read_environment(environ)
        return _build(raw, base, path if named or path.exists() else None)

    @property
    def is_demo(self) -> bool:
        """Whether this is a demonstration with made-up patients."""
        return self.environment == "demo"

    @property
    def is_https(self) -> bool:
        """Whether patients come over https, so that cookies can be bound to it."""
        return urlsplit(self.public_origin).scheme == "https"

    @property
    def zone(self) -> ZoneInfo:
        """Return the clinic's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def questionnaire_folders(self) -> tuple[Path, ...]:
        """Return the folders that questionnaires are registered from: the shipped one, then the clinic's own."""
        own = (self.questionnaires_folder,) if self.questionnaires_folder else ()
        return (PROJECT / "questionnaires", *own)

    def warnings(self, today: date) -> list[str]:
        """Return what should be looked at soon, though it does not stop the start."""
        verified = self.help_numbers_verified
        if verified and today - verified > HELP_NUMBERS_MAX_AGE:
            return [f"help_numbers: last verified on {verified.isoformat()}; ring them again and set the new date"]
        return []


_NEEDED_IN_PRODUCTION = frozenset(
    {"help_numbers", "help_numbers_verified", "retention_days", "read_within_days", "fallback_reader"}
)
"""A patient's safety, or the law, rests on these."""

SETTING_NAMES = tuple(setting.name for setting in dataclasses.fields(Settings))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: can't be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML ({error})") from None


def _read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in SETTING_NAMES:
        variable = PREFIX + name.upper()
        if variable in environ:
            found[name] = environ[variable]
        elif variable + "_FILE" in environ:
            try:
                found[name] = Path(environ[variable + "_FILE"]).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}_FILE: can't be read ({error.strerror})") from None
    return found


def _build(raw: Mapping[str, Any], base: Path, path: Path | None) -> Settings:
    problems: list[str] = []
    values: dict[str, Any] = {}
    is_production = raw.get("environment") != "demo"
    for name in sorted(raw.keys() - set(SETTING_NAMES)):
        problems.append(f"{name}: no such setting; docs/settings.md lists them")
    for setting in dataclasses.fields(Settings):
        if setting.name in raw:
            try:
                values[setting.name] = _PARSERS[setting.name](raw[setting.name], base)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                problems.append(f"{setting.name}: {error}")
        elif setting.default is dataclasses.MISSING or (is_production and setting.name in _NEEDED_IN_PRODUCTION):
            problems.append(f"{setting.name}: missing; {setting.metadata['help']}")
    if not problems:
        settings = Settings(**values)
        problems = _unsafe_in_production(settings)
        if not problems:
            return settings
    where = f" (read from {path} and the environment)" if path else " (read from the environment)"
    raise SettingsError(f"The settings can't be used{where}:\n" + "\n".join(f"  {line}" for line in problems))


def _unsafe_in_production(settings: Settings) -> list[str]:
    if settings.is_demo:
        return []
    problems = []
    if not settings.help_numbers:
        problems.append("help_numbers: missing; a patient in danger needs a number to call")
    if not settings.is_https:
        problems.append(f"public_origin: production needs an https address, not {settings.public_origin!r}")
    if "demo" in settings.key_file.name:
        problems.append(f"key_file: {settings.key_file.name} is the demonstration's; make one with `screening init`")
    for number in settings.help_numbers:
        missing = [language for language in settings.languages if language not in number.description]
        if missing:
            problems.append(f"help_numbers: {number.number} has no description in {', '.join(missing)}")
    return problems


def _text(value: Any, _base: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"needs text, not {value!r}")
    return value.strip()


def _path(value: Any, base: Path) -> Path:
    return base / Path(_text(value, base)).expanduser()


def _number(minimum: int) -> Callable[[Any, Path], int]:
    def parse(value: Any, _base: Path) -> int:
        try:
            number = int(value)
        except (ValueError, TypeError):
            raise ValueError(f"needs a whole number, not {value!r}") from None
        if number < minimum:
            raise ValueError(f"needs to be at least {minimum}, not {number}")
        return number

    return parse


def _one_of(*allowed: str) -> Callable[[Any, Path], str]:
    def parse(value: Any, _base: Path) -> str:
        if value not in allowed:
            raise ValueError(f"needs to be one of {', '.join(allowed)}, not {value!r}")
        return str(value)

    return parse


def _yes_or_no(value: Any, _base: Path) -> bool:
    known = {"true": True, "false": False}
    found = value if isinstance(value, bool) else known.get(str(value).lower())
    if found is None:
        raise ValueError(f"needs to be true or false, not {value!r}")
    return found


def _origin(value: Any, base: Path) -> str:
    text = _text(value, base).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ValueError(f"needs scheme and host only, such as https://forms.clinic.example, not {value!r}")
    return text


def _url(value: Any, base: Path) -> str:
    text = _text(value, base)
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
        raise ValueError(f"needs a web address, not {value!r}")
    return text


def _zone(value: Any, base: Path) -> str:
    text = _text(value, base)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no time zone is called {value!r}; for instance Europe/Prague") from None
    return text


def _past_date(value: Any, _base: Path) -> date:
    try:
        found = date.fromisoformat(str(value))  # TOML has dates, and date-times that are no answer to "on which day"
    except ValueError:
        raise ValueError(f"needs a date such as 2026-05-31, not {value!r}") from None
    if found > date.today():
        raise ValueError(f"{found.isoformat()} is still to come; it is the day on which the numbers were rung")
    return found


def _database_url(value: Any, base: Path) -> str:
    text = _text(value, base)
    if text.startswith("sqlite:///"):
        return "sqlite:///" + str(base / text.removeprefix("sqlite:///"))
    if text.startswith("postgresql+psycopg://"):
        return text
    raise ValueError("needs to begin with sqlite:/// or postgresql+psycopg://")


def _queue_url(value: Any, base: Path) -> str:
    """Return the address of a Redis; a refusal does not repeat it, because it may hold a password."""
    text = _text(value, base)
    parts = urlsplit(text)
    try:
        on_host = parts.scheme in ("redis", "rediss") and parts.hostname and parts.port != 0 and not parts.query
    except ValueError:  # the port is no number
        on_host = False
    number = parts.path.removeprefix("/") if on_host else parts.query.removeprefix("db=")
    is_numbered = not number or (number.isascii() and number.isdecimal())
    if parts.fragment or not is_numbered or not (on_host or (parts.scheme == "unix" and parts.path)):
        examples = "redis://host:6379/0, rediss://:password@host:6379/0 (with TLS) or unix:///path/of/socket?db=0"
        raise ValueError(f"needs the address of a Redis, such as {examples}")
    return text


def _languages(value: Any, _base: Path) -> tuple[str, ...]:
    languages = tuple(value.split(",") if isinstance(value, str) else value)
    if not languages or not all(isinstance(language, str) and language.strip() for language in languages):
        raise ValueError(f"needs language codes such as en, not {value!r}")
    return tuple(dict.fromkeys(_language(language) for language in languages))


def _language(value: str) -> str:
    try:
        Locale.parse(value.strip(), sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"no language has the code {value.strip()!r}; for instance en, es or ar") from None
    return value.strip()


def _staff_language(value: Any, base: Path) -> str:
    language = _language(_text(value, base))
    if language not in LANGUAGES:
        raise ValueError(f"the pages are in {', '.join(LANGUAGES)}, not in {language!r}")
    return language


def _help_numbers(value: Any, base: Path) -> tuple[HelpNumber, ...]:
    rows = json.loads(value) if isinstance(value, str) else value
    try:
        return tuple(
            HelpNumber(
                _text(row["number"], base),
                {str(language): _text(text, base) for language, text in row["description"].items()},
            )
            for row in rows
        )
    except (TypeError, KeyError, AttributeError):
        raise ValueError('needs a list such as [{"number": "112", "description": {"en": "Emergency"}}]') from None


_PARSERS: Mapping[str, Callable[[Any, Path], Any]] = {
    "environment": _one_of("production", "demo"),
    "database_url": _database_url,
    "queue_url": _queue_url,
    "key_file": _path,
    "public_origin": _origin,
    "practice_name": _text,
    "practice_phone": _text,
    "time_zone": _zone,
    "help_numbers": _help_numbers,
    "help_numbers_verified": _past_date,
    "readers": _text,
    "read_within_days": _number(1),
    "fallback_reader": _text,
    "retention_days": _number(1),
    "draft_days": _number(0),
    "exit_url": _url,
    "clinicians_see": _one_of("own", "practice"),
    "languages": _languages,
    "staff_language": _staff_language,
    "questionnaires_folder": _path,
    "paper": _one_of("A4", "Letter"),
    "patient_idle_minutes": _number(5),
    "staff_idle_minutes": _number(5),
    "patient_copy": _yes_or_no,
    "trusted_proxies": _number(0),
}
