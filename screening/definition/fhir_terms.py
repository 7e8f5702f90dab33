"""The addresses and codes of FHIR R4, of Structured Data Capture (SDC), and of our own extensions."""

from __future__ import annotations

from decimal import Decimal as Number
from typing import TypeAlias

Json: TypeAlias = dict[str, "object"]

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"

MIN_VALUE = _HL7 + "minValue"
MAX_VALUE = _HL7 + "maxValue"
MAX_DECIMAL_PLACES = _HL7 + "maxDecimalPlaces"
UNIT = _HL7 + "questionnaire-unit"
UNIT_OPTION = _HL7 + "questionnaire-unitOption"
MAX_OCCURS = _HL7 + "questionnaire-maxOccurs"
VARIABLE = _HL7 + "variable"
OPTION_EXCLUSIVE = _HL7 + "questionnaire-optionExclusive"
ITEM_CONTROL = _HL7 + "questionnaire-itemControl"
ITEM_CONTROL_SYSTEM = "http://hl7.org/fhir/questionnaire-item-control"
SLIDER_STEP = _HL7 + "questionnaire-sliderStepValue"
LANGUAGE = _HL7 + "language"
DATA_ABSENT_REASON = _HL7 + "data-absent-reason"
SHORT_TEXT = _SDC + "sdc-questionnaire-shortText"
OPEN_LABEL = _SDC + "sdc-questionnaire-openLabel"
ENABLE_WHEN_EXPRESSION = _SDC + "sdc-questionnaire-enableWhenExpression"

OURS = "urn:before-a-visit:"
"""The start of every address of our own. What stands under it is read back by import and needed by nobody else."""

QUESTIONNAIRE_URL = OURS + "questionnaire:"
ITEM_ID = OURS + "id"
"""The id of a page or item whose linkId is another."""
OPTION_SET = OURS + "option-set"
ITEM_LABEL = OURS + "item-label"
"""What one entry of a group that repeats is called."""
PART = OURS + "part"
"""On a display item that is a part of its parent: sensitive, intro, recall."""
GRID = OURS + "grid"
"""On a group that is a grid, but is no FHIR table because of the words above its rows."""
GLANCE = OURS + "glance"
OFF_BY_DEFAULT = OURS + "off-by-default"
TOPIC = OURS + "topic"
PRECISION = OURS + "precision"
MIN_TODAY = OURS + "min-value-today"
MAX_TODAY = OURS + "max-value-today"
"""A limit that moves with the day of the answer; FHIR's minValue and maxValue are fixed."""
CONDITION = OURS + "enable-when"
"""A condition in our own form, as JSON, where FHIR's enableWhen can't say it."""
LICENSE = OURS + "license"
CLINICALLY_REVIEWED = OURS + "clinically-reviewed"
SOURCE = OURS + "source"
READING_LEVEL_REASON = OURS + "reading-level-reason"


def extension(url: str, kind: str, value: object) -> Json:
    """Return an extension; ``kind`` is FHIR's name of the value's type, for instance ``Boolean``."""
    return {"url": url, f"value{kind}": value}


def plain_number(number: Number) -> int | float:
    """Return a number as JSON carries it; at most 15 digits, so exactly."""
    return int(number) if number == number.to_integral_value() else float(number)


def moment_to_fhir(text: str) -> str:
    """Return a time or a date with its time as FHIR writes it, with seconds; a date stays as it is.

    FHIR wants a zone where there is a date with a time, and ours have none, since they are read off a clock on the
    wall: UTC stands for "none", and import leaves any zone off.
    """
    if "T" in text:
        return f"{text}:00Z"
    return f"{text}:00" if ":" in text else text


def moment_from_fhir(text: str) -> str:
    """Return a FHIR time, or date with or without a time, to the minute and without its zone."""
    return text[:16] if "T" in text else text[:5] if ":" in text else text


def item_control(code: str) -> Json:
    """Return the extension that names how an item is shown."""
    coding = {"system": ITEM_CONTROL_SYSTEM, "code": code}
    return extension(ITEM_CONTROL, "CodeableConcept", {"coding": [coding]})
