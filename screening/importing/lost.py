"""Which extensions of an item are used, which mean nothing here, and what is said of those that are left out."""

from __future__ import annotations

from collections.abc import Mapping

from screening.definition import fhir_terms as terms
from screening.definition.fhir_conditions import ENTRY
from screening.importing.fhir_elements import Extensions, extension_name, map_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.form import Form

_USED = frozenset(
    extension_name(name)
    for name in (
        terms.MIN_VALUE, terms.MAX_VALUE, terms.MAX_DECIMAL_PLACES, terms.UNIT, terms.UNIT_OPTION, terms.MAX_OCCURS,
        terms.OPTION_EXCLUSIVE, terms.ITEM_CONTROL, terms.SLIDER_STEP, terms.SHORT_TEXT, terms.OPEN_LABEL,
        terms.ENABLE_WHEN_EXPRESSION, "hidden", "minOccurs", "minLength", "regex", "entryFormat", "instruction",
        "unitOpen", "unitValueSet", "calculatedExpression", "usageMode", "subQuestionnaire", "quantity-precision",
        "rendering-xhtml", "rendering-markdown",
    )
)  # fmt: skip
"""Those that other modules read, and say themselves what they can't keep of them."""

_LOOKS = frozenset(
    (
        "choiceOrientation", "rendering-style", "choiceColumn", "columnCount", "width", "collapsible", "keyboard",
        "displayCategory", "preferredTerminologyServer", "terminology-server", "unitSupplementalSystem", "mimeType",
        "maxSize", "designNote", "entryMode", "artifact-versionAlgorithm", "Questionnaire-TextArea-Row",
        "Questionnaire-hcx-horizontal", "Questionnaire-hcx-autocomplete",
    )
)  # fmt: skip
"""Those that only concern how a form looks, or how software handles it."""

_SAID: Mapping[str, str] = {
    "initialExpression": "it is not filled in from a record (initialExpression)",
    "itemWeight": "its score (itemWeight) is left out: answers are not scored",
    "ordinalValue": "its score (ordinalValue) is left out: answers are not scored",
    "variable": "its variables, which calculations use, are left out",
    "observationExtract": "its answer is not written into a record (observationExtract)",
    "observation-extract-category": "its answer is not written into a record (observation-extract-category)",
    "answerExpression": "options that software would look up (answerExpression) are left out",
    "candidateExpression": "options that software would look up (candidateExpression) are left out",
    "answerOptionsToggleExpression": "all its options are always offered (answerOptionsToggleExpression is left out)",
    "constraint": "a rule about its answers (constraint) is not checked",
    "targetConstraint": "a rule about its answers (targetConstraint) is not checked",
    "signatureRequired": "no signature is asked for",
    "supportLink": "a link to more information is left out",
    "itemMedia": "a picture, sound or film beside it is left out",
    "itemAnswerMedia": "a picture, sound or film beside its options is left out",
    "itemPopulationContext": "it is not filled in from a record (itemPopulationContext)",
    "itemExtractionContext": "its answers are not written into a record (itemExtractionContext)",
    "definitionExtract": "its answers are not written into a record (definitionExtract)",
    "referenceResource": "what kind of record it refers to is left out",
}


def lose_extensions(form: Form, part: Part) -> None:
    """Note what the extensions of an item say that is left out, one line for each kind of them."""
    for name in part.extensions:
        if name == "variable" and _holds_entry(part):
            continue
        if name not in _USED and name not in _LOOKS and not name.startswith(terms.OURS):
            form.lose(part, _SAID.get(name, f"{name} is left out" if name else "an extension without an address"))
    if part.element.get("definition"):
        form.lose(part, "the link to a definition, by which answers are written into a record, is left out")


def _holds_entry(part: Part) -> bool:
    """Tell whether the only variable is that of our own exports."""
    found = [map_of(entry, "valueExpression") for entry in part.extensions.all(terms.VARIABLE)]
    return [(text_of(entry, "name"), text_of(entry, "expression")) for entry in found] == [(ENTRY, "%context")]


def lose_of_form(form: Form, resource: Mapping[str, object], extensions: Extensions) -> None:
    """Note what is left out of the form as a whole."""
    for name in extensions:
        if name not in _USED and name not in _LOOKS and not name.startswith(terms.OURS):
            said = {"variable": "variables, which calculations use, are left out"}.get(name, f"{name} is left out")
            form.losses.add(f"of the form as a whole, {said}")
    if resource.get("derivedFrom"):
        form.losses.add("that the form is derived from another one (derivedFrom); only what stands here is taken")
