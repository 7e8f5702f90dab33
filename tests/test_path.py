"""Which questions are asked, and what became of each."""

from __future__ import annotations

from decimal import Decimal as Number

from hypothesis import given, settings
from hypothesis import strategies as st

from screening.answers import Answers, Other, PartialDate, State
from screening.path import offered, on_path, state_of, walk
from tests.support.definitions import fixture

CONDITIONS = fixture("conditions")
SENSITIVE = fixture("sensitive")


def state(questionnaire, item_id, answers):
    page = next(page for page in questionnaire.pages if any(item.id == item_id for item in page.items))
    item = questionnaire.item(item_id)
    return state_of(item, page, answers, walk(questionnaire, answers))


def test_a_follow_up_is_asked_only_after_the_answer_that_calls_for_it():
    assert "if_one_of" not in walk(CONDITIONS, Answers({"numb": "never"})).item_ids
    assert "if_one_of" in walk(CONDITIONS, Answers({"numb": "most"})).item_ids


def test_a_page_with_a_condition_is_empty_until_it_holds():
    assert walk(CONDITIONS, Answers()).page("second").items == ()
    assert [item.id for item in walk(CONDITIONS, Answers({"numb": "some"})).page("second").items] == ["when"]


def test_an_answer_off_the_path_counts_for_nothing_in_later_conditions():
    shown = Answers({"numb": "every", "if_equals": True})
    hidden = Answers({"numb": "never", "if_equals": True})
    assert "if_shown" in walk(CONDITIONS, shown).item_ids
    assert "if_shown" not in walk(CONDITIONS, hidden).item_ids


def test_declining_is_no_answer_to_a_condition():
    answers = Answers(declined=frozenset({"words"}))
    assert "if_answered" not in walk(CONDITIONS, answers).item_ids
    assert "if_not_answered" in walk(CONDITIONS, answers).item_ids


def test_the_five_states_are_told_apart():
    answers = Answers(
        {"why": "To sleep", "interest": False},
        declined=frozenset({"helps"}),
        reached=frozenset({"before", "closeness", "after"}),
    )
    assert state(SENSITIVE, "why", answers) is State.ANSWERED
    assert state(SENSITIVE, "helps", answers) is State.DECLINED
    assert state(SENSITIVE, "interest_how", answers) is State.NOT_ASKED
    assert state(SENSITIVE, "why", Answers(reached=frozenset({"before"}))) is State.BLANK
    assert state(SENSITIVE, "why", Answers()) is State.NOT_REACHED


def test_each_question_of_a_skipped_page_is_declined_and_its_earlier_answers_count_for_nothing():
    answers = Answers({"interest": True}, reached=frozenset({"closeness"}), skipped=frozenset({"closeness"}))
    assert state(SENSITIVE, "interest", answers) is State.DECLINED
    assert state(SENSITIVE, "interest_how", answers) is State.NOT_ASKED
    assert on_path(SENSITIVE, answers).values == {}


def test_submission_leaves_out_what_is_off_the_path_and_keeps_the_rest():
    answers = Answers({"numb": "never", "if_equals": True, "hours": 7}, declined=frozenset({"when", "ever"}))
    kept = on_path(CONDITIONS, answers)
    assert kept.values == {"numb": "never", "hours": 7}
    assert kept.declined == {"ever"}


def test_parts_that_are_off_are_offered_only_when_switched_on():
    questionnaire = fixture("off_by_default")
    assert [item.id for item in offered(questionnaire).items()] == ["asked"]
    assert [item.id for item in offered(questionnaire, {"extra"}).items()] == ["asked", "extra"]
    assert [item.id for item in offered(questionnaire, {"thoughts"}).items()] == ["asked", "muddled"]


VALUES = {
    "numb": st.sampled_from(["never", "some", "most", "every"]),
    "tried": st.sampled_from([("walk",), ("no",), ("walk", Other("Tea")), (Other("Tea"),)]),
    "ever": st.booleans(),
    "hours": st.integers(0, 24),
    "litres": st.sampled_from([Number("0.5"), Number("1.5"), Number(2)]),
    "since": st.sampled_from([PartialDate(2024), PartialDate(2024, 6), PartialDate(2023, 1)]),
    "close": st.integers(0, 10),
    "words": st.just("heavy"),
    "if_equals": st.booleans(),
    "when": st.just("at night"),
}
answers_strategy = st.fixed_dictionaries({}, optional=VALUES).map(Answers)


@settings(max_examples=100, deadline=None)
@given(answers_strategy, st.randoms(use_true_random=False))
def test_the_path_is_determined_by_the_answers_alone(answers, random):
    before = dict(answers.values)
    shuffled = list(answers.values.items())
    random.shuffle(shuffled)
    path = walk(CONDITIONS, answers)
    assert walk(CONDITIONS, Answers(dict(shuffled))) == path
    assert answers.values == before


@settings(max_examples=100, deadline=None)
@given(answers_strategy)
def test_leaving_out_what_is_off_the_path_changes_the_path_no_further(answers):
    kept = on_path(CONDITIONS, answers)
    assert walk(CONDITIONS, kept) == walk(CONDITIONS, answers)
    assert on_path(CONDITIONS, kept) == kept
    assert set(kept.values) <= walk(CONDITIONS, kept).item_ids
