"""The words around a question of a FHIR Questionnaire: its text, label, hint, and the displays that belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from screening.definition import fhir_terms as terms
from screening.definition.item_keys import MAX_SHORT
from screening.definition.reader import MAX_LINE, MAX_PARAGRAPHS
from screening.importing import plain_text
from screening.importing.fhir_elements import maps_of, text_of
from screening.importing.fhir_tree import Part
from screening.importing.form import LeftOutError
from screening.importing.result import Losses

_ROLES = {
    "help": "help", "flyover": "help", "prompt": "help", "inline": "help", "legal": "help", "security": "help",
    "unit": "unit", "lower": "lower", "upper": "upper",
}  # fmt: skip
_ROLES_IN_GROUPS = ("help", "flyover")
_HAS_CONDITION = ("enableWhenExpression", "hidden", terms.CONDITION, "usageMode")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class Beside:
    """What stands in an item: ``words`` that belong to it, by their role, and the ``rest``, which are items."""

    words: dict[str, list[str]] = field(default_factory=dict)
    rest: list[Part] = field(default_factory=list)

    def first(self, role: str) -> str | None:
        """Return the first words with this role, or None."""
        return self.words[role][0] if role in self.words else None


def beside(part: Part) -> Beside:
    """Tell the words that belong to an item from the items in it."""
    result = Beside()
    for child in part.children:
        role = _role(child, part)
        if role and child.text:
            result.words.setdefault(role, []).append(child.text)
        else:
            result.rest.append(child)
    return result


def _role(child: Part, parent: Part) -> str:
    if child.type != "display" or child.children or "enableWhen" in child.element:
        return ""
    if any(name in child.extensions for name in _HAS_CONDITION):
        return ""
    part = child.extensions.text(terms.PART)
    if part:
        return part
    if parent.type == "group":
        return "help" if child.controls & {*_ROLES_IN_GROUPS} else ""
    return next((_ROLES[code] for code in sorted(child.controls) if code in _ROLES), "help")


@dataclass(frozen=True, slots=True)
class Words:
    """A question's text, its hint and its label for the report, as the language can hold them."""

    text: str
    help: str | None
    short: str | None


def question_words(part: Part, hints: Iterable[str], losses: Losses, *, is_foreign: bool) -> Words:
    """Return the words of a question; LeftOutError if it has none at all, and ImportRefused for a group."""
    hints = list(hints)
    if not is_foreign:
        return Words(part.text, hints[0] if hints else None, part.extensions.text(terms.SHORT_TEXT) or None)
    text = plain_text.line(part.text) or _stand_in(part, losses)
    short = plain_text.line(part.extensions.text(terms.SHORT_TEXT))
    if not short or len(short) > MAX_SHORT:
        short = plain_text.cut_at_word(text, MAX_SHORT)
    label = short if short != text else None
    text, rest = plain_text.split_at_sentence(text, MAX_LINE)
    instruction = plain_text.paragraphs(part.extensions.text("instruction"))
    entry_format = plain_text.line(part.extensions.text("entryFormat"))
    if part.type in ("date", "dateTime", "time"):
        entry_format = ""  # our fields for these show a format of their own
    return Words(text, _joined([rest, *hints, instruction, entry_format], part, losses), label)


def _joined(hints: Iterable[str], part: Part, losses: Losses) -> str | None:
    whole = "\n\n".join(dict.fromkeys(hint for hint in hints if hint))
    if len(whole) > MAX_PARAGRAPHS:
        losses.add(f"its hint is cut to {MAX_PARAGRAPHS:,} characters", part.link_id, part.text)
        whole = plain_text.cut_at_word(whole, MAX_PARAGRAPHS)
    return whole or None


def help_of(words: Beside, part: Part, losses: Losses) -> str | None:
    """Return the hint of a group."""
    return _joined(words.words.get("help", []), part, losses)


def _stand_in(part: Part, losses: Losses) -> str:
    """Return words for a question that has no text."""
    found = plain_text.line(part.extensions.text(terms.SHORT_TEXT))
    what = "its short label"
    if not found:
        displays = (plain_text.line(text_of(code, "display")) for code in maps_of(part.element, "code"))
        found, what = next(filter(None, displays), ""), "the words of its code"
    if not found and part.parent and part.parent.text and len(part.parent.children) == 1:
        found, what = plain_text.line(part.parent.text), "the heading over it"
    if not found and _WORD.search(part.link_id):
        bare = re.sub(r"[\W_]+", " ", re.sub("(?<=[a-z])(?=[A-Z])", " ", part.link_id)).strip()
        found, what = bare[:1].upper() + bare[1:], "its linkId"
    if not found:
        if part.type == "group":
            raise part.refuse("it has no text, so there is nothing to ask")
        raise LeftOutError("it has no text, so there is nothing to ask")
    losses.add(f"it has no text; {what} stands in its place", part.link_id, found)
    return found


def cut_title(part: Part) -> tuple[str, str]:
    """Return a group's title, "" if it has none that is short enough, and the words that must stand elsewhere then."""
    text = plain_text.line(part.text)
    if len(text) <= plain_text.MAX_TITLE:
        return text, ""
    return plain_text.line(part.extensions.text(terms.SHORT_TEXT))[: plain_text.MAX_TITLE], part.text
