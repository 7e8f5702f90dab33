"""What a report carries for other software: the answers and the questionnaire in FHIR R4."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from reports.attachments import UNDATED, Attachment, Relationship
from screening.answer_fhir import response_to_fhir
from screening.answers import Answers
from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.fhir_terms import Json
from screening.definition.model import Questionnaire
from screening.path import offered
from screening.withholding import answers_to, without_sensitive

MEDIA_TYPE = "application/fhir+json"
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
"""FHIR's tag of a resource that is not whole."""


def attachments(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    switched_on: frozenset[str],
    response_id: str,
    sent_at: datetime | None,
    zone: tzinfo,
    page_languages: Mapping[str, str] | None = None,
    status: str = "completed",
    typed_in_by: str = "",
    withhold_sensitive: bool = False,
) -> tuple[Attachment, ...]:
    """Return the QuestionnaireResponse and the Questionnaire, dated by when the answers were sent.

    ``questionnaire`` is the whole file, in the language and wording in which the patient answered it: other software
    may keep these two and never the report, whose words are the reader's. ``zone`` is where the patient's clock hung,
    ``page_languages``, ``status`` and ``typed_in_by`` as in `screening.answer_fhir.response_to_fhir`. With
    ``withhold_sensitive`` neither holds anything of a sensitive page, and both are tagged as not whole.
    """
    form = offered(questionnaire, switched_on)
    if withhold_sensitive:
        questionnaire, form = without_sensitive(questionnaire), without_sensitive(form)
        answers = answers_to(form, answers)
    response = response_to_fhir(
        form,
        answers,
        response_id=response_id,
        status=status,
        authored=sent_at,
        zone=zone,
        page_languages=page_languages,
        typed_in_by=typed_in_by,
    )
    definition = questionnaire_to_fhir(questionnaire, status="active" if sent_at else "draft")
    modified = sent_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if sent_at else UNDATED

    def attached(resource: Json, relationship: Relationship, description: str) -> Attachment:
        if withhold_sensitive:
            resource = {"resourceType": resource["resourceType"], "meta": {"tag": [SUBSETTED]}, **resource}
        return Attachment(
            name=f"{resource['resourceType']}.json",
            media_type=MEDIA_TYPE,
            relationship=relationship,
            description=description,
            content=json.dumps(resource, ensure_ascii=False, indent=1) + "\n",
            modified=modified,
        )

    return (
        attached(definition, "Supplement", "The questions as the patient read them, as FHIR R4 Questionnaire"),
        attached(response, "Source", "The answers as FHIR R4 QuestionnaireResponse"),
    )
