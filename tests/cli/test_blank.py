"""``screening blank`` and ``screening questionnaire diff``, as one runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from screening.cli import main
from tests.support import pdf
from tests.support.definitions import FIXTURES, SHIPPED
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
      - {id: numb, type: boolean, text: Do you feel numb?}
      - {id: when, type: text, text: When?, enable_when: {numb: {equals: yes}}}
  - id: extra
    title: Extra
    off_by_default: yes
    items:
      - {id: more, type: string, text: Anything else?}
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "mood.yaml"
    path.write_text(FORM)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_it_writes_the_form_as_pdf(form: Path) -> None:
    result = run("blank", form, "-o", form.with_suffix(".pdf"), "--help-number", "112", "--paper", "Letter")
    assert (result.exit_code, result.output) == (0, "")
    words = pdf.text(form.with_suffix(".pdf").read_bytes())
    for expected in ("Your mood", "Do you feel numb?", "go to the end", "call 112.", "Page 1 of 1"):
        assert expected in words
    assert "Anything else?" not in words


def test_a_part_that_is_off_by_default_is_printed_when_it_is_named(form: Path) -> None:
    assert run("blank", form, "-o", form.with_suffix(".pdf"), "--switched-on", "extra").exit_code == 0
    words = pdf.text(form.with_suffix(".pdf").read_bytes())
    assert "3 Anything else?" in words
    assert "go to question 3" in words
    result = run("blank", form, "-o", form.with_suffix(".pdf"), "--switched-on", "numb")
    assert result.exit_code == 1
    assert "those are extra" in result.output


def test_a_file_with_mistakes_is_refused_with_their_places(form: Path) -> None:
    form.write_text(FORM.replace("type: boolean", "type: bolean"))
    result = run("blank", form, "-o", form.with_suffix(".pdf"))
    assert result.exit_code == 1
    assert "mood.yaml:10" in result.output
    assert not form.with_suffix(".pdf").exists()


def test_it_needs_neither_settings_nor_a_home(tmp_path: Path) -> None:
    script = "import sys; from screening.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", script, "blank", "detachment-checkin", "-o", str(tmp_path / "out.pdf")],
        cwd=ROOT,
        env={"PATH": str(Path(sys.executable).parent)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF-")


def test_diff_tells_what_changed(form: Path) -> None:
    after = form.with_name("after.yaml")
    after.write_text(FORM.replace("feel numb", "often feel numb").replace('version: "1"', 'version: "2"'))
    result = run("questionnaire", "diff", form, after)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "mood 1 -> mood 2",
        "",
        "Reworded",
        "  question 1 (numb): text",
        "    - Do you feel numb?",
        "    + Do you often feel numb?",
    ]


def test_diff_of_a_form_with_itself_says_so_and_json_is_for_programs(form: Path) -> None:
    assert "No change" in run("questionnaire", "diff", form, form).output
    assert json.loads(run("questionnaire", "diff", form, form, "--format", "json").stdout) == []
    plain = json.loads(run("questionnaire", "diff", form, FIXTURES / "grid.yaml", "--format", "json").stdout)
    assert {"added", "removed"} <= {change["kind"] for change in plain}


def test_a_form_in_another_language_has_all_its_words_in_it(tmp_path: Path) -> None:
    for source in ("detachment-checkin", SHIPPED / "detachment-checkin.yaml"):
        result = run("blank", source, "-o", tmp_path / "out.pdf", "--language", "es", "--help-number", "112")
        assert (result.exit_code, result.output) == (0, "")
        made = (tmp_path / "out.pdf").read_bytes()
        assert pdf.language(made) == "es"
        words = pdf.text(made)
        for expected in ("Prefiero no decirlo", "llame al 112", "Responda solo si"):
            assert expected in words
        for english in ("I prefer not to say", "go to question", "Tick", "Answer only", "Page"):
            assert english not in words


def test_a_form_in_a_language_that_has_no_translation_is_refused(form: Path) -> None:
    result = run("blank", form, "-o", form.with_suffix(".pdf"), "--language", "es")
    assert result.exit_code == 1
    assert "there is no" in result.output
    assert "mood.es.yaml; there are en" in result.output
    assert not form.with_suffix(".pdf").exists()
