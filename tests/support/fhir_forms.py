"""Small FHIR Questionnaires made on the spot, and their import."""

from __future__ import annotations

import json

from screening.importing.fhir import import_fhir
from screening.importing.result import ImportRefused

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
HL7 = "http://hl7.org/fhir/StructureDefinition/"


def form(*items, **keys):
    """Return a Questionnaire with these items; ``keys`` add to it or, as None, take away."""
    resource = {
        "resourceType": "Questionnaire",
        "id": "made-up",
        "url": "http://example.org/Questionnaire/made-up",
        "version": "3",
        "status": "active",
        "language": "en",
        "title": "Made up",
        "copyright": "CC0-1.0. For a test.",
        "item": list(items),
    } | keys
    return {key: value for key, value in resource.items() if value is not None}


def item(link_id, kind="boolean", text=None, **keys):
    """Return an item; its text is made from its linkId if there is none."""
    return {"linkId": link_id, "type": kind, "text": text or f"Question {link_id}?"} | keys


def group(link_id, *items, text=None, **keys):
    return item(link_id, "group", text or f"Topic {link_id}", item=list(items), **keys)


def choice(link_id, *options, kind="choice", **keys):
    """Return a choice; an option is a text, which is also its code, or a whole answerOption."""
    entries = [
        {"valueCoding": {"code": option.lower(), "display": option}} if isinstance(option, str) else option
        for option in options
    ]
    return item(link_id, kind, answerOption=entries, **keys)


def when(question, operator="=", **answer):
    return {"question": question, "operator": operator, **answer}


def extension(name, kind, value, base=HL7):
    return {"url": base + name, f"value{kind}": value}


def control(code):
    return extension("questionnaire-itemControl", "CodeableConcept", {"coding": [{"code": code}]})


def expression(text, name="enableWhenExpression", language="text/fhirpath"):
    return extension(name, "Expression", {"language": language, "expression": text}, SDC)


def imported(*items, form_keys=None, **options):
    """Return the import of a form with these items."""
    return import_fhir(json.dumps(form(*items, **(form_keys or {}))).encode(), **options)


def questionnaire(*items, **options):
    return imported(*items, **options).questionnaire


def only(*items, **options):
    """Return the one item that a form becomes."""
    (found,) = questionnaire(*items, **options).items()
    return found


def losses(*items, **options):
    return [str(loss) for loss in imported(*items, **options).losses]


def refusal(*items, **options):
    """Return the line with which a form is refused, "" if it is not."""
    try:
        imported(*items, **options)
    except ImportRefused as refused:
        return str(refused)
    return ""
