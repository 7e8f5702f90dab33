from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text, update

from screening import approval, invitations, staff
from screening.invitations import InvitationView, Invited
from screening.store import invitations as repository
from screening.store import patients
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.invitations import LinkState
from screening.store.patients import Identity
from screening.store.tables import Invitation, InvitationLink, Patient
from screening.store.worklist import ListState
from tests.support.clinic import MOOD, NOW, ZONE, Clinic

ANNA = Identity("A-17", "Anna Nowak", date(1988, 5, 12), "anna@example.org", None)
TOMORROW = NOW + timedelta(days=1, hours=1)


def view(clinic: Clinic, invitation_id: str, now: datetime = NOW) -> InvitationView:
    return invitations.load(clinic.store, clinic.desk, invitation_id, now=now, zone=ZONE)


def problems(clinic: Clinic, **changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        clinic.invite(**changes)
    return caught.value.problems


def count(clinic: Clinic, table: type[Any]) -> int:
    with clinic.store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def state_by(clinic: Clinic, token: str, now: datetime = NOW) -> LinkState | None:
    with clinic.store.read() as session:
        found = repository.find_by_token(session, clinic.store.keyring, token)
        return repository.link_state(found, now, ZONE) if found else None


def test_an_invitation_holds_what_was_entered(clinic: Clinic) -> None:
    invited = clinic.invite(mobile="+48 600 100 200", questionnaires=("coping", "mood"))
    found = view(clinic, invited.invitation_id)
    assert found.identity == replace(ANNA, mobile="+48 600 100 200")
    assert (found.clinician, found.appointment_at, found.language) == ("Dr A. Novak", TOMORROW, "en")
    assert found.forms == ("What helps you", "How you have been")
    assert (found.state, found.link_state, found.links) == (ListState.NOT_STARTED, LinkState.OPEN, 1)
    assert (found.created_by, found.created_at, found.is_locked) == ("Dora Desk", NOW, False)


def test_an_appointment_today_that_is_already_over_is_still_today(clinic: Clinic) -> None:
    clinic.invite(appointment_at=NOW - timedelta(hours=2))
    assert problems(clinic, appointment_at=NOW - timedelta(days=1)).keys() == {"appointment_at"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"record_number": "  "}, "record_number"),
        ({"record_number": "9" * 41}, "record_number"),
        ({"record_number": "A\x0017"}, "record_number"),
        ({"name": ""}, "name"),
        ({"name": "..."}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Anna\u202eNowak"}, "name"),
        ({"birth_date": date(2026, 5, 5)}, "birth_date"),
        ({"birth_date": date(1880, 1, 1)}, "birth_date"),
        ({"email": "anna"}, "email"),
        ({"email": "anna@example"}, "email"),
        ({"email": "anna@example.org\nBcc: x@example.org"}, "email"),
        ({"email": "a@b.org, c@d.org"}, "email"),
        ({"mobile": "12"}, "mobile"),
        ({"mobile": "call me"}, "mobile"),
        ({"mobile": "1" * 16}, "mobile"),
        ({"clinician_id": 9999}, "clinician_id"),
        ({"appointment_at": datetime(2062, 5, 5, 10, tzinfo=UTC)}, "appointment_at"),
        ({"questionnaires": ()}, "questionnaires"),
        ({"questionnaires": ("mood", "mood")}, "questionnaires"),
        ({"questionnaires": ("mood", "unknown")}, "questionnaires"),
        ({"language": "es"}, "language"),
    ],
)
def test_what_can_not_be_right_is_told_at_its_field(clinic: Clinic, changes: dict[str, Any], field: str) -> None:
    assert problems(clinic, **changes).keys() == {field}
    assert count(clinic, Patient) == 0


def test_a_name_is_spelt_with_joiners_and_found_with_a_space_too(clinic: Clinic) -> None:
    name = "علی\u200cرضا محمدی"
    invited = clinic.invite(name=name)
    assert view(clinic, invited.invitation_id).identity.name == name
    for words in (name, "علی رضا"):
        wanted = invitations.ListFilter(words=words)
        assert len(invitations.appointments(clinic.store, clinic.desk, wanted, now=NOW).rows) == 1


