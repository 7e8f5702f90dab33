"""Questions whose answer is a number: integer, decimal, quantity, and a slider as a scale."""

from __future__ import annotations

from decimal import Decimal as Number
from typing import Any as Anything
from typing import TypeAlias

from screening.definition import fhir_terms as terms
from screening.definition.item_keys import MAX_SHORT
from screening.definition.item_limits import SCALE_POINTS
from screening.definition.model import DEFAULT_OCCURS, Decimal, Integer, Option, Quantity, Scale
from screening.definition.option_reader import MAX_UNITS, SYSTEM, UNIT_CODE
from screening.definition.reader import MAX_LINE
from screening.importing import plain_text
from screening.importing.fhir_elements import map_of, maps_of, number_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.form import Form, occurs
from screening.importing.limits import number_limits, places
from screening.importing.names import short_slug
from screening.importing.wording import Beside

Keys: TypeAlias = dict[str, Anything]
_MAX_CODE = 64
_MAX_SYSTEM = 200


def integer(form: Form, part: Part, words: Beside, common: Keys) -> Integer | Scale:
    """Return a whole number, or where a slider asks for few enough of them a scale."""
    low, high = number_limits(part, form.losses, whole=True)
    step = number_of(part.extensions.value(terms.SLIDER_STEP))
    repeats = occurs(form, part, DEFAULT_OCCURS)
    if "slider" in part.controls and low is not None and high is not None and step in (None, Number(1)) and not repeats:
        lower, upper = words.first("lower") or f"{low}", words.first("upper") or f"{high}"
        if int(high - low) + 1 in SCALE_POINTS:
            return Scale(**common, min_value=int(low), max_value=int(high), min_label=lower, max_label=upper)
    keys = _with_ends(common, words) | _whole(low, high) | repeats
    return Integer(**keys, unit=_unit(form, part, words))


def decimal(form: Form, part: Part, words: Beside, common: Keys) -> Decimal | Integer:
    """Return a decimal number; one without decimal places is a whole number."""
    keys = _with_ends(common, words) | {"unit": _unit(form, part, words)} | occurs(form, part, DEFAULT_OCCURS)
    if number_of(part.extensions.value(terms.MAX_DECIMAL_PLACES)) == 0:
        form.lose(part, "it is asked as a whole number, since it takes no decimal places")
        return Integer(**keys, **_whole(*number_limits(part, form.losses, whole=True)))
    low, high = number_limits(part, form.losses, whole=False)
    return Decimal(**keys, min_value=low, max_value=high, max_decimal_places=places(part, low, high))


def quantity(form: Form, part: Part, words: Beside, common: Keys) -> Quantity | Decimal | Integer:
    """Return a number with a unit to choose; without any unit, a plain number."""
    units = _units(form, part)
    if "unitOpen" in part.extensions and units:
        form.lose(part, "units other than those listed can't be given")
    if not units:
        form.lose(part, "it is asked as a number without a unit, since the form lists none")
        return decimal(form, part, words, common)
    low, high = number_limits(part, form.losses, whole=False)
    keys = _with_ends(common, words) | occurs(form, part, DEFAULT_OCCURS)
    return Quantity(**keys, units=units, min_value=low, max_value=high, max_decimal_places=places(part, low, high))


def _whole(low: Number | None, high: Number | None) -> Keys:
    return {"min_value": None if low is None else int(low), "max_value": None if high is None else int(high)}


def _with_ends(common: Keys, words: Beside) -> Keys:
    """Return the keys with the words at a slider's ends in the hint, since there is no slider to put them at."""
    ends = [text for role in ("lower", "upper") for text in words.words.get(role, [])]
    if not ends:
        return common
    return common | {"help": "\n\n".join(filter(None, [common["help"], " – ".join(ends)]))}


def _unit(form: Form, part: Part, words: Beside) -> str | None:
    """Return the unit of a number, in words."""
    found = part.extensions.value(terms.UNIT)
    coding = found if isinstance(found, dict) else {}
    unit = text_of(coding, "display") or text_of(coding, "code") or words.first("unit") or ""
    unit = plain_text.line(unit)
    if len(unit) > MAX_SHORT:
        form.lose(part, f"its unit is cut: {unit}")
        unit = plain_text.cut_at_word(unit, MAX_SHORT)
    return unit or None


def _units(form: Form, part: Part) -> tuple[Option, ...]:
    """Return the units that an amount can be given in."""
    listed = [entry.get("valueCoding") for entry in part.extensions.all(terms.UNIT_OPTION)]
    listed = listed or [entry.get("valueCoding") for entry in part.extensions.all(terms.UNIT)]
    if not listed:
        listed = [map_of(entry, "valueQuantity") for entry in maps_of(part.element, "initial")]
    if "unitValueSet" in part.extensions:
        form.lose(part, "its units from a value set are left out")
    units: dict[str, Option] = {}
    for coding in listed[:MAX_UNITS]:
        unit = _unit_option(coding, units) if isinstance(coding, dict) else None
        if unit:
            units[unit.code] = unit
    if len(listed) > MAX_UNITS:
        form.lose(part, f"only the first {MAX_UNITS} units are kept")
    return tuple(units.values())


def _unit_option(coding: terms.Json, known: dict[str, Option]) -> Option | None:
    """Return one unit, None if it is known already or has no name."""
    name = text_of(coding, "display") or text_of(coding, "unit")
    code = text_of(coding, "code") or name
    text = plain_text.line(name or code)
    if not code or not text:
        return None
    if len(code) > _MAX_CODE or not UNIT_CODE.fullmatch(code):
        code = short_slug(code) or short_slug(text) or f"unit_{len(known) + 1}"
    text = plain_text.cut_at_word(text, MAX_LINE)
    if code in known or any(unit.text.casefold() == text.casefold() for unit in known.values()):
        return None
    system = text_of(coding, "system")
    fits = len(system) <= _MAX_SYSTEM and SYSTEM.fullmatch(system)
    return Option(code, text, system=system if fits else None)
