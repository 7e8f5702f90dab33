"""What is said about wording: each rule with what breaks it and what does not."""

from __future__ import annotations

import pytest

from screening.definition.checks import check, examine, examine_text
from screening.definition.loader import load_text
from screening.definition.terms import condition_terms
from screening.definition.wording import self_harm_items
from tests.support.definitions import ALL_FILES, HEAD, fixture, with_items


def findings(text, rule=None):
    return [problem for problem in check(load_text(text, "x.yaml")) if rule in (None, problem.rule)]


def asking(question, **keys):
    extra = "".join(f", {key}: {value}" for key, value in keys.items())
    return f'- {{id: a, type: boolean, text: "{question}"{extra}}}'


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_shipped_files_and_fixtures_break_no_rule(path):
    loaded, problems = examine(path)
    assert loaded is not None
    assert [str(problem) for problem in problems] == []


BREAKS = {
    "condition-named": [
        "Do you have depression?",
        "Is your PTSD worse?",
        "Did you notice dissociation?",
        "Are you an addict?",
        "Do you have a sleep disorder?",
    ],
    "forbidden-phrase": ["Did someone commit suicide?", "Do you suffer from pain?", "Are you like normal people?"],
    "recall": ["How often do you sleep well?"],
    "double-question": [
        "Do you sleep and/or eat well?",
        "Do you sleep? Do you eat?",
        "Do you sleep well and do you eat?",
    ],
    "sensitive-topic": ["Has your libido changed?", "Did someone abuse you?", "Were you happy as a child?"],
    "self-harm": [
        "Did you think of hurting yourself?",
        "Do you have suicidal thoughts?",
        "Would you be better off dead?",
        "Did you want to end your life?",
        "Did you wish you were dead?",
    ],
    "short-label": ["Which of all the things in your life would you keep?"],
    "long-sentence": ["Do you " + "go and " * 12 + "come?"],
    "reading-level": ["Does considerable psychological instability characterise interpersonal communication?"],
}

FINE = {
    "condition-named": [
        "Has a clinician ever told you that you have depression?",
        "Did you feel depressed?",
        "Is your life in good order?",
        "What would you add?",
    ],
    "forbidden-phrase": ["Are people kind to you?"],
    "recall": ["In the last week, how often did you sleep well?", "How much do you sleep?"],
    "double-question": ["Do you like bread and butter?", "Do you know who and where you are?"],
    "sensitive-topic": ["Do you have children?", "Did you hurt your back?"],
    "self-harm": ["Did you hurt your back?", "Were you afraid that someone would hurt you?", "Do you enjoy your life?"],
    "short-label": ["Which of these things would you keep?"],
    "reading-level": ["Do you sleep well?"],
}


@pytest.mark.parametrize(("rule", "question"), [(rule, text) for rule, texts in BREAKS.items() for text in texts])
def test_wording_that_breaks_a_rule_is_an_error_at_its_line(rule, question):
    (problem,) = findings(with_items(asking(question)), rule)[:1]
    assert problem.severity == "error"
    assert problem.line in (7, 10)


@pytest.mark.parametrize(("rule", "question"), [(rule, text) for rule, texts in FINE.items() for text in texts])
def test_plain_wording_is_left_alone(rule, question):
    assert findings(with_items(asking(question)), rule) == []


@pytest.mark.parametrize("question", [texts[0] for texts in BREAKS.values()])
def test_where_a_source_is_recorded_wording_is_only_warned_of(question):
    imported = with_items(asking(question), head=HEAD + "source: Licensed to the clinic; Dr A says so.\n")
    loaded, problems = examine_text(imported, "x.yaml")
    assert loaded is not None
    assert {problem.severity for problem in problems} == {"warning"}
    assert str(problems[0]).startswith("x.yaml:")
    assert ": warning: " in str(problems[0])


def test_a_recall_period_of_the_page_counts():
    assert (
        findings(with_items(asking("How often do you sleep well?"), page="recall: In the last week\n"), "recall") == []
    )


def test_conditions_may_be_options_of_what_a_clinician_has_said():
    told = """
    - id: told
      type: choice
      text: Has a doctor ever told you that you have one of these?
      short: Told by a doctor
      options: {depression: Depression, none: None of these}
    """
    assert findings(with_items(told), "condition-named") == []
    assert findings(with_items(told.replace("Has a doctor ever told you that you", "Do you")), "condition-named")


def test_a_page_may_read_harder_for_a_reason():
    hard = with_items(asking(BREAKS["reading-level"][0]), page="reading_level_reason: Asked of clinicians.\n")
    assert findings(hard, "reading-level") == []


def test_a_sensitive_page_takes_sensitive_questions():
    question = with_items(asking("Has your libido changed?"), page="sensitive: The next page is about sex.\n")
    assert findings(question, "sensitive-topic") == []


def test_a_marked_topic_needs_a_gate():
    assert findings(with_items(asking("Well?", topic="sex")), "sensitive-topic")
    assert findings(with_items(asking("Well?"), page="topic: hard_events\n"), "sensitive-topic")


def test_a_question_about_self_harm_needs_mark_and_switch():
    question = asking("Did you think of hurting yourself?")
    said = " ".join(problem.message for problem in findings(with_items(question), "self-harm"))
    assert "topic: self_harm" in said
    assert "off_by_default: yes" in said
    marked = with_items(question, page="topic: self_harm\noff_by_default: yes\nsensitive: It can be skipped.\n")
    assert findings(marked, "self-harm") == []


