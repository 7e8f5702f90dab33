"""Groups of a form become pages that a patient can read: one topic each, long ones in parts."""

from __future__ import annotations

from screening.definition.model import Comparison, Display, Group, Operator
from tests.support.fhir_forms import SDC, choice, control, extension, group, item, questionnaire, when


def questions(prefix, count):
    return [item(f"{prefix}{number}") for number in range(count)]


def ids(part):
    return (part.id, [child.id for child in part.children]) if part.children else part.id


def layout(found):
    """Return each page as its title and the ids of what stands on it, groups with theirs."""
    return [(page.title, [ids(part) for part in page.items]) for page in found.pages]


def test_each_group_is_a_page():
    found = questionnaire(
        group("sleep", *questions("s", 2), text="Sleep"), group("food", *questions("f", 1), text="Food")
    )
    assert layout(found) == [("Sleep", ["s0", "s1"]), ("Food", ["f0"])]
    assert [page.id for page in found.pages] == ["sleep", "food"]


def test_questions_outside_groups_are_gathered():
    found = questionnaire(*questions("a", 2), group("food", *questions("f", 1), text="Food"), *questions("b", 1))
    assert layout(found) == [("Made up", ["a0", "a1"]), ("Food", ["f0"]), ("Made up", ["b0"])]


def test_a_long_group_is_split_evenly_and_says_so():
    found = questionnaire(group("g", *questions("s", 9), text="Sleep"))
    assert layout(found) == [
        ("Sleep (1/2)", ["s0", "s1", "s2", "s3", "s4"]),
        ("Sleep (2/2)", ["s5", "s6", "s7", "s8"]),
    ]
    assert len(questionnaire(*questions("s", 100)).pages) == 13


def test_the_stem_of_a_split_group_stands_on_each_of_its_pages():
    stem = item("stem", "display", "In the last 2 weeks, how often …")
    first, second = questionnaire(group("g", stem, *questions("s", 9), text="Sleep")).pages
    assert isinstance(first.items[0], Display)
    assert (first.intro, second.intro) == (None, "In the last 2 weeks, how often …")


def test_one_group_around_everything_is_no_topic():
    topics = [group(name, *questions(name, 5), text=name.title()) for name in ("sleep", "food")]
    found = questionnaire(group("all", *topics, text="The form"))
    assert [title for title, _ in layout(found)] == ["Sleep", "Food"]


def test_tabs_and_pages_are_pages_however_small():
    tabs = [group(name, *questions(name, 1), text=name.title()) for name in ("sleep", "food")]
    found = questionnaire(group("all", *tabs, extension=[control("tab-container")]))
    assert [title for title, _ in layout(found)] == ["Sleep", "Food"]


def test_small_groups_share_the_page_of_theirs_under_headings():
    inner = [group(name, *questions(name, 2), text=name.title()) for name in ("tea", "coffee")]
    found = questionnaire(group("drinks", *inner, *questions("d", 1), text="Drinks"), item("z"))
    assert layout(found)[0] == ("Drinks", [("tea", ["tea0", "tea1"]), ("coffee", ["coffee0", "coffee1"]), "d0"])


def test_a_large_group_within_a_group_has_pages_of_its_own():
    inner = group("tea", *questions("t", 9), text="Tea")
    found = questionnaire(group("drinks", *questions("d", 2), inner, *questions("e", 1), text="Drinks"), item("z"))
    assert [title for title, _ in layout(found)] == ["Drinks", "Tea (1/2)", "Tea (2/2)", "Drinks", "Made up"]


def test_what_stands_over_groups_with_pages_of_their_own_is_kept():
    hint = item("hint", "display", "Take your time.", extension=[control("help")])
    inner = [group(name, *questions(name, 9), text=name.title()) for name in ("tea", "coffee")]
    found = questionnaire(item("first"), group("drinks", hint, *inner, text="Drinks"))
    assert [title for title, _ in layout(found)] == [
        "Made up",
        "Tea (1/2)",
        "Tea (2/2)",
        "Coffee (1/2)",
        "Coffee (2/2)",
    ]
    assert found.item("drinks").text == "Drinks\n\nTake your time."
    assert found.pages[1].items[0] is found.item("drinks")
    around = questionnaire(group("all", hint, *inner, text="Made up"))
    assert around.pages[0].items[0].text == "Take your time."


def test_groups_deeper_down_keep_their_headings():
    deep = group("deep", *questions("x", 2), text="Deep")
    middle = group("middle", *questions("m", 1), deep, *questions("n", 1), text="Middle")
    found = questionnaire(group("top", middle, text="Top"), item("z"))
    headings = [part.text for part in found.pages[0].items if isinstance(part, Group)]
    assert headings == ["Middle", "Deep", "Middle"]
    assert all(not isinstance(child, Group) for part in found.pages[0].items for child in part.children)


def test_conditions_of_groups_hold_for_what_was_in_them():
    yes = [when("ever", answerBoolean=True)]
    inner = group("inner", *questions("i", 1), enableWhen=yes)
    found = questionnaire(
        item("ever"),
        group("page", *questions("p", 9), enableWhen=yes),
        group("mixed", *questions("m", 1), inner),
        group("entries", *questions("e", 1), repeats=True, enableWhen=yes),
    )
    holds = Comparison("ever", Operator.EQUALS, operand=True)
    assert [page.enable_when for page in found.pages] == [None, holds, holds, None, None]
    assert found.item("inner").enable_when == holds
    assert found.item("entries").enable_when == holds


def test_a_follow_up_stays_with_its_question():
    follow_up = item("why", "text", enableWhen=[when("s4", answerBoolean=True)])
    found = questionnaire(group("g", *questions("s", 5), follow_up, *questions("t", 3), text="Sleep"))
    assert layout(found)[0][1][-2:] == ["s4", "why"]


def test_groups_under_a_question_stay_with_it():
    asked = item("ever", item=[group("more", *questions("m", 2), text="More")])
    assert layout(questionnaire(asked)) == [("Made up", ["ever", ("more", ["m0", "m1"])])]


def test_information_before_a_topic_goes_with_it():
    found = questionnaire(item("hello", "display", "Welcome."), group("g", *questions("s", 1), text="Sleep"))
    assert layout(found) == [("Sleep", ["hello", "s0"])]
    found = questionnaire(group("intro", item("hello", "display", "Welcome."), text="Before"), *questions("s", 1),
                          item("bye", "display", "Thank you."))  # fmt: skip
    assert layout(found) == [("Made up", ["intro", "hello", "s0", "bye"])]


def test_a_heading_that_is_a_sentence_is_an_introduction():
    sentence = "Over the last two weeks, how often have you been bothered by any of the following problems?"
    (page,) = questionnaire(group("g", *questions("s", 2), text=sentence)).pages
    assert (page.title, page.intro) == ("Made up", sentence)
    short = extension("shortText", "String", "Problems", SDC)
    (page,) = questionnaire(group("g", *questions("s", 2), text=sentence, extension=[short])).pages
    assert (page.title, page.intro) == ("Problems", sentence)


def test_a_group_without_words_leaves_no_heading():
    silent = group("silent", *questions("s", 2)) | {"text": ""}
    found = questionnaire(group("top", silent, choice("c", "A", "B"), text="Top"), item("z"))
    assert layout(found)[0] == ("Top", ["s0", "s1", "c"])


def test_a_group_whose_questions_are_all_left_out_leaves_nothing():
    found = questionnaire(item("a"), group("g", item("x", "attachment")))
    assert layout(found) == [("Made up", ["a"])]
