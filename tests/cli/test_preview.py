"""``screening preview``, as one runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reports.interchange import report_from_json
from screening.cli import main
from screening.definition.loader import load_text
from tests.support import pdf
from tests.support.definitions import overlay_of
from tests.support.reports import ROOT

FORM = """\
id: mood
version: "1"
title: Your mood
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: mood
    title: Your mood
    items:
      - {id: numb, type: choice, text: How often did you feel numb?, short: Numb, options: {never: Never, often: Often}}
      - {id: when, type: text, text: When?, enable_when: {numb: {equals: often}}}
      - {id: since, type: date, text: Since when?}
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "mood.yaml"
    path.write_text(FORM)
    return path


def run(form: Path, answers: object, *more: str, output: str = "out.pdf") -> Result:
    """Run the command beside the form; `output` is a name in its folder, or ``-``."""
    (form.parent / "answers.json").write_text(json.dumps(answers))
    target = output if output == "-" else str(form.parent / output)
    return CliRunner().invoke(
        main, ["preview", str(form), "--answers", str(form.parent / "answers.json"), "-o", target, *more]
    )


def test_it_writes_the_report_as_pdf(form: Path) -> None:
    result = run(form, {"numb": "often", "when": "At night.", "since": "2026-05-02"}, "--paper", "Letter")
    assert (result.exit_code, result.output) == (0, "")
    words = pdf.text((form.parent / "out.pdf").read_bytes())
    for expected in ("Preview, no patient", "How often did you feel numb?", "Often", "At night.", "2 May 2026"):
        assert expected in words
    assert sorted(path.name for path in form.parent.iterdir()) == ["answers.json", "mood.yaml", "out.pdf"]


def test_it_prints_no_time_but_the_one_it_was_given(form: Path) -> None:
    assert run(form, {}, "--format", "json", output="plain.json").exit_code == 0
    plain = report_from_json((form.parent / "plain.json").read_bytes())
    assert plain.provenance == ("Your mood, version 1", "not approved for use with patients")
    assert plain.facts == ()
    assert run(form, {}, "--format", "json", "--at", "2026-05-12T09:30+02:00", output="timed.json").exit_code == 0
    timed = report_from_json((form.parent / "timed.json").read_bytes())
    assert "sent 12 May 2026, 07:30" in timed.provenance


def test_the_same_answers_give_the_same_bytes(form: Path) -> None:
    for name in ("first.pdf", "second.pdf"):
        assert run(form, {"numb": "never"}, "--at", "2026-05-12T09:30", output=name).exit_code == 0
    assert (form.parent / "first.pdf").read_bytes() == (form.parent / "second.pdf").read_bytes()


def test_html_is_the_source_of_the_pdf(form: Path) -> None:
    result = run(form, {"numb": "often"}, "--format", "html", output="-")
    assert result.exit_code == 0
    assert result.stdout.startswith("<!DOCTYPE html>")
    assert "How often did you feel numb?" in result.stdout


def test_fhir_is_a_questionnaire_response(form: Path) -> None:
    result = run(form, {"numb": "often", "when": {"declined": True}}, "--format", "fhir", output="-")
    assert result.exit_code == 0
    response = json.loads(result.stdout)
    assert response["resourceType"] == "QuestionnaireResponse"
    assert "authored" not in response
    (page,) = response["item"]
    answers = {item["linkId"]: item for item in page["item"]}
    assert answers["numb"]["answer"][0]["valueCoding"]["code"] == "often"


def test_a_response_in_fhir_is_taken_too(form: Path) -> None:
    made = run(form, {"numb": "often", "when": "At night."}, "--format", "fhir", output="-")
    result = run(form, json.loads(made.stdout), "--format", "json", output="-")
    assert "At night." in result.stdout


