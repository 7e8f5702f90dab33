"""What comes before the first question: landing, privacy, content note, agreeing or not."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from screening.definition.burden import burden
from screening.definition.model import Questionnaire
from screening.intake import consent
from screening.intake.consent import Consent
from screening.web import context, language, practice
from screening.web.intake import carried, languages
from screening.web.intake.carried import Page
from screening.web.intake.visit import blueprint, go, look, tag, when

CONSENT_VERSION = "1"
"""To be raised with every change to the wording of `consent_paragraphs`."""


@blueprint.get("/intake/")
def landing() -> str:
    """Say what this is and how long it takes."""
    here = look()
    questionnaires = here.questionnaires or _asked()
    return render_template(
        "intake/landing.html",
        minutes=burden(questionnaires).minutes,
        sitting=here,
        done=sum(page.saved is not None for page in here.pages),
        hidden=any(here.hides(page, tag()) for page in here.pages),
    )


@blueprint.get("/intake/privacy")
def privacy() -> str:
    """Ask whether somebody else may look at the phone."""
    return _privacy_page(always_hide=bool(look().facts.always_hide))


@blueprint.post("/intake/privacy")
def choose_privacy() -> Response | str:
    """Keep the choice. Hiding is preset, so anything but the stricter choice is the preset."""
    always_hide = request.form.get("hide") == "always"
    if languages.is_chosen():
        return _privacy_page(always_hide=always_hide)
    consent.choose_privacy(context.store(), context.patient_actor(), always_hide=always_hide, **when())
    if request.form.get("then") == "stop":
        return stop()
    here = look()
    return go("topics" if here.has_agreed else "before_you_start")


@blueprint.get("/intake/before")
def before_you_start() -> str:
    """Say what the questions are about, before the first of them."""
    questionnaires = _asked()
    notes = [questionnaire.description for questionnaire in questionnaires if questionnaire.description]
    return render_template(
        "intake/before.html", notes=list(dict.fromkeys(notes)), language_of_form=questionnaires[0].language
    )


@blueprint.get("/intake/agree")
def agree_page() -> str | Response:
    """Show what the patient agrees to."""
    here = look()
    return go("topics") if here.has_agreed else render_template("intake/agree.html", paragraphs=consent_paragraphs())


@blueprint.post("/intake/agree")
def agree() -> Response | Page:
    """Record the consent to the text as it stood on the page, and begin; or that the patient won't answer online."""
    if languages.is_chosen():
        return go("agree_page")
    if request.form.get("then") == "decline":
        consent.decline_online(context.store(), context.patient_actor(), **when())
        context.browser().end()
        return carried.closed("declined")
    text = "\n".join(f"{heading}\n{paragraph}" for heading, paragraph in consent_paragraphs())
    agreed = Consent(version=CONSENT_VERSION, language=language.current(), text=text)
    consent.agree(context.store(), context.patient_actor(), agreed, **when())
    return go("topics")


@blueprint.post("/intake/stop")
def stop() -> Response:
    """End the session on the server; what was saved is safe."""
    context.browser().end()
    return languages.go_out("stopped")


@blueprint.get("/intake/stopped")
def stopped() -> str:
    """Say how to come back."""
    return render_template("intake/stopped.html")


def _asked() -> tuple[Questionnaire, ...]:
    return consent.asked(context.store(), context.patient_actor(), language=language.current(), **when())


def _privacy_page(*, always_hide: bool) -> str:
    return render_template("intake/privacy.html", always_hide=always_hide, sitting=look())


def consent_paragraphs() -> list[tuple[str, str]]:
    """Return what a patient agrees to, as headings with their paragraphs, in the page's language."""
    settings = context.settings()
    return [
        (
            gettext("Who can read your answers"),
            gettext("Once you send them: %(readers)s.", readers=practice.readers())
            + " "
            + gettext("The front desk sees only whether you have started and sent the form, and none of your answers."),
        ),
        (gettext("How long they are kept"), _kept_for(settings.retention_days) + " " + _drafts(settings.draft_days)),
        (
            gettext("If you change your mind"),
            gettext("You can stop at any time, and you need give no reason. Your care stays the same.")
            + " "
            + gettext(
                "After sending, call %(number)s if you want your answers deleted.", number=settings.practice_phone
            ),
        ),
        (
            gettext("What this is, and what it is not"),
            gettext("Your answers help you and your clinician to prepare for your visit.")
            + " "
            + gettext(
                "This form does not give a diagnosis. It does not take the place of talking with your clinician."
            ),
        ),
    ]


def _kept_for(days: int | None) -> str:
    if days is None:
        text: str = gettext("Your clinic decides how long it keeps what you send.")
    elif days % 365 == 0:
        text = ngettext(
            "What you send is deleted %(num)s year after you send it.",
            "What you send is deleted %(num)s years after you send it.",
            days // 365,
        )
    else:
        text = ngettext(
            "What you send is deleted %(num)s day after you send it.",
            "What you send is deleted %(num)s days after you send it.",
            days,
        )
    return text


def _drafts(days: int) -> str:
    text: str = ngettext(
        "What you do not send is deleted %(num)s day after your visit.",
        "What you do not send is deleted %(num)s days after your visit.",
        days,
    )
    return text if days else str(gettext("What you do not send is deleted on the day of your visit."))
