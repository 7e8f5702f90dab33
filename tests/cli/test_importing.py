"""``screening questionnaire import`` as it is typed."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.definition.loader import load, load_text
from tests.support.definitions import FIXTURES, fixture
from tests.support.fhir_forms import form, item
from tests.support.xlsforms import workbook

FORM = FIXTURES / "fhir" / "visit-diary.json"


def run(*arguments):
    return CliRunner().invoke(main, ["questionnaire", *map(str, arguments)])


def saved(tmp_path, *items, **keys):
    path = tmp_path / "form.json"
    path.write_text(json.dumps(form(*items, **keys)))
    return path


def test_a_form_becomes_a_file_that_passes_the_check(tmp_path):
    output = tmp_path / "visit-diary.yaml"
    result = run("import", FORM, "-o", output)
    assert (result.exit_code, result.stdout) == (0, "")
    assert load(output).questionnaire.id == "visit-diary"
    assert all(line.startswith(f"{FORM}: ") for line in result.stderr.splitlines())
    assert any('item "5" ("Sum")' in line for line in result.stderr.splitlines())
    assert run("check", output).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["visit-diary.yaml"]


def test_without_a_file_it_goes_to_standard_output():
    result = run("import", FORM)
    assert load_text(result.stdout, "out").questionnaire.id == "visit-diary"


def test_an_export_comes_back(tmp_path):
    path = tmp_path / "choice.json"
    path.write_text(run("export", FIXTURES / "choice.yaml").stdout)
    result = run("import", path)
    assert load_text(result.stdout, "out").questionnaire == fixture("choice")
    assert result.stderr == ""


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"<xml/>", b'{"resourceType": "Bundle"}', b"{" * 6_000_000])
def test_what_is_refused_writes_nothing_and_says_why_in_a_line(tmp_path, content):
    path, output = tmp_path / "form.json", tmp_path / "out.yaml"
    path.write_bytes(content)
    output.write_text("as it was")
    result = run("import", path, "-o", output)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{path}: ")
    assert len(result.stderr.splitlines()) == 1
    assert output.read_text() == "as it was"
    assert len(list(tmp_path.iterdir())) == 2


def test_files_that_can_not_be_read_or_written_are_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for source in (tmp_path / "missing.json", tmp_path, tmp_path / "pipe"):
        result = run("import", source)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{source}: ")
    result = run("import", FORM, "-o", tmp_path / "no" / "folder.yaml")
    assert result.exit_code == 1
    assert "can't be written" in result.stderr


def test_a_form_without_copyright_needs_an_attestation(tmp_path):
    path = saved(tmp_path, item("a"), copyright=None)
    assert "--attest" in run("import", path).stderr
    result = run("import", path, "--attest", "Dr A. Novak, 2026-05-01")
    assert "Dr A. Novak" in load_text(result.stdout, "out").questionnaire.source


def test_value_sets_come_from_files_or_become_open_text(tmp_path):
    path = saved(tmp_path, item("a"), item("b", "choice", answerValueSet="urn:x"))
    codes = {"include": [{"system": "urn:s", "concept": [{"code": "red", "display": "Red"}]}]}
    sets = tmp_path / "sets.json"
    sets.write_text(json.dumps({"resourceType": "ValueSet", "url": "urn:x", "compose": codes}))

    def type_of_b(*options):
        found = load_text(run("import", path, *options).stdout, "out").questionnaire.item("b")
        return found and found.type

    assert type_of_b() is None
    assert type_of_b("--valuesets", sets) == "choice"
    assert type_of_b("--open-valuesets") == "string"
    assert "missing" in run("import", path, "--valuesets", tmp_path / "missing").stderr


def test_a_spreadsheet_becomes_a_file_with_its_translations_beside_it(tmp_path):
    path, output = tmp_path / "form.xlsx", tmp_path / "form.yaml"
    label = {"label::English (en)": "How do you sleep?", "label::Español (es)": "¿Cómo duerme?"}
    path.write_bytes(workbook({"type": "text", "name": "sleep", **label}))
    result = run("import", path, "-o", output, "--attest", "Dr A. Novak")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "the texts in es are in form.es.yaml" in result.stderr
    assert run("check", output, tmp_path / "form.es.yaml").exit_code == 0
    assert "¿Cómo duerme?" in (tmp_path / "form.es.yaml").read_text()

    (tmp_path / "form.es.yaml").write_text("a translator's work")
    output.unlink()
    again = run("import", path, "-o", output, "--attest", "Dr A. Novak")
    assert again.exit_code == 1
    assert "form.es.yaml: there is such a translation already" in again.stderr
    assert (tmp_path / "form.es.yaml").read_text() == "a translator's work"
    assert not output.exists()


def test_to_standard_output_translations_are_told_as_left_out(tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(
        workbook({"type": "text", "name": "a", "label::English (en)": "How?", "label::Español (es)": "¿?a"})
    )
    result = run("import", path, "--attest", "me")
    assert load_text(result.stdout, "out").questionnaire.item("a").text == "How?"
    assert "the texts in es are left out" in result.stderr
