"""``screening questionnaire``: check and export definitions.

Files need no settings, secret, database or network. An id that is not among the shipped files is looked up in the
database, if one is configured.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from screening.cli import LazyGroup, Refused
from screening.definition.checks import examine
from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.loader import Loaded, load
from screening.definition.model import Questionnaire
from screening.definition.overlay import apply
from screening.definition.overlay_reader import load_overlay, overlay_path, overlay_paths, split_name
from screening.definition.problems import DefinitionError
from screening.translations import LANGUAGES

SHIPPED = Path(__file__).resolve().parents[2] / "questionnaires"
"""Where an ID is looked up first."""

questionnaire = LazyGroup(
    name="questionnaire",
    help="Check, compare, export, translate and approve questionnaires.",
    lazy={
        "approve": "screening.cli.clinic:approve",
        "diff": "screening.cli.diff:diff",
        "import": "screening.cli.importing:import_command",
        "translate": "screening.cli.translate:translate",
    },
)


@questionnaire.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="How to tell mistakes.")
def check(files: tuple[Path, ...], output: str) -> None:
    """Tell every mistake in questionnaire files and their translations, with file and line.

    Exit status 1 if there is an error; warnings alone don't count.
    """
    problems = [problem for path in files for problem in examine(path)[1]]
    if output == "json":
        click.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
    if any(problem.severity == "error" for problem in problems):
        sys.exit(1)


@questionnaire.command()
@click.argument("source", metavar="FILE|ID")
@click.option("--version", help="The version, for an ID.")
@click.option("--format", "output", type=click.Choice(["fhir"]), default="fhir", help="What to write.")
def export(source: str, version: str | None, output: str) -> None:
    """Write a questionnaire as a FHIR R4 Questionnaire (JSON) to standard output."""
    del output  # the only one so far
    found = find(source, version)
    click.echo(json.dumps(questionnaire_to_fhir(found), ensure_ascii=False, indent=2))


def load_or_refuse(path: Path) -> Loaded:
    """Return a usable definition; Refused with a line for each mistake in its structure. Wording is not looked at."""
    try:
        return load(path)
    except DefinitionError as error:
        raise Refused(str(error)) from None


def find(source: str, version: str | None, language: str | None = None) -> Questionnaire:
    """Return the definition that a path or an ID names, in the version asked for; Refused if there is none.

    ``language`` (BCP 47) asks for a translation: the one beside the file, or that of the database.
    """
    path = Path(source)
    is_file = path.suffix in (".yaml", ".yml") or path.exists() or path.name != source
    shipped = path if is_file else SHIPPED / f"{source}.yaml"
    found = load_or_refuse(shipped).questionnaire if is_file or shipped.is_file() else None
    if found is not None and version in (None, found.version):
        return in_language(found, shipped, language)
    registered = None if is_file or not _has_settings() else _in_database(source, version, language)
    if registered is not None:
        return registered
    if found is None:
        raise Refused(f"{source}: there is no such file, and no questionnaire of this id{_known_ids()}")
    raise Refused(f"{source}: this is version {found.version}; version {version} is not here")


def in_language(found: Questionnaire, path: Path, language: str | None) -> Questionnaire:
    """Return a questionnaire, read from ``path``, by the translation beside it; Refused if there is none, or a bad one.

    What the translation lacks stays as it is in the file, and is told on standard error.
    """
    if language in (None, found.language):
        return found
    translation = overlay_path(path, language)
    if not translation.is_file():
        there = sorted({found.language, *(parts[1] for one in overlay_paths(path) if (parts := split_name(one)))})
        raise Refused(f"--language {language}: there is no {translation}; there are {', '.join(there)}")
    try:
        overlay = load_overlay(translation, found)
    except DefinitionError as error:
        raise Refused(str(error)) from None
    if not overlay.complete:
        count = len(overlay.missing) + len(overlay.stale)
        click.echo(f"{translation}: {count} texts have no translation that fits; they stay as they are", err=True)
    if language not in LANGUAGES:
        click.echo(f"--language {language}: the fixed words are in English, there is no translation of them", err=True)
    return apply(found, overlay)


def _has_settings() -> bool:
    """Tell whether there is an installation to look into: settings in the environment or beside us."""
    from screening.config import CONFIG_FILE, PREFIX

    named = (f"{PREFIX}{name}" in os.environ for name in ("DATABASE_URL", "DATABASE_URL_FILE", "CONFIG"))
    return any(named) or Path(CONFIG_FILE).exists()


def _in_database(questionnaire_id: str, version: str | None, language: str | None) -> Questionnaire | None:
    """Return a registered version, the newest where none is named; None if there is none.

    Refused where it has no translation into ``language``.
    """
    from screening.cli.operate import open_store  # with it come the database and the server: only for who asks
    from screening.store import overlays, registry

    with open_store() as (store, _settings), store.read() as session:
        for row in registry.versions(session, questionnaire_id):
            if version in (None, row.version):
                base = registry.definition(session, questionnaire_id, row.version)
                if language in (None, base.language):
                    return base
                translated = overlays.best(session, base, row.content_hash, language)
                if translated is None:
                    raise Refused(f"--language {language}: {questionnaire_id} {row.version} has no such translation")
                return translated.questionnaire
    return None


def _known_ids() -> str:
    ids = sorted(path.stem for path in SHIPPED.glob("*.yaml") if split_name(path) is None)
    return f"; there are {', '.join(ids)}" if ids else ""