@pytest.mark.parametrize("name", ["Anna\u202eNowak", "Anna\u200bNowak", "Anna\x07Nowak"])
def test_a_name_with_what_can_not_be_seen_is_refused_for_what_it_is(clinic: Clinic, name: str) -> None:
    assert "can't be seen" in problems(clinic, name=name)["name"]


def test_all_mistakes_are_told_at_once(clinic: Clinic) -> None:
    found = problems(clinic, name="", email="x", clinician_id=0, questionnaires=())
    assert found.keys() == {"name", "email", "clinician_id", "questionnaires"}


def test_a_form_that_nobody_approved_can_not_be_sent(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="1").replace("id: mood", "id: new"))
    assert "approved" in problems(clinic, questionnaires=("new",))["questionnaires"]
    assert "no such form" in problems(clinic, questionnaires=("unknown",))["questionnaires"]
    approval.withdraw(clinic.store, clinic.admin, "mood", "1", now=NOW)
    assert "approved" in problems(clinic, questionnaires=("mood",))["questionnaires"]


def test_neither_the_front_desk_nor_a_closed_account_can_be_the_clinician(clinic: Clinic) -> None:
    assert "clinician_id" in problems(clinic, clinician_id=int(clinic.desk.id))
    staff.disable_staff(clinic.store, clinic.admin, int(clinic.horak.id), now=NOW)
    assert "clinician_id" in problems(clinic, clinician_id=int(clinic.horak.id))
    assert invitations.clinicians(clinic.store, clinic.desk) == [(int(clinic.novak.id), "Dr A. Novak")]


def test_a_patient_who_comes_again_is_the_same_patient(clinic: Clinic) -> None:
    clinic.invite()
    again = clinic.invite(
        record_number=" a-17", name="ANNA NOWAK", email="new@example.org", appointment_at=TOMORROW + timedelta(days=9)
    )
    assert count(clinic, Patient) == 1
    assert view(clinic, again.invitation_id).identity == replace(ANNA, email="new@example.org")


def test_leaving_the_address_out_does_not_forget_it(clinic: Clinic) -> None:
    clinic.invite()
    again = clinic.invite(email=None, appointment_at=TOMORROW + timedelta(days=9))
    assert view(clinic, again.invitation_id).identity.email == "anna@example.org"


@pytest.mark.parametrize(
    ("changes", "field"), [({"name": "Anna Kowalska"}, "name"), ({"birth_date": date(1988, 12, 5)}, "birth_date")]
)
def test_a_known_record_number_with_another_person_is_told_and_changes_nothing(
    clinic: Clinic, changes: dict[str, Any], field: str
) -> None:
    first = clinic.invite()
    message = problems(clinic, appointment_at=TOMORROW + timedelta(days=9), **changes)[field]
    assert "another" in message
    assert "Nowak" not in message
    assert "1988" not in message
    assert view(clinic, first.invitation_id).identity == ANNA
    assert count(clinic, Invitation) == 1


def test_a_double_click_makes_one_invitation_and_tells_which(clinic: Clinic) -> None:
    first = clinic.invite()
    with pytest.raises(Conflict) as caught:
        clinic.invite()
    assert caught.value.current == first.invitation_id


def test_many_clicks_at_once_make_one_invitation_and_one_patient(clinic: Clinic) -> None:
    def go(_: int) -> Invited | None:
        try:
            return clinic.invite()
        except Conflict:
            return None

    with ThreadPoolExecutor(6) as pool:
        made = [invited for invited in pool.map(go, range(12)) if invited]
    assert len(made) == 1
    assert (count(clinic, Patient), count(clinic, Invitation), count(clinic, InvitationLink)) == (1, 1, 1)


def test_different_patients_are_invited_at_once(clinic: Clinic) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda n: clinic.invite(record_number=f"P-{n}", name=f"Patient {n}"), range(12)))
    assert len({invited.token for invited in made}) == 12
    assert count(clinic, Patient) == 12


