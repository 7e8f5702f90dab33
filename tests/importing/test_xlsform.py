"""XLSForms as ODK and KoboToolbox have them: what each question becomes, and what is told of the rest."""

from __future__ import annotations

from decimal import Decimal as Number

import pytest

from screening.definition.checks import check
from screening.definition.loader import load_text
from screening.definition.model import Boolean, Choice, Group, Option, Scale, Text
from screening.definition.writer import to_yaml
from screening.importing.result import AttestationMissing
from tests.support.xlsforms import CHOICES, imported, items, losses, questionnaire, refusal, row

TYPES = {
    "select_one yn": "choice",
    "select_multiple yn": "choice",
    "text": "text",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "note": "display",
    "range": "scale",
    "acknowledge": "boolean",
}


def test_each_type_has_its_item():
    rows = [row(kind, f"q{number}") for number, kind in enumerate(TYPES)]
    found = items(*rows)
    assert [found[f"q{number}"].type for number in range(len(TYPES))] == list(TYPES.values())


def test_the_head_says_where_it_came_from():
    found = questionnaire(row("text", "a"))
    assert (found.id, found.title, found.version) == ("made-up", "Made up", "3")
    assert found.source == "Imported: XLSForm made_up, version 3, file form.xlsx.\nUse attested: Dr A. Novak"


def test_a_form_without_a_copyright_line_needs_somebodys_word():
    with pytest.raises(AttestationMissing):
        imported(row("text", "a"), attest=None)
    settings = {"form_title": "Made up", "form_id": "made_up", "copyright": "CC0-1.0"}
    assert questionnaire(row("text", "a"), settings=settings, attest=None).copyright == "CC0-1.0"


def test_choices_keep_their_names_as_codes():
    found = items(row("select_one yn", "a"), row("select_multiple days", "b"))
    assert found["a"].options == (Option("yes", "Yes"), Option("no", "No"))
    assert [option.code for option in found["b"].options] == ["0", "1", "2"]
    assert (found["a"].repeats, found["b"].repeats) == (False, True)


def test_or_other_is_one_question_with_own_words():
    found = items(row("select_one yn or_other", "a"))
    assert list(found) == ["a"]
    assert isinstance(found["a"], Choice)
    assert [option.code for option in found["a"].options] == ["yes", "no"]
    assert found["a"].other == "Something else (please say)"


@pytest.mark.parametrize("relevant", ["selected(${a}, 'other')", "${a} = 'other'"])
def test_own_words_that_a_condition_looks_at_stay_a_question(relevant):
    found = items(row("select_one yn or_other", "a"), row("text", "b", relevant=relevant))
    assert list(found) == ["a", "a_other", "b"]
    assert found["a"].other is None
    assert found["a_other"].enable_when.operand == "other"


def test_groups_are_pages_and_repeats_are_groups_that_repeat():
    found = questionnaire(
        row("begin group", "sleep", "Sleep"), row("text", "a"), row("end group"),
        row("begin repeat", "medicine", "Medicines"), row("text", "name"), row("decimal", "dose"), row("end repeat"),
    )  # fmt: skip
    assert [page.title for page in found.pages] == ["Sleep", "Made up"]
    (group,) = found.pages[1].items
    assert isinstance(group, Group)
    assert group.repeats
    assert [part.id for part in group.items] == ["name", "dose"]


def test_a_group_shown_as_a_table_is_a_grid():
    found = items(
        row("begin group", "g", "How often?", appearance="table-list"),
        row("select_one days", "a"), row("select_one days", "b"), row("end group"),
    )  # fmt: skip
    assert found["g"].type == "grid"
    assert (found["g"].text, [part.id for part in found["g"].items]) == ("How often?", ["a", "b"])


def test_hints_required_and_first_values_are_kept():
    found = items(
        row("integer", "a", hint="In years", guidance_hint="Ask twice", required="yes", default="3"),
        row("select_one yn", "b", default="no"),
        row("text", "c", default="as ever"),
    )
    assert (found["a"].help, found["a"].required, found["a"].initial) == ("In years\n\nAsk twice", True, (Number(3),))
    assert (found["b"].initial, found["c"].initial) == (("no",), ("as ever",))


def test_a_range_is_a_scale_or_a_number():
    found = items(
        row("range", "a", parameters="start=0 end=10 step=1"),
        row("range", "b", parameters="start=0 end=100 step=5"),
        row("range", "c", parameters="start=0.5 end=5 step=0.5"),
    )
    assert isinstance(found["a"], Scale)
    assert (found["a"].min_value, found["a"].max_value) == (0, 10)
    assert (found["b"].type, found["b"].max_value) == ("integer", 100)
    assert (found["c"].type, found["c"].min_value) == ("decimal", Number("0.5"))


def test_formatting_and_inserted_answers_become_plain_text():
    found = items(row("text", "name"), row("note", "n", "**Hello** <span style='color:red'>${name}</span>"))
    assert found["n"].text == "Hello …"


