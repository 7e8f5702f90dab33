"""What a report carries for other software is what the patient read and answered, whoever reads the report."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import update

from reports.document import Report
from screening import review
from screening.readers import reader_in
from screening.reporting import fhir_of, report_of
from screening.response_view import ResponseView
from screening.store import overlays
from screening.store.tables import Response
from tests.support.clinic import NOW, ZONE, Clinic


def sent_in_spanish(clinic: Clinic) -> str:
    """Return a response to the translation of its time, which was mended afterwards."""
    frozen = clinic.translate("mood", numb="¿Se siente insensible?")
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    with clinic.store.write() as session:
        session.execute(update(Response).where(Response.id == response_id).values(language="es"))
        overlays.freeze(session, response_id, {"es": frozen})
    clinic.translate("mood", numb="¿Se siente usted insensible?")
    return response_id


def view_of(clinic: Clinic, response_id: str, language: str) -> ResponseView:
    return review.load_response(
        clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW, zone=ZONE, language=language
    )


def attached(report: Report) -> dict[str, Any]:
    return {one.name: json.loads(one.content) for one in report.attachments}


def texts(resource: Any) -> dict[str, str]:
    """Return the text of each item, by linkId."""
    return {item["linkId"]: item["text"] for page in resource["item"] for item in [page, *page["item"]]}


def test_both_files_are_in_the_language_and_wording_that_the_patient_saw(clinic: Clinic) -> None:
    response_id = sent_in_spanish(clinic)
    report = report_of(view_of(clinic, response_id, "en"), reader_in("en", ZONE))
    asked = {question.text.text for section in report.sections for question in section.questions}
    assert "Do you feel numb?" in asked
    files = attached(report)
    assert {name: resource["language"] for name, resource in files.items()} == {
        "Questionnaire.json": "es",
        "QuestionnaireResponse.json": "es",
    }
    for resource in files.values():
        assert texts(resource)["numb"] == "¿Se siente insensible?"
    assert texts(files["QuestionnaireResponse.json"]).items() <= texts(files["Questionnaire.json"]).items()


def test_they_do_not_depend_on_who_reads(clinic: Clinic) -> None:
    response_id = sent_in_spanish(clinic)
    made = [report_of(view_of(clinic, response_id, code), reader_in(code, ZONE)) for code in ("en", "es", "ar")]
    assert made[0].attachments == made[1].attachments == made[2].attachments
    assert made[0].sections != made[1].sections


def test_an_answer_without_a_translation_is_carried_in_the_language_of_the_form(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    files = attached(report_of(view_of(clinic, response_id, "es"), reader_in("es", ZONE)))
    assert [resource["language"] for resource in files.values()] == ["en", "en"]
    assert texts(files["Questionnaire.json"])["numb"] == "Do you feel numb?"


def test_the_response_alone_is_as_the_patient_saw_it_too(clinic: Clinic) -> None:
    view = view_of(clinic, sent_in_spanish(clinic), "en")
    assert texts(fhir_of(view, ZONE))["numb"] == "¿Se siente insensible?"
    assert texts(fhir_of(view, ZONE, view.questionnaire))["numb"] == "Do you feel numb?"
