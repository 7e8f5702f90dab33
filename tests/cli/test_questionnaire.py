"""``screening questionnaire`` as it is typed."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from screening.cli import main
from tests.support.definitions import ALL_FILES, FIXTURES, HEAD, with_items


def run(*arguments):
    return CliRunner().invoke(main, ["questionnaire", *map(str, arguments)])


def test_good_files_bring_no_word():
    result = run("check", *ALL_FILES)
    assert (result.exit_code, result.output) == (0, "")


def test_each_mistake_is_a_line_with_path_and_line(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        with_items("- {id: a, type: boolean, text: Well?, scroe: 1}\n- {id: a, type: boolean, text: Well?}")
    )
    result = run("check", path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [f"{path}:10", f"{path}:11"]


def test_all_files_are_looked_at(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("- not a map")
    result = run("check", bad, tmp_path / "missing.yaml", tmp_path, FIXTURES / "choice.yaml")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 3
    assert f"{tmp_path / 'missing.yaml'}:1: there is no such file" in result.stderr
    assert f"{tmp_path}:1: this is a folder" in result.stderr


def test_warnings_are_told_and_are_no_failure(tmp_path):
    path = tmp_path / "imported.yaml"
    path.write_text(
        with_items("- {id: a, type: boolean, text: Do you suffer from pain?}", head=HEAD + "source: Elsewhere\n")
    )
    result = run("check", path)
    assert result.exit_code == 0
    assert f"{path}:11: warning: " in result.stderr


def test_mistakes_come_as_json_too(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(with_items("- {id: a, type: boolean, text: Well?, scroe: 1}"))
    result = run("check", "--format", "json", path)
    (problem,) = json.loads(result.stdout)
    assert result.exit_code == 1
    assert problem["path"] == str(path)
    assert (problem["line"], problem["severity"], problem["rule"]) == (10, "error", "unknown-key")
    assert json.loads(run("check", "--format", "json", FIXTURES / "choice.yaml").stdout) == []


def test_a_file_is_exported_as_fhir():
    result = run("export", FIXTURES / "arabic.yaml", "--format", "fhir")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["item"][0]["item"][0]["text"] == "ما اسمك؟"


def test_a_shipped_questionnaire_is_found_by_its_id_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    resource = json.loads(run("export", "detachment-checkin").stdout)
    assert resource["id"] == "detachment-checkin"
    assert run("export", "detachment-checkin", "--version", resource["version"]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere: there is no such file, and no questionnaire of this id"),
        (["nowhere.yaml"], "nowhere.yaml:1: there is no such file"),
        (["detachment-checkin", "--version", "0"], "version 0 is not here"),
    ],
)
def test_what_can_not_be_exported_is_refused_with_the_reason(arguments, message):
    result = run("export", *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr


def test_a_file_with_a_mistake_is_not_exported(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(with_items("- {id: a, type: boolean, text: Well?, scroe: 1}"))
    result = run("export", path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"{path}:10: ")


def test_an_unusable_command_line_is_told_apart():
    assert run("check").exit_code == 2
    assert run("export", "x", "--format", "pdf").exit_code == 2
