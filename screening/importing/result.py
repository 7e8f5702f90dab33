"""What an import gives: a questionnaire and the list of what was left out, or a refusal in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from screening.definition.model import Questionnaire
from screening.definition.problems import shown
from screening.definition.texts import Place

_MAX_MESSAGE = 400


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that the source says and the imported questionnaire does not.

    ``item`` is the item's id in the source, "" where the loss concerns the whole form; ``text`` are the item's words,
    by which a person finds it.
    """

    item: str
    message: str
    text: str = ""

    def __str__(self) -> str:
        """Return the loss as one line."""
        return f"{item_label(self.item, self.text)}: {self.message}" if self.item else self.message


@dataclass(frozen=True, slots=True)
class Imported:
    """A questionnaire from elsewhere, with all that was left out on the way, in form order.

    ``translations`` are its texts in other languages: language (BCP 47) -> place -> text.
    """

    questionnaire: Questionnaire
    losses: tuple[Loss, ...] = ()
    translations: Mapping[str, Mapping[Place, str]] = field(default_factory=dict)


class ImportRefused(Exception):  # noqa: N818 - named for what it means to the reader, as `Refused` of the commands
    """The source can't be imported; the message is one line that names the item, where there is one, and the reason."""

    def __init__(self, message: str) -> None:
        super().__init__(_on_one_line(message))


class AttestationMissing(ImportRefused):
    """The form bears no copyright line, and nobody has said who says that the clinic may use it."""


def _on_one_line(message: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in message[: 2 * _MAX_MESSAGE]).split())
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 1] + "…"


def item_label(item: str, text: str = "") -> str:
    """Return how messages call an item: by its id in the source and the start of its words."""
    words = f" ({shown(text)})" if text and text != item else ""
    return f"item {shown(item, 64)}{words}"


class Losses:
    """Collects losses; the same message about the same item is kept once."""

    def __init__(self) -> None:
        self._found: dict[Loss, None] = {}

    def add(self, message: str, item: str = "", text: str = "") -> None:
        """Note a loss."""
        self._found.setdefault(Loss(item, _on_one_line(message), text))

    def all(self, order: Iterable[str] = ()) -> tuple[Loss, ...]:
        """Return the losses, those of the whole form first, then by item; ``order``: the items' ids in form order."""
        places = {item: place for place, item in enumerate(order, start=1)}
        return tuple(sorted(self._found, key=lambda loss: places.get(loss.item, len(places) + 1) if loss.item else 0))
