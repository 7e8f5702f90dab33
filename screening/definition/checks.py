"""Every mistake in a definition: those of its structure, its logic and its wording.

What only concerns wording is an error in our own files and a warning where ``source:`` records that the wording came
from elsewhere and who answers for it.
"""

from __future__ import annotations

from pathlib import Path

from screening.definition.dead_questions import dead_questions
from screening.definition.loader import Loaded, read, read_bytes
from screening.definition.overlay_checks import examine_overlay
from screening.definition.overlay_reader import split_name
from screening.definition.problems import DefinitionError, Problem, Severity, in_order
from screening.definition.wording import ENGLISH_RULES, RULES, Rule

LOGIC_RULES: dict[str, Rule] = {"dead-question": dead_questions}
"""Name -> rule; what these find says itself whether it is an error."""


def check(loaded: Loaded) -> list[Problem]:
    """Return the mistakes in logic and wording, which loading lets pass, in file order."""
    questionnaire = loaded.questionnaire
    english = questionnaire.language.split("-")[0] == "en"
    severity: Severity = "warning" if questionnaire.source else "error"
    return in_order(
        Problem(loaded.name, found.mark.line, found.mark.column, found.message, found.severity or severity, name)
        for name, rule in (LOGIC_RULES | RULES | (ENGLISH_RULES if english else {})).items()
        for found in rule(loaded)
    )


def examine(path: Path) -> tuple[Loaded | None, list[Problem]]:
    """Read and check a file; return it if it can be used, and every mistake in it, warnings included.

    A translation is checked against its base file, and never returned: it is no questionnaire of its own.
    """
    if split_name(path) is not None:
        return None, examine_overlay(path)[1]
    try:
        data = read_bytes(path)
    except DefinitionError as error:
        return None, list(error.problems)
    return examine_text(data, str(path))


def examine_text(text: str | bytes, name: str) -> tuple[Loaded | None, list[Problem]]:
    """Read and check a definition from its text; ``name`` stands for the path in messages."""
    loaded, problems = read(text, name)
    if loaded is None:
        return None, problems
    everything = in_order([*problems, *check(loaded)])
    return (None if problems else loaded), everything
