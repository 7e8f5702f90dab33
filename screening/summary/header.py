"""The head of a report: who it is about, where the answers come from, what staff made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.document import Fact, Note
from screening.definition.model import Questionnaire
from screening.summary.facts import ResponseFacts, ReviewFacts
from screening.summary.values import Formats


def running_header(response: ResponseFacts, formats: Formats) -> str:
    """Return name and birth date, for the top of each page."""
    if response.birth_date is None:
        return response.patient_name
    return formats.wording.running_header.format(name=response.patient_name, date=formats.date(response.birth_date))


def facts(response: ResponseFacts, formats: Formats) -> tuple[Fact, ...]:
    """Return birth date, record number, appointment and clinician, those that are known."""
    wording = formats.wording
    known = (
        (wording.born, formats.date(response.birth_date) if response.birth_date else ""),
        (wording.record_number, response.record_number),
        (wording.appointment, formats.time(response.appointment) if response.appointment else ""),
        (wording.clinician, response.clinician),
    )
    return tuple(Fact(label=label, value=value) for label, value in known if value)


def reviewed(review: ReviewFacts, formats: Formats) -> str:
    """Return who read the answers and when, or that no one has."""
    if review.sign_off is None:
        return formats.wording.not_reviewed
    # In one piece: a line that ends between date and time reads badly beside the name.
    time = formats.time(review.sign_off.at).replace(" ", "\N{NO-BREAK SPACE}")
    return formats.wording.read_by.format(name=review.sign_off.by, time=time)


def provenance(
    questionnaire: Questionnaire,
    form: Questionnaire,
    response: ResponseFacts,
    formats: Formats,
    numbers: Mapping[str, int],
) -> tuple[str, ...]:
    """Return the phrases that tell where the answers come from; ``numbers`` are the questions' in the whole file."""
    wording = formats.wording
    phrases = (
        wording.form.format(title=questionnaire.title, version=questionnaire.version),
        _approval(response, formats),
        *_times(response, formats),
        wording.language.format(language=formats.languages(response.languages)) if response.languages else "",
        *_translations(response, formats),
        _filled_in(response, formats),
        wording.corrected.format(time=formats.time(response.corrects)) if response.corrects else "",
        wording.replaced.format(time=formats.time(response.corrected)) if response.corrected else "",
        _not_used(questionnaire, form, formats, numbers),
    )
    return tuple(phrase for phrase in phrases if phrase)


def _times(response: ResponseFacts, formats: Formats) -> Iterator[str]:
    """Yield when it was started and sent; of what was typed in from paper, all that happened to it instead."""
    wording, paper = formats.wording, response.paper
    if paper is None:
        if response.started_at:
            yield wording.started.format(time=formats.time(response.started_at))
        if response.sent_at:
            yield wording.sent.format(time=formats.time(response.sent_at))
        return
    typed_at = formats.time(response.sent_at) if response.sent_at else ""
    yield wording.typed_in.format(name=paper.typed_by, time=typed_at)
    yield wording.signed_on_paper.format(date=formats.date(paper.signed_on))
    if paper.rejected is not None:
        yield wording.rejected.format(name=paper.rejected.by, time=formats.time(paper.rejected.at))
    elif paper.confirmed is None:
        yield wording.not_compared
    else:
        yield wording.compared.format(name=paper.confirmed.by, time=formats.time(paper.confirmed.at))


def _approval(response: ResponseFacts, formats: Formats) -> str:
    approval = response.approval
    if approval is None:
        return formats.wording.not_approved
    if approval.demo:
        return formats.wording.approved_demo
    return formats.wording.approved.format(name=approval.by, date=formats.date(approval.on))


def _translations(response: ResponseFacts, formats: Formats) -> Iterator[str]:
    """Yield who reviewed each translation that the patient read."""
    wording = formats.wording
    for tag, name in response.reviewed_by.items():
        pattern = wording.translation_reviewed if name else wording.translation_not_reviewed
        yield pattern.format(language=formats.language(tag), name=name)


def _filled_in(response: ResponseFacts, formats: Formats) -> str:
    wording = formats.wording
    if response.filled_in == "helped" and response.helper:
        return wording.helped_by.format(helper=response.helper)
    return {None: "", "alone": wording.alone, "helped": wording.helped, "paper": wording.paper}[response.filled_in]


def left_out(
    whole: Questionnaire, offered: Questionnaire, form: Questionnaire, review: ReviewFacts, formats: Formats
) -> tuple[str, ...]:
    """Say what a copy leaves out: questions of ``offered`` that ``form`` has not, by number alone, and notes."""
    kept = {item.id for item in form.questions()}
    numbers = whole.numbers()
    missing = [numbers[item.id] for item in offered.questions() if item.id not in kept]
    questions = formats.wording.withheld_questions.format(numbers=formats.numbers(missing)) if missing else ""
    notes = formats.wording.withheld_notes if review.note is not None or review.addenda else ""
    return tuple(phrase for phrase in (questions, notes) if phrase)


def _not_used(questionnaire: Questionnaire, form: Questionnaire, formats: Formats, numbers: Mapping[str, int]) -> str:
    """Name the questions that the clinic has not switched on, so that a gap in the numbers is no riddle."""
    offered = {item.id for item in form.items()}
    missing = [numbers[item_id] for item_id in questionnaire.numbers() if item_id not in offered]
    return formats.wording.not_used.format(numbers=formats.numbers(missing)) if missing else ""


def notes(review: ReviewFacts, formats: Formats) -> tuple[Note, ...]:
    """Return the clinician's note, then what came after it by time: sign-offs, reopenings and addenda."""
    wording = formats.wording
    later = [
        *((wording.sign_off, entry, wording.signed) for entry in (*review.past_sign_offs, review.sign_off) if entry),
        *((wording.reopened, entry, entry.text) for entry in review.reopenings),
        *((wording.addendum, entry, entry.text) for entry in review.addenda),
    ]
    first = [(wording.note, review.note, review.note.text)] if review.note is not None else []
    return tuple(
        Note(
            heading=heading,
            text=text,
            byline=wording.byline.format(name=entry.by, time=formats.time(entry.at)),
        )
        for heading, entry, text in (*first, *sorted(later, key=lambda told: told[1].at))
    )
