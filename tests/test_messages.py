"""The interface's texts in other languages: whole, compiled, with every place to fill in, and safe to read."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask

from screening.config import HelpNumber, Settings
from tests.support.app import close_app, make_app
from tests.support.clock import Clock

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations"
LANGUAGES = ("ar", "es")
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def catalog(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalog(language) if message.id)


def forms(text: object) -> tuple[str, ...]:
    """Return the texts of a message: one, or one for each form of number."""
    found = (text,) if isinstance(text, str) else text
    assert isinstance(found, tuple)
    return found


def in_use(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return every text of templates and code that is to be translated, as scripts/messages finds them."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "gettext": None, "lazy": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found: set[str] = set()
    for folder in ("reports", "screening", "templates"):
        below = [(pattern.removeprefix(f"{folder}/"), way) for pattern, way in methods if pattern.startswith(folder)]
        ways = {pattern.removeprefix(f"{folder}/"): values for pattern, values in options.items()}
        for _file, _line, text, _notes, _context in extract_from_dir(
            ROOT / folder, method_map=below, options_map=ways, keywords=keywords
        ):
            found.add(text if isinstance(text, str) else text[0])
    return found


def test_the_shipped_languages_are_there() -> None:
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_interface_is_translated(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails: `scripts/messages update`, then translate what stands in the files without a msgstr."""
    translated = {
        forms(message.id)[0]
        for message in messages(language)
        if all(forms(message.string)) and not message.fuzzy and message.string
    }
    used = in_use(monkeypatch)
    assert len(used) > 500
    assert sorted(used - translated) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_reads_was_compiled_from_what_people_edit(language: str) -> None:
    """If this fails: `scripts/messages compile`."""
    folder = FOLDER / language / "LC_MESSAGES"
    with (folder / "messages.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in messages(language):
        if not message.string or message.fuzzy:
            continue
        if isinstance(message.id, str):
            assert compiled.gettext(message.id) == message.string
        else:
            one, many = message.id
            spoken = {compiled.ngettext(one, many, count) for count in range(1000)}
            assert spoken == set(forms(message.string))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_to_fill_in_is_kept(language: str) -> None:
    for message in messages(language):
        there = {place for text in forms(message.id) for place in PLACE.findall(text)}
        for text in filter(None, forms(message.string or "")):
            found = set(PLACE.findall(text))
            assert found <= there, text
            # "one day" and "two days" are words in Arabic, with no number in them.
            assert found | ({"%(num)s", "%(over)s", "%(places)s"} if message.pluralizable else set()) >= there, text


def test_the_forms_of_number_go_with_the_numbers() -> None:
    with (FOLDER / "ar" / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        arabic = gettext.GNUTranslations(file)
    one, many = "%(num)s question", "%(num)s questions"
    spoken = {count: arabic.ngettext(one, many, count) for count in (1, 2, 3, 10, 11, 99, 100, 103)}
    assert spoken[1] == "سؤال واحد"
    assert spoken[2] == "سؤالان"
    assert spoken[3] == spoken[10] == spoken[103] == "%(num)s أسئلة"
    assert spoken[11] == spoken[99] == "%(num)s سؤالًا"
    assert spoken[100] == "%(num)s سؤال"


def test_numbers_to_call_are_set_apart_from_text_that_runs_the_other_way() -> None:
    """Else a browser shows the groups of "555 0100" in the wrong order."""
    called = [
        message
        for message in messages("ar")
        if isinstance(message.id, str)
        and re.search(r"[Cc]all(?: the practice:)? (?:%\((?:number|phone)\)s|\{number\})", message.id)
    ]
    assert len(called) > 10
    for message in called:
        assert re.search(r"\u2068(?:%\((?:number|phone)\)s|\{number\})\u2069", str(message.string)), message.id


def test_arabic_is_written_in_arabic() -> None:
    allowed = re.compile(
        r"PDF|QR|FHIR|SHA-256|XLSForm|ValueSet|CodeSystem|Bundle|\.json|\.xlsx|linkId|docs/settings\.md"
    )
    for message in messages("ar"):
        for text in forms(message.string or ""):
            assert not re.search(r"[A-Za-z]{2,}", allowed.sub("", PLACE.sub("", text))), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_products_package_name_is_shown_to_nobody(language: str) -> None:
    assert [
        m.id for m in messages(language) if any("screening" in text.lower() for text in forms(m.string or ""))
    ] == []


def test_scripts_messages_tells_how_it_is_used() -> None:
    done = subprocess.run([ROOT / "scripts" / "messages"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage: scripts/messages update|compile|add LANG" in done.stderr


# --- on the page


DANGER = {
    "es": "Nadie lee este formulario de inmediato. Si está en peligro ahora, llame al ",
    "ar": "لا أحد يقرأ هذا النموذج فورًا. إذا كنت في خطر الآن، فيرجى الاتصال بالرقم ",
}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def app_in(make_settings: Callable[..., Settings], clock: Clock, language: str) -> Iterator[Flask]:
    number = HelpNumber("0800 555 112", {"en": "Help", language: "112"})
    app = make_app(make_settings(languages=(language,), help_numbers=(number,)), clock)
    yield app
    close_app(app)


@pytest.mark.parametrize("database_backend", ["sqlite"])
def test_a_page_is_in_its_language_and_runs_its_way(app_in: Flask, language: str) -> None:
    page = app_in.test_client().get("/i/unknown").get_data(as_text=True)
    direction = {"ar": "rtl", "es": "ltr"}[language]
    assert f'<html lang="{language}" dir="{direction}"' in page
    assert DANGER[language] in " ".join(page.split())
    assert {"es": "¿Cuál es su fecha de nacimiento?", "ar": "ما تاريخ ميلادك؟"}[language] in page
    assert "What is your date of birth?" not in page
    assert "0800 555 112" in page


def test_the_extractor_finds_the_words_of_the_report_and_nothing_else(tmp_path: Path) -> None:
    script = (
        "import io, message_fields\n"
        'code = b\'class Labels:\\n    a: str = "One"\\n    b: tuple = ("<", "Two")\\n    c: int = 3\\n\'\n'
        "code += b'class Other:\\n    d: str = \"Three\"\\n'\n"
        "print([text for _, _, text, _ in message_fields.extract(io.BytesIO(code), {}, (), {'classes': 'Labels'})])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT / "scripts", capture_output=True, text=True, check=True
    )
    assert done.stdout == "['One', 'Two']\n"
