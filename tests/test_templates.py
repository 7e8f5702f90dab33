"""What holds for every template: escaped, strict, no inline style or script, translatable, neutral in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from flask import Flask
from jinja2 import Environment, StrictUndefined, nodes

from screening.definition.terms import CONDITIONS, FORBIDDEN

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
MAILS = sorted(TEMPLATES.rglob("*.txt"))
REPORT = ROOT / "reports" / "report.html"

# Only to read them; the application's own environment compiles them in a test below.
_READER = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)

_CLASS_BLOCK = re.compile(r"\{%-?\s*block \w*class\b.*?endblock.*?%\}", re.DOTALL)
_ATTRIBUTE = re.compile(r'\b[\w-]+="[^"]*"')  # in a macro that writes attributes
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title"}

UNTRANSLATED = {TEMPLATES / "errors" / "plain.html": "sent when nothing else works, translations included"}
"""A page whose texts may stand in it as they are -> why."""

_JUDGEMENTS = re.compile(
    r"\b(scor(e|es|ed|ing)|totals?|cut-?offs?|percentiles?|severity|risks?|risky|urgent|positive|negative|abnormal"
    r"|better|worse|improved|deteriorat\w+)\b",
    re.IGNORECASE,
)
ALLOWED_WORDS = {
    "This form does not give a diagnosis. It does not take the place of talking with your clinician.": (
        "it says what the software does not do"
    ),
    "Answers as given by the patient. Not scored or interpreted by software.": "it says what the software does not do",
}
"""A text that may hold a word which none otherwise may -> why."""


def name_of(path: Path) -> str:
    """Return a template's name, for the names of tests."""
    return path.relative_to(ROOT).as_posix()


class Markup(HTMLParser):
    """What a template's HTML holds, whichever of its branches are taken."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forbidden: list[str] = []
        self.untranslated: list[str] = []
        self._inside_script = False
        self.feed(_html_of(source))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside_script = tag == "script"
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self._forbid(f"<{tag}> with content of its own")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self._forbid(f"{name}= on <{tag}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self._forbid(f"a script in {name}=")
            if name in _SPOKEN_ATTRIBUTES and _LETTERS.search(value or ""):
                self._note(f'{name}="{value}"')

    def handle_data(self, data: str) -> None:
        if self._inside_script and data.strip():
            self._forbid("a script in the page")
        else:
            text = " ".join(_ATTRIBUTE.sub("", data).split())
            if _LETTERS.search(text):
                self._note(text)

    def _forbid(self, what: str) -> None:
        self.forbidden.append(f"line {self.getpos()[0]}: {what}")

    def _note(self, what: str) -> None:
        self.untranslated.append(f"line {self.getpos()[0]}: {what}")


def _html_of(source: str) -> str:
    """Return a template's HTML with everything of Jinja taken out, on the lines where it was.

    A block that fills in a class attribute is no text, though it stands between tags.
    """
    source = _CLASS_BLOCK.sub(lambda block: "\n" * block.group().count("\n"), source)
    return "".join(value if kind == "data" else "\n" * value.count("\n") for _line, kind, value in _READER.lex(source))


def visible_texts() -> Iterator[tuple[str, str]]:
    """Yield (file:line, text) of every text that the interface can show."""
    methods = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("screening/**.py", "python")]
    keywords = dict.fromkeys(("_", "gettext", "lazy_gettext", "_l")) | {"ngettext": (1, 2), "pgettext": (2,)}
    for folder in ("templates", "screening"):
        found = extract_from_dir(
            ROOT / folder,
            method_map=[(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods],
            keywords=keywords,
            options_map={"**": {"extensions": "jinja2.ext.do", "silent": "false"}},
        )
        for file, line, message, _comments, _context in found:
            for text in message if isinstance(message, tuple) else (message,):
                yield f"{folder}/{file}:{line}", text
    for path in UNTRANSLATED:
        for text in Markup(path.read_text()).untranslated:
            yield name_of(path), text


def test_there_are_templates_to_look_at() -> None:
    assert len(PAGES) > 10
    assert len(list(visible_texts())) > 50


@pytest.mark.parametrize("path", [*PAGES, *MAILS, REPORT], ids=name_of)
def test_nothing_is_exempt_from_escaping(path: Path) -> None:
    tree = _READER.parse(path.read_text())
    filters = {node.name for node in tree.find_all(nodes.Filter)}
    assert not filters & {"safe", "forceescape"}
    assert not list(tree.find_all(nodes.ScopedEvalContextModifier)), "autoescape must not be switched in a template"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_style_or_script_stands_in_a_page(path: Path) -> None:
    assert Markup(path.read_text()).forbidden == []


@pytest.mark.parametrize("path", [path for path in [*PAGES, *MAILS] if path not in UNTRANSLATED], ids=name_of)
def test_every_text_of_a_page_can_be_translated(path: Path) -> None:
    assert Markup(path.read_text()).untranslated == []


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_every_template_compiles_strictly(app: Flask) -> None:
    environment = app.jinja_env
    assert environment.undefined is StrictUndefined
    select = environment.autoescape
    for path in [*PAGES, *MAILS]:
        name = path.relative_to(TEMPLATES).as_posix()
        environment.get_template(name)
        escaped = select(name) if callable(select) else select
        assert escaped or path.suffix == ".txt", f"{name} is not escaped"


def test_the_products_package_name_is_shown_to_nobody() -> None:
    assert [text for text in visible_texts() if "screening" in text[1].lower()] == []
    shown = [
        path for path in (ROOT / "screening" / "web" / "static").iterdir() if path.suffix in {".css", ".js", ".svg"}
    ]
    assert [path.name for path in shown if "screening" in path.name + path.read_text().lower()] == []


@pytest.mark.parametrize("words", [CONDITIONS, FORBIDDEN, _JUDGEMENTS], ids=["conditions", "hurtful", "judgements"])
def test_no_text_names_a_condition_or_judges(words: re.Pattern[str]) -> None:
    found = [
        f"{place}: {match.group()!r} in {text!r}"
        for place, text in visible_texts()
        if text not in ALLOWED_WORDS
        for match in words.finditer(text)
    ]
    assert found == []
