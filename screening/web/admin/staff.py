"""Staff accounts: who has one, new ones, roles, closing and opening, another password."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening import staff
from screening.staff import StaffView
from screening.store.access import ADMINISTRATOR
from screening.store.errors import Invalid, NotAllowed, NotFound
from screening.web import context
from screening.web.admin.blueprint import blueprint
from screening.web.clinic.access import allowed
from screening.web.staff_form import Form

_ID = "<int(max=999999999):staff_id>"

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that look like no other."""
_GROUPS, _GROUP_LENGTH = 5, 4


@blueprint.get("/")
@allowed(ADMINISTRATOR)
def home() -> ResponseReturnValue:
    """Lead to the accounts."""
    return redirect(url_for("admin.staff_list"))


@blueprint.get("/staff/")
@allowed(ADMINISTRATOR)
def staff_list() -> ResponseReturnValue:
    """List the accounts, closed ones last."""
    return render_template("admin/staff.html", accounts=staff.list_staff(context.store(), context.staff_actor()))


@blueprint.get("/staff/new")
@allowed(ADMINISTRATOR)
def new_staff() -> ResponseReturnValue:
    """Ask for name, e-mail address and roles of a new account."""
    return render_template("admin/new_staff.html", form=Form(), password_length=staff.PASSWORD_LENGTH)


@blueprint.post("/staff/new")
@allowed(ADMINISTRATOR)
def create_staff() -> ResponseReturnValue:
    """Make the account, and show its first password once, unless it was typed."""
    form = Form(request.form)
    password = form.value("password") or new_password()
    try:
        staff_id = staff.create_staff(
            context.store(),
            context.staff_actor(),
            email=form.text("email"),
            name=form.text("name"),
            roles={*form.values("roles"), *form.values("rights")},
            password=password,
            now=context.now(),
            practice=context.settings().practice_name,
        )
    except Invalid as error:
        form.add_problems(error.problems)
        return render_template("admin/new_staff.html", form=form, password_length=staff.PASSWORD_LENGTH), 422
    return _password_page(_find(staff_id), password, is_new=True)


@blueprint.get(f"/staff/{_ID}")
@allowed(ADMINISTRATOR)
def account(staff_id: int) -> ResponseReturnValue:
    """Show one account and what can be changed of it."""
    found = _find(staff_id)
    held = sorted(found.roles)
    return _account_page(found, Form.of({"roles": held, "rights": held}))


@blueprint.post(f"/staff/{_ID}/roles")
@allowed(ADMINISTRATOR)
def save_roles(staff_id: int) -> ResponseReturnValue:
    """Give the account exactly these roles, and these rights of their own."""
    form = Form(request.form)
    try:
        held = {*form.values("roles"), *form.values("rights")}
        staff.set_roles(context.store(), context.staff_actor(), staff_id, held, now=context.now())
    except Invalid as error:
        form.add_problems(error.problems)
    except NotAllowed as refusal:
        form.problems["roles"] = str(refusal)
    if form.problems:
        return _account_page(_find(staff_id), form), 422
    return _back(staff_id, _("Roles and rights are changed, and the account is signed out everywhere."))


@blueprint.post(f"/staff/{_ID}/disable")
@allowed(ADMINISTRATOR)
def disable(staff_id: int) -> ResponseReturnValue:
    """Close the account and end its sessions."""
    try:
        staff.disable_staff(context.store(), context.staff_actor(), staff_id, now=context.now())
    except NotAllowed as refusal:
        return _back(staff_id, str(refusal))
    return _back(staff_id, _("The account is closed and signed out everywhere."))


@blueprint.post(f"/staff/{_ID}/enable")
@allowed(ADMINISTRATOR)
def enable(staff_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    staff.enable_staff(context.store(), context.staff_actor(), staff_id, now=context.now())
    return _back(staff_id, _("The account is open again."))


@blueprint.post(f"/staff/{_ID}/password")
@allowed(ADMINISTRATOR)
def reset_password(staff_id: int) -> ResponseReturnValue:
    """Give the account a new password, end its sessions, and show the password once."""
    password = new_password()
    staff.set_password(context.store(), context.staff_actor(), staff_id, password, now=context.now())
    return _password_page(_find(staff_id), password, is_new=False)


def new_password() -> str:
    """Return a random password that can be read out: five groups of four letters and digits, 99 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _find(staff_id: int) -> StaffView:
    for found in staff.list_staff(context.store(), context.staff_actor()):
        if found.id == staff_id:
            return found
    raise NotFound(_("There is no such account."))


def _account_page(found: StaffView, form: Form) -> str:
    return render_template("admin/account.html", account=found, form=form)


def _password_page(found: StaffView, password: str, *, is_new: bool) -> str:
    is_typed = bool(request.form.get("password"))
    return render_template("admin/password.html", account=found, password="" if is_typed else password, is_new=is_new)


def _back(staff_id: int, notice: str) -> ResponseReturnValue:
    flash(notice)
    return redirect(url_for("admin.account", staff_id=staff_id))
