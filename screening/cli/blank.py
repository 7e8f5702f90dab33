"""``screening blank``: a questionnaire as a paper form. Needs no settings, secret, database or network."""

from __future__ import annotations

from pathlib import Path

import click

from reports.paper import PAPERS, Paper
from reports.paper_form import PaperLabels
from reports.process import Renderer, RenderError
from screening.blank import BlankWording, blank
from screening.cli import Refused
from screening.cli.output import write_whole
from screening.cli.questionnaire import find
from screening.path import offered
from screening.translations import translated


@click.command("blank")
@click.argument("source", metavar="FILE|ID")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="OUT.pdf",
    help="- for standard output.",
)
@click.option("--help-number", default="", metavar="NUMBER", help="Whom to call in danger, printed on page one.")
@click.option("--switched-on", multiple=True, metavar="ID", help="A page or item, off by default, to print as well.")
@click.option("--language", metavar="LANG", help="Of the translation beside the file, and of the form's fixed words.")
@click.option("--paper", type=click.Choice(PAPERS), default="A4", help="The paper.")
def blank_command(
    source: str, output: Path, help_number: str, switched_on: tuple[str, ...], language: str | None, paper: Paper
) -> None:
    """Write a questionnaire as a form to fill in with a pen (PDF).

    Parts that are off by default are left out unless they are named. `-o -` writes to standard output.
    """
    questionnaire = find(source, None, language)
    parts = [*questionnaire.pages, *questionnaire.items()]
    optional = sorted({part.id for part in parts if part.off_by_default})
    for part_id in switched_on:
        if part_id not in optional:
            known = f"; those are {', '.join(optional)}" if optional else ""
            raise Refused(f"--switched-on {part_id}: no page or item of this id is off by default{known}")
    form = offered(questionnaire, switched_on)
    if not form.pages:
        raise Refused(f"{source}: every part is off by default; name those to print with --switched-on")
    printed = blank(
        form,
        questionnaire,
        help_number=help_number.strip(),
        wording=translated(BlankWording(), questionnaire.language),
        labels=translated(PaperLabels(), questionnaire.language),
    )
    try:
        with Renderer() as renderer:
            pdf = renderer.render_paper_form(printed, paper)
    except RenderError as error:
        raise Refused(str(error)) from None
    write_whole(output, pdf)
