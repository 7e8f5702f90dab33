"""What the shipped questionnaires promise to patients and clinics, beyond what `questionnaire check` holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from screening.answer_formats import parse_answers
from screening.definition.checks import examine, examine_text
from screening.definition.item_keys import item_keys
from screening.definition.loader import load
from screening.definition.model import (
    ITEM_TYPES,
    Choice,
    Date,
    Item,
    Operator,
    Page,
    Questionnaire,
    String,
    Text,
)
from screening.definition.option_reader import OPTION_KEYS
from screening.path import offered

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "questionnaires"
PATIENTS = ROOT / "tests/fixtures/patients"
IDS = ("detachment-checkin", "detachment-intake", "relationships-coping", "unreal-experiences")
FREQUENCY = ("Never", "Once or twice", "Some days", "Most days", "Every day", "Not sure")
README = (FOLDER / "README.md").read_text("utf-8")


def path_of(questionnaire_id: str) -> Path:
    return FOLDER / f"{questionnaire_id}.yaml"


@pytest.fixture(params=IDS)
def questionnaire(request: pytest.FixtureRequest) -> Questionnaire:
    return load(path_of(request.param)).questionnaire


def asked_of_everyone(questionnaire: Questionnaire) -> list[Item]:
    return [
        item
        for page in offered(questionnaire).pages
        if page.enable_when is None
        for item in page.items
        if item.asks and item.enable_when is None
    ]


def texts(questionnaire: Questionnaire) -> Iterator[str]:
    """Every text that a patient or clinician reads."""
    yield from filter(None, (questionnaire.title, questionnaire.description))
    for page in questionnaire.pages:
        yield from filter(None, (page.title, page.intro, page.recall, page.sensitive))
        for item in page.items:
            yield from filter(None, (item.text, item.help, item.short, item.recall))
            if isinstance(item, Choice):
                yield from (option.text for option in item.options)
                yield from filter(None, (item.other,))


# --- the files


def test_the_shipped_files_are_the_four_of_the_readme() -> None:
    base_files = {path.stem for path in FOLDER.glob("*.yaml") if "." not in path.stem}
    assert base_files == set(IDS)
    for questionnaire_id in IDS:
        assert f"`{questionnaire_id}.yaml`" in README


@pytest.mark.parametrize("questionnaire_id", IDS)
def test_the_checker_finds_nothing_not_even_a_warning(questionnaire_id: str) -> None:
    loaded, problems = examine(path_of(questionnaire_id))
    assert [str(problem) for problem in problems] == []
    assert loaded is not None
    assert loaded.questionnaire.id == questionnaire_id


@pytest.mark.parametrize("questionnaire_id", IDS)
def test_each_file_says_whose_words_it_holds_and_that_nobody_validated_them(questionnaire_id: str) -> None:
    loaded = load(path_of(questionnaire_id))
    assert loaded.questionnaire.license == "CC-BY-4.0"
    assert "CC BY 4.0" in loaded.questionnaire.copyright
    assert "not a validated instrument" in loaded.questionnaire.copyright
    assert loaded.questionnaire.clinically_reviewed is False
    notes = re.sub(r"\s*\n#\s*", " ", loaded.text)
    assert "The words are this project's own" in notes
    assert re.search(r"not(?: been)? validated", notes)


def test_the_licence_is_named_and_whole() -> None:
    licence = (FOLDER / "LICENSE").read_text("utf-8")
    assert "SPDX-License-Identifier: CC-BY-4.0" in licence
    assert "https://creativecommons.org/licenses/by/4.0/" in licence
    for section in range(1, 9):
        assert re.search(rf"^Section {section} -- ", licence, re.MULTILINE)
    assert licence.endswith("Creative Commons may be contacted at creativecommons.org.\n")


# --- the way through a form


def test_a_form_begins_with_reason_and_hope_and_ends_on_what_helps(questionnaire: Questionnaire) -> None:
    first = questionnaire.pages[0]
    assert any(item.glance and isinstance(item, Text) for item in first.items)
    assert first.sensitive is None
    assert first.enable_when is None
    *_, last = questionnaire.items()
    assert last.glance
    assert re.search(r"help|strength", last.text)
    assert last.enable_when is None


def test_everyone_is_asked_about_as_much_as_the_readme_says(questionnaire: Questionnaire) -> None:
    count = len(asked_of_everyone(questionnaire))
    row = next(line for line in README.splitlines() if line.startswith(f"| `{questionnaire.id}.yaml`"))
    followups = sum(item.asks for item in offered(questionnaire).items()) - count
    numbers = [int(number) for number in re.findall(r"\d+", row.split("|")[3])]
    assert numbers == [count, followups] if followups else numbers == [count]


def test_at_most_three_questions_for_free_text_go_to_everyone(questionnaire: Questionnaire) -> None:
    free = [item.id for item in asked_of_everyone(questionnaire) if isinstance(item, Text | String)]
    assert len(free) <= 3


def test_at_most_five_questions_of_one_kind_stand_together(questionnaire: Questionnaire) -> None:
    def kind(item: Item) -> object:
        return item.options if isinstance(item, Choice) else item.type

    for page in questionnaire.pages:
        for _, run in groupby((item for item in page.items if item.asks), key=kind):
            assert len(list(run)) <= 5, page.id


# --- the words


def test_how_often_has_the_default_answers_and_a_time_to_look_back_on(questionnaire: Questionnaire) -> None:
    own_answers = {"child_uneasy"}  # days do not fit a whole childhood
    asked = 0
    for page in questionnaire.pages:
        for item in page.items:
            if isinstance(item, Choice) and "how often" in item.text.casefold():
                asked += 1
                assert item.recall or page.recall, item.id
                if item.id not in own_answers:
                    assert tuple(option.text for option in item.options) == FREQUENCY, item.id
    assert asked >= 3


def test_a_question_asks_one_thing(questionnaire: Questionnaire) -> None:
    for item in questionnaire.items():
        if item.asks:
            assert item.text.count("?") == 1, item.id
            assert item.text.endswith("?"), item.id
            assert " and/or " not in item.text, item.id


def test_every_question_has_a_label_of_its_own_in_neutral_form(questionnaire: Questionnaire) -> None:
    labels = [item.short for item in questionnaire.items() if item.asks]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    for label in filter(None, labels):
        assert len(label) <= 40
        assert not re.search(r"[?!.]|\b(you|your|I|my|me)\b", label), label


def test_prefer_not_to_say_is_left_to_the_software(questionnaire: Questionnaire) -> None:
    assert not [text for text in texts(questionnaire) if "prefer not" in text.casefold()]


def test_words_that_hurt_or_judge_are_not_used(questionnaire: Questionnaire) -> None:
    banned = re.compile(
        r"\b(commit\w*|suicid\w*|suffer\w*|normal\w*|abnormal\w*|symptom\w*|disorder\w*|patholog\w*|severe\w*|severity|"
        r"mild|moderate|addict\w*|crazy|screening|victim\w*|fail\w*|complain\w*|problem\w*)\b",
        re.IGNORECASE,
    )
    assert not [text for text in texts(questionnaire) if banned.search(text)]


def test_options_carry_words_not_numbers(questionnaire: Questionnaire) -> None:
    for item in questionnaire.items():
        if isinstance(item, Choice):
            for option in item.options:
                assert not re.search(r"\d", option.text), item.id
                assert not re.search(r"\d", option.code), item.id


# --- what needs care


SENSITIVE_PAGES = {
    "detachment-checkin": set(),
    "detachment-intake": {"closeness", "hard_events", "thoughts", "self_harm"},
    "relationships-coping": {"growing_up"},
    "unreal-experiences": set(),
}


def test_sensitive_topics_have_pages_of_their_own_that_can_be_skipped(questionnaire: Questionnaire) -> None:
    gates = {page.id: page.sensitive for page in questionnaire.pages if page.sensitive}
    assert set(gates) == SENSITIVE_PAGES[questionnaire.id]
    for gate in gates.values():
        assert gate.startswith("The next page")
        assert "skip" in gate
    for page in questionnaire.pages:
        assert page.sensitive or not re.search(r"\bsex|\bharm|\bchild\b|frightening", words_of(page)), page.id


def words_of(page: Page) -> str:
    return " ".join(item.text for item in page.items).casefold()


def test_the_patient_need_not_say_what_happened() -> None:
    intake = load(path_of("detachment-intake")).questionnaire
    page = next(page for page in intake.pages if page.id == "hard_events")
    assert "You need not say what" in (page.sensitive or "")
    assert not [item.id for item in page.items if isinstance(item, Text | String)]


def test_thoughts_and_self_harm_wait_until_the_clinic_switches_them_on() -> None:
    intake = load(path_of("detachment-intake")).questionnaire
    off = {page.id for page in intake.pages if page.off_by_default}
    assert off == {"thoughts", "self_harm"}
    page = next(page for page in intake.pages if page.id == "self_harm")
    assert page.topic == "self_harm"
    assert "No one reads your answers right away" in (page.sensitive or "")
    assert "help number" in (page.sensitive or "")
    on_screen = " ".join(words_of(page) for page in offered(intake).pages)
    assert "hurting yourself" not in on_screen
    assert "ending your life" not in on_screen


def test_only_hopes_reasons_and_what_helps_stand_in_full_on_page_one(questionnaire: Questionnaire) -> None:
    for page in questionnaire.pages:
        glanced = [item.id for item in page.items if item.glance]
        if page is not questionnaire.pages[0]:
            assert set(glanced) <= {"helped", "strengths", "helps", "steady", "ends"}
        assert not (page.sensitive and glanced), "what stands behind a gate is not put on page one"


# --- what the subject asks for


def test_wish_for_closeness_and_ease_with_it_are_asked_apart() -> None:
    for questionnaire_id in ("detachment-intake", "relationships-coping"):
        questionnaire = load(path_of(questionnaire_id)).questionnaire
        wish, ease = questionnaire.item("wish_close"), questionnaire.item("ease_close")
        assert isinstance(wish, Choice)
        assert isinstance(ease, Choice)
        assert "wish" in wish.text
        assert "wish" not in ease.text


def test_detachment_is_also_asked_about_as_something_that_helps() -> None:
    intake = load(path_of("detachment-intake")).questionnaire
    protects = intake.item("protects")
    assert isinstance(protects, Choice)
    assert "help" in protects.text
    assert protects.other, "how it helps comes in the patient's own words"


def test_a_change_is_asked_with_its_start_and_a_medicine_with_its_date() -> None:
    intake = load(path_of("detachment-intake")).questionnaire
    for item_id in ("since", "medicine_when"):
        item = intake.item(item_id)
        assert isinstance(item, Date)
        assert item.precision == "month"
        assert item.max_value == "today"
    change = intake.item("medicine_change")
    assert isinstance(change, Choice)
    assert {"started", "stopped", "dose", "effects"} <= {option.code for option in change.options}


def test_a_clinicians_word_is_asked_for_never_a_condition_by_name() -> None:
    told = load(path_of("detachment-intake")).questionnaire.item("told")
    assert isinstance(told, Choice)
    assert told.text.startswith("Has a clinician ever told you")
    assert told.other, "the name comes in the patient's own words"


# --- the patients that the reports are looked at with


@pytest.mark.parametrize("kind", ["thoughtful", "declines", "arabic"])
def test_the_example_patients_fit_the_forms(questionnaire: Questionnaire, kind: str) -> None:
    raw = json.loads((PATIENTS / f"{questionnaire.id}.{kind}.json").read_text("utf-8"))
    answers, left_out = parse_answers(questionnaire, raw)
    assert left_out == []
    asked = [item for item in offered(questionnaire).items() if item.asks]
    if kind == "declines":
        sensitive = [item.id for page in offered(questionnaire).pages if page.sensitive for item in page.items]
        assert not [item_id for item_id in sensitive if item_id in answers.values]
        assert len(answers.declined) >= len(asked) / 4
        assert len(answers.values) >= 3
        assert [item.id for item in asked if item.id not in raw], "some questions are left blank"
    else:
        assert not answers.declined
        assert {item.id for item in asked_of_everyone(questionnaire)} <= set(answers.values)
    if kind == "arabic":
        longest = max((value for value in answers.values.values() if isinstance(value, str)), key=len)
        assert 1900 <= len(longest) <= 2000
        assert len(re.findall("[\u0600-\u06ff]", longest)) > len(longest) * 0.7
        sentences = re.split(r"[.؟\n]+\s*", longest)
        assert len(set(sentences)) >= len(sentences) - 1, "nothing is said twice"


# --- README.md, the ten-minute course


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_readmes_example_is_complete_and_flawless() -> None:
    loaded, problems = examine_text(blocks("yaml")[0], "example.yaml")
    assert [str(problem) for problem in problems] == []
    assert loaded is not None
    answers, left_out = parse_answers(loaded.questionnaire, json.loads(blocks("json")[0]))
    assert left_out == []
    assert set(answers.values) == {item.id for item in loaded.questionnaire.items()}


def test_the_readme_names_every_key_type_and_operator() -> None:
    words = set(re.findall(r"`([a-zA-Z_]+)(?::[^`]*)?`", README))
    page_keys = {"id", "title", "intro", "recall", "sensitive", "topic", "off_by_default", "enable_when", "items"}
    keys = {key for item_type in ITEM_TYPES for key in item_keys(item_type)} | {"link_id", *OPTION_KEYS}
    assert set(ITEM_TYPES) <= words
    assert {operator.value for operator in Operator} <= words
    assert {"all", "any", "not"} <= words
    assert keys | page_keys <= words
