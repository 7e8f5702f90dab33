"""Questionnaires: which versions there are, how one reads, its approval, and the parts that are off by default."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from screening import approval
from screening.approval import VersionView
from screening.definition.languages import name_of
from screening.definition.model import Questionnaire
from screening.store import overlays, registry
from screening.store.access import ADMINISTRATOR, CLINICIAN
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.store.overlays import Translated
from screening.web import context, language
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.change_words import change_kinds, changed_keys
from screening.web.clinic.plain_reading import plain_pages
from screening.web.staff_form import Form

_VERSION = "/questionnaires/<string:questionnaire_id>/<path:version>"


@blueprint.get("/questionnaires/")
@allowed(CLINICIAN, ADMINISTRATOR)
def questionnaires() -> ResponseReturnValue:
    """List the versions, with who approved each, and the parts that can be switched on."""
    store, actor = context.store(), context.staff_actor()
    versions = approval.versions(store, actor)
    names = dict.fromkeys(view.questionnaire_id for view in versions)
    parts = {name: approval.parts(store, actor, name) for name in names}
    return render_template(
        "clinic/questionnaires.html", versions=versions, parts=parts, safeguard=approval.safeguard(store, actor)
    )


@blueprint.get(_VERSION)
@allowed(CLINICIAN, ADMINISTRATOR)
def questionnaire(questionnaire_id: str, version: str) -> ResponseReturnValue:
    """Show the whole form in plain reading, with the approval below it."""
    return _page(questionnaire_id, version, Form.of({"approver_name": _own_name()}))


@blueprint.get("/questionnaire-changes/<string:questionnaire_id>")
@allowed(CLINICIAN, ADMINISTRATOR)
def questionnaire_changes(questionnaire_id: str) -> ResponseReturnValue:
    """Show what changed from one version to another, and how many responses stand on each.

    Those that the address does not name are the newest two.
    """
    known = [view.version for view in approval.versions(context.store(), context.staff_actor(), questionnaire_id)]
    new = request.args.get("new") or next(iter(known), "")
    old = request.args.get("old") or next(iter(known[1:] or known), "")
    compared = approval.compare(context.store(), context.staff_actor(), questionnaire_id, old, new)
    return render_template(
        "clinic/questionnaire_changes.html",
        questionnaire_id=questionnaire_id,
        old=old,
        new=new,
        compared=compared,
        kinds=[
            (words, [change for change in compared.changes if change.kind == kind])
            for kind, words in change_kinds().items()
        ],
        what=changed_keys(),
    )


@blueprint.post(f"{_VERSION}/approve")
@allowed(CLINICIAN, ADMINISTRATOR)
def approve(questionnaire_id: str, version: str) -> ResponseReturnValue:
    """Approve the text that was shown, after one has said that one has read it."""
    form = Form(request.form)
    if not form.text("has_read"):
        form.problems["has_read"] = _("Confirm that the whole questionnaire was read.")
    approver = form.needed("approver_name", _("Enter the name of the clinician who approves it."))
    if not form.problems:
        try:
            approval.approve(
                context.store(),
                context.staff_actor(),
                questionnaire_id,
                version,
                approver_name=approver,
                content_hash=form.text("content_hash"),
                now=context.now(),
            )
        except Invalid as error:
            form.add_problems(error.problems)
        except (NotAllowed, Conflict) as refusal:
            form.problems["has_read"] = str(refusal)
        else:
            flash(_("Approved. Patients who begin from now on get this version."))
            return redirect(url_for("clinic.questionnaires"))
    return _page(questionnaire_id, version, form), 422


@blueprint.post(f"{_VERSION}/withdraw")
@allowed(CLINICIAN, ADMINISTRATOR)
def withdraw(questionnaire_id: str, version: str) -> ResponseReturnValue:
    """Offer this version to nobody new."""
    approval.withdraw(context.store(), context.staff_actor(), questionnaire_id, version, now=context.now())
    flash(_("Withdrawn. Who has begun on this version can finish it; nobody new gets it."))
    return redirect(url_for("clinic.questionnaires"))


@blueprint.post("/questionnaires/<string:questionnaire_id>/parts")
@allowed(ADMINISTRATOR)
def switch_part(questionnaire_id: str) -> ResponseReturnValue:
    """Switch a part on or off for whoever begins from now on."""
    form = Form(request.form)
    try:
        approval.switch(
            context.store(),
            context.staff_actor(),
            questionnaire_id,
            form.text("part"),
            on=form.text("on") == "yes",
            now=context.now(),
        )
    except NotAllowed as refusal:
        flash(str(refusal))
    return redirect(url_for("clinic.questionnaires", _anchor=questionnaire_id))


def _page(questionnaire_id: str, version: str, form: Form) -> str:
    view = version_view(questionnaire_id, version)
    asked = request.args.get("language", "")
    with context.store().read() as session:
        base = registry.definition(session, questionnaire_id, version, view.content_hash)
        translations = _translations(session, base, view.content_hash)
        found = overlays.best(session, base, view.content_hash, asked) if asked in translations else None
        form_text = found.questionnaire if found else base
    return render_template(
        "clinic/questionnaire.html",
        view=view,
        questionnaire=form_text,
        pages=plain_pages(form_text),
        translations=[
            (code, name_of(code, language.current()), translated) for code, translated in translations.items()
        ],
        is_translated=found is not None,
        language_of_form=name_of(form_text.language, language.current()),
        form=form,
        others=[
            other.version
            for other in approval.versions(context.store(), context.staff_actor(), questionnaire_id)
            if other.version != version
        ],
        may_name_others=ADMINISTRATOR in context.staff_actor().roles,
        needs_safeguard=registry.asks_about_self_harm(base)
        and approval.safeguard(context.store(), context.staff_actor()) is None,
    )


def _translations(session: Session, base: Questionnaire, content_hash: str) -> dict[str, Translated]:
    """Return the translations of a version that are registered, finished or not, by language."""
    offered = overlays.offered(session, base, content_hash)
    found = {
        code: overlays.translate(session, base, content_hash, overlay_hash) for code, overlay_hash in offered.items()
    }
    return dict(sorted((found | overlays.unfinished(session, base, content_hash)).items()))


def version_view(questionnaire_id: str, version: str) -> VersionView:
    """Return a registered version; NotFound if there is none."""
    for view in approval.versions(context.store(), context.staff_actor(), questionnaire_id):
        if view.version == version:
            return view
    raise NotFound(_("There is no such version."))


def _own_name() -> str:
    actor = context.staff_actor()
    return actor.name if CLINICIAN in actor.roles else ""
