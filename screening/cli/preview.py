"""``screening preview``: the report for given answers. Needs no settings, secret, database or network."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from reports.interchange import report_to_json
from reports.paper import PAPERS, Paper
from reports.process import Renderer, RenderError
from screening.answer_fhir import response_to_fhir
from screening.answer_formats import AnswersError, parse_answers, parse_json, switched_on_by
from screening.answers import Answers
from screening.cli import Refused
from screening.cli.output import tell_missing, write_whole
from screening.cli.questionnaire import in_language, load_or_refuse
from screening.definition.model import Questionnaire
from screening.path import offered
from screening.readers import reader_in
from screening.report_attachments import attachments
from screening.summary import ResponseFacts, summarise

NOBODY = "Preview, no patient"
RESPONSE_ID = "preview"


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.yaml")
@click.option(
    "--answers",
    "answers_file",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="ANSWERS.json",
    help="Item id -> answer, or a FHIR QuestionnaireResponse.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="OUT",
    help="- for standard output.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "html", "json", "fhir"]),
    default="pdf",
    help="The report as PDF, as the PDF's source, as data; or a FHIR QuestionnaireResponse.",
)
@click.option("--at", metavar="TIME", help="When it was sent, in ISO 8601. Without it no time is printed.")
@click.option("--language", metavar="LANG", help="Of the translation beside the file, and of the report's fixed words.")
@click.option("--paper", type=click.Choice(PAPERS), default="A4", help="The PDF's paper.")
def preview(
    file: Path, answers_file: Path, output: Path, form: str, at: str | None, language: str | None, paper: Paper
) -> None:
    """Write the report for a questionnaire and answers, as a clinician would get it.

    `-o -` writes to standard output.
    """
    questionnaire = in_language(load_or_refuse(file).questionnaire, file, language)
    time = _time(at)
    try:
        raw = parse_json(_read(answers_file))
        answers, notes = parse_answers(questionnaire, raw, today=time.date() if time else None)
    except AnswersError as error:
        raise Refused("\n".join(f"{answers_file}: {message}" for message in error.messages)) from None
    for note in notes:
        click.echo(f"{answers_file}: {note}", err=True)
    write_whole(output, _made(form, questionnaire, answers, time, paper, language or "en"))


def _made(
    form: str,
    questionnaire: Questionnaire,
    answers: Answers,
    time: datetime.datetime | None,
    paper: Paper,
    language: str,
) -> bytes:
    switched_on = switched_on_by(questionnaire, answers)
    if form == "fhir":
        response = response_to_fhir(offered(questionnaire, switched_on), answers, authored=time)
        return (json.dumps(response, ensure_ascii=False, indent=2) + "\n").encode()
    report = summarise(
        questionnaire,
        answers,
        response=ResponseFacts(response_id=RESPONSE_ID, patient_name=NOBODY, sent_at=time, switched_on=switched_on),
        reader=reader_in(language, datetime.UTC),
    )
    if form == "pdf":
        attached = attachments(
            questionnaire,
            answers,
            switched_on=switched_on,
            response_id=RESPONSE_ID,
            sent_at=time,
            zone=datetime.UTC,
        )
        report = replace(report, attachments=attached)
        tell_missing(report)
    if form == "json":
        return (report_to_json(report, indent=2) + "\n").encode()
    if form == "html":
        from reports.html import render_html  # reads all fonts: only for whoever asks for it

        return render_html(report, paper).encode()
    try:
        with Renderer() as renderer:
            return renderer.render(report, paper)
    except RenderError as error:
        raise Refused(str(error)) from None


def _time(text: str | None) -> datetime.datetime | None:
    """Return an aware time; one without a zone is taken for UTC."""
    if text is None:
        return None
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"--at {text}: this is no time; write it like 2026-05-12T09:30+02:00") from None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)


def _read(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
