"""Every route, every role: what opens for whom. A new route without a row in the table fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from screening import staff
from screening.paper import comparing
from screening.store import files, signed_reports
from screening.store.files import Asker, Wanted
from screening.store.tables import Invitation, Response
from screening.store.work_tables import OutboxTask
from tests.support.clinic import ANSWERED, NOW, Clinic
from tests.support.paper import Typist
from tests.support.staff import Member

IN = "in"
SIGN_IN = "sign in"
FORBIDDEN = "403"
HIDDEN = "404"

ROLES = ("anonymous", "front_desk", "own_clinician", "other_clinician", "administrator", "transcriber")

EVERYBODY = (SIGN_IN, IN, IN, IN, IN, IN)
EVERY_ROLE = (SIGN_IN, IN, IN, IN, IN, FORBIDDEN)
DESK = (SIGN_IN, IN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN)
CLINICIANS = (SIGN_IN, FORBIDDEN, IN, IN, FORBIDDEN, FORBIDDEN)
OWN_CLINICIAN = (SIGN_IN, HIDDEN, IN, HIDDEN, HIDDEN, HIDDEN)
OWN_CLINICIAN_AND_DESK = (SIGN_IN, IN, IN, HIDDEN, FORBIDDEN, FORBIDDEN)
CLINICIANS_AND_ADMINISTRATOR = (SIGN_IN, FORBIDDEN, IN, IN, IN, FORBIDDEN)
DESK_AND_CLINICIANS = (SIGN_IN, IN, IN, IN, FORBIDDEN, FORBIDDEN)
DESK_AND_OWN_CLINICIAN = OWN_CLINICIAN_AND_DESK
ADMINISTRATOR = (SIGN_IN, FORBIDDEN, FORBIDDEN, FORBIDDEN, IN, FORBIDDEN)
EVERY_ROLE = (SIGN_IN, IN, IN, IN, IN, FORBIDDEN)
TRANSCRIBER = (SIGN_IN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, IN)

STAFF_ROUTES: dict[str, tuple[str, ...]] = {
    "GET clinic.worklist": EVERYBODY,
    "GET clinic.unread": CLINICIANS,
    "GET clinic.overdue": DESK_AND_CLINICIANS,
    "GET clinic.today": DESK_AND_CLINICIANS,
    "GET clinic.covers": EVERY_ROLE,
    "POST clinic.set_cover": EVERY_ROLE,
    "GET clinic.asked_first": CLINICIANS_AND_ADMINISTRATOR,
    "POST clinic.ask_first": CLINICIANS_AND_ADMINISTRATOR,
    "POST clinic.stop_asking_first": CLINICIANS_AND_ADMINISTRATOR,
    "POST clinic.end_cover": EVERY_ROLE,
    "GET clinic.appointments": DESK,
    "GET clinic.new_invitation": DESK,
    "POST clinic.create_invitation": DESK,
    "GET clinic.invitation": DESK,
    "POST clinic.new_link": DESK,
    "POST clinic.unlock": DESK,
    "GET clinic.correct_patient": DESK,
    "POST clinic.save_patient": DESK,
    "GET clinic.move_appointment": DESK,
    "POST clinic.save_appointment": DESK,
    "GET clinic.confirm_cancelling": DESK,
    "POST clinic.cancel": DESK,
    "GET clinic.patient": OWN_CLINICIAN_AND_DESK,
    "GET clinic.history": OWN_CLINICIAN,
    "GET clinic.confirm_correction": DESK_AND_OWN_CLINICIAN,
    "POST clinic.ask_for_correction": DESK_AND_OWN_CLINICIAN,
    "GET clinic.response": OWN_CLINICIAN,
    "POST clinic.review_response": OWN_CLINICIAN,
    "GET clinic.report_pdf": OWN_CLINICIAN,
    "GET clinic.paper_forms": TRANSCRIBER,
    "GET clinic.paper_form": TRANSCRIBER,
    "POST clinic.begin_paper_form": TRANSCRIBER,
    "GET clinic.paper_page": TRANSCRIBER,
    "POST clinic.type_paper_page": TRANSCRIBER,
    "GET clinic.check_paper_form": TRANSCRIBER,
    "POST clinic.save_paper_form": TRANSCRIBER,
    "POST clinic.discard_paper_form": TRANSCRIBER,
    "POST clinic.confirm_paper": OWN_CLINICIAN,
    "POST clinic.reject_paper": OWN_CLINICIAN,
    "GET clinic.rejected_response": OWN_CLINICIAN,
    "GET clinic.report_progress": OWN_CLINICIAN,
    "GET clinic.signed_pdf": OWN_CLINICIAN,
    "GET clinic.verify": EVERY_ROLE,
    "POST clinic.verify_file": EVERY_ROLE,
    "GET clinic.record": OWN_CLINICIAN,
    "GET clinic.record_zip": OWN_CLINICIAN,
    "POST clinic.begin_day": CLINICIANS,
    "GET clinic.file_progress": OWN_CLINICIAN,
    "GET clinic.day_file": OWN_CLINICIAN,
    "GET clinic.copy": OWN_CLINICIAN,
    "GET clinic.questionnaires": CLINICIANS_AND_ADMINISTRATOR,
    "GET clinic.questionnaire": CLINICIANS_AND_ADMINISTRATOR,
    "GET clinic.questionnaire_changes": CLINICIANS_AND_ADMINISTRATOR,
    "GET clinic.preview": CLINICIANS_AND_ADMINISTRATOR,
    "GET clinic.preview_pages": CLINICIANS_AND_ADMINISTRATOR,
    "POST clinic.walk_preview": CLINICIANS_AND_ADMINISTRATOR,
    "POST clinic.approve": CLINICIANS_AND_ADMINISTRATOR,
    "POST clinic.withdraw": CLINICIANS_AND_ADMINISTRATOR,
    "POST clinic.switch_part": ADMINISTRATOR,
    "GET clinic.choose_import": ADMINISTRATOR,
    "POST clinic.examine_import": ADMINISTRATOR,
    "POST clinic.keep_import": ADMINISTRATOR,
    "GET clinic.change_password": EVERYBODY,
    "POST clinic.save_password": EVERYBODY,
    "GET clinic.account": EVERYBODY,
    "GET clinic.choose_language": EVERYBODY,
    "POST clinic.save_language": EVERYBODY,
    "GET admin.home": ADMINISTRATOR,
    "GET admin.staff_list": ADMINISTRATOR,
    "GET admin.new_staff": ADMINISTRATOR,
    "POST admin.create_staff": ADMINISTRATOR,
    "GET admin.account": ADMINISTRATOR,
    "POST admin.save_roles": ADMINISTRATOR,
    "POST admin.disable": ADMINISTRATOR,
    "POST admin.enable": ADMINISTRATOR,
    "POST admin.reset_password": ADMINISTRATOR,
    "GET admin.settings": ADMINISTRATOR,
    "GET admin.work": ADMINISTRATOR,
    "POST admin.settle_task": ADMINISTRATOR,
    "GET admin.safeguard": ADMINISTRATOR,
    "POST admin.save_safeguard": ADMINISTRATOR,
    "POST clinic.sign_out": (SIGN_IN,) * len(ROLES),  # last: it ends the session, and leads there
}
"""What each role, in the order of `ROLES`, gets to at a route."""

POSTED = {
    "POST clinic.review_response": {"text": "Hello", "revision": "0", "action": "sign_off"},
    "POST admin.settle_task": {"action": "discard"},
    "POST clinic.switch_part": {"part": "more", "on": "yes"},
}
"""What is posted where an empty form would not get as far as the record."""

QUERIES = dict.fromkeys(("clinic.preview", "clinic.preview_pages", "clinic.walk_preview"), "version=1")
"""What follows the path of an address that needs a query."""

OTHER_RESPONSES = {
    "clinic.confirm_paper": "typed_id",
    "clinic.reject_paper": "typed_id",
    "clinic.rejected_response": "rejected_id",
}
"""Routes that open only for a response that came on paper -> which of the practice's it is."""

