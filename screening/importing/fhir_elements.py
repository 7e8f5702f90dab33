"""Reading FHIR's JSON by key: what has another shape than FHIR says is absent, or refused where that would matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal as Number
from functools import lru_cache

from screening.definition.fhir_terms import OURS, Json
from screening.definition.reader import MAX_DIGITS
from screening.importing.result import ImportRefused

MAX_TEXT = 20_000
"""Characters in any one text of a form, at the most."""


def text_of(element: Mapping[str, object], key: str) -> str:
    """Return a text, "" if there is none; ImportRefused if it is far too long for a form."""
    value = element.get(key)
    if not isinstance(value, str):
        return ""
    if len(value) > MAX_TEXT:
        raise ImportRefused(f"`{key}` has {len(value):,} characters; no text in a form needs more than {MAX_TEXT:,}")
    return value.strip()


def map_of(element: Mapping[str, object], key: str) -> Json:
    """Return an object, an empty one if there is none."""
    value = element.get(key)
    return value if isinstance(value, dict) else {}


def maps_of(element: Mapping[str, object], key: str) -> list[Json]:
    """Return the objects in a list, none if it is no list."""
    value = element.get(key)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def strict_maps_of(element: Mapping[str, object], key: str, where: str) -> list[Json]:
    """Return the objects in a list whose every entry matters; ImportRefused if it has another shape."""
    value = element.get(key, [])
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise ImportRefused(f"{where}: `{key}` is not a list of objects, so the file is no valid Questionnaire")
    return value


def number_of(value: object) -> Number | None:
    """Return a JSON number that the language can hold, else None."""
    if isinstance(value, bool) or not isinstance(value, int | Number):
        return None
    number = Number(value)
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        return None
    # Python's own context keeps 28 digits, so this loses none of those that are allowed.
    digits = len(number.as_tuple().digits)
    return number if digits <= MAX_DIGITS and decimal_exponent(number) >= -10 else None


def decimal_exponent(number: Number) -> int:
    """Return the exponent of a finite number's last digit."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent


@lru_cache(maxsize=1000)
def extension_name(url: str) -> str:
    """Return what an extension is called here: its address without the parts that vary from one edition to the next."""
    if url.startswith(OURS):
        return url
    name = url.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    for prefix in ("sdc-questionnaire-", "questionnaire-", "sdc-"):
        name = name.removeprefix(prefix)
    return name


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions of an element, by `extension_name`, so that every edition's address is known alike."""

    by_name: Mapping[str, tuple[Json, ...]]

    @classmethod
    def of(cls, element: Mapping[str, object], where: str) -> Extensions:
        """Read the extensions of an element; ImportRefused if they can't be told, or if one changes its meaning."""
        for entry in strict_maps_of(element, "modifierExtension", where):
            raise ImportRefused(f"{where}: the modifierExtension {text_of(entry, 'url')} is not known; it could change "
                                "the meaning of the question")  # fmt: skip
        found: dict[str, tuple[Json, ...]] = {}
        for entry in strict_maps_of(element, "extension", where):
            name = extension_name(text_of(entry, "url"))
            found[name] = (*found.get(name, ()), entry)
        return cls(found)

    def __contains__(self, url: str) -> bool:
        return extension_name(url) in self.by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def all(self, url: str) -> tuple[Json, ...]:
        """Return every extension with this address."""
        return self.by_name.get(extension_name(url), ())

    def value(self, url: str) -> object:
        """Return the value of the first extension with this address, None if there is none."""
        return next((value_of(entry) for entry in self.all(url)), None)

    def text(self, url: str) -> str:
        """Return the value if that is a text, else ""."""
        return next((text_of(entry, key) for entry in self.all(url) for key in entry if key.startswith("value")), "")

    def flag(self, url: str) -> bool:
        """Return whether the value is true."""
        return self.value(url) is True


def value_of(entry: Mapping[str, object]) -> object:
    """Return the ``value[x]`` of an extension or an option, None if it has none."""
    return next((value for key, value in entry.items() if key.startswith("value")), None)


def answer_of(entry: Mapping[str, object], prefix: str) -> tuple[str, object]:
    """Return the type and value of ``value[x]`` or ``answer[x]``; ("", None) if there is none."""
    for key, value in entry.items():
        kind = key.removeprefix(prefix)
        if kind != key and kind[:1].isupper():
            return kind, value
    return "", None
