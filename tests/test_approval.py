from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from screening import approval
from screening.approval import VersionView
from screening.path import offered
from screening.store import registry
from screening.store.audit import SYSTEM, Actor
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.support.clinic import MOOD, NOW, Clinic
from tests.support.definitions import FIXTURES

LATER = NOW + timedelta(days=1)
FULL_QUESTION = (
    MOOD.format(version="1")
    .replace("id: mood", "id: asks")
    .replace("text: Do you feel numb?", "text: Do you think of hurting yourself?, topic: self_harm")
)


@pytest.fixture
def forms(clinic: Clinic) -> Clinic:
    for name in ("off_by_default", "self_harm"):
        clinic.register((FIXTURES / f"{name}.yaml").read_text(encoding="utf-8"))
    return clinic


def approve(clinic: Clinic, actor: Actor, name: str, questionnaire_id: str = "mood", version: str = "2") -> None:
    approval.approve(clinic.store, actor, questionnaire_id, version, approver_name=name, now=LATER)


def newest(clinic: Clinic, questionnaire_id: str = "mood") -> VersionView:
    return approval.versions(clinic.store, clinic.admin, questionnaire_id)[0]


def set_safeguard(clinic: Clinic) -> None:
    approval.set_safeguard(
        clinic.store,
        clinic.admin,
        reader="Dr A. Novak",
        within="one working day",
        out_of_hours="The crisis line answers.",
        now=NOW,
    )


def given(clinic: Clinic, questionnaire_id: str) -> list[str]:
    """Return the items that a patient who begins now would get."""
    with clinic.store.read() as session:
        questionnaire = registry.definition(session, questionnaire_id, "1")
        return [item.id for item in offered(questionnaire, registry.switched_on(session, questionnaire)).items()]


def test_a_new_version_is_offered_once_a_clinician_approved_it(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="2"), LATER)
    assert (newest(clinic).version, newest(clinic).approved_by, newest(clinic).is_current) == ("2", None, False)
    approve(clinic, clinic.horak, "Dr B. Horak")
    view = newest(clinic)
    assert (view.approved_by, view.approved_at, view.is_current) == ("Dr B. Horak", LATER, True)
    assert [version.is_current for version in approval.versions(clinic.store, clinic.admin, "mood")] == [True, False]
    assert clinic.actions("questionnaire:mood")[-1] == ("approve", clinic.horak.id)


def test_an_approval_stands_as_it_was_given(clinic: Clinic) -> None:
    before = newest(clinic)
    approve(clinic, clinic.horak, "Dr B. Horak", version="1")
    assert newest(clinic) == before


def test_a_clinician_approves_in_her_own_name_only_and_an_administrator_names_one(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="2"), LATER)
    with pytest.raises(NotAllowed, match="administrator"):
        approve(clinic, clinic.horak, "Dr A. Novak")
    approve(clinic, clinic.admin, "Dr C. Elsewhere")
    assert newest(clinic).approved_by == "Dr C. Elsewhere"


def test_the_front_desk_approves_nothing(clinic: Clinic) -> None:
    with pytest.raises(NotAllowed):
        approve(clinic, clinic.desk, "Dora Desk", version="1")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_an_approval_needs_a_name(clinic: Clinic, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        approve(clinic, clinic.admin, name, version="1")
    assert caught.value.problems.keys() == {"approver_name"}


def test_what_is_not_registered_can_not_be_approved(clinic: Clinic) -> None:
    for questionnaire_id, version in (("mood", "99"), ("unknown", "1")):
        with pytest.raises(NotFound):
            approve(clinic, clinic.admin, "Dr A. Novak", questionnaire_id, version)


def test_an_approval_is_for_the_text_that_was_looked_at(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="2"), LATER)
    with pytest.raises(Conflict) as caught:
        approval.approve(
            clinic.store, clinic.novak, "mood", "2", approver_name="Dr A. Novak", now=LATER, content_hash="0" * 64
        )
    assert caught.value.current == newest(clinic).content_hash
    assert newest(clinic).approved_by is None


def test_a_demo_approval_is_marked_and_gives_way_to_a_real_one_but_never_the_other_way(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="2"), LATER)
    demo = {"approver_name": "Demo", "now": NOW, "demo": True}
    approval.approve(clinic.store, SYSTEM, "mood", "2", **demo)
    assert newest(clinic).approval_is_demo
    approve(clinic, clinic.novak, "Dr A. Novak")
    approval.approve(clinic.store, SYSTEM, "mood", "2", **demo)
    view = newest(clinic)
    assert (view.approved_by, view.approval_is_demo) == ("Dr A. Novak", False)


def test_a_withdrawn_version_is_offered_again_only_by_a_new_approval(clinic: Clinic) -> None:
    for _ in range(2):
        approval.withdraw(clinic.store, clinic.novak, "mood", "1", now=NOW)
    view = newest(clinic)
    assert (view.is_current, view.withdrawn_at, view.approved_by) == (False, NOW, "Dr A. Novak")
    approve(clinic, clinic.horak, "Dr B. Horak", version="1")
    view = newest(clinic)
    assert (view.is_current, view.withdrawn_at, view.approved_by) == (True, None, "Dr B. Horak")
    done = [action for action, _ in clinic.actions("questionnaire:mood")]
    assert done == ["approve", "withdraw", "approve"]


