"""``screening record``: all that is held of one response, as a folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from reports.process import Renderer, RenderError
from screening import jobs
from screening.cli import Refused
from screening.cli.clinic import CLI, working
from screening.cli.output import write_whole
from screening.delivery import record as records


@click.command()
@click.argument("response_id")
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new or empty folder."
)
def record(response_id: str, output: Path) -> None:
    """Write all that is held of a response into a folder, with hashes; that it was taken is put on record."""
    if output.is_dir() and any(output.iterdir()):
        raise Refused(f"{output}: is not empty; the record goes into a folder of its own")
    with working() as (store, settings), Renderer() as renderer:
        try:
            found = records.gather(
                store,
                CLI,
                response_id,
                jobs.press(settings),
                renderer,
                clinicians_see="practice",
                now=datetime.now(UTC),
            )
        except RenderError as error:
            raise Refused(f"The PDF could not be made: {error}") from None
        output.mkdir(parents=True, exist_ok=True)
        for name, content in sorted(found.files.items()):
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(output / name, content)
    click.echo(f"{output}: {len(found.files)} files; manifest.json has their hashes")