def test_a_token_opens_its_invitation_and_the_database_does_not_know_it(clinic: Clinic) -> None:
    invited = clinic.invite()
    assert len(invited.token) >= 43
    with clinic.store.read() as session:
        found = repository.find_by_token(session, clinic.store.keyring, invited.token)
        assert found is not None
        assert found.id == invited.invitation_id
        everything = repr(session.execute(text("SELECT * FROM invitation_link")).all())
        everything += repr(session.execute(text("SELECT * FROM audit_event")).all())
    assert invited.token not in everything


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 100_000, "ünï\x00", "%s"])
def test_a_made_up_token_opens_nothing(clinic: Clinic, token: str) -> None:
    clinic.invite()
    assert state_by(clinic, token) is None


def test_each_new_link_is_another_one_and_all_work(clinic: Clinic) -> None:
    invited = clinic.invite()
    again = invitations.new_link(clinic.store, clinic.desk, invited.invitation_id, now=NOW, zone=ZONE)
    assert again != invited.token
    assert [state_by(clinic, token) for token in (invited.token, again)] == [LinkState.OPEN, LinkState.OPEN]
    assert view(clinic, invited.invitation_id).links == 2


def test_links_end_with_the_appointments_day_in_the_clinics_zone(clinic: Clinic) -> None:
    at = datetime(2026, 5, 5, 21, 30, tzinfo=UTC)  # 23:30 in Prague
    invited = clinic.invite(appointment_at=at)
    assert state_by(clinic, invited.token, datetime(2026, 5, 5, 21, 59, 59, tzinfo=UTC)) is LinkState.OPEN
    assert state_by(clinic, invited.token, datetime(2026, 5, 5, 22, 0, tzinfo=UTC)) is LinkState.OVER
    with clinic.store.read() as session:
        found = repository.get(session, invited.invitation_id)
    later = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
    assert repository.link_state(found, later, ZoneInfo("America/New_York")) is LinkState.OPEN


def test_a_moved_appointment_takes_its_links_along(clinic: Clinic) -> None:
    invited = clinic.invite()
    much_later = TOMORROW + timedelta(days=10)
    with pytest.raises(NotAllowed, match="day of the appointment has passed"):
        invitations.new_link(clinic.store, clinic.desk, invited.invitation_id, now=much_later, zone=ZONE)
    moved = much_later + timedelta(days=1)
    invitations.move_appointment(clinic.store, clinic.desk, invited.invitation_id, moved, now=much_later, zone=ZONE)
    assert state_by(clinic, invited.token, much_later) is LinkState.OPEN
    assert view(clinic, invited.invitation_id).appointment_at == moved


def test_an_appointment_can_not_be_moved_into_the_past_or_onto_another(clinic: Clinic) -> None:
    clinic.invite()
    second = clinic.invite(appointment_at=TOMORROW + timedelta(days=9))
    for at in (NOW - timedelta(days=1), TOMORROW):
        with pytest.raises(Invalid) as caught:
            invitations.move_appointment(clinic.store, clinic.desk, second.invitation_id, at, now=NOW, zone=ZONE)
        assert caught.value.problems.keys() == {"appointment_at"}


def test_cancelling_ends_every_link_for_good(clinic: Clinic) -> None:
    invited = clinic.invite()
    for _ in range(2):
        invitations.cancel(clinic.store, clinic.desk, invited.invitation_id, now=NOW)
    assert state_by(clinic, invited.token) is LinkState.CANCELLED
    assert view(clinic, invited.invitation_id).state is ListState.CANCELLED
    with pytest.raises(NotAllowed, match="cancelled"):
        invitations.new_link(clinic.store, clinic.desk, invited.invitation_id, now=NOW, zone=ZONE)
    with pytest.raises(NotAllowed):
        invitations.move_appointment(clinic.store, clinic.desk, invited.invitation_id, TOMORROW, now=NOW, zone=ZONE)
    clinic.invite()  # the same appointment is free again


def test_what_was_sent_can_not_be_cancelled_and_takes_no_link(clinic: Clinic) -> None:
    invited = clinic.invite()
    clinic.send(invited.invitation_id)
    assert state_by(clinic, invited.token) is LinkState.SENT
    assert state_by(clinic, invited.token, NOW + timedelta(days=99)) is LinkState.SENT
    with pytest.raises(NotAllowed):
        invitations.cancel(clinic.store, clinic.desk, invited.invitation_id, now=NOW)
    with pytest.raises(NotAllowed):
        invitations.new_link(clinic.store, clinic.desk, invited.invitation_id, now=NOW, zone=ZONE)


