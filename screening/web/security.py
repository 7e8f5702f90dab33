"""Staff sign-in: Flask-Security over our own store, with everything switched off that this clinic does not use.

It verifies passwords and knows who is signed in; second factors come with it later. Accounts are read in short
transactions of their own and handed to it as plain objects: docs/decisions/0050-staff-sign-in.md says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, after_this_request, current_app, g, redirect, request, session
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import (
    LoginForm,
    RoleMixin,
    Security,
    UserDatastore,
    UserMixin,
    login_user,
    user_authenticated,
    verify_password,
)
from flask_security.utils import validate_redirect_url
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, Field, PasswordField

from screening.staff import signing_in
from screening.staff.passwords import LONGEST_PASSWORD, normalised
from screening.staff.signing_in import Try
from screening.store import staff
from screening.store.staff import AccountRow
from screening.store.tables import Staff
from screening.web import context, known_browser
from screening.web.staff_form import Form

SIGN_IN = "security.login"
"""The endpoint of the one page of Flask-Security that is in use."""

SIGNED_IN_AT_MOST = timedelta(hours=12)
"""After this time staff sign in again, however busy they were."""

_SIGNED_IN_AT = "signed_in_at"
_BY_PASSWORD = ["password"]

_SETTINGS: dict[str, Any] = {
    "LOGIN_URL": "/clinic/sign-in",
    "LOGIN_USER_TEMPLATE": "security/sign_in.html",
    "POST_LOGIN_VIEW": "/clinic/",
    "LOGOUT_METHODS": None,  # signing out is a page of ours: it ends the session on the server
    "FRESHNESS": timedelta(seconds=-1),  # no page asks for the password once more, so there is no route for it
    "STATIC_FOLDER": None,
    # There is no session yet to guard; posts from other sites are refused by where they come from.
    "CSRF_IGNORE_UNAUTH_ENDPOINTS": True,
    "API_ENABLED_METHODS": ["session"],
    "RETURN_GENERIC_RESPONSES": True,
    "FLASH_MESSAGES": False,
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": {"argon2"},
    "PASSWORD_NORMALIZE_FORM": None,  # `screening.staff.passwords` does it, alike for every way in
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
}


@dataclass(eq=False)
class AccountRole(RoleMixin):
    """A role as Flask-Security looks at it."""

    name: str
    permissions: None = None


@dataclass(eq=False)
class Account(UserMixin):
    """A staff account as Flask-Security looks at it, apart from the database."""

    id: int
    email: str
    name: str
    password: str | None
    active: bool
    roles: list[RoleMixin]
    fs_uniquifier: str = ""
    must_change_password: bool = False
    language: str | None = None

    def verify_and_update_password(self, password: str) -> bool:
        """Tell whether this is the account's password."""
        return (
            self.password is not None
            and not _is_too_long(password)
            and verify_password(normalised(password), self.password)
        )


class AccountStore(UserDatastore):
    """Flask-Security's way to the accounts: it looks them up and changes nothing; `screening.staff` does that."""

    def __init__(self) -> None:
        super().__init__(Account, AccountRole)

    def find_user(self, case_insensitive: bool = False, **identity: Any) -> Account | None:
        """Return the account with this e-mail address, or this value that sessions refer to."""
        ((attribute, value),) = identity.items()
        if attribute == "email":
            with context.store().read() as db:
                found = staff.find_by_email(db, str(value))
                return None if found is None else _account(found, [role.name for role in found.roles])
        assert attribute == "fs_uniquifier"
        row = staff.find_by_uniquifier(context.store(), str(value))
        return None if row is None else _account(row, row.roles)

    def commit(self) -> None:
        """Do nothing: nothing was changed."""