def test_self_harm_is_found_by_mark_and_by_words():
    assert self_harm_items(fixture("self_harm")) == ("hurt",)
    unmarked = load_text(with_items(asking("Thoughts that you would be better off dead?")), "x").questionnaire
    assert self_harm_items(unmarked) == ("a",)
    assert self_harm_items(fixture("sensitive")) == ()


def test_at_most_three_free_texts_are_asked_of_everyone():
    items = [f"- {{id: t{n}, type: text, text: Well?}}" for n in range(4)]
    (problem,) = findings(with_items("\n".join(items)), "free-texts")
    assert "t3 is free text number 4" in problem.message
    items[0] = "- {id: t0, type: boolean, text: Well?}"
    items[3] = items[3].replace("text: Well?", "text: Well?, enable_when: {t0: {equals: yes}}")
    assert findings(with_items("\n".join(items)), "free-texts") == []


def test_two_options_that_read_alike_are_told():
    item = "- {id: a, type: choice, text: Well?, options: {x: Same, y: same}}"
    assert findings(with_items(item), "same-labels")


def test_english_rules_leave_other_languages_alone():
    spanish = with_items(asking("How often do you suffer from depression?"), head=HEAD.replace(": en", ": es"))
    assert findings(spanish) == []


def group_of(text, *, keys="", inner_keys=""):
    inner = f"{{id: b, type: boolean, text: {text}{inner_keys}}}"
    return f"- {{id: g, type: group, text: Your days{keys}, items: [{inner}]}}"


@pytest.mark.parametrize(
    ("rule", "question"),
    [(rule, BREAKS[rule][0]) for rule in BREAKS if rule != "reading-level"],
)
def test_wording_in_a_group_is_looked_at_too(rule, question):
    found = findings(with_items(group_of(f'"{question}"')), rule)
    assert found
    assert {problem.severity for problem in found} == {"error"}


def test_the_topic_and_switch_of_a_group_hold_for_what_stands_in_it():
    question = '"Did you think of hurting yourself?"'
    marked = group_of(question, keys=", topic: self_harm, off_by_default: yes")
    gated = with_items(marked, page="sensitive: It can be skipped.\n")
    assert findings(gated, "self-harm") == []
    assert findings(with_items(group_of(question), page="sensitive: It can be skipped.\n"), "self-harm")


def test_a_heading_about_a_topic_makes_its_questions_about_it():
    item = "- {id: g, type: group, text: Hurting yourself, items: [{id: b, type: boolean, text: Did it happen?}]}"
    questionnaire = load_text(with_items(item), "x").questionnaire
    assert self_harm_items(questionnaire) == ("b",)
    assert len(findings(with_items(item), "sensitive-topic")) == 1


GRID = """
- id: g
  type: grid
  text: How often did this happen?
  RECALL
  options: {a: Never, b: Always}
  items:
    - {id: r, text: I slept well}
    - {id: s, text: I ate well}
"""


def test_a_grid_asks_how_often_once():
    without = findings(with_items(GRID.replace("RECALL", "help: Take your time.")), "recall")
    assert [problem.message.split(" asks")[0] for problem in without] == ["g"]
    assert findings(with_items(GRID.replace("RECALL", "recall: In the last week")), "recall") == []


def test_what_a_grid_shares_is_told_once():
    text = GRID.replace("RECALL", "recall: Since your depression").replace("Always", "never")
    assert [problem.rule for problem in findings(with_items(text))] == ["condition-named", "same-labels"]


def test_short_rows_are_labels_to_the_reading_level_and_long_ones_are_not():
    hard = GRID.replace("RECALL", "recall: In the last week").replace(
        "I slept well", "Considerable psychological instability"
    )
    assert findings(with_items(hard), "reading-level") == []
    assert findings(with_items(hard.replace("instability", "instability characterised everything")), "reading-level")


def test_a_clinicians_word_in_a_heading_covers_rows_and_their_option_set():
    text = """
    - id: g
      type: grid
      text: Has a doctor told you that you have one of these?
      short_help
      options: told
      items: [{id: r, text: Depression}]
    """.replace("      short_help\n", "")
    sets = HEAD + "option_sets: {told: {a: A depression, b: Another disorder}}\n"
    assert findings(with_items(text, head=sets), "condition-named") == []
    assert findings(with_items(text.replace("Has a doctor told you that", "Do"), head=sets), "condition-named")


def test_more_than_a_hundred_warnings_are_no_error():
    items = "\n".join(f"- {{id: q{n}, type: boolean, text: Do you suffer from pain number {n}?}}" for n in range(120))
    loaded, problems = examine_text(with_items(items, head=HEAD + "source: A hospital.\n"), "x")
    assert loaded is not None
    assert {problem.severity for problem in problems} == {"warning"}


def test_mistakes_of_structure_and_of_wording_are_told_together_in_file_order():
    text = with_items('- {id: a, type: boolean, text: "Do you suffer from pain?"}\n- {id: b, type: bool, text: B}')
    loaded, problems = examine_text(text, "x.yaml")
    assert loaded is None
    assert [problem.rule for problem in problems] == ["forbidden-phrase", "value"]


def test_condition_terms_can_be_asked_of_any_text():
    assert condition_terms("This is not depression or PTSD.") == ["depression", "PTSD"]
    assert condition_terms("A doctor has told me that it is depression.") == []
