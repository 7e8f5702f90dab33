"""``screening questionnaire translate``: make the file of a translation, or bring it up to date with its base file."""

from __future__ import annotations

from pathlib import Path

import click

from screening.cli import Refused
from screening.cli.questionnaire import load_or_refuse
from screening.definition.file_keys import LANGUAGE
from screening.definition.languages import is_known
from screening.definition.loader import read_bytes
from screening.definition.overlay_reader import overlay_path, split_name
from screening.definition.overlay_writer import MISSING, STALE, update_overlay
from screening.definition.problems import DefinitionError


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.yaml")
@click.argument("language", metavar="LANG")
def translate(file: Path, language: str) -> None:
    """Make FILE.LANG.yaml, or bring it up to date with FILE.yaml.

    What fits stays. A text that is missing is marked TRANSLATE, one whose source was reworded CHANGED, and one that
    was written without a hash gets it. Standard error tells what is left to do.
    """
    if split_name(file) is not None:
        raise Refused(f"{file}: this is a translation itself; name the file that it translates")
    if not LANGUAGE.fullmatch(language) or not is_known(language):
        raise Refused(f"{language}: there is no such language; write a BCP 47 tag like es, ar or pt-BR")
    base = load_or_refuse(file).questionnaire
    if language == base.language:
        raise Refused(f"{file} is in {language} already")
    path = overlay_path(file, language)
    try:
        before = read_bytes(path) if path.exists() else None
        updated = update_overlay(before, str(path), base, language)
    except DefinitionError as error:
        raise Refused(str(error)) from None
    _write(path, updated.text)
    for message in updated.dropped:
        click.echo(f"{message} Taken out.", err=True)
    click.echo(f"{path}: {_left(len(updated.missing), MISSING)}, {_left(len(updated.stale), STALE)}", err=True)


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all: it may hold days of somebody's work."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refused(f"{path}: the file can't be written: {error.strerror}") from None


def _left(count: int, mark: str) -> str:
    return f"{count} {'text' if count == 1 else 'texts'} marked {mark}"
