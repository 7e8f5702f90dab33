"""The hook for pre-commit, run as pre-commit runs it: its entry, from another folder, with the files that changed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
GOOD = (ROOT / "questionnaires" / "detachment-checkin.yaml").read_text()


@pytest.fixture
def clinic(tmp_path):
    """A repository of a clinic's own, with one questionnaire."""
    (tmp_path / "questionnaires").mkdir()
    (tmp_path / "questionnaires" / "checkin.yaml").write_text(GOOD)
    return tmp_path


def run(folder):
    files = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    matching = [file for file in files if re.search(HOOK["files"], file)]
    return subprocess.run([ROOT / HOOK["entry"], *matching], cwd=folder, capture_output=True, text=True, check=False)


def test_the_hook_has_its_id():
    assert (HOOK["id"], HOOK["language"]) == ("questionnaire-check", "script")


def test_a_good_file_can_be_committed(clinic):
    (clinic / "other.yaml").write_text("no: questionnaire")
    result = run(clinic)
    assert (result.returncode, result.stdout) == (0, ""), result.stderr


def test_a_mistake_is_told_with_its_line(clinic):
    (clinic / "questionnaires" / "checkin.yaml").write_text(GOOD.replace("type: choice", "type: chioce", 1))
    result = run(clinic)
    assert result.returncode == 1
    assert re.match(r"questionnaires/checkin\.yaml:\d+: .*chioce", result.stderr)
