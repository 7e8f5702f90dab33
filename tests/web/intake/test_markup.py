"""What holds on every screen: no topic in title or address, labels, whom to call, the way out; no trace of a value."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.definition.model import (
    Boolean,
    Choice,
    Date,
    DateTime,
    Group,
    Integer,
    Item,
    Option,
    Page,
    Quantity,
    Scale,
    String,
    Text,
    Time,
)
from screening.definition.model import Decimal as DecimalItem
from screening.forms.page import page_form
from screening.store import registry
from screening.web.intake.drawing import draw
from tests.support.clinic import NOW, Clinic
from tests.support.definitions import SHIPPED
from tests.support.intake import Patient

TOPICS = re.compile(r"\b(numb|sex|mood|feel\w*|unreal|trust|medicines?|event|garden|weeds?|fence)\b", re.I)


class Screen(HTMLParser):
    """The parts of a page that every screen is held to."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.described_by: set[str] = set()
        self.controls: list[dict[str, str]] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.html: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.ids.update([has["id"]] if "id" in has else [])
        self.described_by.update(has.get("aria-describedby", "").split())
        if tag == "html":
            self.html = has
        elif tag == "label":
            self.labelled.add(has["for"])
        elif tag == "a":
            self.links.append(has["href"])
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        elif tag in ("input", "textarea", "select") and has.get("type") != "hidden":
            self.controls.append(has)


def screens(patient: Patient, token: str) -> list[tuple[str, Patient]]:
    """Go the whole way; yield what to call each screen, with the patient looking at it."""
    steps: list[tuple[str, Any]] = [
        ("birth date", lambda: patient.get(f"/i/{token}")),
        ("wrong birth date", lambda: patient.open(token, **{"birth-day": "13"})),
        ("landing", lambda: patient.open(token)),
        *((path, lambda path=path: patient.get(path)) for path in ("/intake/privacy", "/intake/before")),
        ("agree", lambda: patient.get("/intake/agree")),
        ("topics", lambda: patient.begin(token)),
    ]
    for name, step in steps:
        step()
        yield name, patient
    for number in range(1, 40):
        response = patient.get(f"/intake/pages/{number}")
        if response.status_code == 404:
            break
        yield f"page {number}", patient
        if "Skip this page" in patient.text:
            patient.get(f"/intake/pages/{number}?ready=1")
            yield f"page {number} behind its gate", patient
        if f"/intake/pages/{number}" in patient.form("then").action:
            patient.press()
            yield f"after page {number}", patient
    for path in ("/intake/topics", "/intake/check", "/intake/send"):
        patient.get(path)
        yield path, patient
    patient.open(token)
    yield "welcome back", patient
    patient.get("/intake/pages/1")
    yield "hidden", patient
    patient.get("/intake/send")
    patient.submit()
    yield "thanks", patient
    patient.get("/intake/stopped")
    yield "stopped", patient


@pytest.fixture
def shipped(practice: Clinic) -> str:
    """A link to the longest questionnaire that we ship."""
    with practice.store.write() as session:
        registry.register_files(session, practice.store.keyring, [SHIPPED], NOW)
    practice.approve("detachment-intake", "2026.1")
    return practice.invite(questionnaires=("detachment-intake",), record_number="S-1").token


def test_every_screen_of_the_way(patient: Patient, shipped: str) -> None:
    seen = 0
    for name, at in screens(patient, shipped):
        seen += 1
        screen = Screen(at.text)
        assert screen.headings.count(1) == 1, name
        assert max(screen.headings) <= 2, name
        assert [one for one, count in screen.ids.items() if count > 1] == [], name
        assert screen.described_by <= set(screen.ids), name
        assert screen.labelled <= set(screen.ids), name
        for control in screen.controls:
            assert control["id"] in screen.labelled or control.get("aria-label"), (name, control)
            assert "placeholder" not in control, name
            assert control.get("autocomplete", "bday").startswith("bday"), name
            assert ("autocomplete" in control) == control["name"].startswith("birth-"), name
        assert (screen.html["lang"], screen.html["dir"]) == ("en", "ltr"), name
        assert not TOPICS.search(at.title), (name, at.title)
        assert not TOPICS.search(" ".join([at.path, *screen.links])), name
        assert "/exit" in screen.links, name
        assert "tel:112" in screen.links, name
        assert "No one reads this form right away. If you are in danger now, call" in at.text, name
        assert "It can’t clear your browser’s history." in at.text, name
        assert "<script" not in at.text, name
        assert at.page.headers["Cache-Control"] == "no-store", name
        assert "default-src 'none'" in at.page.headers["Content-Security-Policy"], name
        assert "screening" not in at.text.lower(), name
    assert seen > 30


