"""Translations: what a file of texts does to a questionnaire, and what is said of every kind of mistake in it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from screening.definition.checks import examine
from screening.definition.loader import load_text
from screening.definition.model import Choice, Grid, Group, Quantity, Questionnaire
from screening.definition.overlay import apply, source_hash, source_texts
from screening.definition.overlay_reader import (
    load_overlay,
    load_overlay_text,
    overlay_path,
    overlay_paths,
    read_overlay,
    split_name,
)
from screening.definition.overlay_writer import overlay_to_yaml, update_overlay
from screening.definition.problems import DefinitionError
from screening.definition.writer import to_plain
from tests.support.definitions import FIXTURES, fixture, questionnaires, with_items

OVERLAYS = sorted((FIXTURES / "overlays").glob("*.yaml"))

BASE = with_items(
    """
    - {id: well, type: choice, text: Do you feel well?, options: {yes: Yes, no: No}, help: Take your time.}
    - {id: why, type: text, text: Why do you think so?, enable_when: {well: {equals: no}}}
    """
)
TEXTS = {
    ("questionnaire", "title"): "Inventado",
    ("page", "page", "title"): "Una página",
    ("item", "well", "text"): "¿Se siente bien?",
    ("item", "well", "help"): "Tómese su tiempo.",
    ("item", "well", "options", "yes"): "Sí",
    ("item", "well", "options", "no"): "No",
    ("item", "why", "text"): "¿Por qué lo cree?",
}


@pytest.fixture
def base() -> Questionnaire:
    return load_text(BASE, "made-up.yaml").questionnaire


@pytest.fixture
def text(base: Questionnaire) -> str:
    """Return the file of a whole translation of ``base``."""
    return overlay_to_yaml(base, "es", TEXTS)


def refusal(text: str, base: Questionnaire, name: str = "made-up.es.yaml") -> str:
    """Return what is wrong with a translation, as a person sees it."""
    with pytest.raises(DefinitionError) as caught:
        load_overlay_text(text, name, base)
    return str(caught.value)


def without_texts(questionnaire: Questionnaire) -> object:
    """Return all of a questionnaire but its language and the texts that a translation replaces."""
    blank = dict.fromkeys(source_texts(questionnaire), "-")
    pieces = overlay_to_yaml(questionnaire, "ar", blank)
    emptied = apply(questionnaire, load_overlay_text(pieces, "x", replace(questionnaire, language="en")))
    return to_plain(replace(emptied, language="en"))


# --- a translation and its questionnaire


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.stem)
def test_the_translated_fixtures_are_whole(path: Path) -> None:
    base = fixture(path.name.partition(".")[0])
    overlay = load_overlay(path, base)
    assert overlay.complete
    assert (overlay.missing, overlay.stale) == ((), ())
    assert overlay.texts.keys() == source_texts(base).keys()
    translated = apply(base, overlay)
    assert translated.language == "es"
    assert dict(source_texts(translated)) == overlay.texts


def test_a_grids_rows_offer_its_translated_options_and_recall_period() -> None:
    base = fixture("grid")
    grid = apply(base, load_overlay(FIXTURES / "overlays/grid.es.yaml", base)).item("lately")
    assert isinstance(grid, Grid)
    assert [option.text for option in grid.options] == ["Nunca", "Algunos días", "La mayoría de los días"]
    for row in grid.items:
        assert row.options == grid.options
        assert row.recall == "En las últimas 2 semanas"
    assert [row.text for row in grid.items] == ["Dormí bien", "Comí bien", "Salí de casa"]


def test_what_stands_in_a_group_is_translated_with_the_name_of_an_entry() -> None:
    base = fixture("group_repeats")
    group = apply(base, load_overlay(FIXTURES / "overlays/group_repeats.es.yaml", base)).item("medicines")
    assert isinstance(group, Group)
    assert group.item_label == "Medicamento"
    taken = next(item for item in group.items if item.id == "taken")
    assert isinstance(taken, Choice)
    assert [(option.code, option.text) for option in taken.options][:2] == [
        ("morning", "Por la mañana"),
        ("night", "Por la noche"),
    ]


def test_units_are_translated_and_keep_their_codes_and_systems() -> None:
    base = fixture("quantity")
    weight = apply(base, load_overlay(FIXTURES / "overlays/quantity.es.yaml", base)).item("weight")
    before = base.item("weight")
    assert isinstance(weight, Quantity)
    assert isinstance(before, Quantity)
    assert [unit.text for unit in weight.units] == ["kilogramos", "libras", "stones"]
    assert [replace(unit, text="") for unit in weight.units] == [replace(unit, text="") for unit in before.units]


@given(questionnaires())
@settings(max_examples=30)
def test_any_questionnaire_keeps_all_but_its_texts(base: Questionnaire) -> None:
    base = replace(base, language="en")
    sources = source_texts(base)
    file = overlay_to_yaml(base, "ar", dict.fromkeys(sources, "ترجمة"))
    overlay = load_overlay_text(file, "x", base)
    assert overlay.complete
    translated = apply(base, overlay)
    assert translated.language == "ar"
    assert set(source_texts(translated).values()) == {"ترجمة"}
    assert source_texts(translated).keys() == sources.keys()
    assert translated.numbers() == base.numbers()
    assert translated.labels() == base.labels()
    assert without_texts(translated) == without_texts(base)


@given(questionnaires())
@settings(max_examples=30)
def test_any_text_survives_the_file(base: Questionnaire) -> None:
    base = replace(base, language="en")
    sources = source_texts(base)
    file = overlay_to_yaml(base, "es", sources)
    overlay, problems = read_overlay(file, "x", base)
    assert problems == []
    assert overlay is not None
    assert overlay.texts == sources
    again = update_overlay(file, "x", base, "es")
    assert again.text == file
    assert apply(base, overlay) == replace(base, language="es")


def test_no_field_with_words_in_it_is_forgotten(base: Questionnaire) -> None:
    """A field that is added to the model as text must be translated, or be named here with a reason."""
    never = {"id", "link_id", "version", "language", "copyright", "license", "source", "topic", "option_set"}
    never |= {"clinically_reviewed", "precision", "min_value", "max_value", "initial", "reading_level_reason"}
    never |= {"code", "system"}
    kinds = {type(part) for name in ("choice", "scale", "integer", "group") for part in fixture(name).items()}
    translated = {place[-1] for name in ("grid", "group_repeats", "scale", "choice_other") for place in
                  source_texts(fixture(name))}  # fmt: skip
    texts = {
        field.name for kind in (Questionnaire, *kinds) for field in fields(kind) if str(field.type).startswith("str")
    }
    assert texts - never - {"unit", "min_label", "max_label"} <= translated | {"description", "short", "help"}


# --- texts that fit no more


def test_a_reworded_source_is_found_and_its_old_translation_not_shown(text: str) -> None:
    reworded = load_text(BASE.replace("Do you feel well?", "Do you feel well today?"), "x").questionnaire
    overlay = load_overlay_text(text, "made-up.es.yaml", reworded)
    assert overlay.stale == (("item", "well", "text"),)
    assert overlay.missing == ()
    assert not overlay.complete
    translated = apply(reworded, overlay)
    assert translated.item("well").text == "Do you feel well today?"  # type: ignore[union-attr]  # it is there
    assert translated.item("why").text == "¿Por qué lo cree?"  # type: ignore[union-attr]  # it is there


def test_apply_goes_by_the_version_it_is_given_not_by_the_one_it_was_loaded_with(
    text: str, base: Questionnaire
) -> None:
    overlay = load_overlay_text(text, "made-up.es.yaml", base)
    newer = load_text(BASE.replace("Do you feel well?", "Do you feel well today?"), "x").questionnaire
    assert apply(newer, overlay).item("well").text == "Do you feel well today?"  # type: ignore[union-attr]
    assert apply(base, overlay).item("well").text == "¿Se siente bien?"  # type: ignore[union-attr]


def test_a_missing_text_stays_in_the_base_language(base: Questionnaire) -> None:
    some = {place: text for place, text in TEXTS.items() if place != ("item", "well", "options", "yes")}
    overlay = load_overlay_text(overlay_to_yaml(base, "es", some), "made-up.es.yaml", base)
    assert overlay.missing == (("item", "well", "options", "yes"),)
    well = apply(base, overlay).item("well")
    assert isinstance(well, Choice)
    assert [option.text for option in well.options] == ["Yes", "No"]


def test_an_overlay_of_another_questionnaire_is_not_applied(text: str, base: Questionnaire) -> None:
    with pytest.raises(ValueError, match="made-up can't be applied to choice"):
        apply(fixture("choice"), load_overlay_text(text, "made-up.es.yaml", base))


def test_the_hash_of_a_file_tells_its_content_and_not_its_notes(text: str, base: Questionnaire) -> None:
    def hashed(changed: str) -> str:
        return load_overlay_text(changed, "made-up.es.yaml", base).content_hash

    assert hashed(text) == hashed(f"# A note.\n{text}")
    assert hashed(text) != hashed(text.replace("Tómese", "Tomese"))
    assert hashed(text) != hashed(text.replace("clinically_reviewed: no", "clinically_reviewed: Dr A. Novak, 2026"))


# --- the file


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("translates: made-up", "translates: other"), "this translates other; the file beside it holds made-up"),
        (("translates: made-up\n", ""), "this is no translation: it has no key `translates:`"),
        (("language: es\n", ""), "a translation lacks `language:`"),
        (("language: es", "language: fr"), "the file's name says es, this says fr"),
        (("language: es", "language: en"), "en is the language of the base file"),
        (("language: es", "language: qqq"), "`language` can't be qqq: no such language is known"),
        (("  well:", "  wel:"), 'made-up has no page or item "wel". Did you mean well?'),
        (("    help:", "    hlep:"), 'well has no text "hlep" in the base file. Did you mean help?'),
        (("    help:", "    short:"), 'well has no text "short" in the base file. It has text, help and options.'),
        (("      yes:", "      ja:"), '`options` of well has no text "ja" in the base file. It has yes and no.'),
        (("texts:", "txts:"), '"txts" is no key of a translation. Did you mean texts?'),
        (("translates:", "version: 2\ntranslates:"), "`version` belongs to the base file"),
        (("translates:", "description: x\ntranslates:"), 'made-up has no text "description" in the base file'),
        (("translates:", "option_sets: {ease: {}}\ntranslates:"), 'made-up has no option set "ease"'),
        (("  why:\n", "  why:\n    enable_when: {well: {equals: yes}}\n"), "`enable_when` belongs to the base file"),
        (("  why:\n", "  why:\n    type: string\n"), "`type` belongs to the base file"),
        (("  why:\n", "  why:\n    score: 1\n"), 'why has no text "score" in the base file'),
        (("title: {", "title: [a, "), "not YAML"),
        (("Tómese su tiempo.", "Tómese\u202e su tiempo."), "U+202E may not stand in a text"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_what_would_be_right(
    change: tuple[str, str], message: str, text: str, base: Questionnaire
) -> None:
    assert change[0] in text
    assert message in refusal(text.replace(*change, 1), base)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{abcdef: Bien, bcdefg: Mal}", "`text` is written as `hash: text`"),
        ("[abcdef, Bien]", "`text` is written as `hash: text`"),
        ("{abcdef: {text: Bien}}", "`text` is written as `hash: text`"),
        ("{12345: Bien}", '`text`: "12345" is no hash of a source text'),
        ("Bien", "`text` does not say which source text it translates"),
        ('{abcdef: ""}', "`text` is empty"),
        ('{abcdef: "a\\nb"}', "`text` must stand on one line"),
        ("{abcdef: " + "x" * 501 + "}", "`text` has 501 characters"),
    ],
)
def test_a_text_stands_after_the_hash_of_its_source(value: str, message: str, base: Questionnaire) -> None:
    file = f"translates: made-up\nlanguage: es\ntexts:\n  why:\n    text: {value}\n"
    refused = refusal(file, base)
    assert f"made-up.es.yaml:5: {message}" in refused
    assert len(refused.splitlines()) == 1


def test_a_label_is_as_short_as_in_the_base_file() -> None:
    base = load_text(with_items("- {id: a, type: string, text: Who?, short: Who}"), "x").questionnaire
    file = overlay_to_yaml(base, "es", source_texts(base) | {("item", "a", "short"): "x" * 41})
    assert "`short` has 41 characters; at most 40 are allowed" in refusal(file, base)


def test_names_tell_which_file_is_a_translation_of_which(tmp_path: Path) -> None:
    intake = tmp_path / "intake.yaml"
    assert split_name(tmp_path / "intake.es.yaml") == (intake, "es")
    assert split_name(tmp_path / "intake.pt-BR.yaml") == (intake, "pt-BR")
    assert split_name(tmp_path / "v2.intake.zh-Hant.yaml") == (tmp_path / "v2.intake.yaml", "zh-Hant")
    assert split_name(intake) is None
    assert split_name(tmp_path / "intake.2026.yaml") is None
    for name in ("intake.yaml", "intake.es.yaml", "intake.ar.yaml", "intake-two.es.yaml"):
        (tmp_path / name).touch()
    assert overlay_paths(intake) == [overlay_path(intake, "ar"), overlay_path(intake, "es")]


# --- bringing a file up to date


def test_a_new_file_marks_every_text_and_shows_what_it_reads(base: Questionnaire) -> None:
    made = update_overlay(None, "made-up.es.yaml", base, "es")
    assert len(made.missing) == len(TEXTS)
    for source in source_texts(base).values():
        assert f"# TRANSLATE: {source}\n" in made.text
    overlay = load_overlay_text(made.text, "made-up.es.yaml", base)
    assert overlay.missing == made.missing


def test_texts_written_without_a_hash_get_that_of_the_present_source(base: Questionnaire) -> None:
    made = update_overlay(None, "made-up.es.yaml", base, "es").text
    written = made.replace("    help:\n", "    help: Con calma.\n")
    assert "does not say which source text" in refusal(written, base)
    stamped = update_overlay(written, "made-up.es.yaml", base, "es")
    assert f"# Take your time.\n    help: {{{source_hash('Take your time.')}: Con calma.}}\n" in stamped.text
    assert ("item", "well", "help") not in stamped.missing


def test_a_reworded_source_is_marked_and_its_translation_kept_until_it_is_mended(text: str) -> None:
    reworded = load_text(BASE.replace("Take your time.", "Take all the time you need."), "x").questionnaire
    marked = update_overlay(text, "made-up.es.yaml", reworded, "es")
    assert marked.stale == (("item", "well", "help"),)
    assert "# CHANGED: Take all the time you need.\n" in marked.text
    assert "Tómese su tiempo." in marked.text
    old = source_hash("Take your time.")
    mended = marked.text.replace(f"{{{old}: Tómese su tiempo.}}", "Tómese todo el tiempo que necesite.")
    done = update_overlay(mended, "made-up.es.yaml", reworded, "es")
    assert (done.missing, done.stale) == ((), ())
    assert "CHANGED: T" not in done.text


def test_texts_of_parts_that_are_gone_are_taken_out_and_told(text: str) -> None:
    shorter = load_text(with_items("- {id: why, type: text, text: Why do you think so?}"), "x").questionnaire
    done = update_overlay(text, "made-up.es.yaml", shorter, "es")
    (dropped,) = done.dropped
    assert 'made-up has no page or item "well"' in dropped
    assert "¿Se siente bien?" not in done.text
    assert load_overlay_text(done.text, "made-up.es.yaml", shorter).complete


def test_the_notes_at_the_top_and_who_reviewed_it_stay(text: str, base: Questionnaire) -> None:
    reviewed = "# By A. Novak.\n\n" + text[text.index("translates:") :].replace(
        "clinically_reviewed: no", "clinically_reviewed: Dr A. Novak, 2026-05-01"
    )
    assert update_overlay(reviewed, "made-up.es.yaml", base, "es").text == reviewed


def test_a_file_with_other_mistakes_is_left_alone(text: str, base: Questionnaire) -> None:
    broken = text.replace("Tómese su tiempo.", "x" * 6000).replace("  why:", "  wy:")
    with pytest.raises(DefinitionError, match="6000 characters"):
        update_overlay(broken, "made-up.es.yaml", base, "es")


# --- the check


def check(folder: Path, base: str, overlay: str) -> list[str]:
    """Return what `questionnaire check` says of a translation in a folder."""
    (folder / "made-up.yaml").write_text(base, "utf-8")
    path = folder / "made-up.es.yaml"
    path.write_text(overlay, "utf-8")
    loaded, problems = examine(path)
    assert loaded is None, "a translation is no questionnaire"
    return [str(problem).removeprefix(f"{folder}/") for problem in problems]


def test_a_whole_translation_brings_no_word(tmp_path: Path, text: str) -> None:
    assert check(tmp_path, BASE, text) == []


def test_a_stale_text_is_told_at_its_line(tmp_path: Path, text: str) -> None:
    (problem,) = check(tmp_path, BASE.replace("Take your time.", "Take all the time you need."), text)
    line = 1 + next(number for number, line in enumerate(text.splitlines()) if "Tómese" in line)
    assert problem.startswith(f"made-up.es.yaml:{line}: well, help translates an earlier wording")
    assert '"Take all the time you need." now' in problem


def test_a_missing_text_is_told_where_it_belongs(tmp_path: Path, base: Questionnaire) -> None:
    some = {place: text for place, text in TEXTS.items() if place != ("item", "well", "help")}
    (problem,) = check(tmp_path, BASE, overlay_to_yaml(base, "es", some))
    assert 'well, help is not translated; it reads "Take your time."' in problem
    assert not problem.startswith("made-up.es.yaml:1:")


def test_what_is_missing_or_stale_only_warns_for_imported_forms(tmp_path: Path, base: Questionnaire) -> None:
    imported = BASE.replace("copyright:", "source: Elsewhere\ncopyright:")
    some = {place: text for place, text in TEXTS.items() if place != ("item", "well", "help")}
    changed = imported.replace("Why do you think so?", "Why?")
    found = check(tmp_path, changed, overlay_to_yaml(base, "es", some))
    assert len(found) == 2
    assert all(": warning: " in problem for problem in found)


@pytest.mark.parametrize("end", [".", "؟"])
def test_a_sentence_has_at_most_25_words(tmp_path: Path, base: Questionnaire, end: str) -> None:
    place = ("item", "well", "help")
    word = "شيئًا"  # a vowel sign in the middle of a word parts no words
    fine = overlay_to_yaml(base, "es", TEXTS | {place: " ".join([word] * 25) + f"{end} {word}{end}"})
    assert check(tmp_path, BASE, fine) == []
    long = overlay_to_yaml(base, "es", TEXTS | {place: " ".join([word] * 26) + end})
    (problem,) = check(tmp_path, BASE, long)
    assert "a sentence of 26 words" in problem


def test_answers_that_read_alike_are_found(tmp_path: Path, base: Questionnaire) -> None:
    (problem,) = check(tmp_path, BASE, overlay_to_yaml(base, "es", TEXTS | {("item", "well", "options", "no"): "sí"}))
    assert 'well offers "sí" twice' in problem


def test_a_translation_of_nothing_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "made-up.es.yaml"
    path.write_text(text)
    _, (problem,) = examine(path)
    assert "by its name this is a translation of made-up.yaml, which is not here" in str(problem)


def test_a_broken_base_file_is_told_as_such(tmp_path: Path, text: str) -> None:
    (tmp_path / "made-up.yaml").write_text("id: [")
    path = tmp_path / "made-up.es.yaml"
    path.write_text(text)
    _, problems = examine(path)
    assert {problem.path for problem in problems} == {str(tmp_path / "made-up.yaml")}


def test_a_translation_of_the_longest_form_is_read_and_applied() -> None:
    items = "\n".join(f"- {{id: q{number}, type: boolean, text: Question {number}?}}" for number in range(2000))
    base = load_text(with_items(items), "x").questionnaire
    texts = {place: f"{text} Sí." for place, text in source_texts(base).items()}
    overlay = load_overlay_text(overlay_to_yaml(base, "es", texts), "x", base)
    assert source_texts(apply(base, overlay)) == texts