SECRET = "Mornings, behind the blue door."
"""What the transcriber typed in and saved."""

EXTRA = """\
id: extra
version: "1"
title: Extra
language: en
copyright: CC0-1.0. For a test.
pages:
  - id: page
    title: Page
    items:
      - {id: one, type: boolean, text: Is this one?}
      - {id: more, type: boolean, text: Is there more?, off_by_default: yes}
"""

NOT_OF_STAFF = ("assets", "intake", "ops")
"""Blueprints whose pages know no staff: being signed in opens nothing there that it does not for anybody."""

SIGN_IN_ROUTES = {"GET security.login", "POST security.login"}

_ANSWERED = {200, 302, 303, 409, 422, 503}
"""What somebody who was let in may be told; which of these depends on what was posted."""


@pytest.fixture
def database_backend() -> str:
    """What opens is decided before the database is asked, or by queries that the use cases' tests run on both."""
    return "sqlite"


@dataclass(frozen=True)
class Practice:
    """A practice with one patient of Dr Novak who has sent answers, and one who has not."""

    clinic: Clinic
    typist: Typist
    values: dict[str, Any]


@pytest.fixture
def practice(app: Flask) -> Practice:
    clinic = Clinic(app.extensions["store"])
    clinic.register(EXTRA)
    clinic.approve("extra")
    invited = clinic.invite(questionnaires=("mood", "extra"))
    more = {"extra": {"page": {"answers": {"one": True}, "skipped": False}}}
    response_id, _ = clinic.send(invited.invitation_id, {**ANSWERED, **more})
    tina = clinic.member("Tina Typist", {"transcriber"})
    paper_ids = []
    for number in ("P-1", "P-2"):
        on_paper = clinic.invite(record_number=number, name="Karel Dvorak").invitation_id
        Typist(clinic.store, on_paper, tina).does_it_all({1: {"numb": True, "numb_when": SECRET}})
        with clinic.store.read() as session:
            paper_ids.append(session.scalar(select(Response.id).where(Response.invitation_id == on_paper)))
    typed_id, rejected_id = paper_ids
    comparing.reject(clinic.store, clinic.novak, rejected_id, "Mistyped.", clinicians_see="own", now=NOW)
    waiting = clinic.invite(record_number="B-2", name="Petr Svoboda")
    with clinic.store.read() as session:
        patient_id = session.scalar(select(Invitation.patient_id).where(Invitation.id == invited.invitation_id))
    typist = Typist(clinic.store, waiting.invitation_id, tina)
    typist.begin()
    typist.types(1, numb=True)
    with clinic.store.write() as session:
        task = OutboxTask(kind="none", subject="x", revision=1, created_at=NOW, due_at=NOW, attempts=5, failed_at=NOW)
        session.add(task)
        session.flush()
        task_id = task.id
        keyring, day = clinic.store.keyring, Wanted("day", {"day": "2026-05-05", "form": "pdf"}, [response_id])
        file_id = files.ask(session, keyring, Asker.of(clinic.novak), day, NOW)
        file = files.get(session, keyring, file_id, NOW)
        assert file
        files.fill(session, keyring, file, b"%PDF", 0, NOW)
        signed_reports.keep(
            session, clinic.store.keyring, response_id, NOW, b"%PDF", language="en", earlier=[], now=NOW
        )
    colleague = clinic.member("Eva Else", {"front_desk"})
    values = {
        "invitation_id": waiting.invitation_id,
        "response_id": response_id,
        "patient_id": patient_id,
        "questionnaire_id": "extra",
        "version": "1",
        "staff_id": colleague.id,
        "cover_id": "0" * 32,
        "attention_id": "0" * 32,
        "typed_id": typed_id,
        "rejected_id": rejected_id,
        "token": waiting.token,
        "number": 1,
        "task_id": task_id,
        "file_id": file_id,
        "name": "staff.css",
    }
    return Practice(clinic, typist, values)


