"""Reports for tests: of the shipped forms as the three patients filled them in, and small ones made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from reports.document import Labels, Line, Question, Report, Section, Words
from screening.answer_formats import parse_answers, parse_json
from screening.definition.loader import load
from screening.report_attachments import attachments
from screening.summary import Approval, EarlierResponse, Entry, ResponseFacts, ReviewFacts, summarise

ROOT = Path(__file__).resolve().parents[2]
FORMS = ("detachment-intake", "detachment-checkin", "unreal-experiences", "relationships-coping")
PATIENTS = ("thoughtful", "declines", "arabic")


def facts(**overrides: Any) -> ResponseFacts:
    """Return the circumstances of a made-up response."""
    return ResponseFacts(
        **{
            "response_id": "R-7F3K-2290",
            "patient_name": "Maren Holt",
            "birth_date": date(1988, 5, 12),
            "record_number": "4711-2208",
            "appointment": datetime(2026, 6, 3, 8, 30, tzinfo=UTC),
            "clinician": "Dr A. Novak",
            "approval": Approval(by="Dr A. Novak", on=date(2026, 5, 2)),
            "started_at": datetime(2026, 6, 1, 16, 2, tzinfo=UTC),
            "sent_at": datetime(2026, 6, 1, 16, 40, tzinfo=UTC),
            "language": "en",
            "filled_in": "alone",
        }
        | overrides
    )


def patient_report(form: str, patient: str, review: ReviewFacts | None = None) -> Report:
    """Return the report of a shipped form as one of the patients in tests/fixtures/patients filled it in."""
    questionnaire = load(ROOT / "questionnaires" / f"{form}.yaml").questionnaire
    raw = parse_json((ROOT / "tests" / "fixtures" / "patients" / f"{form}.{patient}.json").read_bytes())
    answers, _ = parse_answers(questionnaire, raw)
    return summarise(questionnaire, answers, response=facts(), review=review)


def complete_report(form: str, patient: str) -> Report:
    """Return the report of `patient_report` as a clinic gets it: with what it carries for other software."""
    report = patient_report(form, patient)
    questionnaire = load(ROOT / "questionnaires" / f"{form}.yaml").questionnaire
    raw = parse_json((ROOT / "tests" / "fixtures" / "patients" / f"{form}.{patient}.json").read_bytes())
    answers, _ = parse_answers(questionnaire, raw)
    circumstances = facts()
    attached = attachments(
        questionnaire,
        answers,
        switched_on=circumstances.switched_on,
        response_id=circumstances.response_id,
        sent_at=circumstances.sent_at,
        zone=UTC,
    )
    return replace(report, attachments=attached)


def history_report() -> Report:
    """Return the report of a fifth visit, read, with a note: the thoughtful patient's, four visits before beside it."""
    form = "detachment-checkin"
    questionnaire = load(ROOT / "questionnaires" / f"{form}.yaml").questionnaire
    raw = parse_json((ROOT / "tests" / "fixtures" / "visits" / f"{form}.json").read_bytes())
    assert isinstance(raw, list)
    visits = [parse_answers(questionnaire, answers)[0] for answers in raw]
    response = facts(
        earlier=tuple(
            EarlierResponse(
                response_id=f"R-{month}",
                questionnaire=questionnaire,
                answers=answers,
                visit=datetime(2026, month, 4, 8, 30, tzinfo=UTC),
                language="en",
            )
            for month, answers in enumerate(visits[:-1], start=2)
        )
    )
    review = ReviewFacts(
        sign_off=Entry(by="Dr A. Novak", at=datetime(2026, 6, 3, 9, 2, tzinfo=UTC)),
        note=Entry(by="Dr A. Novak", at=datetime(2026, 6, 3, 9, 1, tzinfo=UTC), text="The jolts have stopped."),
    )
    return summarise(questionnaire, visits[-1], response=response, review=review)


def own(text: str, **fields: Any) -> Words:
    """Return a patient's own words."""
    return Words(text=text, own=True, **fields)


def asked(number: int, *answer: Words, **fields: Any) -> Question:
    """Return a question with its answer; one without an answer was left blank."""
    state = {"state": "answered"} if answer else {"state": "blank", "state_label": "Left blank"}
    text = Words(text=f"How did you feel on day {number}?")
    return Question(
        **{"anchor": f"question-{number}", "number": number, "text": text, "answer": answer} | state | fields
    )


def line_of(question: Question) -> Line:
    """Return the question's line on page one."""
    assert question.number is not None
    return Line(
        first=question.number,
        last=question.number,
        label=f"Day {question.number}",
        answer=question.answer,
        state=question.state,
        state_label=question.state_label,
        anchor=question.anchor,
    )


def report_of(*questions: Question, **overrides: Any) -> Report:
    """Return a report with these questions in one section."""
    fields: dict[str, Any] = {
        "response_id": "R-1",
        "title": "Days, Maren Holt",
        "language": "en",
        "direction": "ltr",
        "labels": Labels(),
        "patient_name": "Maren Holt",
        "running_header": "Maren Holt, born 12 May 1988",
        "facts": (),
        "reviewed": "Not yet reviewed",
        "provenance": ("Days, version 1",),
        "lines": tuple(line_of(question) for question in questions),
        "sections": (Section(anchor="page-days", title="Your days", questions=questions),),
    }
    return Report(**fields | overrides)