OPTIONS = (Option("a", "Apples"), Option("b", "Pears"), Option("none", "None of these", exclusive=True))
MANY = tuple(Option(f"o{number}", f"Option {number}") for number in range(20))
ITEMS: dict[str, tuple[Item, st.SearchStrategy[Any]]] = {
    "choice": (Choice(id="x", text="Which?", options=OPTIONS, other="Another"), st.sampled_from(["a", "b", "none"])),
    "several": (
        Choice(id="x", text="Which?", options=OPTIONS, repeats=True),
        st.sampled_from([["a"], ["a", "b"], ["none"]]),
    ),
    "boolean": (Boolean(id="x", text="Is it?"), st.booleans()),
    "string": (String(id="x", text="What?"), st.text(min_size=1, max_size=50)),
    "text": (Text(id="x", text="What?"), st.text(min_size=1, max_size=300)),
    "integer": (Integer(id="x", text="How many?", unit="hours"), st.integers(-100, 100)),
    "decimal": (DecimalItem(id="x", text="How much?"), st.integers(-100, 100).map(lambda number: number / 10)),
    "date": (Date(id="x", text="When?"), st.dates().filter(lambda day: day.year >= 1000).map(str)),
    "list": (
        Choice(
            id="x", text="Which?", options=tuple(Option(f"o{n}", f"Option {n}") for n in range(20)), other="Another"
        ),
        st.integers(0, 19).map("o{}".format),
    ),
    "time": (Time(id="x", text="When?"), st.times().map(lambda time: f"{time:%H:%M}")),
    "dateTime": (
        DateTime(id="x", text="When?"),
        st.datetimes().filter(lambda moment: moment.year >= 1000).map(lambda moment: moment.isoformat()[:16]),
    ),
    "quantity": (
        Quantity(id="x", text="How much?", units=OPTIONS),
        st.fixed_dictionaries({"value": st.integers(-100, 100), "unit": st.sampled_from(["a", "b"])}),
    ),
    "repeated": (
        String(id="x", text="What?", repeats=True),
        st.lists(st.text("ab", min_size=1), min_size=1, max_size=1),
    ),
    "group": (
        Group(
            id="x",
            text="Which ones?",
            repeats=True,
            items=(String(id="a", text="What?"), Boolean(id="b", text="Is it?")),
        ),
        st.lists(st.fixed_dictionaries({"a": st.text("ab", min_size=1), "b": st.booleans()}), min_size=1, max_size=1),
    ),
    "scale": (Scale(id="x", text="How far?", min_label="Near", max_label="Far"), st.integers(0, 10)),
}


def drawn(app: Flask, item: Item, answer: Any) -> str:
    """Return the question's markup with its answer taken out."""
    form = page_form(Page(id="page", title="", items=(item,)), (item,), {"x": 1})(data={"q1": answer})
    with app.test_request_context("/intake/pages/1", base_url="https://forms.clinic.example"):
        markup = str(draw(form.fields[0]))
    markup = re.sub(r"(<textarea[^>]*>).*?(</textarea>)", r"\1\2", markup, flags=re.DOTALL)
    markup = re.sub(r'(type="text"[^>]*?) value="[^"]*"', r"\1", markup)
    # How many entries were saved is in the form, and says nothing of what is in them.
    markup = re.sub(r'<input type="hidden" name="q1-saved"[^>]*>', "", markup)
    return re.sub(r"\s+", " ", markup.replace(" checked", "").replace(" selected", ""))


@pytest.mark.parametrize("kind", ITEMS)
def test_nothing_but_the_answer_itself_depends_on_it(app: Flask, kind: str) -> None:
    item, answers = ITEMS[kind]
    blank = drawn(app, item, None)

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.one_of(answers, st.just({"declined": True})))
    def same_markup(answer: Any) -> None:
        assert drawn(app, item, answer) == blank

    same_markup()


def test_hostile_text_stands_as_text(patient: Patient, token: str) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=http://x.example/> ‮ {{ 7*7 }} </textarea>"
    patient.begin(token)
    patient.get("/intake/pages/1")
    patient.press(q1_text=hostile, q2_other=hostile)
    for path in ("/intake/pages/1", "/intake/check"):
        patient.get(path)
        assert "<script" not in patient.text
        assert "<img" not in patient.text
        assert "&lt;script&gt;" in patient.text
    patient.get("/intake/pages/1")
    assert patient.fields()["q1-text"] == [hostile]
    assert patient.fields()["q2-other"] == [hostile]


def test_texts_of_the_form_carry_their_language_and_direction(practice: Clinic, patient: Patient) -> None:
    practice.register(
        'id: fonts\nversion: "1"\ntitle: أسئلة\nlanguage: ar\ncopyright: CC0-1.0. For a test.\npages:\n'
        "  - id: page\n    title: صفحة\n    items:\n      - {id: helps, type: string, text: ما الذي يساعدك؟}\n"
    )
    practice.approve("fonts")
    patient.begin(practice.invite(questionnaires=("fonts",), language="ar").token)
    patient.get("/intake/pages/1")
    assert patient.text.count('<div lang="ar" dir="rtl">') == 2
    assert '<label class="govuk-label govuk-label--m" id="q1-text" for="q1">ما الذي يساعدك؟</label>' in patient.text
    assert 'dir="auto"' in patient.text
