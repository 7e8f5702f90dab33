"""What importing one item needs to know of the whole form, and adds to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any as Anything

from screening.definition import fhir_terms as terms
from screening.definition.fhir_terms import Json
from screening.definition.item_keys import MAX_OCCURS
from screening.definition.model import Option
from screening.importing import plain_text
from screening.importing.fhir_elements import number_of
from screening.importing.fhir_tree import Part
from screening.importing.names import Names
from screening.importing.result import Losses
from screening.importing.value_sets import ValueSets


class LeftOutError(Exception):
    """An item that is not imported; the message says why."""


@dataclass(slots=True)
class Form:
    """The state of importing one form.

    ``is_foreign``: it is no export of ours, so that its words are made fit and what is lost is told.
    """

    losses: Losses
    names: Names
    value_sets: ValueSets
    language: str = "en"
    open_valuesets: bool = False
    is_foreign: bool = True
    set_wishes: dict[tuple[Option, ...], str] = field(default_factory=dict)
    """Options -> what they are called in the form, where they come from a value set."""
    looked_at: Mapping[str, list[Json]] = field(default_factory=dict)
    """linkId -> the enableWhen entries that look at the item; see `screening.importing.comparisons.looked_at`."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """linkId -> why the item is not asked, as far as that is known from the start."""

    def lose(self, part: Part, message: str) -> None:
        """Note a loss of an item."""
        self.losses.add(message, part.link_id, plain_text.line(part.text))


def occurs(form: Form, part: Part, unlimited: int) -> dict[str, Anything]:
    """Return whether and how often an item repeats, as keys; ``unlimited``: how often where the form sets no limit."""
    least, most = (number_of(part.extensions.value(url)) for url in ("minOccurs", terms.MAX_OCCURS))
    if least is not None and least > 1:
        form.lose(part, f"that it takes at least {least} answers is not checked")
    if part.element.get("repeats") is not True or (most is not None and most < MAX_OCCURS[0]):
        return {}
    if most is None:
        form.lose(part, f"it can be answered any number of times there, here up to {unlimited} times")
        return {"repeats": True, "max_occurs": unlimited}
    if most > MAX_OCCURS[-1]:
        form.lose(part, f"it can be answered up to {most} times there, here up to {MAX_OCCURS[-1]} times")
    return {"repeats": True, "max_occurs": min(int(most), MAX_OCCURS[-1])}
