"""``screening reports``: a clinic day's reports as one file."""

from __future__ import annotations

import contextlib
import sys
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import click

from reports.process import Renderer, RenderError
from screening import jobs
from screening import staff as accounts
from screening.cli import Refused
from screening.cli.clinic import CLI, working
from screening.cli.output import write_whole
from screening.delivery import days
from screening.delivery.days import DayForm


@click.command()
@click.option("--date", "day", required=True, help="Day of the appointments, for instance 2026-12-01.")
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "zip"]),
    default="pdf",
    show_default=True,
    help="One PDF with a bookmark for each patient, or a zip of single PDFs.",
)
@click.option("--clinician", help="E-mail address of one clinician's account; default: all.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 16), help="Reports made at once.")
def reports(day: str, output: Path, form: DayForm, clinician: str | None, processes: int) -> None:
    """Write the reports of one day's appointments into a folder, as one file; each is put on record as a download."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise Refused(f"--date: not a date such as 2026-12-01: {day!r}") from None
    with working() as (store, settings):
        press, now = jobs.press(settings), datetime.now(UTC)
        clinician_id = accounts.find_staff(store, CLI, clinician).id if clinician else None
        found = days.listed(store, CLI, wanted, press, clinicians_see="practice", clinician_id=clinician_id, now=now)
        with contextlib.ExitStack() as stack:
            renderers = [stack.enter_context(Renderer()) for _ in range(processes)]
            with click.progressbar(length=len(found), label="Reports", file=sys.stderr) as bar:
                days.prepare_all(store, press, found, renderers, now=now, each_done=partial(bar.update, 1))
            try:
                content, lacking = days.compose(store, press, renderers[0], found, wanted.isoformat(), form, now)
            except RenderError as error:
                raise Refused(f"The file could not be made: {error}") from None
        if content:
            output.mkdir(parents=True, exist_ok=True)
            file = days.day_file(wanted.isoformat(), form, content)
            days.note_downloads(store, CLI, [one for one in found if one not in lacking], now)
            write_whole(output / file.name, file.content)
            click.echo(f"{output / file.name}: {len(found) - len(lacking)} reports")
        if lacking:
            raise Refused(
                "\n".join(f"{one}: its PDF could not be made; `screening report {one}` says why" for one in lacking)
            )
