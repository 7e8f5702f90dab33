"""A patient who stops, leaves, comes back: earlier answers stay hidden, and the phone shows nothing of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request

from tests.support.browser import PHONE, Watch
from tests.support.journey import Patient, Running

NEUTRAL_SITE = "https://www.wikipedia.org/"
WORDS = "Nobody at home knows that I am here."


def begun(patient: Patient) -> str:
    """Let the patient have agreed and stand before the first page; return the link."""
    link = patient.practice.invite("detachment-checkin")
    patient.opens(link)
    patient.gives_birth_date()
    patient.agrees()
    patient.press("Start with the first topic")
    return link


def test_earlier_answers_stay_hidden_and_can_be_kept_or_given_anew(patient: Patient) -> None:
    link = begun(patient)
    patient.writes("What would you most like to talk about this time?", WORDS)
    patient.press("Save and stop")
    patient.sees("Saved, and stopped")
    patient.page.go_back()
    patient.sees("Please open your link again")
    patient.does_not_read(WORDS)

    patient.opens(link)
    patient.gives_birth_date()
    patient.sees("Welcome back")
    patient.reads("You have done 1 of 4 pages.", "Your earlier answers are saved, and hidden.")
    patient.press("Go on")
    patient.follow("Since your last visit")
    patient.sees("Since your last visit", "hidden")
    patient.reads("Answered, hidden.")
    patient.does_not_read(WORDS)

    patient.press("Keep my answers")
    patient.sees("How you have been")
    patient.follow("Back")
    patient.press("Answer anew")
    patient.sees("Since your last visit", "anew")
    patient.does_not_read(WORDS)
    patient.writes("What has changed for you since your last visit?", "A new job.")
    patient.press("Save and continue")
    patient.follow("All topics")
    patient.press("Send what I have")
    patient.sees("Check your answers", "answered anew")
    patient.reads("A new job.")
    patient.does_not_read(WORDS)


def test_a_patient_who_was_away_gives_the_birth_date_and_finds_the_page_saved(patient: Patient) -> None:
    begun(patient)
    patient.writes("What would you most like to talk about this time?", WORDS)
    patient.practice.clock.advance(minutes=61)
    patient.press("Save and continue")
    patient.sees("You were away for a while")
    patient.reads("What you typed is still here.")
    patient.gives_birth_date()
    patient.sees("How you have been")
    patient.follow("Back")
    assert patient.question("What would you most like").get_by_role("textbox").input_value() == WORDS


def test_a_page_that_is_open_twice_is_not_overwritten(patient: Patient) -> None:
    begun(patient)
    other = Patient(patient.page.context.new_page(), patient.practice, patient.way)
    other.opens("/intake/pages/1")
    patient.writes("What would you most like to talk about this time?", WORDS)
    patient.press("Save and continue")
    other.writes("What would you most like to talk about this time?", "My sleep.")
    other.press("Save and continue")
    other.sees("This page was saved in another place too")
    other.reads(WORDS, "My sleep.")
    other.press("Use what I typed here")
    other.sees("How you have been")
    other.follow("Back")
    assert other.question("What would you most like").get_by_role("textbox").input_value() == "My sleep."


def test_exit_leaves_at_once_and_back_shows_nothing(
    new_page: Callable[..., Page], practice: Running, watch: Watch
) -> None:
    patient = Patient(new_page(PHONE), practice, PHONE)
    watch.allowed_hosts.add("www.wikipedia.org")
    asked: list[Request] = []
    patient.page.on("request", lambda request: asked.append(request) if NEUTRAL_SITE in request.url else None)
    begun(patient)
    patient.writes("What would you most like to talk about this time?", WORDS)
    assert not asked
    patient.follow("Exit this page")
    assert [(request.url, request.header_value("referer")) for request in asked] == [(NEUTRAL_SITE, None)]
    patient.page.go_back()
    patient.sees("Please open your link again")
    patient.does_not_read(WORDS)


@pytest.mark.parametrize("forgotten", [True, False], ids=["to-the-front-desk", "on-paper"])
def test_other_ways_out(new_page: Callable[..., Page], practice: Running, forgotten: bool) -> None:
    patient = Patient(new_page(PHONE), practice, PHONE)
    patient.opens(practice.invite("detachment-checkin"))
    if forgotten:
        for _ in range(5):
            patient.gives_birth_date(year=1989)
        patient.sees("This link is locked")
        return
    patient.gives_birth_date()
    patient.press("Start")
    patient.press("Continue")
    patient.press("Continue")
    patient.press("I do not want to answer online")
    patient.sees("You chose not to answer online")
