from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text

from screening import invitations, review
from screening.store import worklist
from screening.store.access import CliniciansSee, may_read_answers
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.tables import Invitation
from screening.store.waiting import IN_ORDER, to_review_query
from screening.store.worklist import ListFilter, ListPage, ListState
from tests.support.clinic import ANSWERED, NOW, Clinic

PEOPLE = ("Anna Nowak", "Béla Kis", "Čeněk Dvořák", "Dana Nowak")


@pytest.fixture
def day(clinic: Clinic) -> dict[str, str]:
    """Four appointments tomorrow, an hour apart: not started, begun, declined, sent; name -> invitation."""
    made = {}
    for number, name in enumerate(PEOPLE):
        at = NOW + timedelta(days=1, hours=4 - number)  # invited in the reverse order of the appointments
        made[name] = clinic.invite(record_number=f"P-{number}", name=name, appointment_at=at).invitation_id
    clinic.begin(made["Béla Kis"])
    with clinic.store.write() as session:
        row = session.get_one(Invitation, made["Čeněk Dvořák"])
        row.state, row.declined_at = "declined", NOW
    clinic.send(made["Dana Nowak"])
    return made


def shown(page: ListPage) -> list[tuple[str, str]]:
    return [(row.patient_name, row.state.value) for row in page.rows]


def desk_list(clinic: Clinic, wanted: ListFilter | None = None, number: int = 1) -> ListPage:
    return invitations.appointments(clinic.store, clinic.desk, wanted or ListFilter(), number=number, now=NOW)


def own_list(
    clinic: Clinic, actor: Actor, wanted: ListFilter | None = None, clinicians_see: CliniciansSee = "own"
) -> ListPage:
    return review.appointments(clinic.store, actor, wanted or ListFilter(), clinicians_see=clinicians_see, now=NOW)


def waiting(clinic: Clinic, actor: Actor, clinicians_see: CliniciansSee = "own") -> ListPage:
    return review.to_review(clinic.store, actor, clinicians_see=clinicians_see, now=NOW)


def test_the_list_is_by_appointment_and_says_what_became_of_each(clinic: Clinic, day: dict[str, str]) -> None:
    assert shown(desk_list(clinic)) == [
        ("Dana Nowak", "sent"),
        ("Čeněk Dvořák", "declined"),
        ("Béla Kis", "begun"),
        ("Anna Nowak", "not_started"),
    ]


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (ListState.NOT_STARTED, ["Anna Nowak"]),
        (ListState.BEGUN, ["Béla Kis"]),
        (ListState.DECLINED, ["Čeněk Dvořák"]),
        (ListState.SENT, ["Dana Nowak"]),
        (ListState.REVIEWED, []),
        (ListState.CANCELLED, []),
    ],
)
def test_the_list_can_be_narrowed_to_one_state(
    clinic: Clinic, day: dict[str, str], state: ListState, names: list[str]
) -> None:
    page = desk_list(clinic, ListFilter(state=state))
    assert [row.patient_name for row in page.rows] == names


def test_what_was_cancelled_is_listed_only_when_asked_for(clinic: Clinic, day: dict[str, str]) -> None:
    invitations.cancel(clinic.store, clinic.desk, day["Anna Nowak"], now=NOW)
    assert "Anna Nowak" not in dict(shown(desk_list(clinic)))
    assert shown(desk_list(clinic, ListFilter(state=ListState.CANCELLED))) == [("Anna Nowak", "cancelled")]


def test_the_list_can_be_narrowed_by_time_and_clinician(clinic: Clinic, day: dict[str, str]) -> None:
    invitations.reassign(clinic.store, clinic.desk, day["Anna Nowak"], int(clinic.horak.id), now=NOW)
    since, until = NOW + timedelta(days=1, hours=2), NOW + timedelta(days=1, hours=4)
    page = desk_list(clinic, ListFilter(since=since, until=until))
    assert [row.patient_name for row in page.rows] == ["Čeněk Dvořák", "Béla Kis"]
    page = desk_list(clinic, ListFilter(clinician_id=int(clinic.horak.id)))
    assert [(row.patient_name, row.clinician) for row in page.rows] == [("Anna Nowak", "Dr B. Horak")]


@pytest.mark.parametrize(
    ("words", "names"),
    [("nowak", ["Dana Nowak", "Anna Nowak"]), ("dvorak cenek", ["Čeněk Dvořák"]), ("p-1", ["Béla Kis"]), ("now", [])],
)
def test_people_are_searched_by_number_and_by_words_of_the_name(
    clinic: Clinic, day: dict[str, str], words: str, names: list[str]
) -> None:
    assert [row.patient_name for row in desk_list(clinic, ListFilter(words=words)).rows] == names


