"""The transcriber's right from the command line, and what was typed in as FHIR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from sqlalchemy import select

from screening.cli import main
from screening.paper import comparing
from screening.store.access import TRANSCRIBER
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.tables import Response
from tests.support.app import make_settings
from tests.support.clinic import NOW, PASSWORD, Clinic
from tests.support.paper import Typist


@pytest.fixture
def database_backend() -> str:
    return "sqlite"


@pytest.fixture
def clinic(tmp_path: Path, migrated_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """The practice that the environment's settings lead to."""
    settings = make_settings(tmp_path, migrated_database_url)
    named = {
        "ENVIRONMENT": "demo",
        "DATABASE_URL": settings.database_url,
        "KEY_FILE": str(settings.key_file),
        "PUBLIC_ORIGIN": settings.public_origin,
        "PRACTICE_NAME": settings.practice_name,
        "PRACTICE_PHONE": settings.practice_phone,
        "TIME_ZONE": settings.time_zone,
    }
    for name, value in named.items():
        monkeypatch.setenv(f"SCREENING_{name}", value)
    store = Store(settings.database_url, Keyring.read(settings.key_file))
    yield Clinic(store)
    store.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def listed(email: str) -> str:
    return next(line for line in run("staff", "list").output.splitlines() if line.startswith(email))


def test_the_right_is_given_and_taken_away_and_the_role_stays(clinic: Clinic) -> None:
    email = "dora.desk@clinic.example"
    assert listed(email).split("\t")[2] == "front_desk"
    assert run("staff", "grant", email, "transcriber").output == f"{email} has the right transcriber.\n"
    assert listed(email).split("\t")[2] == "front_desk,transcriber"
    assert run("staff", "revoke", email, "transcriber").output == f"{email} has not the right transcriber.\n"
    assert listed(email).split("\t")[2] == "front_desk"
    assert clinic.actions(f"staff:{clinic.desk.id}") == [("set_roles", "cli"), ("set_roles", "cli")]


def test_an_account_may_have_the_right_alone(clinic: Clinic) -> None:
    added = ("staff", "add", "tina@clinic.example", "--name", "Tina", "--password", PASSWORD)
    made = run(*added, "--right", "transcriber")
    assert made.exit_code == 0, made.output
    assert listed("tina@clinic.example").split("\t")[2] == "transcriber"
    refused = run("staff", "add", "tom@clinic.example", "--name", "Tom", "--password", PASSWORD)
    assert refused.exit_code == 1
    assert "--role: Choose at least one role or right." in refused.output


def test_there_is_no_such_right(clinic: Clinic) -> None:
    assert run("staff", "grant", "dora.desk@clinic.example", "surgeon").exit_code == 2
    refused = run("staff", "grant", "nobody@clinic.example", "transcriber")
    assert (refused.exit_code, "no account" in refused.output) == (1, True)


def test_fhir_says_that_it_was_on_paper_and_who_typed_it(clinic: Clinic, tmp_path: Path) -> None:
    typist = Typist(clinic.store, clinic.invite().invitation_id, clinic.member("Tina Typist", {TRANSCRIBER}))
    typist.does_it_all({1: {"numb": True}})
    with clinic.store.read() as session:
        response_id = session.scalar(select(Response.id))
    assert response_id is not None

    def exported() -> dict[str, Any]:
        done = run("report", response_id, "--format", "fhir", "-o", str(tmp_path / "out.json"))
        assert done.exit_code == 0, done.output
        text = (tmp_path / "out.json").read_text()
        QuestionnaireResponse.model_validate_json(text)
        found: dict[str, Any] = json.loads(text)
        return found

    before = exported()
    assert (before["author"], before["status"]) == ({"display": "Tina Typist"}, "in-progress")
    (mode,) = before["extension"]
    assert mode["url"].endswith("/questionnaireresponse-completionMode")
    assert mode["valueCodeableConcept"]["coding"][0]["code"] == "WRITTEN"
    comparing.confirm(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW)
    assert exported()["status"] == "completed"
    assert ("download", "cli") in clinic.actions(f"response:{response_id}")


def test_what_a_patient_sent_has_no_author(clinic: Clinic, tmp_path: Path) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    assert run("report", response_id, "--format", "fhir", "-o", str(tmp_path / "out.json")).exit_code == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert (found["status"], found["id"]) == ("completed", response_id)
    assert {"author", "extension"} & found.keys() == set()