@pytest.fixture
def member(app: Flask, practice: Practice) -> Callable[[str], Member]:
    """Somebody of each role, signed in."""

    def sign_in(role: str) -> Member:
        somebody = Member(app)
        actors = {
            "front_desk": practice.clinic.desk,
            "own_clinician": practice.clinic.novak,
            "other_clinician": practice.clinic.horak,
            "administrator": practice.clinic.admin,
            "transcriber": practice.typist.actor,
        }
        if role != "anonymous":
            somebody.sign_in(actors[role])
        return somebody

    return sign_in


def routes(app: Flask) -> dict[str, Rule]:
    """Return every way in, as "METHOD endpoint" -> rule."""
    found: dict[str, Rule] = {}
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found[f"{method} {rule.endpoint}"] = rule
    return found


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    with app.test_request_context():
        known = values | {"response_id": values[OTHER_RESPONSES.get(rule.endpoint, "response_id")]}
        built = rule.build({name: known[name] for name in rule.arguments})
    assert built is not None, rule
    return f"{built[1]}?{QUERIES[rule.endpoint]}" if rule.endpoint in QUERIES else built[1]


def outcome(member: Member, way: str, path: str, token: str) -> str:
    """Ask for an address once and say what came of it."""
    method = way.split()[0]
    data = {"csrf_token": token, **POSTED.get(way, {})} if method == "POST" else None
    response = member._send(method, path, data=data)
    if response.status_code == 401 or response.headers.get("Location", "").startswith("/clinic/sign-in"):
        return SIGN_IN
    return IN if response.status_code in _ANSWERED else str(response.status_code)


