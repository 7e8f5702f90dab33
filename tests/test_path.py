"""Which questions are asked, and what became of each."""

from __future__ import annotations

from decimal import Decimal as Number

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.answers import Answers, Entry, Other, PartialDate, State
from screening.definition.loader import load_text
from screening.definition.model import Group
from screening.path import asked_in_entry, entries_of, offered, on_path, outline, state_in_entry, state_of, walk
from tests.support.definitions import answers_to, fixture, questionnaires, with_items

CONDITIONS = fixture("conditions")
SENSITIVE = fixture("sensitive")


def state(questionnaire, item_id, answers):
    placed = next(placed for placed in questionnaire.placed() if placed.item.id == item_id)
    return state_of(placed.item, placed.page, answers, walk(questionnaire, answers))


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


GROUP = fixture("group")
MEDICINES = fixture("group_repeats")


def ids(items):
    return [item.id for item in items]


def test_a_group_without_repeats_holds_only_what_is_asked_of_it():
    assert ids(walk(GROUP, Answers({"works": False})).page("page").items) == ["works", "rest"]
    path = walk(GROUP, Answers({"works": True, "job_days": 5}))
    (_, job, _) = path.page("page").items
    assert ids(job.children) == ["job_what", "job_note", "job_days"]
    assert {"job", "job_what", "job_note"} < path.item_ids
    assert "job_all" not in path.item_ids
    whole = walk(GROUP, Answers({"works": True, "job_days": 6})).page("page").items
    assert whole == GROUP.pages[0].items


def test_a_group_that_is_left_with_nothing_is_not_shown():
    text = """
    - {id: a, type: boolean, text: A}
    - {id: g, type: group, text: G, items: [{id: b, type: boolean, text: B, enable_when: {a: {equals: yes}}}]}
    """
    questionnaire = load_text(with_items(text), "x").questionnaire
    path = walk(questionnaire, Answers())
    assert ids(path.page("page").items) == ["a"]
    assert path.item_ids == {"a"}


def test_questions_in_a_hidden_group_are_not_asked_and_count_for_nothing():
    answers = Answers({"works": False, "job_days": 6})
    assert state(GROUP, "job_days", answers) is State.NOT_ASKED
    assert walk(GROUP, answers).counting == {"works": False}


def test_each_entry_has_a_path_of_its_own():
    first = Entry({"medicine": "A", "changed": True})
    second = Entry({"changed": False, "taken": ("night",)})
    path = walk(MEDICINES, Answers({"any_medicine": True, "medicines": (first, second)}))
    everything = {"medicine", "dose", "taken", "changed"}
    assert path.entries["medicines"] == (
        everything | {"changed_note", "changed_when", "need_often"},
        everything,
    )
    assert path.item_ids == {"any_medicine", "medicines", "medicine_help"}
    assert path.page("page").items == MEDICINES.pages[0].items


def test_an_entry_that_is_yet_to_be_filled_in_has_a_path_too():
    medicines = MEDICINES.item("medicines")
    assert isinstance(medicines, Group)
    path = walk(MEDICINES, Answers({"any_medicine": True}))
    assert path.entries == {"medicines": ()}
    assert "changed_when" not in asked_in_entry(medicines, Entry(), path.counting)
    assert "need_often" in asked_in_entry(medicines, Entry(), path.counting)


def test_whether_a_group_was_answered_is_whether_it_has_an_entry_that_counts():
    answered = Answers({"any_medicine": True, "medicines": (Entry({"medicine": "A"}),)})
    assert "medicine_help" in walk(MEDICINES, answered).item_ids
    declined = Answers({"any_medicine": True}, declined=frozenset({"medicines"}))
    assert "medicine_help" not in walk(MEDICINES, declined).item_ids
    hidden = Answers({"any_medicine": True, "medicines": (Entry({"changed_when": PartialDate(2024)}),)})
    assert "medicine_help" not in walk(MEDICINES, hidden).item_ids


