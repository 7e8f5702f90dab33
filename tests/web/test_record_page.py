"""The page of a record: other versions of the response are in it, and what is left out is said."""

from __future__ import annotations

import pytest
from flask import Flask

from screening import erasure, invitations
from tests.support.clinic import NOW, ZONE, Clinic
from tests.support.staff import Member


@pytest.fixture
def database_backend() -> str:
    """What this page shows is gathered by a use case that is tested on both databases."""
    return "sqlite"


def test_it_names_the_files_and_events_of_other_versions(app: Flask, clinic: Clinic) -> None:
    first = clinic.invite().invitation_id
    (response_id,) = clinic.send(first)
    made, _ = invitations.ask_for_correction(clinic.store, clinic.desk, first, clinicians_see="own", now=NOW, zone=ZONE)
    (second,) = clinic.send(made.invitation_id)
    novak = Member(app)
    novak.sign_in(clinic.novak)
    novak.get(f"/clinic/responses/{response_id}/record")
    assert f"Another version: The response with its facts<br>versions/{second}/response.json" in novak.text
    assert "Sent (another version)" in novak.text
    erasure.erase_response(clinic.store, clinic.admin, second, now=NOW)
    novak.get(f"/clinic/responses/{response_id}/record")
    assert "Other versions of this response that were sent and deleted since: 1" in novak.text
    assert "another version" not in novak.text
