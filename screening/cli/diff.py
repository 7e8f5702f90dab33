"""``screening questionnaire diff``: what changed between versions. Needs no settings, secret, database or network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby

import click

from screening.cli.questionnaire import find
from screening.definition.diff import KINDS, Change, changes

_PARTS = {"questionnaire": "questionnaire", "option_set": "option set", "page": "page", "item": "item"}


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="How to tell it.")
def diff(old: str, new: str, output: str) -> None:
    """Tell what changed from one questionnaire file (or ID) to another: added, removed, moved, reworded, changed.

    Exit status 0, whether or not something changed.
    """
    before, after = (find(source, None) for source in (old, new))
    found = changes(before, after)
    if output == "json":
        click.echo(json.dumps([asdict(change) for change in found], ensure_ascii=False, indent=2))
        return
    click.echo(f"{before.id} {before.version} -> {after.id} {after.version}")
    if not found:
        click.echo("No change that a patient or clinician would notice.")
    for line in _lines(found):
        click.echo(line)


def _lines(found: tuple[Change, ...]) -> Iterator[str]:
    in_order = sorted(found, key=lambda change: KINDS.index(change.kind))
    for kind, several in groupby(in_order, key=lambda change: change.kind):
        yield f"\n{kind.capitalize()}"
        for change in several:
            yield f"  {_place(change)}"
            yield from (f"    - {line}" for line in change.old.splitlines())
            yield from (f"    + {line}" for line in change.new.splitlines())


def _place(change: Change) -> str:
    what = f": {change.what}" if change.what else ""
    numbers = dict.fromkeys(filter(None, (change.old_number, change.new_number)))
    if numbers:
        return f"question {' -> '.join(numbers)} ({change.id}){what}"
    return f"{_PARTS[change.part]} ({change.id}){what}"
