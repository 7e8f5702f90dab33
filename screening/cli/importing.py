"""``screening questionnaire import``: a form from elsewhere, as a YAML file of ours."""

from __future__ import annotations

from pathlib import Path

import click

from screening.cli import Refused
from screening.cli.output import write_whole
from screening.definition.fhir_terms import Json
from screening.definition.writer import to_yaml
from screening.importing.fhir import import_fhir
from screening.importing.fhir_source import MAX_BYTES
from screening.importing.result import Imported, ImportRefused
from screening.importing.value_sets import read_value_sets


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path), metavar="SOURCE")
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="FILE.yaml", help="Where to write it.")
@click.option("--attest", metavar="TEXT", help="Who says that the clinic may use it, if it bears no copyright line.")
@click.option(
    "--valuesets", type=click.Path(path_type=Path), metavar="PATH", help="File or folder with its value sets."
)
@click.option("--open-valuesets", is_flag=True, help="Ask questions whose options are not to be had as open text.")
def import_command(
    source: Path, output: Path | None, attest: str | None, valuesets: Path | None, open_valuesets: bool
) -> None:
    """Turn a FHIR R4 Questionnaire (JSON) into a questionnaire file.

    Without -o it goes to standard output. Each thing that can't be kept is a line on standard error. A form that
    can't be imported is refused in one line, and nothing is written.
    """
    data = _read(source)
    try:
        resources: list[Json] = read_value_sets(valuesets) if valuesets else []
    except ImportRefused as refused:
        raise Refused(str(refused)) from None
    try:
        imported = import_fhir(
            data, name=source.name, value_sets=resources, attest=attest, open_valuesets=open_valuesets
        )
    except ImportRefused as refused:
        raise Refused(f"{source}: {refused}") from None
    _write(source, output, imported)


def _read(source: Path) -> bytes:
    """Return a file's bytes, at most one more than a form may have; Refused if it can't be read."""
    if source.is_dir():
        raise Refused(f"{source}: this is a folder; name a file in it")
    if source.exists() and not source.is_file():
        raise Refused(f"{source}: this is no ordinary file")  # a pipe or a device may never end
    try:
        with source.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else "the file can't be read"
        raise Refused(f"{source}: {reason}") from None


def _write(source: Path, output: Path | None, imported: Imported) -> None:
    text = to_yaml(imported.questionnaire)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text.encode())
    for loss in imported.losses:
        click.echo(f"{source}: {loss}", err=True)
