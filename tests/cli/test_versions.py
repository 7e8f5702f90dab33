"""``screening versions``, for an operator who asks why two PDFs of the same answers differ."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from reports import edition as editions
from screening.cli import main
from tests.support.reports import ROOT


def lines() -> list[str]:
    result = CliRunner().invoke(main, ["versions"])
    assert result.exit_code == 0
    return result.stdout.splitlines()


def test_it_names_packages_and_libraries_with_their_versions() -> None:
    told = lines()
    for library in ("libpango-1.0", "libharfbuzz", "libfontconfig"):
        assert [line for line in told if re.fullmatch(rf"{library}\.so\.\d+\.[\d.]+", line)], library
    assert any(line.startswith("weasyprint ") for line in told)


def test_the_libraries_that_are_named_are_those_that_are_loaded() -> None:
    script = "import reports.pdf; print(open('/proc/self/maps').read())"
    maps = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    loaded = {Path(line.split()[-1]).name for line in maps.splitlines() if ".so." in line}
    told = {line for line in lines() if line.startswith("lib")}
    assert {name for name in loaded if name.startswith(("libpango-1.0", "libharfbuzz.so", "libfontconfig"))} == told


def test_another_library_is_another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    before, *_ = lines()
    monkeypatch.setattr(editions, "_libraries", lambda: {"libpango-1.0.so.0.5600.1"})
    editions.edition.cache_clear()
    after, *_ = lines()
    editions.edition.cache_clear()
    assert re.fullmatch("edition [0-9a-f]{64}", before)
    assert after != before
