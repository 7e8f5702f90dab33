"""The items of a FHIR Questionnaire as a tree of parts, each known by its linkId."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from screening.definition.fhir_terms import ITEM_CONTROL, Json
from screening.definition.item_keys import MAX_LINK_ID
from screening.definition.loader import MAX_ITEMS
from screening.importing import plain_text
from screening.importing.fhir_elements import Extensions, map_of, maps_of, strict_maps_of, text_of
from screening.importing.result import ImportRefused, Losses, item_label

MAX_DEPTH = 16
"""Items within items, at the most."""

ANSWER_TYPES = (
    "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice", "open-choice",
    "attachment", "reference", "quantity",
)  # fmt: skip
_TYPES = ("group", "display", *ANSWER_TYPES)
_PICTURE = re.compile("<img[^<>]*>", re.IGNORECASE)
_R5_KEYS = ("answerConstraint", "disabledDisplay")
_STU3_KEYS = ("option", "options")


@dataclass(slots=True, eq=False)
class Part:
    """One item of a FHIR Questionnaire; ``text`` holds its words in paragraphs, "" if it has none."""

    link_id: str
    type: str
    element: Json
    extensions: Extensions
    text: str
    parent: Part | None = None
    children: list[Part] = field(default_factory=list)
    is_ambiguous: bool = False
    """Whether another item has the same linkId."""

    @property
    def label(self) -> str:
        """Return how messages call the item."""
        return item_label(self.link_id, plain_text.line(self.text))

    @property
    def controls(self) -> frozenset[str]:
        """Return the codes that say how the item is to be shown."""
        found = self.extensions.value(ITEM_CONTROL)
        codings = maps_of(found, "coding") if isinstance(found, dict) else []
        return frozenset(text_of(coding, "code").lower() for coding in codings)

    def refuse(self, reason: str) -> ImportRefused:
        """Return the refusal of the file because of this item."""
        return ImportRefused(f"{self.label}: {reason}")

    def walk(self) -> Iterator[Part]:
        """Yield the item and all that stands in it, in form order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def around(self) -> Iterator[Part]:
        """Yield the items around it, the nearest first."""
        if self.parent:
            yield self.parent
            yield from self.parent.around()


@dataclass(slots=True)
class _Reading:
    losses: Losses
    by_link_id: dict[str, Part] = field(default_factory=dict)
    count: int = 0


def read_parts(resource: Mapping[str, object], losses: Losses, *, is_foreign: bool = True) -> list[Part]:
    """Return the top-level items; ImportRefused names what is no R4 item. ``is_foreign``: clear texts of markup."""
    reading = _Reading(losses)
    elements = strict_maps_of(resource, "item", "the form")
    parts = [_part(reading, element, None, 1, is_foreign) for element in elements]
    if not parts:
        raise ImportRefused("the form has no items, so there is nothing to ask")
    return parts


def _part(reading: _Reading, element: Json, parent: Part | None, depth: int, is_foreign: bool) -> Part:
    reading.count += 1
    link_id = text_of(element, "linkId")
    text = plain_text.line(text_of(element, "text"))
    label = item_label(link_id or "?", text)
    if reading.count > MAX_ITEMS:
        raise ImportRefused(f"the form has more than {MAX_ITEMS:,} items")
    if depth > MAX_DEPTH:
        raise ImportRefused(f"{label}: items are nested more than {MAX_DEPTH} levels deep")
    if not link_id:  # then no condition can look at it, so that any name does
        link_id = f"unnamed-{reading.count}"
        reading.losses.add(f"it has no linkId; it is called {link_id}", link_id, text)
    if len(link_id) > MAX_LINK_ID or plain_text.line(link_id) != link_id:
        raise ImportRefused(f"{label}: its linkId is no text of at most {MAX_LINK_ID} characters on one line")
    _check_version(element, label)
    kind = _type(element, label)
    part = Part(link_id, kind, element, Extensions.of(element, label), "", parent)
    part.text = _text(part, reading.losses, is_foreign=is_foreign)
    _note_link_id(reading, part)
    for child in strict_maps_of(element, "item", label):
        part.children.append(_part(reading, child, part, depth + 1, is_foreign))
    return part


def _note_link_id(reading: _Reading, part: Part) -> None:
    first = reading.by_link_id.setdefault(part.link_id, part)
    if first is not part:
        first.is_ambiguous = part.is_ambiguous = True
        reading.losses.add("another item has the same linkId; this one gets a new one", part.link_id, part.text)


def _check_version(element: Json, label: str) -> None:
    stu3 = next((key for key in element if key in _STU3_KEYS or _is_stu3_initial(key)), None)
    if stu3:
        raise ImportRefused(f"{label}: `{stu3}` is of FHIR STU3; export the form as R4")
    r5 = next((key for key in _R5_KEYS if key in element), None)
    if r5 or element.get("type") == "coding":
        raise ImportRefused(f"{label}: `{r5 or 'type: coding'}` is of FHIR R5; export the form as R4")


def _is_stu3_initial(key: str) -> bool:
    return key.startswith("initial") and key[7:8].isupper()


def _type(element: Json, label: str) -> str:
    kind = text_of(element, "type")
    if kind in _TYPES:
        return kind
    if not kind and "item" in element:
        return "group"
    what = f"has the type {kind}, which FHIR R4 does not know" if kind else "has no type"
    raise ImportRefused(f"{label}: it {what}; an item is one of {', '.join(_TYPES)}")


def _text(part: Part, losses: Losses, *, is_foreign: bool) -> str:
    """Return an item's words, its prefix first; formatted ones only where there are no plain ones."""
    text = plain_text.paragraphs(text_of(part.element, "text"))
    if is_foreign and plain_text.has_markup(text):
        text = plain_text.from_html(text)
    shown = map_of(part.element, "_text")
    extensions = Extensions.of(shown, part.label)
    html = extensions.value("rendering-xhtml")
    html = html if isinstance(html, str) else ""
    # A picture may be longer than any text.
    formatted = plain_text.from_html(text_of({"rendering-xhtml": _PICTURE.sub("", html)}, "rendering-xhtml"))
    formatted = formatted or plain_text.from_markdown(extensions.text("rendering-markdown"))
    if _PICTURE.search(html):
        losses.add("a picture beside its text is left out", part.link_id, text)
    if not text:
        text = formatted
    elif formatted and plain_text.words_of(formatted) != plain_text.words_of(text):
        losses.add(f"its formatted text differs from the plain one, which is taken: {formatted}", part.link_id, text)
    prefix = plain_text.line(text_of(part.element, "prefix"))
    return f"{prefix} {text}" if prefix and text and not text.startswith(prefix) else text or prefix