def test_states_of_a_group_and_of_what_stands_in_its_entries():
    entry = Entry({"medicine": "A", "changed": False}, frozenset({"dose"}))
    answers = Answers({"any_medicine": True, "medicines": (entry,)}, reached=frozenset({"page"}))
    assert state(MEDICINES, "medicines", answers) is State.ANSWERED
    assert state(MEDICINES, "medicines", Answers({"any_medicine": True})) is State.NOT_REACHED
    assert state(MEDICINES, "medicines", Answers(reached=frozenset({"page"}))) is State.NOT_ASKED
    (asked,) = walk(MEDICINES, answers).entries["medicines"]
    group = MEDICINES.item("medicines")
    states = {child.id: state_in_entry(child, entry, asked) for child in group.children if child.asks}
    assert states == {
        "medicine": State.ANSWERED,
        "dose": State.DECLINED,
        "taken": State.BLANK,
        "changed": State.ANSWERED,
        "changed_when": State.NOT_ASKED,
        "need_often": State.BLANK,
    }


def test_submission_leaves_out_what_conditions_hide_in_an_entry_and_entries_left_empty_by_it():
    hidden = {"changed_when": PartialDate(2024)}
    entries = (Entry({"medicine": "A", **hidden}), Entry(hidden), Entry({}, frozenset({"dose", "changed_when"})))
    kept = on_path(MEDICINES, Answers({"any_medicine": True, "medicines": entries}))
    assert kept.values["medicines"] == (Entry({"medicine": "A"}), Entry({}, frozenset({"dose"})))


def test_entries_on_a_skipped_page_count_for_nothing():
    answers = Answers(
        {"any_medicine": True, "medicines": (Entry({"medicine": "A"}),)},
        reached=frozenset({"page"}),
        skipped=frozenset({"page"}),
    )
    assert on_path(MEDICINES, answers).values == {}


def test_parts_of_groups_are_offered_only_when_switched_on():
    text = """
    - {id: a, type: boolean, text: A}
    - id: g
      type: group
      text: G
      items:
        - {id: b, type: boolean, text: B, off_by_default: yes}
    - id: r
      type: group
      text: R
      repeats: yes
      items:
        - {id: note, type: display, text: N}
        - {id: c, type: boolean, text: C, off_by_default: yes}
    - {id: x, type: grid, text: X, off_by_default: yes, options: {y: Y}, items: [{id: row, text: R}]}
    """
    questionnaire = load_text(with_items(text), "x").questionnaire
    assert ids(offered(questionnaire).items()) == ["a"]
    assert ids(offered(questionnaire, {"b"}).items()) == ["a", "g", "b"]
    assert ids(offered(questionnaire, {"c"}).items()) == ["a", "r", "note", "c"]
    assert ids(offered(questionnaire, {"x"}).items()) == ["a", "x", "row"]
    assert offered(questionnaire, {"b", "c", "x"}) == questionnaire


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questionnaires().flatmap(lambda questionnaire: st.tuples(st.just(questionnaire), answers_to(questionnaire))))
def test_what_is_submitted_is_on_the_path_of_any_questionnaire(case):
    questionnaire, answers = case
    path, kept = walk(questionnaire, answers), on_path(questionnaire, answers)
    again = walk(questionnaire, kept)
    assert (again.pages, again.item_ids, again.counting) == (path.pages, path.item_ids, path.counting)
    assert on_path(questionnaire, kept) == kept
    assert kept.declined.union(kept.values) <= {item.id for item in questionnaire.questions()} & path.item_ids
    for group_id, value in kept.values.items():
        for entry, asked in zip(entries_of(value), again.entries.get(group_id, ()), strict=True):
            assert entry.declined.union(entry.values) <= asked
            assert entry != Entry()


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(questionnaires().flatmap(lambda questionnaire: st.tuples(st.just(questionnaire), answers_to(questionnaire))))
def test_an_outline_changes_nothing_but_the_time_that_it_takes(made):
    questionnaire, answers = made
    known = outline(questionnaire)
    path = walk(questionnaire, answers)
    assert walk(questionnaire, answers, known) == path
    of_deciding = {item.id for page in questionnaire.pages if page.id in known.deciding for item in page.items}
    of_deciding |= {
        part.id
        for page in questionnaire.pages
        for item in page.items
        if item.id in of_deciding
        for part in item.children
    }
    fewer = Answers(
        {item_id: value for item_id, value in answers.values.items() if item_id in of_deciding},
        answers.declined & of_deciding,
        answers.reached & known.deciding,
        answers.skipped & known.deciding,
    )
    from_fewer = walk(questionnaire, fewer, known)
    assert (from_fewer.pages, from_fewer.item_ids, from_fewer.entries) == (path.pages, path.item_ids, path.entries)
