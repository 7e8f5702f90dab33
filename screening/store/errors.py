"""What a use case says when it can't do what was asked; messages are for the person in front of the screen."""

from __future__ import annotations

from collections.abc import Mapping


class NotFound(Exception):  # noqa: N818  # what it says to the person, not an accident
    """There is no such record, or none that this person may know of."""


class NotAllowed(Exception):  # noqa: N818  # what it says to the person, not an accident
    """The record is known, but this can't be done with it now or by this person; the message says why."""


class Conflict(Exception):  # noqa: N818  # what it says to the person, not an accident
    """Somebody saved the same thing in between. ``current`` is what stands there now."""

    def __init__(self, message: str, current: object) -> None:
        super().__init__(message)
        self.current = current


class Invalid(Exception):  # noqa: N818  # what it says to the person, not an accident
    """The input can't be taken; ``problems`` maps field name -> what is wrong and what would be right."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in problems.items()))
        self.problems = dict(problems)
