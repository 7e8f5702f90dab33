"""The report of a response as the clinic gets it, on screen, as a PDF, and from the command line: one way for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from reports.document import Report
from screening.answer_fhir import response_to_fhir
from screening.definition.fhir_terms import Json
from screening.definition.model import Questionnaire
from screening.intake.sending import Helper
from screening.path import offered
from screening.readers import reader_in as reader_in
from screening.report_attachments import attachments
from screening.review import ResponseView
from screening.summary import Reader, summarise
from screening.translations import catalog

HELPERS: Mapping[str, str] = {
    Helper.FAMILY_OR_FRIEND.value: "family or friend",
    Helper.CLINIC_STAFF.value: "someone at the clinic",
    Helper.INTERPRETER.value: "an interpreter",
    Helper.SOMEONE_ELSE.value: "someone else",
}
"""Who helped the patient, code -> words, translated where they are shown; whoever answered alone had no helper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a report holds: whether the sensitive pages are withheld, whether the answers in FHIR go with it."""

    withhold_sensitive: bool = False
    attachments: bool = True


COMPLETE = Copy()
ON_SCREEN = Copy(attachments=False)


def report_of(view: ResponseView, reader: Reader, copy: Copy = COMPLETE) -> Report:
    """Return the report of a response, in the reader's language; what it carries is in the patient's."""
    helper = HELPERS.get(view.helped_by or "", "")
    facts = replace(view.facts, helper=catalog(reader.locale).ugettext(helper) if helper else "")
    report = summarise(
        view.questionnaire,
        view.answers,
        response=facts,
        review=view.review,
        reader=reader,
        withhold_sensitive=copy.withhold_sensitive,
    )
    if not copy.attachments:
        return report
    attached = attachments(
        view.as_asked,
        view.answers,
        switched_on=facts.switched_on,
        response_id=view.response_id,
        sent_at=facts.sent_at,
        zone=reader.time_zone,
        page_languages=facts.page_languages,
        status=_status(view),
        typed_in_by=view.paper.typed_by if view.paper else "",
        withhold_sensitive=copy.withhold_sensitive,
    )
    return replace(report, attachments=attached)


def fhir_of(view: ResponseView, zone: tzinfo, asked: Questionnaire | None = None) -> Json:
    """Return a response as a FHIR R4 QuestionnaireResponse; ``zone`` is the clinic's.

    ``asked`` is its questionnaire where that is not to be in the language in which the patient answered. What was typed
    in from paper and not yet compared with it is `in-progress`: nobody has vouched for it; what was
    rejected then is `entered-in-error`.
    """
    return response_to_fhir(
        offered(asked or view.as_asked, view.facts.switched_on),
        view.answers,
        response_id=view.response_id,
        status=_status(view),
        authored=view.facts.sent_at,
        zone=zone,
        page_languages=view.facts.page_languages,
        typed_in_by=view.paper.typed_by if view.paper else "",
    )


def _status(view: ResponseView) -> str:
    if view.facts.paper is not None and view.facts.paper.rejected is not None:
        return "entered-in-error"
    waits = view.paper is not None and view.paper.confirmed_at is None
    return "in-progress" if waits else "completed"


def file_name(view: ResponseView, zone: tzinfo) -> str:
    """Return the name of a response's PDF; see `file_name_of`."""
    assert view.facts.sent_at is not None
    return file_name_of(view.response_id, view.facts.sent_at, zone)


def file_name_of(response_id: str, sent_at: datetime, zone: tzinfo) -> str:
    """Return a name for the PDF that tells no name, record number or topic: "answers-2026-05-04-3f9a01bc.pdf"."""
    return f"answers-{sent_at.astimezone(zone).date().isoformat()}-{response_id[:8]}.pdf"
