"""What the shipped translations promise: the four questionnaires, whole, in each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from screening.definition.checks import examine
from screening.definition.languages import direction
from screening.definition.loader import load
from screening.definition.model import Choice, Questionnaire
from screening.definition.overlay import Overlay, apply, source_hash, source_texts
from screening.definition.overlay_reader import load_overlay, overlay_path, overlay_paths
from screening.definition.overlay_writer import update_overlay
from tests.support.definitions import SHIPPED, SHIPPED_FILES

LANGUAGES = {"ar": "rtl", "es": "ltr"}
OVERLAYS = [overlay_path(base, language) for base in SHIPPED_FILES for language in LANGUAGES]
ARABIC = re.compile("[\u0600-\u06ff]")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
DIGITS = re.compile(r"\d+")


@pytest.fixture(params=OVERLAYS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def base(path: Path) -> Questionnaire:
    return load(path.with_name(path.name.partition(".")[0] + ".yaml")).questionnaire


@pytest.fixture
def overlay(path: Path, base: Questionnaire) -> Overlay:
    return load_overlay(path, base)


def test_each_form_is_there_in_each_language() -> None:
    for base in SHIPPED_FILES:
        assert {path.name for path in overlay_paths(base)} == {f"{base.stem}.{language}.yaml" for language in LANGUAGES}


def test_the_checker_finds_nothing_not_even_a_warning(path: Path) -> None:
    assert [str(problem) for problem in examine(path)[1]] == []


def test_every_text_is_translated_from_its_present_source(overlay: Overlay, base: Questionnaire) -> None:
    assert overlay.complete
    assert overlay.texts.keys() == source_texts(base).keys()


def test_only_texts_change(overlay: Overlay, base: Questionnaire) -> None:
    translated = apply(base, overlay)
    assert translated.language == overlay.language
    assert (translated.id, translated.version, translated.license) == (base.id, base.version, base.license)
    assert translated.numbers() == base.numbers()
    for before, after in zip(base.items(), translated.items(), strict=True):
        for name in ("id", "type", "required", "glance", "off_by_default", "topic", "enable_when", "repeats"):
            assert getattr(after, name) == getattr(before, name), before.id
        if isinstance(before, Choice):
            assert isinstance(after, Choice)
            shape = [(option.code, option.exclusive) for option in before.options]
            assert [(option.code, option.exclusive) for option in after.options] == shape


def test_the_file_is_as_the_command_writes_it(path: Path, base: Questionnaire, overlay: Overlay) -> None:
    text = path.read_text("utf-8")
    assert update_overlay(text, str(path), base, overlay.language).text == text


def test_it_says_that_no_clinician_has_reviewed_it(overlay: Overlay) -> None:
    assert overlay.clinically_reviewed is False
    assert "This translation has not been reviewed by a clinician" in overlay.text


def test_the_language_runs_its_own_way_and_is_written_in_its_script(overlay: Overlay) -> None:
    assert direction(overlay.language) == LANGUAGES[overlay.language]
    for place, text in overlay.texts.items():
        if overlay.language == "ar":
            assert ARABIC.search(text), place
            assert not LATIN_WORD.search(text), place
        else:
            assert not ARABIC.search(text), place


def test_nothing_is_left_in_english(overlay: Overlay, base: Questionnaire) -> None:
    same_in_both = {"No", "Alcohol", "Cannabis"}
    left = {text for place, text in source_texts(base).items() if overlay.texts[place] == text}
    assert left <= same_in_both


def test_questions_stay_questions_and_numbers_stay_the_same(overlay: Overlay, base: Questionnaire) -> None:
    mark = {"ar": "؟", "es": "?"}[overlay.language]
    for place, source in source_texts(base).items():
        text = overlay.texts[place]
        # In Arabic two weeks and two questions are words of one form, and the number goes with it.
        if overlay.language != "ar":
            assert DIGITS.findall(text) == DIGITS.findall(source), place
        assert text.endswith(mark) == source.endswith("?"), place
        if overlay.language == "es":
            assert text.count("¿") == text.count("?"), place


def test_one_answer_reads_alike_wherever_it_stands(overlay: Overlay, base: Questionnaire) -> None:
    for source in ("Not sure", "Something else (please say)", "In the last 2 weeks", "In the last month", "Most days"):
        found = {overlay.texts[place] for place, text in source_texts(base).items() if text == source}
        assert len(found) <= 1, source


ADDRESS = {
    # A patient is addressed as usted: no verb or pronoun of the second person.
    "es": re.compile(r"\b(?:tú|ti|contigo|tus?|te|eres|estás|puedes|quieres|sientes|has)\b", re.IGNORECASE),
    # No form that only a woman or only a man is addressed with: prefixed present and imperative, feminine endings.
    "ar": re.compile(r"\b(?:اكتب|اكتبي|اختر|اختاري|تشعر|تشعرين|ترغب|ترغبين|تريد|تريدين|تفعل|تفعلين|تعرف|تعرفين|أنتِ)\b"),
}


def test_everyone_is_addressed_alike(overlay: Overlay) -> None:
    assert {place: text for place, text in overlay.texts.items() if ADDRESS[overlay.language].search(text)} == {}


def test_words_for_help_in_danger_are_whole() -> None:
    base = load(next(path for path in SHIPPED_FILES if path.stem == "detachment-intake")).questionnaire
    for language, words in {
        "es": (
            "Nadie lee sus respuestas de inmediato.",
            "Si está en peligro ahora, use el número de ayuda",
            "No espere",
        ),
        "ar": ("لا أحد يقرأ إجاباتك فورًا.", "إذا كنت في خطر الآن، فيرجى استخدام رقم المساعدة", "عدم الانتظار"),
    }.items():
        texts = load_overlay(overlay_path(SHIPPED_FILES[0].with_name(f"{base.id}.yaml"), language), base).texts
        read_at_once, danger, wait = words
        assert read_at_once in texts["page", "self_harm", "sensitive"]
        assert danger in texts["page", "self_harm", "sensitive"]
        assert danger in texts["item", "self_harm_note", "text"]
        assert wait in texts["item", "self_harm_note", "text"]


def test_the_readme_shows_a_translation_as_the_command_writes_it() -> None:
    readme = (SHIPPED / "README.md").read_text("utf-8")
    source = "How often did you sleep well?"
    assert f"    # {source}\n    text:\n      {source_hash(source)}: ¿Con qué frecuencia durmió bien?\n" in readme