def test_parts_are_off_until_switched_on_and_off_again(forms: Clinic) -> None:
    assert given(forms, "off-by-default") == ["asked"]
    assert [(part.part.id, part.is_on) for part in approval.parts(forms.store, forms.admin, "off-by-default")] == [
        ("extra", False),
        ("thoughts", False),
    ]
    for _ in range(2):
        approval.switch(forms.store, forms.novak, "off-by-default", "thoughts", on=True, now=NOW)
    assert given(forms, "off-by-default") == ["asked", "muddled"]
    for _ in range(2):
        approval.switch(forms.store, forms.novak, "off-by-default", "thoughts", on=False, now=NOW)
    assert given(forms, "off-by-default") == ["asked"]
    done = [action for action, _ in forms.actions("questionnaire:off-by-default")]
    assert done == ["switch_on", "switch_off"]


def test_only_what_is_off_by_default_can_be_switched(forms: Clinic) -> None:
    for questionnaire_id, part_id in (("off-by-default", "asked"), ("off-by-default", "nothing"), ("unknown", "x")):
        with pytest.raises(NotFound):
            approval.switch(forms.store, forms.admin, questionnaire_id, part_id, on=True, now=NOW)
    with pytest.raises(NotFound):
        approval.parts(forms.store, forms.admin, "unknown")


def test_questions_about_self_harm_wait_for_the_safeguard(forms: Clinic) -> None:
    with pytest.raises(NotAllowed, match="self-harm"):
        approval.switch(forms.store, forms.admin, "self-harm", "very_hard_thoughts", on=True, now=NOW)
    assert given(forms, "self-harm") == ["why"]
    set_safeguard(forms)
    approval.switch(forms.store, forms.admin, "self-harm", "very_hard_thoughts", on=True, now=NOW)
    assert given(forms, "self-harm") == ["why", "hurt"]
    (part,) = approval.parts(forms.store, forms.admin, "self-harm")
    assert (part.is_on, part.counts) == (True, True)


def test_a_switch_left_on_from_elsewhere_counts_for_nothing_without_a_safeguard(forms: Clinic) -> None:
    set_safeguard(forms)
    approval.switch(forms.store, forms.admin, "self-harm", "very_hard_thoughts", on=True, now=NOW)
    with forms.store.write() as session:
        session.delete(session.get_one(approval.Safeguard, 1))
    assert given(forms, "self-harm") == ["why"]
    (part,) = approval.parts(forms.store, forms.admin, "self-harm")
    assert (part.is_on, part.counts) == (True, False)


def test_a_form_that_asks_about_self_harm_from_the_start_is_not_approved_without_a_safeguard(clinic: Clinic) -> None:
    clinic.register(FULL_QUESTION)
    with pytest.raises(NotAllowed, match="self-harm"):
        approve(clinic, clinic.novak, "Dr A. Novak", "asks", "1")
    set_safeguard(clinic)
    approve(clinic, clinic.novak, "Dr A. Novak", "asks", "1")
    assert newest(clinic, "asks").is_current


def test_the_safeguard_is_shown_as_set_and_can_be_changed(clinic: Clinic) -> None:
    assert approval.safeguard(clinic.store, clinic.novak) is None
    set_safeguard(clinic)
    approval.set_safeguard(
        clinic.store, clinic.admin, reader=" Dr B. Horak ", within="two hours", out_of_hours="112", now=LATER
    )
    found = approval.safeguard(clinic.store, clinic.novak)
    assert found is not None
    assert (found.reader, found.within, found.out_of_hours, found.set_at) == ("Dr B. Horak", "two hours", "112", LATER)
    assert clinic.actions("safeguard:1") == [("set", clinic.admin.id), ("set", clinic.admin.id)]


def test_a_safeguard_is_whole_or_not_at_all(clinic: Clinic) -> None:
    with pytest.raises(Invalid) as caught:
        approval.set_safeguard(clinic.store, clinic.admin, reader="", within="x" * 201, out_of_hours=" ", now=NOW)
    assert caught.value.problems.keys() == {"reader", "within", "out_of_hours"}
    assert approval.safeguard(clinic.store, clinic.admin) is None


DESK_TRIES: dict[str, Callable[[Clinic], object]] = {
    "versions": lambda clinic: approval.versions(clinic.store, clinic.desk),
    "withdraw": lambda clinic: approval.withdraw(clinic.store, clinic.desk, "mood", "1", now=NOW),
    "parts": lambda clinic: approval.parts(clinic.store, clinic.desk, "mood"),
    "switch": lambda clinic: approval.switch(clinic.store, clinic.desk, "mood", "x", on=True, now=NOW),
    "safeguard": lambda clinic: approval.safeguard(clinic.store, clinic.desk),
    "set_safeguard": lambda clinic: approval.set_safeguard(
        clinic.store, clinic.novak, reader="x", within="x", out_of_hours="x", now=NOW
    ),
}


@pytest.mark.parametrize("action", DESK_TRIES)
def test_who_may_not_is_not_allowed(clinic: Clinic, action: str) -> None:
    with pytest.raises(NotAllowed):
        DESK_TRIES[action](clinic)


def test_all_versions_are_listed_with_what_they_ask(clinic: Clinic) -> None:
    listed = approval.versions(clinic.store, clinic.novak)
    assert [(view.questionnaire_id, view.burden.questions) for view in listed] == [("coping", 1), ("mood", 3)]
    assert listed[0].clinically_reviewed == ""
