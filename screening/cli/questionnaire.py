"""``screening questionnaire``: check and export definitions. Needs no settings, secret, database or network."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from screening.cli import LazyGroup, Refused
from screening.definition.checks import examine
from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.loader import Loaded, load
from screening.definition.overlay_reader import split_name
from screening.definition.problems import DefinitionError

SHIPPED = Path(__file__).resolve().parents[2] / "questionnaires"
"""Where an ID is looked up."""

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
    click.echo(json.dumps(questionnaire_to_fhir(found.questionnaire), ensure_ascii=False, indent=2))


def load_or_refuse(path: Path) -> Loaded:
    """Return a usable definition; Refused with a line for each mistake in its structure. Wording is not looked at."""
    try:
        return load(path)
    except DefinitionError as error:
        raise Refused(str(error)) from None


def find(source: str, version: str | None) -> Loaded:
    """Return the definition that a path or an ID names, in the version asked for; Refused if there is none."""
    path = Path(source)
    if path.suffix in (".yaml", ".yml") or path.exists() or path.name != source:
        loaded = load_or_refuse(path)
    else:
        shipped = SHIPPED / f"{source}.yaml"
        if not shipped.is_file():
            raise Refused(f"{source}: there is no such file, and no questionnaire of this id{_known_ids()}")
        loaded = load_or_refuse(shipped)
    found = loaded.questionnaire.version
    if version is not None and version != found:
        raise Refused(f"{source}: this is version {found}; version {version} is not here")
    return loaded


def _known_ids() -> str:
    ids = sorted(path.stem for path in SHIPPED.glob("*.yaml") if split_name(path) is None)
    return f"; there are {', '.join(ids)}" if ids else ""
