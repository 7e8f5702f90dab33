"""Sending: all responses of a sitting at once, exactly once; what is off the path is left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from screening.answer_formats import dump_answers
from screening.answers import Answers
from screening.definition.model import Group, questions
from screening.intake.reading import Closed, begun, open_invitation
from screening.intake.sitting import Begun, shown_key
from screening.path import Path, PathPage, kept_entries, on_path, walk
from screening.store import audit, drafts, invitations, outbox, report_tasks, responses
from screening.store.audit import Actor
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.errors import NotAllowed
from screening.store.invitations import LinkState
from screening.store.tables import Response, WebSession


class Helper(StrEnum):
    """Who helped the patient to answer."""

    ALONE = "alone"
    FAMILY_OR_FRIEND = "family_or_friend"
    CLINIC_STAFF = "clinic_staff"
    INTERPRETER = "interpreter"
    SOMEONE_ELSE = "someone_else"


def set_helper(store: Store, actor: Actor, helper: Helper | None, *, now: datetime, zone: tzinfo) -> None:
    """Keep who helped; None where the patient did not say."""
    with store.write() as session:
        invitation = open_invitation(session, actor, now, zone)
        if invitation.helped_by == helper:
            return
        invitation.helped_by = helper
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="set_helper",
            record=f"invitation:{invitation.id}",
            at=now,
        )


def submit(store: Store, actor: Actor, *, now: datetime, zone: tzinfo) -> bool:
    """Send everything that was saved; False if it was sent already, by a double click for instance.

    In one transaction: each response gets its sealed document, time and place in the order of events; saved pages go;
    links and sessions end; reports are asked for. Raises NotAllowed while nothing is saved, `Closed` for an invitation
    that takes nothing.
    """
    with store.write() as session:
        try:
            invitation = open_invitation(session, actor, now, zone)
        except Closed as closed:
            if closed.state is LinkState.SENT:
                return False
            raise
        everything = begun(session, store.keyring, invitation.id)
        if not any(response.saved for response in everything):
            raise NotAllowed("Nothing is saved yet, so there is nothing to send.")
        for response in everything:
            _send(session, store.keyring, response, actor, now)
        report_tasks.post_for_corrected(session, invitation.id, now)
        invitation.state = "sent"
        invitation.sent_at = now
        drafts.remove(session, [response.response_id for response in everything])
        end_sessions(session, invitation.id, now)
        audit.record(
            session,
            store.keyring,
            actor=actor,
            action="send",
            record=f"invitation:{invitation.id}",
            at=now,
        )
    return True


def was_sent(store: Store, invitation_id: str) -> bool:
    """Tell whether an invitation was answered and sent, for a browser whose session ended with the sending."""
    with store.read() as session:
        return invitations.get(session, invitation_id).state == LinkState.SENT


def _send(session: Session, keyring: Keyring, response: Begun, actor: Actor, now: datetime) -> None:
    response_id = response.response_id
    event_id = audit.record(session, keyring, actor=actor, action="send", record=f"response:{response_id}", at=now)
    pages = pages_on_path(response)
    document = keyring.seal({"pages": pages}, responses.bound_to(response_id))
    used = [page["language"] for page in pages.values()]
    language = response.language if response.language in used or not used else used[0]
    session.execute(
        update(Response)
        .where(Response.id == response_id)
        .values(document=document, sent_at=now, sent_sequence=event_id, language=language)
    )
    outbox.post(session, outbox.PREPARE_REPORT, response_id, now)


def end_sessions(session: Session, invitation_id: str, now: datetime) -> None:
    """End the patient's sessions on all devices. The rows stay, so that a second click is told "sent", not "gone"."""
    session.execute(
        update(WebSession)
        .where(WebSession.invitation_id == invitation_id, WebSession.expires_at > now)
        .values(expires_at=now)
    )


def pages_on_path(response: Begun) -> dict[str, dict[str, Any]]:
    """Return the pages that were reached and are asked, page id -> what was answered on the path, in plain form.

    ``unseen`` are the questions that an answer given later brought up, and that were never on the screen (those in
    entries by `shown_key`, with the entry's place in what is sent); ``language`` is the one in which the page was
    answered.
    """
    answers = on_path(response.questionnaire, response.answers)
    path = walk(response.questionnaire, response.answers)
    flat = dump_answers(answers)
    return {
        path_page.page.id: {
            "answers": {item.id: flat[item.id] for item in questions(path_page.items) if item.id in flat},
            "skipped": path_page.page.id in answers.skipped,
            "unseen": _unseen(path_page, response, path),
            "language": response.saved[path_page.page.id].language or response.language,
        }
        for path_page in path.pages
        if path_page.items and path_page.page.id in answers.reached
    }


def _unseen(path_page: PathPage, response: Begun, path: Path) -> list[str]:
    saved = response.saved[path_page.page.id]
    if saved.skipped:
        return []
    found = [item.id for item in questions(path_page.items) if item.id not in saved.shown]
    for group in questions(path_page.items):
        if isinstance(group, Group):
            found += _unseen_in_entries(group, response.answers, path, saved.shown)
    return found


def _unseen_in_entries(group: Group, answers: Answers, path: Path, shown: Collection[str]) -> Iterator[str]:
    """Yield the `shown_key` of what is asked in an entry that is sent, has no answer, and was never on the screen."""
    if not any(key.startswith(f"{group.id}/") for key in shown):
        return  # saved before it was noted what of entries was on the screen
    for place, (before, entry) in enumerate(kept_entries(group, answers, path).items(), start=1):
        asked = path.entries[group.id][before - 1]
        open_questions = asked - entry.values.keys() - entry.declined
        for item in group.items:
            is_open = item.asks and item.id in open_questions
            if is_open and shown_key(group.id, before, item.id) not in shown:
                yield shown_key(group.id, place, item.id)
