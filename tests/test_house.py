"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reports.document import Labels

ROOT = Path(__file__).resolve().parent.parent

# In pieces, so that this file does not hold what it forbids.
_FORBIDDEN_ADDRESSES = re.compile(
    "|".join(
        (
            r"\b(?:files\.)?python" + r"hosted\.org",
            r"\bpypi" + r"\.org",
            r"\bregistry\." + r"(?:npmjs|yarnpkg)",
            r"\bdeb\." + r"debian\.org",
            r"index" + r"-url",
            r"find" + r"-links",
            r'"resolved":' + r' *"(?:http|file)',
            r"(?<![\w.$}])/(?:home|Users)" + r"/\w+/",
            r"(?<![\w.$}~])/(?:root|work)" + r"/",
        )
    )
)
_SKIPS = re.compile(r"\b(?:mark\.|pytest\.)(?:skip|xfail)|\bimport" + r"orskip")
_SLEEPS = re.compile(r"\btime\.s" + r"leep\b")


def tracked_files() -> list[Path]:
    """List the files that a clone has, or will have with the next commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def tracked_texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of the tracked text files with these suffixes, of all if none is given."""
    for path in tracked_files():
        if suffixes and path.suffix not in suffixes:
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            yield path.relative_to(ROOT).as_posix(), content.decode()


def places(pattern: re.Pattern[str], *suffixes: str, folder: str = "") -> list[str]:
    """Return where tracked files match, as ``file:line: match``."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in tracked_texts(*suffixes)
        if name.startswith(folder)
        for match in pattern.finditer(text)
    ]


def test_an_item_type_has_a_field_a_template_and_a_fixture() -> None:
    from screening.definition.loader import load
    from screening.definition.model import ITEM_TYPES
    from screening.forms.fields import FIELDS

    types = set(ITEM_TYPES)
    assert set(FIELDS) == types
    templates = {path.stem for path in (ROOT / "templates" / "fields").glob("[!_]*.html")}
    assert templates == types, "templates/fields holds one template for each item type; shared parts begin with _"
    for name in types:
        items = load(ROOT / "tests" / "fixtures" / f"{name}.yaml").questionnaire.items()
        assert name in {item.type for item in items}, f"tests/fixtures/{name}.yaml has no item of type {name}"


def test_tracked_files_name_no_registry_and_no_folder_of_one_machine() -> None:
    assert places(_FORBIDDEN_ADDRESSES) == []


def test_no_test_is_skipped_or_waits() -> None:
    assert places(_SKIPS, ".py", folder="tests/") == []
    assert places(_SLEEPS, ".py", folder="tests/") == []


def test_a_function_stands_in_one_place() -> None:
    """Blueprints are registered alike in each package, and each means its own."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted([*(ROOT / "screening").rglob("*.py"), *(ROOT / "reports").rglob("*.py")]):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name != "init_app" and "migrations" not in path.parts:
                written = "".join(map(ast.dump, [node.args, *node.body]))
                found.setdefault((node.name, written), []).append(str(path.relative_to(ROOT)))
    assert [(name, paths) for (name, _), paths in found.items() if len(paths) > 1] == []


def test_every_label_of_a_report_is_used() -> None:
    folders = (ROOT / "reports", ROOT / "templates" / "clinic")  # the page of a response shows the same Report
    sources = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".html", ".css")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*sources, *(ROOT / "screening").rglob("*.py")])
    assert [field for field in Labels.__dataclass_fields__ if not re.search(rf"\.{field}\b", text)] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in tracked_texts(".md")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
        if "://" not in target
        and not target.startswith("mailto:")
        and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_every_command_is_documented_with_its_options() -> None:
    from screening.cli import main

    lines = (ROOT / "docs" / "commands.md").read_text().splitlines()
    rows = {name: _row_of(name, lines) for name, _ in _commands(main, "screening")}
    assert [name for name, row in rows.items() if row is None] == []
    missing = [
        f"{name} {'/'.join(names)}"
        for name, command in _commands(main, "screening")
        for names in _named(command)
        if not any(re.search(rf"(?<![\w-]){option}(?![\w-])", rows[name] or "") for option in names)
    ]
    assert missing == []


def test_every_option_has_a_help_text() -> None:
    from screening.cli import main

    commands = _commands(main, "screening")
    assert [f"{name} {option.name}" for name, one in commands for option in _options(one) if not option.help] == []


def _row_of(command: str, lines: list[str]) -> str | None:
    """Return the command's row in the tables: the one that begins with it, whatever it is called with."""
    return next((line for line in lines if re.match(rf"\| `{command}[ `]", line)), None)


def _options(command: click.Command) -> list[click.Option]:
    return [param for param in command.params if isinstance(param, click.Option)]


def _named(command: click.Command) -> Iterator[list[str]]:
    """Yield each option's names, one of which is enough; of a switch that is on by default, those that turn it off."""
    for option in _options(command):
        yield option.secondary_opts if option.default is True else option.opts
        if option.secondary_opts and option.default is None:
            yield option.secondary_opts


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize(
    ("module", "strangers"),
    [
        ("screening.app", {"weasyprint", "playwright"}),
        ("screening.cli.questionnaire", {"flask", "sqlalchemy", "weasyprint", "wtforms"}),
    ],
)
def test_what_is_not_needed_is_not_loaded(module: str, strangers: set[str]) -> None:
    """WeasyPrint takes longer to load than all the rest, and its memory grows: web processes never see it."""
    script = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert strangers & set(done.stdout.split()) == set()
