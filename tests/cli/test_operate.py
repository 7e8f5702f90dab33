"""``screening init``: what it makes, and what it tells to do next."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from screening.cli import main


def init(folder: Path) -> Result:
    password = {"SCREENING_ADMIN_PASSWORD": "seven brown otters waiting"}
    arguments = ["--directory", str(folder), "--admin-email", "a@b.example", "--admin-name", "Ada"]
    return CliRunner().invoke(main, ["init", *arguments], env=password)


@pytest.mark.parametrize("name", ["intake", "a clinic's folder"])
def test_init_ends_with_a_line_that_a_shell_takes_as_it_is(tmp_path: Path, name: str) -> None:
    done = init(tmp_path / name)
    assert done.exit_code == 0, done.output
    last = done.output.splitlines()[-1]
    said = re.fullmatch(r"Then +(cd .+ && .+) serve   \(as the service's account\)", last)
    assert said is not None, last
    helped = subprocess.run(["sh", "-c", f"{said[1]} --help && pwd"], capture_output=True, text=True, cwd="/")
    assert helped.returncode == 0, helped.stderr
    assert helped.stdout.splitlines()[-1] == str(tmp_path / name)


def test_what_init_makes_is_for_its_own_account_alone(tmp_path: Path) -> None:
    assert init(tmp_path).exit_code == 0
    made = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert made == {"screening.toml": 0o600, "answers.db": 0o600, "keys.toml": 0o600}


def test_init_touches_nothing_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text("mine")
    refused = init(tmp_path)
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("keys.toml", "mine")]


def test_the_help_of_serve_tells_of_the_background_work() -> None:
    said = " ".join(CliRunner().invoke(main, ["serve", "--help"]).output.split())
    assert "the background work in a process beside it" in said
