"""``screening questionnaire import``: a form from elsewhere, as a YAML file of ours."""

from __future__ import annotations

from pathlib import Path

import click

from screening.cli import Refused
from screening.cli.output import write_whole
from screening.definition.fhir_terms import Json
from screening.definition.overlay_reader import overlay_path
from screening.definition.overlay_writer import overlay_to_yaml
from screening.definition.writer import to_yaml
from screening.importing.fhir_source import MAX_BYTES
from screening.importing.result import Imported, ImportRefused
from screening.importing.value_sets import read_value_sets
from screening.importing.xlsform import import_form


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
    """Turn a FHIR R4 Questionnaire (JSON) or an XLSForm (.xlsx) into a questionnaire file.

    Without -o it goes to standard output. Texts in other languages become files beside it (FILE.es.yaml). Each thing
    that can't be kept is a line on standard error. A form that can't be imported is refused in one line, and nothing is
    written.
    """
    data = _read(source)
    try:
        resources: list[Json] = read_value_sets(valuesets) if valuesets else []
    except ImportRefused as refused:
        raise Refused(str(refused)) from None
    try:
        imported = import_form(
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
    questionnaire = imported.questionnaire
    text = to_yaml(questionnaire)
    lines = [str(loss) for loss in imported.losses]
    if output is None or str(output) == "-":
        click.echo(text, nl=False)
        if imported.translations:
            lines.append(f"the texts in {', '.join(imported.translations)} are left out: they become files beside -o")
    else:
        overlays = {overlay_path(output, language): language for language in imported.translations}
        there = next((path for path in overlays if path.exists()), None)
        if there is not None:  # it may hold days of a translator's work
            raise Refused(f"{there}: there is such a translation already; move it away first")
        write_whole(output, text.encode())
        for path, language in overlays.items():
            overlay = overlay_to_yaml(questionnaire, language, imported.translations[language])
            write_whole(path, overlay.encode())
            lines.append(f"the texts in {language} are in {path.name}")
    for line in lines:
        click.echo(f"{source}: {line}", err=True)
