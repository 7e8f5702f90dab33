"""Texts of a FHIR form in other languages become translations of the texts that they stand beside."""

from __future__ import annotations

import pytest

from screening.importing.translations import language_tag
from tests.support.fhir_forms import choice, control, extension, group, imported, item, losses


def beside(**texts):
    """Return what FHIR puts beside a text: its translations by language."""
    return {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/translation",
                "extension": [{"url": "lang", "valueCode": lang}, {"url": "content", "valueString": text}],
            }
            for lang, text in texts.items()
        ]
    }


def test_each_text_finds_its_translation():
    coding = {"code": "y", "display": "Yes", "_display": beside(de="Ja")}
    help_text = item("h", "display", "Any night", extension=[control("help")], _text=beside(de="Irgendeine Nacht"))
    asked = choice(
        "a", {"valueCoding": coding}, text="Slept well?", _text=beside(de="Gut geschlafen?"), item=[help_text]
    )
    found = imported(
        group(
            "g", asked,
            text="Sleep", _text=beside(de="Schlaf"),
        ),
        form_keys={"_title": beside(de="Ausgedacht")},
    ).translations  # fmt: skip
    assert found == {
        "de": {
            ("questionnaire", "title"): "Ausgedacht",
            ("page", "g", "title"): "Schlaf",
            ("item", "a", "text"): "Gut geschlafen?",
            ("item", "a", "help"): "Irgendeine Nacht",
            ("item", "a", "options", "y"): "Ja",
        }
    }


def test_the_same_words_are_told_apart_by_their_question():
    items = [item("a", text="How?", _text=beside(de="Wie?")), item("b", text="How?", _text=beside(de="Wie denn?"))]
    found = imported(*items).translations["de"]
    assert (found["item", "a", "text"], found["item", "b", "text"]) == ("Wie?", "Wie denn?")


def test_words_that_many_questions_share_need_one_translation():
    rows = [
        choice(name, {"valueCoding": {"code": "n", "display": "None", "_display": beside(es=text)}}, "Some", text=name)
        for name, text in (("a", "Ninguno"), ("b", "Ninguna"))
    ]
    found = imported(*rows)
    assert "es" not in found.translations or ("option_set", "none_some", "n") not in found.translations["es"]
    assert any(" es" in str(loss) for loss in found.losses)


def test_a_long_page_has_its_title_translated_on_each_part():
    asked = [item(f"q{number}") for number in range(9)]
    found = imported(group("g", *asked, text="Sleep", _text=beside(es="Dormir"))).translations["es"]
    assert [text for place, text in found.items() if place[0] == "page"] == ["Dormir (1/2)", "Dormir (2/2)"]


def test_a_label_for_the_report_is_cut_from_the_translation():
    long = "How often in these two weeks did you lie awake at night?"
    found = imported(item("a", text=long, _text=beside(es="¿Con qué frecuencia estuvo despierto por la noche?")))
    short = found.translations["es"]["item", "a", "short"]
    assert len(short) <= 40
    assert short.startswith("¿Con qué frecuencia")


def test_what_is_missing_or_unknown_is_told():
    found = losses(item("a", _text=beside(es="¿a?", xx="?")), item("b"))
    assert any("language is not known: xx" in line for line in found)
    assert any("3 texts have no translation into es" in line for line in found)


def test_translations_of_what_is_not_asked_are_none():
    hidden = item("a", text="Hidden?", extension=[extension("questionnaire-hidden", "Boolean", value=True)])
    found = imported(hidden | {"_text": beside(es="¿?")}, item("b"))
    assert found.translations == {}


@pytest.mark.parametrize(
    ("said", "tag"),
    [("pt_br", "pt-BR"), ("de", "de"), ("DE-at", "de-AT"), ("sr-latn", "sr-Latn"), ("", ""), ("xx", "")],
)
def test_language_tags_are_put_right(said, tag):
    assert language_tag(said) == tag
