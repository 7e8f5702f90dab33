"""Questionnaires for staff: reading one, approving it, switching parts on, the safeguard."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from flask import Flask

from screening.definition.diff import KINDS
from screening.definition.loader import load
from screening.definition.model import ITEM_TYPES, Page, Questionnaire
from screening.store import registry
from screening.web.clinic.change_words import change_kinds, changed_keys
from tests.support.clinic import MOOD, NOW, Clinic
from tests.support.definitions import FIXTURES
from tests.support.staff import Member

EVERYTHING = """\
id: everything
version: "1.0-b"
title: Everything at once
description: A form with one of each.
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: first
    title: First page
    intro: Please read this.
    recall: In the last 2 weeks
    items:
      - {id: note, type: display, text: This asks nothing.}
      - {id: pick, type: choice, text: Pick one., short: Pick, help: Only one., glance: yes,
         options: {a: Apples, b: Pears}, other: Something else}
      - {id: several, type: choice, repeats: yes, text: Pick several.,
         options: {a: Apples, none: {text: None of these, exclusive: yes}}}
      - {id: whole, type: integer, text: How many?, min_value: 0, max_value: 24, unit: hours}
      - {id: free, type: text, text: Tell more., max_length: 500, enable_when: {pick: {equals: a}}}
      - {id: when, type: date, precision: month, text: Since when?}
      - {id: rate, type: scale, text: How much?, min_label: Not at all, max_label: Fully}
  - id: second
    title: Second page
    sensitive: The next page is about something hard.
    off_by_default: yes
    enable_when: {pick: {equals: b}}
    items:
      - {id: last, type: boolean, text: Is that all?}
"""
HARD = """\
id: hard
version: "1"
title: Hard questions
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: page
    title: Page
    items:
      - {id: one, type: boolean, text: Is this one?}
      - {id: hurt, type: boolean, text: Have you thought of hurting yourself?, topic: self_harm, off_by_default: yes}
