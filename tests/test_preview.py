"""Walking through a questionnaire with nothing stored."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest

from screening import preview
from screening.intake.saving import Posted
from screening.preview import Preview
from screening.store.audit import Actor
from screening.store.errors import NotAllowed, NotFound
from tests.support.clinic import NOW, Clinic
from tests.support.intake import GARDEN

DRAFT = GARDEN.format(version="2").replace("{id: sharp,", "{id: sharp, off_by_default: yes,")


@pytest.fixture
def draft(clinic: Clinic) -> Clinic:
    """The practice, with a garden questionnaire that nobody has approved."""
    clinic.register(DRAFT)
    return clinic


def begin(practice: Clinic, actor: Actor | None = None, *, all_parts: bool = False) -> Preview:
    return preview.begin(practice.store, actor or practice.admin, "garden", "2", all_parts=all_parts, now=NOW)


def answer(walk: Preview, number: int, **answers: object) -> Preview:
    page = walk.sitting.any_page(number)
    assert page is not None
    shown = frozenset(item.id for item in page.items)
    return walk.save(page, Posted(answers=answers, shown=shown, revision=page.revision))


def titles(walk: Preview) -> list[str]:
    return [page.page.title for page in walk.sitting.pages]


def test_answers_bring_up_questions_and_pages_as_for_a_patient(draft: Clinic) -> None:
    walk = begin(draft)
    assert titles(walk) == ["Your hopes", "Weeds", "Behind the fence"]
    walk = answer(walk, 2, often="most")
    assert titles(walk) == ["Your hopes", "Weeds", "Behind the fence", "Tools"]
    page = walk.sitting.any_page(2)
    assert page is not None
    assert page.count_of_new == 2


def test_parts_that_are_off_are_shown_where_they_are_asked_for(draft: Clinic) -> None:
    def questions(walk: Preview) -> set[str]:
        return {item.id for page in walk.sitting.responses[0].questionnaire.pages for item in page.items}

    assert "sharp" not in questions(begin(draft))
    assert "sharp" in questions(begin(draft, all_parts=True))


def test_what_was_answered_goes_along_with_the_page(draft: Clinic) -> None:
    carried = preview.carry(draft.store, answer(begin(draft), 1, hope="Rain, and a better year."), NOW)
    assert "Rain" not in carried
    resumed = preview.resume(draft.store, begin(draft), carried, NOW)
    assert resumed is not None
    assert resumed.sitting.responses[0].answers.values == {"hope": "Rain, and a better year."}


def test_it_is_taken_up_again_only_by_the_same_person_on_the_same_text_and_soon(draft: Clinic) -> None:
    carried = preview.carry(draft.store, answer(begin(draft), 1, hope="Rain."), NOW)

    def resumed(fresh: Preview, text: str = carried, later: timedelta = timedelta()) -> bool:
        return preview.resume(draft.store, fresh, text, NOW + later) is not None

    assert resumed(begin(draft))
    assert not resumed(begin(draft, draft.novak))
    assert not resumed(begin(draft, all_parts=True))
    assert not resumed(begin(draft), later=preview.LASTS + timedelta(seconds=1))
    for nonsense in ("", "é", "????", carried[:-8], urlsafe_b64encode(bytes(40)).decode()):
        assert not resumed(begin(draft), nonsense)


def test_only_those_who_decide_on_questionnaires_look_at_them(draft: Clinic) -> None:
    begin(draft, draft.novak)
    with pytest.raises(NotAllowed):
        begin(draft, draft.desk)
    with pytest.raises(NotFound):
        preview.begin(draft.store, draft.admin, "garden", "99", now=NOW)
