"""A questionnaire as a patient sees it, for whoever approves it: the patient's own templates, and nothing is stored.

The frame shows the pages at two widths. Each page posts to one address, with all that was answered in the form itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import preview as walks
from screening.definition.languages import direction
from screening.preview import Preview
from screening.store import registry
from screening.store.access import ADMINISTRATOR, CLINICIAN
from screening.web import context, language
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.questionnaires import version_view
from screening.web.headers import framed, holds_frames
from screening.web.intake import forms, words
from screening.web.intake.pages import follow_up_notice

_ADDRESS = "/questionnaire-preview/<string:questionnaire_id>"
_PASSED = "!"
"""Behind a page's number: its gate was passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the screens of a preview carry: where they post to, the way to its beginning and out of it, the answers.

    ``answers`` are what was answered so far, sealed.
    """

    address: str
    start: str
    leave: str
    answers: str


@blueprint.get(_ADDRESS)
@allowed(CLINICIAN, ADMINISTRATOR)
@holds_frames
def preview(questionnaire_id: str) -> ResponseReturnValue:
    """Show a version on a phone and on a desktop side by side; ``parts=all`` shows what is off, too."""
    view = version_view(questionnaire_id, _version())
    with context.store().read() as session:
        whole = registry.definition(session, questionnaire_id, view.version, view.content_hash)
        on = registry.switched_on(session, whole)
    parts = None if _all_parts() else "all"
    return render_template(
        "clinic/preview.html",
        view=view,
        pages_url=_pages_url(questionnaire_id),
        all_parts=_all_parts(),
        has_parts=len(registry.optional_parts(whole)) > len(on),
        other_url=url_for("clinic.preview", questionnaire_id=questionnaire_id, version=view.version, parts=parts),
    )


@blueprint.get(f"{_ADDRESS}/pages")
@allowed(CLINICIAN, ADMINISTRATOR)
@framed
def preview_pages(questionnaire_id: str) -> ResponseReturnValue:
    """Show the first screen: what the questions are about."""
    return _screen(_begin(questionnaire_id), "before")


@blueprint.post(f"{_ADDRESS}/pages")
@allowed(CLINICIAN, ADMINISTRATOR)
@framed
def walk_preview(questionnaire_id: str) -> ResponseReturnValue:
    """Take what was answered on a page, or go to another screen; both as a patient's pages do."""
    fresh = _begin(questionnaire_id)
    walk = walks.resume(context.store(), fresh, request.form.get("answers", ""), context.now())
    if walk is None:
        notice = _("The questionnaire or its parts have changed, or much time has passed. The preview begins anew.")
        return _screen(fresh, "topics", notice=notice)
    if "go" in request.form:
        return _screen(walk, request.form["go"])
    page = walk.sitting.any_page(forms.posted_number("number")) or abort(404)
    then = request.form.get("then", "next")
    if then == "skip":
        posted = forms.skipped()
    else:
        received = forms.receive(page, then, asks_again=then != "stop")
        if received.posted is None:
            return _questions(walk, page.number, received), received.status
        posted = received.posted
    walk = walk.save(page, posted)
    if then == "stop":
        return _screen(walk, "end")
    again = walk.sitting.any_page(page.number)
    assert again is not None
    if again.count_of_new and not posted.skipped:
        return _screen(walk, f"{page.number}{_PASSED}")
    following = walk.sitting.after(page)
    return _screen(walk, str(following.number) if following else "check")


def _screen(walk: Preview, to: str, *, notice: str = "") -> str:
    """Return a screen by its name, or a page by its number."""
    sitting = walk.sitting
    number = to.removesuffix(_PASSED)
    page = sitting.page(int(number)) if number.isdecimal() and len(number) < 5 else None
    if page is not None:
        is_new = page.saved is None or page.saved.skipped
        if page.page.sensitive and is_new and not to.endswith(_PASSED):
            return _render(walk, "gate", page=page, back_to=_before(walk, page.number), way_back={})
        return _questions(walk, page.number)
    if to == "before":
        notes = [walk.whole.description] if walk.whole.description else []
        return _render(walk, "before", notes=notes, language_of_form=walk.whole.language)
    if to == "check":
        shown = [(each, False, words.blocks(each)) for each in sitting.pages]
        return _render(walk, "check", topics=shown, nothing_saved=sitting.nothing_saved, helpers=[])
    return _render(walk, "end") if to == "end" else _render(walk, "topics", notice=notice)


def _questions(walk: Preview, number: int, received: forms.Received | None = None) -> str:
    """Return a page of questions: as it is first shown, or with what was posted."""
    page = walk.sitting.any_page(number)
    assert page is not None
    notice = received.notice if received else follow_up_notice(page) if page.saved and page.count_of_new else ""
    return _render(
        walk,
        "page",
        page=page,
        form=received.form if received else forms.filled(page),
        revision=page.revision,
        asked=sorted(received.asked) if received else [],
        notice=notice,
        not_saved=False,
        anew=False,
        back=False,
        back_to=_before(walk, number),
        form_direction=direction(page.questionnaire.language),
    )


def _before(walk: Preview, number: int) -> str:
    page = walk.sitting.any_page(number)
    before = walk.sitting.before(page) if page else None
    return str(before.number) if before else "topics"


def _render(walk: Preview, name: str, **variables: Any) -> str:
    language.use(walk.whole.language)
    here = _pages_url(walk.whole.id)
    leave = url_for("clinic.questionnaire", questionnaire_id=walk.whole.id, version=walk.whole.version)
    answers = walks.carry(context.store(), walk, context.now())
    shown = Shown(address=here, start=here, leave=leave, answers=answers)
    return render_template(
        f"preview/{name}.html",
        preview=shown,
        other_languages=[],
        is_running=False,
        sitting=walk.sitting,
        neutral_title=_("Before your visit"),
        **{"notice": "", **variables},
    )


def _begin(questionnaire_id: str) -> Preview:
    store, actor = context.store(), context.staff_actor()
    return walks.begin(store, actor, questionnaire_id, _version(), all_parts=_all_parts(), now=context.now())


def _version() -> str:
    return request.args.get("version", "")


def _all_parts() -> bool:
    return request.args.get("parts") == "all"


def _pages_url(questionnaire_id: str) -> str:
    parts = "all" if _all_parts() else None
    return url_for("clinic.preview_pages", questionnaire_id=questionnaire_id, version=_version(), parts=parts)