def test_an_answer_that_a_condition_hides_is_left_out_and_told(form: Path) -> None:
    result = run(form, {"numb": "never", "when": "At night."}, "--format", "json", output="-")
    assert result.exit_code == 0
    assert "At night." not in result.stdout
    assert "when: left out, because a condition hides the question" in result.stderr


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"numb": "somewhat"}, "numb"),
        ({"nmb": "never"}, "numb"),
        ({"since": "yesterday"}, "since"),
        ([], "answers are a map"),
    ],
)
def test_answers_that_do_not_fit_are_refused_by_name_and_nothing_is_written(
    form: Path, answers: object, reason: str
) -> None:
    result = run(form, answers)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert not (form.parent / "out.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["--at", "noon"], 1, "--at noon: this is no time"),
        (["--format", "docx"], 2, "docx"),
        (["--paper", "A0"], 2, "A0"),
    ],
)
def test_unusable_arguments_are_refused(form: Path, arguments: list[str], status: int, reason: str) -> None:
    result = run(form, {}, *arguments)
    assert result.exit_code == status
    assert reason in result.stderr


def test_a_form_with_a_mistake_is_refused_with_file_and_line(form: Path) -> None:
    form.write_text(FORM.replace("type: text", "type: txt"))
    result = run(form, {})
    assert result.exit_code == 1
    assert "mood.yaml:11:" in result.stderr


def test_files_that_are_not_there_are_refused(form: Path) -> None:
    result = run(form, {}, output="missing/out.pdf")
    assert result.exit_code == 1
    assert "No such file" in result.stderr
    missing = CliRunner().invoke(main, ["preview", str(form), "--answers", "nowhere.json", "-o", "-"])
    assert (missing.exit_code, missing.stderr) == (1, "nowhere.json: No such file or directory\n")


def test_it_runs_from_any_folder_with_no_settings(form: Path) -> None:
    (form.parent / "answers.json").write_text("{}")
    command = [sys.executable, "-c", "from screening.cli import main; main()", "preview", "mood.yaml"]
    done = subprocess.run(
        [*command, "--answers", "answers.json", "-o", "out.pdf"],
        cwd=form.parent,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (form.parent / "out.pdf").read_bytes().startswith(b"%PDF")


def test_neither_flask_nor_the_database_is_loaded() -> None:
    script = "import sys, screening.cli.preview; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"flask", "sqlalchemy", "wtforms", "weasyprint"} & set(done.stdout.split()) == set()


def test_a_translation_beside_the_file_is_taken_with_the_words_around_it(form: Path) -> None:
    base = load_text(FORM, "mood.yaml").questionnaire
    form.with_name("mood.es.yaml").write_text(overlay_of(base, "es", numb="¿Se siente insensible?"))
    assert run(form, {"numb": "often"}, "--language", "es").exit_code == 0
    made = (form.parent / "out.pdf").read_bytes()
    assert pdf.language(made) == "es"
    for expected in ("¿Se siente insensible?", "(es) Often", "Sin responder"):
        assert expected in pdf.text(made)
    carried = json.loads(pdf.attachments(made)["Questionnaire.json"])
    assert (carried["language"], carried["item"][0]["item"][0]["text"]) == ("es", "¿Se siente insensible?")
    answers = run(form, {"numb": "often"}, "--language", "es", "--format", "fhir", output="-")
    assert json.loads(answers.stdout)["language"] == "es"


def test_a_translation_that_is_not_there_is_refused_and_those_that_are_there_are_named(form: Path) -> None:
    base = load_text(FORM, "mood.yaml").questionnaire
    form.with_name("mood.es.yaml").write_text(overlay_of(base, "es"))
    result = run(form, {}, "--language", "cs")
    assert result.exit_code == 1
    assert "mood.cs.yaml; there are en, es" in result.stderr
    assert run(form, {}, "--language", "en").exit_code == 0


def test_what_a_translation_lacks_is_told_and_a_mistake_in_it_refused(form: Path) -> None:
    base = load_text(FORM, "mood.yaml").questionnaire
    translation = form.with_name("mood.es.yaml")
    translation.write_text(overlay_of(base, "es", numb=""))
    result = run(form, {}, "--language", "es", "--format", "json", output="-")
    assert result.exit_code == 0
    assert "How often did you feel numb?" in result.stdout
    assert "mood.es.yaml: 1 texts have no translation" in result.stderr
    translation.write_text("translates: mood\nlanguage: es\ncolour: red\n")
    result = run(form, {}, "--language", "es")
    assert result.exit_code == 1
    assert "mood.es.yaml:3:" in result.stderr