def test_fifty_appointments_are_a_page(clinic: Clinic) -> None:
    for number in range(52):
        at = NOW + timedelta(days=1, minutes=number)
        clinic.invite(record_number=f"P-{number}", name=f"Patient {number}", appointment_at=at)
    first, second = desk_list(clinic), desk_list(clinic, number=2)
    assert (len(first.rows), first.has_next) == (50, True)
    assert [row.patient_name for row in second.rows] == ["Patient 50", "Patient 51"]
    assert not second.has_next
    assert desk_list(clinic, number=99).rows == ()


def test_the_front_desk_gets_no_way_to_an_answer(clinic: Clinic, day: dict[str, str]) -> None:
    page = desk_list(clinic)
    assert all(row.responses == () for row in page.rows)
    with clinic.store.read() as session:
        response_ids = session.execute(text("SELECT id FROM response")).scalars().all()
    assert response_ids
    view = invitations.load(
        clinic.store,
        clinic.desk,
        day["Dana Nowak"],
        now=NOW,
        zone=NOW.tzinfo,  # type: ignore[arg-type]  # it has one
    )
    assert not any(response_id in repr((page, view)) for response_id in response_ids)


def test_a_clinician_gets_the_responses_of_her_own_patients(clinic: Clinic, day: dict[str, str]) -> None:
    rows = {row.patient_name: row for row in own_list(clinic, clinic.novak).rows}
    assert [response.title for response in rows["Dana Nowak"].responses] == ["How you have been"]
    assert rows["Béla Kis"].responses == ()
    assert own_list(clinic, clinic.horak).rows == ()
    assert len(own_list(clinic, clinic.horak, clinicians_see="practice").rows) == 4


def test_what_is_to_be_reviewed_leaves_the_list_with_the_sign_off(clinic: Clinic, day: dict[str, str]) -> None:
    assert shown(waiting(clinic, clinic.novak)) == [("Dana Nowak", "sent")]
    assert waiting(clinic, clinic.horak).rows == ()
    assert shown(waiting(clinic, clinic.horak, "practice")) == [("Dana Nowak", "sent")]
    ((response,),) = [row.responses for row in waiting(clinic, clinic.novak).rows]
    review.sign_off(clinic.store, clinic.novak, response.response_id, clinicians_see="own", now=NOW)
    assert waiting(clinic, clinic.novak).rows == ()
    assert ("Dana Nowak", "reviewed") in shown(own_list(clinic, clinic.novak))


def test_a_sitting_of_two_forms_is_one_line_until_both_are_reviewed(clinic: Clinic) -> None:
    invited = clinic.invite(questionnaires=("coping", "mood"))
    coping, mood = clinic.send(invited.invitation_id)
    (row,) = waiting(clinic, clinic.novak).rows
    assert row.forms == ("What helps you", "How you have been")
    assert [response.response_id for response in row.responses] == [coping, mood]
    review.sign_off(clinic.store, clinic.novak, coping, clinicians_see="own", now=NOW)
    (row,) = waiting(clinic, clinic.novak).rows
    assert row.state is ListState.SENT
    assert [response.reviewed_at for response in row.responses] == [NOW, None]
    review.sign_off(clinic.store, clinic.novak, mood, clinicians_see="own", now=NOW)
    assert waiting(clinic, clinic.novak).rows == ()


def test_no_answer_moves_anybody_in_the_list(clinic: Clinic) -> None:
    other: Mapping[str, Any] = {"mood": {"feelings": {"answers": {"numb": False}, "skipped": False}}}
    for number, pages in enumerate((ANSWERED, other, ANSWERED)):
        at = NOW + timedelta(days=1, hours=number)
        invited = clinic.invite(record_number=f"P-{number}", name=f"Patient {number}", appointment_at=at)
        clinic.send(invited.invitation_id, pages)
    assert [row.patient_name for row in waiting(clinic, clinic.novak).rows] == ["Patient 0", "Patient 1", "Patient 2"]


def test_who_was_listed_is_on_record(clinic: Clinic, day: dict[str, str]) -> None:
    desk_list(clinic)
    waiting(clinic, clinic.novak)
    assert ("list", clinic.desk.id) in clinic.actions(f"staff:{clinic.desk.id}")
    assert ("list", clinic.novak.id) in clinic.actions(f"staff:{clinic.novak.id}")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_at_one_time_who_sent_first_stands_first_and_who_did_not_send_last(
    clinic: Clinic, order: tuple[int, ...]
) -> None:
    people = [clinic.invite(record_number=f"P-{number}", name=f"Patient {number}") for number in range(4)]
    for number in order:
        clinic.send(people[number].invitation_id)
    names = [f"Patient {number}" for number in order]
    assert [row.patient_name for row in waiting(clinic, clinic.novak).rows] == names
    assert [row.patient_name for row in own_list(clinic, clinic.novak).rows] == [*names, "Patient 3"]
    assert [row.patient_name for row in desk_list(clinic).rows] == [*names, "Patient 3"]