class SignInForm(LoginForm):
    """E-mail address and password. ``shown`` is what the page shows; one message for all that can be wrong."""

    email = EmailField()
    password = PasswordField()
    # No "remember me", and no field for the button.
    remember = None  # type: ignore[assignment]  # how WTForms is told to drop a field
    submit = None  # type: ignore[assignment]  # the same

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = Form.of({"email": self.email.data or "", "next": self.next.data or ""})

    def validate_next(self, field: Field) -> None:
        """Forget where to go on, if that is not here."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""

    def validate(self, **kwargs: Any) -> bool:
        """Tell whether this signs somebody in; wrong passwords are counted."""
        self.shown.needed("email", _("Enter your e-mail address."))
        if not self.password.data:
            self.shown.problems["password"] = _("Enter your password.")
        if self.shown.problems:
            return False
        tried = _try(self.shown.text("email"))
        if signing_in.is_refused(context.store(), tried, now=context.now()):
            after_this_request(_say_too_many)
            self.shown.problems["email"] = _("Too many wrong tries. Wait 15 minutes, then try again.")
            return False
        if not _is_too_long(self.password.data or "") and super().validate(**kwargs):
            return True
        signing_in.note_failure(context.store(), tried, now=context.now())
        self.shown.problems["email"] = _("The e-mail address or the password is wrong, or the account is closed.")
        return False


def init_app(app: Flask) -> None:
    """Set up sign-in at its one address, and nothing else of Flask-Security."""
    app.config.update({f"SECURITY_{name}": value for name, value in _SETTINGS.items()})
    security = Security(app, AccountStore(), login_form=SignInForm)
    # Flask-Principal, which comes with it, would look up who is signed in before each request, a patient's too. Nobody
    # here asks it: roles are looked at where answers are read.
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    load_account = security.login_manager._user_callback
    security.login_manager.user_loader(lambda uniquifier: None if _has_no_account() else load_account(uniquifier))
    security.login_manager.request_loader(lambda _request: None)  # no tokens in addresses or headers
    app.before_request(_guard_sign_in)
    app.after_request(_keep_nothing_before_sign_in)
    user_authenticated.connect(_begin_session, app)


def renew_session(uniquifier: str) -> None:
    """Go on in this session, and only in this one, after the account's password changed."""
    account = AccountStore().find_user(fs_uniquifier=uniquifier)
    assert account is not None
    login_user(account, authn_via=["change"])


def without_account() -> None:
    """Go on with nobody signed in: for a page that says that the database can't be reached."""
    g.without_account = True


def is_own_password(account: Account, password: str) -> bool | None:
    """Tell whether this is the signed-in account's password; None where too many wrong ones were given."""
    tried = _try(account.email)
    if signing_in.is_refused(context.store(), tried, now=context.now()):
        return None
    is_right = account.verify_and_update_password(password)
    if not is_right:
        signing_in.note_failure(context.store(), tried, now=context.now())
    return is_right


def _account(row: Staff | AccountRow, role_names: Sequence[str]) -> Account:
    roles: list[RoleMixin] = [AccountRole(name) for name in role_names]
    return Account(
        row.id,
        row.email,
        row.name,
        row.password,
        row.active,
        roles,
        row.fs_uniquifier,
        row.must_change_password,
        row.language,
    )


def _is_too_long(password: str) -> bool:
    """Tell whether no account can have this password; what verifies passwords fails on very long ones."""
    return len(normalised(password)) > LONGEST_PASSWORD


def _try(email: str) -> Try:
    return Try(email, context.origin(), known_browser.name_for(email))


def _say_too_many(response: Response) -> Response:
    response.status_code = 429
    return response


def _has_no_account() -> bool:
    """Tell whether nobody is to be signed in: the session has lasted its time, or the database can't say who it is."""
    if g.get("without_account"):
        return True
    began = session.get(_SIGNED_IN_AT)
    return began is None or context.now() - datetime.fromisoformat(began) > SIGNED_IN_AT_MOST


def _guard_sign_in() -> BaseResponse | None:
    """Let only our own page post to the sign-in, and only as a form; whoever is signed in already goes on."""
    if request.endpoint != SIGN_IN or request.method != "POST":
        return None
    if request.is_json:
        abort(415)
    context.check_same_origin()
    return redirect(_SETTINGS["POST_LOGIN_VIEW"]) if current_user.is_authenticated else None


def _keep_nothing_before_sign_in(response: Response) -> Response:
    """Take out Flask-Security's marker: whoever only looks at the sign-in leaves no session behind."""
    if request.endpoint == SIGN_IN and "_user_id" not in session:
        session.pop("fs_cc", None)
    return response


def _begin_session(_app: Flask, *, user: Account, authn_via: list[str], **_rest: Any) -> None:
    """Give the session a new cookie, note when it began, and put the sign-in on record."""
    current = context.browser()
    current.renew()
    current[_SIGNED_IN_AT] = context.now().isoformat()
    if authn_via == _BY_PASSWORD:
        tried = _try(user.email)
        signing_in.note_sign_in(context.store(), context.staff_actor(), tried, now=context.now())
        after_this_request(lambda response: known_browser.remember(response, user.email))
    current_app.logger.info("staff %s signed in", user.id)