def test_who_declined_gets_no_new_link_but_can_be_invited_again(clinic: Clinic) -> None:
    invited = clinic.invite()
    with clinic.store.write() as session:
        session.execute(update(Invitation).values(state="declined", declined_at=NOW))
    with pytest.raises(NotAllowed, match="paper"):
        invitations.new_link(clinic.store, clinic.desk, invited.invitation_id, now=NOW, zone=ZONE)
    clinic.invite()


def test_a_corrected_birth_date_stands_everywhere_and_gives_fresh_tries(clinic: Clinic) -> None:
    invited = clinic.invite()
    with clinic.store.write() as session:
        session.execute(update(Invitation).values(birth_date_failures=repository.BIRTH_DATE_TRIES))
    assert view(clinic, invited.invitation_id).is_locked
    right = replace(ANNA, name="  Anna  Nowak-Kowalska ", birth_date=date(1988, 12, 5), mobile="")
    invitations.correct_identity(clinic.store, clinic.desk, invited.invitation_id, right, now=NOW, zone=ZONE)
    found = view(clinic, invited.invitation_id)
    assert found.identity == replace(right, name="Anna Nowak-Kowalska", mobile=None)
    assert not found.is_locked


def test_a_correction_is_checked_and_can_not_take_anothers_number(clinic: Clinic) -> None:
    clinic.invite()
    other = clinic.invite(record_number="B-2", name="Béla Kis")
    for wrong, field in (
        (replace(ANNA, record_number="a-17"), "record_number"),
        (replace(ANNA, record_number="B-2", email="nonsense"), "email"),
    ):
        with pytest.raises(Invalid) as caught:
            invitations.correct_identity(clinic.store, clinic.desk, other.invitation_id, wrong, now=NOW, zone=ZONE)
        assert caught.value.problems.keys() == {field}
    assert view(clinic, other.invitation_id).identity.name == "Béla Kis"


def test_a_correction_that_changes_nothing_is_not_on_record(clinic: Clinic) -> None:
    invited = clinic.invite()
    patient = f"patient:{view(clinic, invited.invitation_id).patient_id}"
    invitations.correct_identity(clinic.store, clinic.desk, invited.invitation_id, ANNA, now=NOW, zone=ZONE)
    assert clinic.actions(patient) == [("create", clinic.desk.id)]


def test_unlocking_gives_fresh_tries(clinic: Clinic) -> None:
    invited = clinic.invite()
    with clinic.store.write() as session:
        session.execute(update(Invitation).values(birth_date_failures=repository.BIRTH_DATE_TRIES))
    invitations.unlock(clinic.store, clinic.desk, invited.invitation_id, now=NOW)
    assert not view(clinic, invited.invitation_id).is_locked


def test_another_clinician_can_be_named(clinic: Clinic) -> None:
    invited = clinic.invite()
    invitations.reassign(clinic.store, clinic.desk, invited.invitation_id, int(clinic.horak.id), now=NOW)
    assert view(clinic, invited.invitation_id).clinician == "Dr B. Horak"
    with pytest.raises(Invalid):
        invitations.reassign(clinic.store, clinic.desk, invited.invitation_id, int(clinic.desk.id), now=NOW)


def test_all_that_was_done_is_on_record(clinic: Clinic) -> None:
    desk, invited = clinic.desk, clinic.invite()
    there = {"now": NOW, "zone": ZONE}
    invitations.new_link(clinic.store, desk, invited.invitation_id, **there)
    invitations.move_appointment(clinic.store, desk, invited.invitation_id, TOMORROW + timedelta(hours=1), **there)
    invitations.reassign(clinic.store, desk, invited.invitation_id, int(clinic.horak.id), now=NOW)
    invitations.unlock(clinic.store, desk, invited.invitation_id, now=NOW)
    patient = f"patient:{view(clinic, invited.invitation_id).patient_id}"
    invitations.correct_identity(
        clinic.store, desk, invited.invitation_id, replace(ANNA, name="Anna Kowalska"), **there
    )
    invitations.cancel(clinic.store, desk, invited.invitation_id, now=NOW)
    done = [action for action, _ in clinic.actions(f"invitation:{invited.invitation_id}")]
    assert done == ["invite", "new_link", "move", "reassign", "unlock", "read", "cancel"]
    assert clinic.actions(patient) == [("create", desk.id), ("change", desk.id)]
    with clinic.store.read() as session:
        trail = repr(session.execute(text("SELECT * FROM audit_event")).all())
    assert not any(secret in trail for secret in ("Anna", "Kowalska", "A-17", "anna@", invited.token))