LOST = {
    "appearance": (row("text", "a", appearance="multiline"), "appearance (multiline)"),
    "constraint": (row("integer", "a", constraint=". < 9"), "(constraint): . < 9"),
    "conditional required": (row("text", "a", required="${z} = 'x'"), "required there in some cases"),
    "calculated": (row("calculate", "a", calculation="1 + 1"), "software calculates it"),
    "device": (row("deviceid", "a"), "the device fills it in"),
    "place": (row("geopoint", "a"), "questions of the type geopoint can't be asked here"),
    "picture": (row("image", "a"), "questions of the type photo can't be asked here"),
    "order": (row("rank yn", "a"), "ask for an order"),
    "file": (row("select_one_from_file x.csv", "a"), "x.csv, which is not in the workbook"),
    "filter": (row("select_one yn", "a", choice_filter="name != ''"), "(choice_filter is left out)"),
    "moving first value": (row("date", "a", default="today()"), "its first value is left out (today())"),
    "media": (row("text", "a", **{"media::image": "a.png"}), "beside its text is left out (image)"),
    "tick": (row("acknowledge", "a"), "answered with yes or no"),
}


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_is_told_by_item(name):
    lost, said = LOST[name]
    found = losses(row("text", "z"), lost)
    assert [line for line in found if line.startswith('item "a"') and said in line], found


def test_nothing_is_said_of_a_form_that_is_kept_whole():
    settings = {"form_title": "Made up", "form_id": "made_up", "version": "3", "default_language": "English (en)"}
    found = losses(row("text", "a", None) | {"label::English (en)": "How?", "label": None}, settings=settings)
    assert found == []


def test_the_same_name_in_two_groups_gives_two_questions():
    found = items(
        row("begin group", "g", "One"), row("text", "a"), row("end group"),
        row("begin group", "h", "Two"), row("text", "a"), row("end group"),
    )  # fmt: skip
    asked = [item for item in found.values() if isinstance(item, Text)]
    assert len(asked) == 2
    assert {item.fhir_link_id for item in asked} == {"a", "h/a"}


def test_a_form_with_nothing_to_ask_is_refused():
    assert "nothing in the form can be asked" in refusal(row("geopoint", "a"))


def test_what_comes_out_passes_the_check():
    found = questionnaire(
        row("begin group", "g", "Sleep"), row("select_one days", "a", hint="Count"), row("end group"),
        row("begin repeat", "r", "Medicines"), row("text", "b"), row("end repeat"),
        row("acknowledge", "c", relevant="${a} > 0"),
    )  # fmt: skip
    loaded = load_text(to_yaml(found), "import")
    assert isinstance(found.item("c"), Boolean)
    assert [str(problem) for problem in check(loaded) if problem.severity == "error"] == []


EN, ES = "label::English (en)", "label::Español (es)"


def translated(kind, name, english, spanish, **cells):
    return {"type": kind, "name": name, EN: english, ES: spanish, **cells}


BOTH = [{"list_name": "yn", "name": "yes", EN: "Yes", ES: "Sí"}, {"list_name": "yn", "name": "no", EN: "No", ES: "No"}]


def test_other_languages_are_translations():
    hints = {"hint::English (en)": "Any day", "hint::Español (es)": "Cualquier día"}
    found = imported(
        translated("begin group", "g", "Sleep", "Dormir"),
        translated("select_one yn", "a", "Slept **well**?", "¿Durmió **bien**?", **hints),
        {"type": "end group"},
        choices=BOTH,
    )
    assert found.questionnaire.language == "en"
    assert found.questionnaire.item("a").text == "Slept well?"
    assert found.translations == {
        "es": {
            ("page", "g", "title"): "Dormir",
            ("item", "a", "text"): "¿Durmió bien?",
            ("item", "a", "help"): "Cualquier día",
            ("item", "a", "options", "yes"): "Sí",
            ("item", "a", "options", "no"): "No",
        }
    }
    assert "1 text has no translation into es that can be taken over" in map(str, found.losses)


NAMES = {
    "Español (es)": "es",
    "Spanish": "es",
    "français": "fr",
    "ar": "ar",
    "العربية": "ar",
    "Portuguese (pt_BR)": "pt-BR",
}


@pytest.mark.parametrize(("name", "language"), NAMES.items())
def test_languages_are_known_by_code_or_name(name, language):
    rows = [{"type": "text", "name": "a", "label::English": "How?", f"label::{name}": "¿?x"}]
    settings = {"form_title": "Made up", "form_id": "made_up", "default_language": "English"}
    found = imported(*rows, settings=settings)
    assert (found.questionnaire.language, list(found.translations)) == ("en", [language])


def test_the_default_language_is_the_questionnaires():
    settings = {"form_title": "M", "form_id": "m", "default_language": "Español (es)"}
    found = imported(translated("select_one yn", "a", "Well?", "¿Bien?"), choices=BOTH, settings=settings)
    assert (found.questionnaire.language, found.questionnaire.item("a").text) == ("es", "¿Bien?")
    assert found.translations["en"]["item", "a", "text"] == "Well?"


def test_a_heading_that_names_no_language_is_told():
    rows = [{"type": "text", "name": "a", "label::English (en)": "How?", "label::Group B": "?"}]
    assert any("under Group B are left out" in line for line in losses(*rows, choices=CHOICES))
