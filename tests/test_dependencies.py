"""The lock files: complete, in keeping with pyproject.toml, and each dependency explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]


def pins(name: str) -> dict[str, Version]:
    """Read a lock file: package -> version. Every line but comments must be a pin with its hashes."""
    text = (ROOT / name).read_text()
    logical = re.sub(r"\\\n\s*", "", text).splitlines()
    found = {}
    for line in logical:
        if line.startswith("#") or not line:
            continue
        match = re.fullmatch(r"([\w.-]+)==([\w.]+)(?: ; [^#]*?)? *(?:--hash=sha256:[0-9a-f]{64} *)+", line)
        assert match, f"{name}: not a pin with hashes: {line[:80]}"
        found[canonicalize_name(match[1])] = Version(match[2])
    return found


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [("requirements.txt", RUNTIME), ("requirements-dev.txt", [*RUNTIME, *DEVELOPMENT])],
    ids=["runtime", "development"],
)
def test_the_lock_holds_what_the_project_asks_for(lock: str, requirements: list[Requirement]) -> None:
    pinned = pins(lock)
    stale = [
        str(requirement)
        for requirement in requirements
        if canonicalize_name(requirement.name) not in pinned
        or pinned[canonicalize_name(requirement.name)] not in requirement.specifier
    ]
    assert stale == [], "run `make lock`"


def test_both_locks_agree() -> None:
    development = pins("requirements-dev.txt")
    assert {name: development.get(name) for name in pins("requirements.txt")} == pins("requirements.txt")


def test_each_dependency_has_its_reason() -> None:
    page = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text().lower()
    missing = [
        requirement.name for requirement in [*RUNTIME, *DEVELOPMENT] if f"`{requirement.name.lower()}`" not in page
    ]
    assert missing == []
