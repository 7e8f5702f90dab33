"""A clinician compares what was typed with the paper: confirms it, or rejects it and nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening import erasure, invitations, retention, review
from screening.paper import comparing, typing_in
from screening.reporting import report_of
from screening.store import audit
from screening.store.audit import Actor
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.store.tables import RejectedResponse, Response
from screening.store.work_tables import OutboxTask
from screening.store.worklist import ListFilter, ListState
from screening.summary import Reader
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.paper import Typist


@pytest.fixture
def typed(clinic: Clinic, typist: Typist) -> str:
    """The response to the mood questionnaire, typed in by Tina."""
    typist.does_it_all({1: {"numb": True}, 3: {"helps": "My dog"}})
    return response_ids(clinic)[0]


def response_ids(clinic: Clinic) -> list[str]:
    with clinic.store.read() as session:
        return list(session.scalars(select(Response.id).order_by(Response.position)))


def load(clinic: Clinic, response_id: str, actor: Actor | None = None) -> review.ResponseView:
    actor = actor or clinic.novak
    return review.load_response(clinic.store, actor, response_id, clinicians_see="own", now=NOW, zone=ZONE)


def confirm(clinic: Clinic, response_id: str, actor: Actor | None = None) -> None:
    comparing.confirm(clinic.store, actor or clinic.novak, response_id, clinicians_see="own", now=NOW)


def reject(clinic: Clinic, response_id: str, reason: str = "Page 2 is Petr’s.", actor: Actor | None = None) -> None:
    comparing.reject(clinic.store, actor or clinic.novak, response_id, reason, clinicians_see="own", now=NOW)


def load_rejected(clinic: Clinic, response_id: str, actor: Actor | None = None) -> comparing.RejectedView:
    actor = actor or clinic.novak
    return comparing.load_rejected(clinic.store, actor, response_id, clinicians_see="own", now=NOW, zone=ZONE)


def provenance(view: review.ResponseView) -> str:
    return " · ".join(report_of(view, Reader(time_zone=ZONE)).provenance)


def test_the_report_says_how_far_it_can_be_trusted(clinic: Clinic, typed: str) -> None:
    before = provenance(load(clinic, typed))
    assert "on paper, typed in by Tina Typist on 4 May 2026, 11:00" in before
    assert "consent signed on paper on 3 May 2026" in before
    assert "not yet confirmed against the paper" in before
    assert "sent 4 May" not in before
    confirm(clinic, typed)
    after = provenance(load(clinic, typed))
    assert "compared with the paper form by Dr A. Novak on 4 May 2026, 11:00" in after
    assert "not yet confirmed" not in after


def test_its_pdf_is_asked_for_when_it_is_saved_and_anew_when_it_was_compared(clinic: Clinic, typed: str) -> None:
    def asked() -> int:
        with clinic.store.read() as session:
            return session.scalars(select(OutboxTask.revision).where(OutboxTask.subject == typed)).one()

    before = asked()
    confirm(clinic, typed)
    assert asked() == before + 1


def test_confirming_is_on_record_once_and_opens_the_sign_off(clinic: Clinic, typed: str) -> None:
    with pytest.raises(NotAllowed, match="compare it with the paper form"):
        review.sign_off(clinic.store, clinic.novak, typed, clinicians_see="own", now=NOW)
    confirm(clinic, typed)
    confirm(clinic, typed)
    review.sign_off(clinic.store, clinic.novak, typed, clinicians_see="own", now=NOW)
    actions = [action for action, _ in clinic.actions(f"response:{typed}")]
    assert actions == ["type_in", "confirm_paper", "sign_off"]
    with pytest.raises(NotAllowed, match="signed off"):
        reject(clinic, typed)


def test_a_rejected_version_stays_as_it_was_with_its_note_and_the_reason(clinic: Clinic, typed: str) -> None:
    review.save_note(clinic.store, clinic.novak, typed, "She writes small.", 0, clinicians_see="own", now=NOW)
    reject(clinic, typed)
    with pytest.raises(NotFound):
        load(clinic, typed)
    kept = load_rejected(clinic, typed)
    assert (kept.reason, kept.rejected_by, kept.replaced_by) == ("Page 2 is Petr’s.", "Dr A. Novak", None)
    assert kept.response.answers.values == {"numb": True}
    assert kept.response.note.text == "She writes small."
    assert "rejected as mistyped by Dr A. Novak on 4 May 2026, 11:00" in provenance(kept.response)
    assert [action for action, _ in clinic.actions(f"response:{typed}")] == [
        "type_in",
        "save_note",
        "reject_paper",
        "read",
    ]
    with clinic.store.read() as session:
        (row,) = session.scalars(select(RejectedResponse))
        assert b"Petr" not in row.document
        assert audit.verify(session, clinic.store.keyring) == []


def test_it_is_typed_in_again_and_the_rest_stays(clinic: Clinic, typist: Typist, typed: str) -> None:
    coping = response_ids(clinic)[1]
    reject(clinic, typed)
    (row,) = typing_in.to_type(clinic.store, typist.actor, ListFilter(), now=NOW).rows
    task = typing_in.task(clinic.store, typist.actor, row.invitation_id, now=NOW)
    assert ([form.questionnaire_id for form in task.forms], task.is_again) == (["mood"], True)
    typist.begin()
    assert typist.page(1).saved is None, "what was typed before is not shown again"
    typist.types(1, numb=False)
    typist.saves()
    again, same = response_ids(clinic)
    assert same == coping
    assert load(clinic, again).answers.values == {"numb": False}
    assert [each.response_id for each in load(clinic, again).rejections] == [typed]
    assert load_rejected(clinic, typed).replaced_by == again
    assert typing_in.to_type(clinic.store, typist.actor, ListFilter(), now=NOW).rows == ()


def test_the_lists_say_that_it_is_to_be_typed_in_again(clinic: Clinic, typist: Typist, typed: str) -> None:
    for response_id in response_ids(clinic):
        reject(clinic, response_id)
    (row,) = invitations.appointments(clinic.store, clinic.desk, ListFilter(state=ListState.RETYPE), now=NOW).rows
    assert (row.state, row.paper, row.rejected) == (ListState.RETYPE, "retype", ())
    (row,) = review.appointments(clinic.store, clinic.novak, ListFilter(), clinicians_see="own", now=NOW).rows
    assert {each.title for each in row.rejected} == {"How you have been", "What helps you"}
    gone = invitations.appointments(clinic.store, clinic.desk, ListFilter(state=ListState.DELETED), now=NOW)
    assert gone.rows == ()


def test_only_who_may_read_it_confirms_rejects_and_reads_what_was_rejected(
    clinic: Clinic, typist: Typist, typed: str
) -> None:
    others = (typist.actor, clinic.desk, clinic.admin, clinic.horak)
    for actor in others:
        for act in (confirm, lambda c, r, a: reject(c, r, actor=a)):
            with pytest.raises(NotFound):
                act(clinic, typed, actor)
    reject(clinic, typed)
    for actor in others:
        with pytest.raises(NotFound):
            load_rejected(clinic, typed, actor)


def test_only_what_was_typed_in_is_compared(clinic: Clinic) -> None:
    (online,) = clinic.send(clinic.invite().invitation_id)
    for act in (confirm, reject):
        with pytest.raises(NotAllowed, match="not typed in from paper"):
            act(clinic, online)
    assert load(clinic, online).paper is None


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1001])
def test_a_rejection_needs_a_reason(clinic: Clinic, typed: str, reason: str) -> None:
    with pytest.raises(Invalid):
        reject(clinic, typed, reason)
    assert load(clinic, typed).paper is not None


def test_what_was_rejected_is_deleted_in_time_and_on_request(clinic: Clinic, typed: str) -> None:
    def left() -> int:
        with clinic.store.read() as session:
            return len(session.scalars(select(RejectedResponse)).all())

    coping = response_ids(clinic)[1]
    reject(clinic, typed)
    reject(clinic, coping)
    receipt = erasure.erase_response(clinic.store, clinic.admin, coping, now=NOW)
    assert (receipt.questionnaire_id, left()) == ("coping", 1)
    with pytest.raises(NotFound):
        erasure.erase_response(clinic.store, clinic.admin, coping, now=NOW)
    for days, expected in ((729, 1), (731, 0)):
        now = NOW + timedelta(days=days)
        retention.run(clinic.store, audit.SYSTEM, retention_days=730, draft_days=7, now=now)
        assert left() == expected
    assert clinic.actions(f"response:{typed}")[-1][0] == "delete"