def test_every_route_is_in_the_table(app: Flask) -> None:
    of_staff = {way for way in routes(app) if way.split()[1].partition(".")[0] not in NOT_OF_STAFF}
    assert of_staff - SIGN_IN_ROUTES == set(STAFF_ROUTES)


@pytest.mark.parametrize("role", ROLES)
def test_a_route_opens_for_the_roles_of_its_row_only(
    app: Flask, practice: Practice, member: Callable[[str], Member], role: str
) -> None:
    somebody, known = member(role), routes(app)
    token = "" if role == "anonymous" else somebody.token()
    found = {}
    for way in STAFF_ROUTES:
        if role != "anonymous" and way == "POST clinic.sign_out":
            token = somebody.token()
        found[way] = outcome(somebody, way, address(app, known[way], practice.values), token)
    assert found == {way: row[ROLES.index(role)] for way, row in STAFF_ROUTES.items()}


@pytest.mark.parametrize("way", [way for way in STAFF_ROUTES if way.startswith("POST")])
def test_no_post_is_taken_without_a_token(
    app: Flask, practice: Practice, member: Callable[[str], Member], way: str
) -> None:
    row = STAFF_ROUTES[way]
    somebody = member(ROLES[row.index(IN)] if IN in row else "front_desk")
    path = address(app, routes(app)[way], practice.values)
    assert somebody._send("POST", path, data={"csrf_token": "made up"}).status_code == 400
    assert somebody._send("POST", path, data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400


def test_being_signed_in_opens_nothing_of_the_patients(
    app: Flask, practice: Practice, member: Callable[[str], Member]
) -> None:
    def statuses(somebody: Member) -> dict[str, int]:
        return {
            way: somebody._send(way.split()[0], address(app, rule, practice.values)).status_code
            for way, rule in routes(app).items()
            if rule.endpoint.partition(".")[0] in NOT_OF_STAFF
        }

    anonymous = statuses(member("anonymous"))
    for role in ROLES[1:]:
        assert statuses(member(role)) == anonymous


@pytest.mark.parametrize(
    ("role", "who"), [("front_desk", "desk"), ("administrator", "admin"), ("other_clinician", "horak")]
)
@pytest.mark.parametrize("suffix", ["", "/report.pdf", "/report", "/signed/1.pdf", "/record", "/record.zip"])
def test_a_refused_read_is_on_record(
    practice: Practice, member: Callable[[str], Member], role: str, who: str, suffix: str
) -> None:
    record = f"response:{practice.values['response_id']}"
    somebody = member(role)
    somebody._send("GET", f"/clinic/responses/{practice.values['response_id']}{suffix}")
    assert practice.clinic.actions(record)[-1] == ("refused", getattr(practice.clinic, who).id)
    somebody._send("GET", f"/clinic/responses/{'0' * 32}{suffix}")
    assert practice.clinic.actions(f"response:{'0' * 32}") == []


def test_who_is_not_signed_in_leaves_no_record(practice: Practice, member: Callable[[str], Member]) -> None:
    record = f"response:{practice.values['response_id']}"
    before = practice.clinic.actions(record)
    member("anonymous")._send("GET", f"/clinic/responses/{practice.values['response_id']}")
    assert practice.clinic.actions(record) == before


@pytest.mark.parametrize("role", ["front_desk", "administrator", "other_clinician"])
def test_a_refused_response_looks_like_one_that_there_is_not(
    practice: Practice, member: Callable[[str], Member], role: str
) -> None:
    somebody = member(role)
    response_id = practice.values["response_id"]
    for suffix in ("", "/report.pdf", "/report", "/signed/1.pdf", "/record", "/record.zip"):
        there = somebody._send("GET", f"/clinic/responses/{response_id}{suffix}")
        nowhere = somebody._send("GET", f"/clinic/responses/{'0' * 32}{suffix}")
        assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text)
        assert "Nowak" not in there.text
    token = somebody.token()
    posted = somebody._send(
        "POST", f"/clinic/responses/{response_id}", data={"csrf_token": token, "text": "x", "revision": "0"}
    )
    assert posted.status_code == 404
    assert "sign_off" not in {action for action, _ in practice.clinic.actions(f"response:{response_id}")}