ACTIONS: dict[str, Callable[[Clinic, str], object]] = {
    "invite": lambda clinic, _: invitations.invite(clinic.store, clinic.novak, clinic.request(), now=NOW, zone=ZONE),
    "new_link": lambda clinic, at: invitations.new_link(clinic.store, clinic.novak, at, now=NOW, zone=ZONE),
    "load": lambda clinic, at: invitations.load(clinic.store, clinic.admin, at, now=NOW, zone=ZONE),
    "cancel": lambda clinic, at: invitations.cancel(clinic.store, clinic.admin, at, now=NOW),
    "unlock": lambda clinic, at: invitations.unlock(clinic.store, clinic.novak, at, now=NOW),
    "weigh": lambda clinic, _: invitations.weigh(clinic.store, clinic.admin, ["mood"]),
    "choosable_forms": lambda clinic, _: invitations.choosable_forms(clinic.store, clinic.admin),
    "clinicians": lambda clinic, _: invitations.clinicians(clinic.store, clinic.admin),
    "appointments": lambda clinic, _: invitations.appointments(
        clinic.store, clinic.admin, invitations.ListFilter(), now=NOW
    ),
    "reassign": lambda clinic, at: invitations.reassign(clinic.store, clinic.novak, at, int(clinic.horak.id), now=NOW),
    "move": lambda clinic, at: invitations.move_appointment(
        clinic.store, clinic.novak, at, TOMORROW, now=NOW, zone=ZONE
    ),
    "correct": lambda clinic, at: invitations.correct_identity(
        clinic.store, clinic.novak, at, ANNA, now=NOW, zone=ZONE
    ),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_front_desk_invites(clinic: Clinic, action: str) -> None:
    invited = clinic.invite()
    with pytest.raises(NotAllowed):
        ACTIONS[action](clinic, invited.invitation_id)


def test_what_is_not_there_is_not_found(clinic: Clinic) -> None:
    for go in (invitations.unlock, invitations.cancel):
        with pytest.raises(NotFound):
            go(clinic.store, clinic.desk, "0" * 32, now=NOW)
    with pytest.raises(NotFound):
        view(clinic, "0" * 32)


def test_the_front_desk_is_told_what_the_forms_ask(clinic: Clinic) -> None:
    coping, mood = sorted(invitations.choosable_forms(clinic.store, clinic.desk), key=lambda form: form.id)
    assert (coping.title, coping.burden.questions, coping.burden.minutes) == ("What helps you", 1, 1)
    assert mood.burden.questions == 3
    both = invitations.weigh(clinic.store, clinic.desk, ["mood", "coping", "unknown", "mood"])
    assert both.questions == 4
    assert not both.is_heavy


def test_the_identity_that_is_stored_is_the_tidied_one(clinic: Clinic) -> None:
    clinic.invite(record_number="  A-17 ", name=" Anna   Nowak ", email=" anna@example.org ", mobile="  ")
    with clinic.store.read() as session:
        patient_id = patients.find_by_record_number(session, clinic.store.keyring, "A-17")
        assert patient_id is not None
        assert patients.read(session, clinic.store.keyring, patient_id) == ANNA


def test_the_front_desks_side_knows_no_way_to_open_an_answer() -> None:
    code = (
        "import sys, screening.invitations\n"
        "hold = {f'screening.store.{name}' for name in ('responses', 'drafts', 'notes')}\n"
        "sys.exit(', '.join(sorted(hold & sys.modules.keys())) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
