"""Every mistake in a translation: those of its structure, what is missing or stale, and its wording.

Missing and stale texts are errors in our own files, and warnings where ``source:`` in the base file records that the
wording came from elsewhere. How hard a text is to read is measured for English alone; long sentences are found in
every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from screening.definition.loader import Loaded, load, read_bytes
from screening.definition.model import Questionnaire
from screening.definition.overlay import Overlay, apply, source_texts
from screening.definition.overlay_reader import read_overlay, split_name
from screening.definition.problems import DefinitionError, Finding, Problem, Severity, in_order, shown
from screening.definition.readability import sentences
from screening.definition.texts import Place
from screening.definition.wording import MAX_SENTENCE_WORDS, same_labels


def examine_overlay(path: Path) -> tuple[Overlay | None, list[Problem]]:
    """Read and check a translation against the file it stands beside; return it if it can be used, and every mistake.

    ValueError if the path is not named like a translation (see `screening.definition.overlay_reader.split_name`).
    """
    named = split_name(path)
    if named is None:
        raise ValueError(f"{path} is not named like a translation")
    base_path, _ = named
    try:
        data = read_bytes(path)
        if not base_path.exists():
            message = (
                f"by its name this is a translation of {base_path.name}, which is not here; a questionnaire of its "
                "own has no second dot in its name"
            )
            return None, [Problem(str(path), 1, 1, message, "error", "base-file")]
        base = load(base_path).questionnaire
    except DefinitionError as error:
        return None, list(error.problems)
    overlay, problems = read_overlay(data, str(path), base)
    if overlay is None:
        return None, problems
    everything = in_order([*problems, *check_overlay(overlay, base)])
    return (None if problems else overlay), everything


def check_overlay(overlay: Overlay, base: Questionnaire) -> list[Problem]:
    """Return what is missing, stale or ill-worded in a translation of ``base``, in file order."""
    severity: Severity = "warning" if base.source else "error"
    rules = {
        "missing-translation": _missing(overlay, base),
        "stale-translation": _stale(overlay, base),
        "long-sentence": _long_sentences(overlay),
        "same-labels": _same_labels(overlay, base),
    }
    return in_order(
        Problem(overlay.name, found.mark.line, found.mark.column, found.message, severity, name)
        for name, findings in rules.items()
        for found in findings
    )


def _missing(overlay: Overlay, base: Questionnaire) -> Iterator[Finding]:
    sources = source_texts(base)
    for place in overlay.missing:
        message = f"{_words(place)} is not translated; it reads {shown(sources[place], 80)}"
        yield Finding(overlay.mark(*place), message)


def _stale(overlay: Overlay, base: Questionnaire) -> Iterator[Finding]:
    sources = source_texts(base)
    for place in overlay.stale:
        message = (
            f"{_words(place)} translates an earlier wording; it reads {shown(sources[place], 80)} now. Mend the text, "
            "take the hash before it away, and run `screening questionnaire translate`"
        )
        yield Finding(overlay.mark(*place), message)


def _words(place: Place) -> str:
    kind, *rest = place
    return {"questionnaire": "the questionnaire's ", "option_set": "option set "}.get(kind, "") + ", ".join(rest)


def _long_sentences(overlay: Overlay) -> Iterator[Finding]:
    for place, translation in overlay.translations.items():
        for sentence in sentences(translation.text):
            # By white space: what Python takes for letters leaves out the vowel signs of many scripts.
            count = sum(any(sign.isalnum() for sign in word) for word in sentence.split())
            if count > MAX_SENTENCE_WORDS:
                message = f"a sentence of {count} words ({shown(sentence)}); at most {MAX_SENTENCE_WORDS} are allowed"
                yield Finding(overlay.mark(*place), message)


def _same_labels(overlay: Overlay, base: Questionnaire) -> Iterator[Finding]:
    translated = apply(base, overlay)
    yield from same_labels(Loaded(translated, overlay.content_hash, overlay.marks, overlay.text, overlay.name))