def test_both_roles_together_open_what_either_opens(app: Flask, practice: Practice) -> None:
    clinic = practice.clinic
    staff.set_roles(clinic.store, clinic.admin, int(clinic.novak.id), ["front_desk", "clinician"], now=NOW)
    somebody = Member(app)
    somebody.sign_in(clinic.novak)
    for path in ("/clinic/", "/clinic/appointments", f"/clinic/responses/{practice.values['response_id']}"):
        assert somebody.get(path).status_code == 200
    assert somebody.get("/admin/staff/").status_code == 403


def test_an_account_without_a_role_opens_nothing(app: Flask, practice: Practice) -> None:
    nobody = practice.clinic.member("Nora Nobody", set())
    somebody = Member(app)
    somebody.sign_in(nobody)
    for path in ("/clinic/", "/clinic/appointments", "/admin/staff/", "/clinic/password"):
        assert somebody.get(path).status_code == 403


def test_a_view_that_names_no_role_opens_for_nobody(
    app: Flask, practice: Practice, member: Callable[[str], Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "clinic.questionnaires", lambda: "forgotten")
    for role in ROLES[1:]:
        assert member(role).get("/clinic/questionnaires/").status_code == 403


def test_who_typed_it_in_finds_it_nowhere_again(
    app: Flask, practice: Practice, member: Callable[[str], Member]
) -> None:
    somebody, known = member("transcriber"), routes(app)
    token = somebody.token()
    for response_id in (practice.values["typed_id"], practice.values["rejected_id"]):
        values = practice.values | dict.fromkeys(("response_id", "typed_id", "rejected_id"), response_id)
        for way in STAFF_ROUTES:
            method = way.split()[0]
            if way == "POST clinic.sign_out":
                continue
            data = {"csrf_token": token, **POSTED.get(way, {})} if method == "POST" else None
            found = somebody._send(method, address(app, known[way], values), data=data)
            assert SECRET not in found.text, way
    clinician = member("own_clinician")
    assert SECRET in clinician.get(f"/clinic/responses/{practice.values['typed_id']}").text
    assert SECRET in clinician.get(f"/clinic/rejected/{practice.values['rejected_id']}").text