def test_next_goes_by_appointment_then_by_time_sent_past_a_page_and_round(clinic: Clinic) -> None:
    """Send 60 for 20 times, in no order, and walk through them as the list has them."""
    for number in range(60):
        at = NOW + timedelta(days=1, minutes=number * 7 % 20)
        invited = clinic.invite(record_number=f"P-{number}", name=f"Patient {number}", appointment_at=at)
        clinic.send(invited.invitation_id)
    pages = [
        review.to_review(clinic.store, clinic.novak, clinicians_see="own", number=number, now=NOW) for number in (1, 2)
    ]
    listed = [response.response_id for page in pages for row in page.rows for response in row.responses]
    assert len(listed) == 60
    lists = clinic.actions(f"staff:{clinic.novak.id}")
    walked = [listed[0]]
    for _ in listed:
        following = review.next_to_review(clinic.store, clinic.novak, walked[-1], clinicians_see="own", now=NOW)
        assert following.response_id is not None
        walked.append(following.response_id)
    assert walked == [*listed, listed[0]]
    assert clinic.actions(f"staff:{clinic.novak.id}") == lists


def test_next_is_nothing_that_this_clinician_may_not_read(clinic: Clinic) -> None:
    (own,) = clinic.send(clinic.invite().invitation_id)
    clinic.send(clinic.invite(record_number="B-2", clinician_id=int(clinic.horak.id)).invitation_id)
    following = review.next_to_review(clinic.store, clinic.novak, own, clinicians_see="own", now=NOW)
    assert (following.whose, following.response_id) == ("Anna Nowak, How you have been", None)
    with pytest.raises(NotFound):
        review.next_to_review(clinic.store, clinic.horak, own, clinicians_see="own", now=NOW)


def plan(store: Store, query: Select[Any], without: Sequence[str] = ("seqscan",)) -> str:
    """Return how the database would find the rows, with no row yet to make a scan look cheap.

    ``without`` names what PostgreSQL, where it is not as good for many rows, would do with none.
    """
    with store.read() as session:
        if store.engine.dialect.name == "postgresql":
            for way in without:
                session.execute(text(f"SET LOCAL enable_{way} = off"))
        compiled = query.compile(store.engine, compile_kwargs={"render_postcompile": True})
        word = "EXPLAIN " if store.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        rows = session.connection().exec_driver_sql(word + str(compiled), _parameters(store, compiled))
        return "\n".join(str(row[-1]) for row in rows)


def _parameters(store: Store, compiled: Any) -> Any:
    compiled_parameters = compiled.construct_params()
    processors = compiled._bind_processors
    values = {
        name: processors[name](value) if name in processors else value for name, value in compiled_parameters.items()
    }
    return tuple(values[name] for name in compiled.positiontup) if compiled.positional else values


@pytest.mark.parametrize("clinicians_see", ["own", "practice"])
def test_what_is_to_be_reviewed_is_found_by_the_index_of_just_those(
    clinic: Clinic, clinicians_see: CliniciansSee
) -> None:
    with clinic.store.read() as session:
        readable = may_read_answers(session, clinic.novak, clinicians_see, NOW)
    query = to_review_query(readable).order_by(*IN_ORDER)
    assert "ix_response_unreviewed" in plan(clinic.store, query)


def test_a_days_appointments_are_found_by_their_index(clinic: Clinic) -> None:
    wanted = ListFilter(since=NOW, until=NOW + timedelta(days=1))
    query = worklist.appointments_query(clinic.store.keyring, wanted).order_by(*IN_ORDER)
    assert "ix_invitation_appointment" in plan(clinic.store, query)


@pytest.mark.parametrize("whose", ["one clinician", "everybody"])
def test_only_appointments_of_one_time_are_sorted(clinic: Clinic, whose: str) -> None:
    wanted = ListFilter(since=NOW, clinician_id=int(clinic.novak.id) if whose == "one clinician" else None)
    query = worklist.appointments_query(clinic.store.keyring, wanted).order_by(*IN_ORDER).limit(51)
    found = plan(clinic.store, query, without=("seqscan", "bitmapscan", "sort"))
    assert "RIGHT PART OF ORDER BY" in found or "LAST 2 TERMS OF ORDER BY" in found or "Incremental Sort" in found


def test_people_are_found_by_the_index_of_name_words(clinic: Clinic) -> None:
    query = worklist.appointments_query(clinic.store.keyring, ListFilter(words="Anna Nowak"))
    found = plan(clinic.store, query)
    assert "ix_patient_name_word_word_hash" in found
    assert "ix_invitation_patient_id" in found or "uq_invitation_open_appointment" in found
