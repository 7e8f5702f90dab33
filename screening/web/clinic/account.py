"""One's own account: signing out, another password, and the language to work in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from screening.definition.languages import own_name_of
from screening.staff import PASSWORD_LENGTH, set_language, set_password, signing_in
from screening.store.access import ADMINISTRATOR, CLINICIAN, FRONT_DESK, TRANSCRIBER
from screening.store.errors import Invalid
from screening.translations import LANGUAGES
from screening.web import context, language, security
from screening.web.clinic import navigation
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.staff_form import Form


@blueprint.post("/sign-out")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR, TRANSCRIBER)
def sign_out() -> ResponseReturnValue:
    """End the session on the server, so that "back" shows nothing."""
    signing_in.note_sign_out(context.store(), context.staff_actor(), now=context.now())
    context.browser().end()
    return redirect(url_for("security.login"))


@blueprint.get("/account")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR, TRANSCRIBER)
def account() -> ResponseReturnValue:
    """Show who one is signed in as, and lead to what one can change of it."""
    chosen = own_name_of(current_user.language) if current_user.language else ""
    return render_template("clinic/account.html", email=current_user.email, chosen=chosen or _preset())


@blueprint.get("/password")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR, TRANSCRIBER)
def change_password() -> ResponseReturnValue:
    """Ask for another password."""
    return _page(Form())


@blueprint.post("/password")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR, TRANSCRIBER)
def save_password() -> ResponseReturnValue:
    """Take another password: all other sessions of this account end, this one goes on."""
    form = Form(request.form)
    _check(form)
    if not form.problems:
        try:
            uniquifier = set_password(
                context.store(),
                context.staff_actor(),
                current_user.id,
                form.value("password"),
                now=context.now(),
                practice=context.settings().practice_name,
            )
        except Invalid as error:
            form.add_problems(error.problems)
        else:
            security.renew_session(uniquifier)
            flash(_("Your password has changed. Wherever else you were signed in, you are signed out."))
            return redirect(navigation.home(context.staff_actor().roles))
    return _page(form), 422


@blueprint.get("/language")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR, TRANSCRIBER)
def choose_language() -> ResponseReturnValue:
    """Ask for the language that one wants to work in."""
    return _language_page(Form.of({"language": current_user.language or ""}))


@blueprint.post("/language")
@allowed(FRONT_DESK, CLINICIAN, ADMINISTRATOR, TRANSCRIBER)
def save_language() -> ResponseReturnValue:
    """Keep the language; the next page is in it."""
    form = Form(request.form)
    chosen = form.text("language") or None
    try:
        set_language(context.store(), context.staff_actor(), chosen, now=context.now())
    except Invalid as error:
        form.add_problems(error.problems)
        return _language_page(form), 422
    language.use(chosen or context.settings().staff_language)
    flash(_("Pages and reports are in this language now."))
    return redirect(navigation.home(context.staff_actor().roles))


def _language_page(form: Form) -> str:
    return render_template(
        "clinic/language.html",
        form=form,
        languages=[("", _preset()), *((code, own_name_of(code)) for code in LANGUAGES)],
    )


def _preset() -> str:
    return str(_("The practice’s: %(language)s", language=own_name_of(context.settings().staff_language)))


def _check(form: Form) -> None:
    if not form.value("present"):
        form.problems["present"] = _("Enter your present password.")
    if not form.value("password"):
        form.problems["password"] = _("Enter a new password.")
    elif form.value("password") != form.value("again"):
        form.problems["again"] = _("This is not the same as the new password above. Type both again.")
    elif form.value("password") == form.value("present"):
        form.problems["password"] = _("This is your present password. Choose another one.")
    if form.problems:
        return
    is_own = security.is_own_password(current_user, form.value("present"))
    if is_own is None:
        form.problems["present"] = _("Too many wrong tries. Wait 15 minutes, then try again.")
    elif not is_own:
        form.problems["present"] = _("This is not your present password.")


def _page(form: Form) -> str:
    return render_template(
        "security/change_password.html",
        form=form,
        password_length=PASSWORD_LENGTH,
        must_change=current_user.must_change_password,
    )
