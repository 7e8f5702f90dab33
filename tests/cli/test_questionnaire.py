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


def test_a_translation_is_made_beside_its_base_file_and_brought_up_to_date(tmp_path):
    base = tmp_path / "made-up.yaml"
    base.write_text(with_items("- {id: a, type: boolean, text: Well?}"))
    overlay = tmp_path / "made-up.es.yaml"
    made = run("translate", base, "es")
    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr == f"{overlay}: 3 texts marked TRANSLATE, 0 texts marked CHANGED\n"
    assert run("check", overlay).exit_code == 1
    overlay.write_text(
        overlay.read_text()
        .replace("\ntitle:\n", "\ntitle: Inventado\n")
        .replace("    title:\n", "    title: Una página\n")
        .replace("    text:\n", "    text: ¿Bien?\n")
    )
    assert "0 texts marked TRANSLATE, 0" in run("translate", base, "es").stderr
    assert (run("check", base, overlay).exit_code, run("check", base, overlay).output) == (0, "")
    base.write_text(with_items("- {id: b, type: boolean, text: Well?}"))
    changed = run("translate", base, "es")
    assert 'made-up has no page or item "a"' in changed.stderr
    assert "1 text marked TRANSLATE" in changed.stderr
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["made-up.es.yaml", "made-up.yaml"]


@pytest.mark.parametrize(
    ("file", "language", "message"),
    [
        ("made-up.yaml", "xx", "xx: there is no such language"),
        ("made-up.yaml", "../es", "../es: there is no such language"),
        ("made-up.yaml", "en", "is in en already"),
        ("made-up.es.yaml", "ar", "this is a translation itself"),
        ("missing.yaml", "es", "there is no such file"),
    ],
)
def test_what_can_not_be_translated_is_refused(tmp_path, file, language, message):
    (tmp_path / "made-up.yaml").write_text(with_items("- {id: a, type: boolean, text: Well?}"))
    result = run("translate", tmp_path / file, language)
    assert result.exit_code == 1
    assert message in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["made-up.yaml"]


def test_a_translation_with_mistakes_is_not_written_over(tmp_path):
    (tmp_path / "made-up.yaml").write_text(with_items("- {id: a, type: boolean, text: Well?}"))
    overlay = tmp_path / "made-up.es.yaml"
    overlay.write_text("translates: made-up\nlanguage: es\ntexts:\n  a: {text: [x, y]}\n")
    before = overlay.read_text()
    result = run("translate", tmp_path / "made-up.yaml", "es")
    assert result.exit_code == 1
    assert f"{overlay}:4: " in result.stderr
    assert overlay.read_text() == before