"""


@pytest.fixture
def database_backend() -> str:
    """What these pages do is done by use cases that are tested on both databases."""
    return "sqlite"


@pytest.fixture
def admin(app: Flask, clinic: Clinic) -> Member:
    member = Member(app)
    member.sign_in(clinic.admin)
    return member


def is_offered(clinic: Clinic, questionnaire_id: str) -> str | None:
    """Return by whom the version on offer is approved."""
    with clinic.store.read() as session:
        current = registry.current(session, questionnaire_id)
        return current.approved_by if current else None


def test_a_form_reads_from_beginning_to_end(clinic: Clinic, novak: Member) -> None:
    clinic.register(EVERYTHING)
    novak.get("/clinic/questionnaires/everything/1.0-b")
    assert novak.heading == "Everything at once"
    text = " ".join(re.sub(r"<[^>]+>", " ", novak.text).split())
    for shown in (
        "Version 1.0-b",
        "Not approved yet.",
        "A form with one of each.",
        "Please read this.",
        "In the last 2 weeks:",
        "This asks nothing.",
        "1. Pick one.",
        "Only one.",
        "Apples · Pears · Something else: own words",
        "stands in full on the report’s first page",
        "Apples · None of these (alone)",
        "a whole number from 0 up to 24 (hours)",
        "own words, up to 500 characters; only if Pick: Apples",
        "month and year",
        "a number from 0 (Not at all) to 10 (Fully)",
        "Off until the clinic switches it on.",
        "Only if Pick: Pears",
        "Before this page: “The next page is about something hard.”",
        "7. Is that all?",
        "yes or no",
    ):
        assert shown in text, shown


def test_a_clinician_approves_in_her_own_name_after_saying_that_it_was_read(clinic: Clinic, novak: Member) -> None:
    clinic.register(EVERYTHING)
    novak.get("/clinic/questionnaires/everything/1.0-b")
    novak.press(action="/approve")
    assert novak.problems == ["Confirm that the whole questionnaire was read."]
    assert is_offered(clinic, "everything") is None
    novak.press(action="/approve", has_read="yes")
    assert novak.path == "/clinic/questionnaires/"
    assert is_offered(clinic, "everything") == "Dr A. Novak"
    assert "by Dr A. Novak on 4 May 2026" in novak.text


def test_a_clinician_can_not_approve_in_anothers_name(clinic: Clinic, novak: Member) -> None:
    clinic.register(EVERYTHING)
    novak.get("/clinic/questionnaires/everything/1.0-b")
    novak.press(action="/approve", has_read="yes", approver_name="Dr B. Horak")
    assert novak.problems == ["Only an administrator can enter another clinician's approval."]
    assert is_offered(clinic, "everything") is None


def test_an_administrator_names_the_clinician(clinic: Clinic, admin: Member) -> None:
    clinic.register(EVERYTHING)
    admin.get("/clinic/questionnaires/everything/1.0-b")
    admin.press(action="/approve", has_read="yes")
    assert admin.problems == ["Enter the name of the clinician who approves it."]
    admin.press(action="/approve", has_read="yes", approver_name="Dr B. Horak")
    assert is_offered(clinic, "everything") == "Dr B. Horak"


def test_a_text_that_changed_after_it_was_read_is_not_approved(clinic: Clinic, novak: Member) -> None:
    clinic.register(EVERYTHING)
    novak.get("/clinic/questionnaires/everything/1.0-b")
    novak.press(action="/approve", has_read="yes", content_hash="0" * 64)
    assert novak.problems == ["The text of this version has changed. Look at it again first."]
    assert is_offered(clinic, "everything") is None


def test_a_version_is_withdrawn_and_offered_again(clinic: Clinic, novak: Member) -> None:
    novak.get("/clinic/questionnaires/mood/1")
    novak.press(action="/withdraw")
    assert "nobody new gets it" in novak.text
    assert is_offered(clinic, "mood") is None
    novak.get("/clinic/questionnaires/mood/1")
    assert "Withdrawn on 4 May 2026." in novak.text
    novak.press(action="/approve", has_read="yes")
    assert is_offered(clinic, "mood") == "Dr A. Novak"


def test_the_list_tells_the_state_of_each_version(clinic: Clinic, novak: Member) -> None:
    clinic.register(MOOD.format(version="2"))
    clinic.register(MOOD.format(version="3"))
    clinic.approve("mood", "2")
    novak.get("/clinic/questionnaires/")
    mood = novak.text.partition('<section id="mood">')[2].partition("</section>")[0]
    assert re.findall(r'data-label="State">([^<]*)', mood) == [
        "Draft, not approved",
        "Offered to patients",
        "Replaced by a newer version",
    ]


def test_an_unknown_version_is_not_there(novak: Member) -> None:
    for path in ("mood/9", "nothing/1", "mood/1/approve"):
        assert novak.get(f"/clinic/questionnaires/{path}").status_code in (404, 405)


def test_a_part_is_switched_on_and_off_by_an_administrator(clinic: Clinic, admin: Member, novak: Member) -> None:
    clinic.register(EVERYTHING)
    admin.get("/clinic/questionnaires/")
    admin.press(action="everything/parts")
    assert re.search(r"Second page.*?<dd[^>]*>On</dd>", admin.text, re.DOTALL)
    admin.press(action="everything/parts")
    assert re.search(r"Second page.*?<dd[^>]*>Off</dd>", admin.text, re.DOTALL)
    novak.get("/clinic/questionnaires/")
    assert "An administrator can change this." in novak.text
    assert "Switch on" not in novak.text


def test_a_part_about_self_harm_needs_the_safeguard_first(clinic: Clinic, admin: Member) -> None:
    clinic.register(HARD)
    admin.get("/clinic/questionnaires/")
    assert "None is set, so no patient is asked about self-harm." in admin.text
    assert "Set the safeguard first" in admin.text
    crafted = {"csrf_token": admin.token(), "part": "hurt", "on": "yes"}
    admin.post("/clinic/questionnaires/hard/parts", crafted)
    assert "First set who reads such answers" in admin.text
    admin.get("/admin/safeguard")
    admin.press(reader="", within="by the evening", out_of_hours="They call 112.")
    assert admin.page.status_code == 422
    assert dict(admin.form().fields)["within"] == "by the evening"
    admin.press(reader="The duty clinician")
    assert admin.path == "/clinic/questionnaires/"
    assert "The duty clinician" in admin.text
    admin.press(action="hard/parts")
    assert re.search(r"hurting yourself.*?<dd[^>]*>On\.", admin.text, re.DOTALL)


def test_a_form_that_asks_about_self_harm_from_the_start_waits_for_the_safeguard(clinic: Clinic, novak: Member) -> None:
    clinic.register(HARD.replace(", off_by_default: yes", ""))
    novak.get("/clinic/questionnaires/hard/1")
    assert "An administrator has to set the safeguard before it can be approved." in novak.text
    novak.press(action="/approve", has_read="yes")
    assert novak.problems[0].startswith("This asks about self-harm.")
    assert is_offered(clinic, "hard") is None


def test_a_demonstrations_approval_says_that_nobody_gave_it(clinic: Clinic, novak: Member) -> None:
    from screening import approval

    clinic.register(EVERYTHING)
    approval.approve(
        clinic.store, clinic.admin, "everything", "1.0-b", approver_name="Demonstration", now=NOW, demo=True
    )
    novak.get("/clinic/questionnaires/")
    assert "for the demonstration only, by nobody" in novak.text
    novak.get("/clinic/questionnaires/everything/1.0-b")
    novak.press(action="/approve", has_read="yes")
    assert is_offered(clinic, "everything") == "Dr A. Novak"


def flat(member: Member) -> str:
    """Return the words of the page."""
    return " ".join(re.sub(r"<[^>]+>", " ", member.text).split())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("group", ("Your work", "only if Do you work?: Yes", "2. What do you do?", "a whole number from 1 up to 7")),
        (
            "group_repeats",
            (
                "2. Which medicines do you take?",
                "up to 3 entries, each called “Medicine”; only if Do you take a medicine?: Yes",
                "2a. What is it called?",
                "2e. When did it change?",
                "only if Has the dose changed?: Yes",
            ),
        ),
        (
            "grid",
            (
                "How often did this happen?",
                "Never · Some days · Most days",
                "one answer in each row; looks back on: In the last 2 weeks",
                "2. I ate well",
                "filled in at first: Never",
            ),
        ),
        ("quantity", ("kilograms · pounds · stone", "a number from 0.5 up to 900 in a unit that the patient chooses")),
        ("time", ("a time of day",)),
        ("dateTime", ("a date with the time of day",)),
        ("string_repeats", ("times: a few words",)),
    ],
)
def test_each_kind_of_item_reads_in_words(clinic: Clinic, novak: Member, name: str, shown: tuple[str, ...]) -> None:
    path = FIXTURES / f"{name}.yaml"
    clinic.register(path.read_text("utf-8"))
    questionnaire = load(path).questionnaire
    novak.get(f"/clinic/questionnaires/{questionnaire.id}/{questionnaire.version}")
    for words in shown:
        assert words in flat(novak), words


def test_two_versions_are_compared_with_how_many_responses_stand_on_each(clinic: Clinic, novak: Member) -> None:
    clinic.send(clinic.invite().invitation_id)
    clinic.register(MOOD.format(version="2").replace("Do you feel numb?", "Do you often feel numb?"))
    novak.get("/clinic/questionnaires/mood/2")
    assert "What changed since:" in novak.text
    novak.get("/clinic/questionnaire-changes/mood?old=1&new=2")
    assert novak.heading == "How you have been: what changed"
    words = flat(novak)
    for shown in (
        "Version 1 1 response sent, 0 begun and not sent",
        "Version 2 0 responses sent, 0 begun and not sent",
        "Reworded Question 1, text Before: Do you feel numb? After: Do you often feel numb?",
    ):
        assert shown in words, shown


def test_versions_that_read_alike_say_so_and_unknown_ones_are_not_there(clinic: Clinic, novak: Member) -> None:
    clinic.register(MOOD.format(version="2"))
    novak.get("/clinic/questionnaire-changes/mood?old=1&new=2")
    assert "Nothing changed that a patient or clinician would notice." in novak.text
    for path in ("mood?old=1&new=9", "mood?old=9", "nothing"):
        assert novak.get(f"/clinic/questionnaire-changes/{path}").status_code == 404


def test_every_key_that_can_change_has_words(app: Flask) -> None:
    parts = (Questionnaire, Page, *ITEM_TYPES.values())
    keys = {field.name for part in parts for field in fields(part)} | {"type"}
    with app.test_request_context("/clinic/"):
        assert keys - set(changed_keys()) == {"id", "version", "pages", "items", "option_sets", "option_set"}
        assert list(change_kinds()) == list(KINDS)
