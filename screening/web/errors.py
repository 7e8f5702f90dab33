"""What people see when something can't be done: a calm page that says what to do, never a traceback.

The page needs no session and no database. Whoever is not clearly staff gets the patient's page, with the numbers to
call and the way out. A patient's post that failed comes back as a form that sends it again.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, current_app, render_template, request, session
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from screening.config import PROJECT
from screening.store.errors import NotAllowed, NotFound
from screening.web.sessions import FAULTS

_LAST_RESORT = (PROJECT / "templates" / "errors" / "plain.html").read_text(encoding="utf-8")
"""Sent as it is where even an error page could not be made: no template, no layout, no translation, no variable."""
_PATIENT = "errors/patient.html"
_STAFF = "errors/staff.html"
_OF_STAFF = ("clinic", "admin")


def init_app(app: Flask) -> None:
    """Register the handlers, and a check that the session could be read."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, lambda error: _page(HTTPStatus.NOT_FOUND))
    app.register_error_handler(NotAllowed, lambda error: _page(HTTPStatus.FORBIDDEN, str(error)))
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeoutError, _database)
    app.register_error_handler(Exception, _unexpected)
    app.before_request(_require_session)


def _require_session() -> None:
    """Fail inside the request where reading the session failed, so that the blueprint's own handler answers."""
    fault = getattr(session, "fault", None)
    if fault is not None:
        raise fault


def _http(error: HTTPException) -> Response | tuple[str, int]:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, FAULTS):
        return _database(error.original_exception)  # the session could not be written
    return _page(error.code)


def _database(error: Exception) -> tuple[str, int]:
    # The statement and its parameters stay out of the log: they can name a patient.
    current_app.logger.error("database fault on %s: %s", request.endpoint, type(error).__name__)
    return _page(HTTPStatus.SERVICE_UNAVAILABLE)


def _unexpected(error: Exception) -> tuple[str, int]:
    if current_app.testing:
        raise error
    # The place in the code is logged and not the message, which could hold what somebody typed.
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    current_app.logger.error("unexpected fault on %s: %s at %s", request.endpoint, type(error).__name__, where)
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(status: int, message: str = "") -> tuple[str, int]:
    try:
        if request.path.split("/")[1] in _OF_STAFF:
            return render_template(_STAFF, status=status, message=message, home_url="/clinic/"), status
        typed = _typed() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else []
        return render_template(_PATIENT, status=status, retry_fields=typed), status
    except Exception as error:  # noqa: BLE001  # whatever broke the page, somebody waits for an answer
        current_app.logger.error("the error page failed: %s", type(error).__name__)
        return _LAST_RESORT, status


def _typed() -> list[tuple[str, str]]:
    """Return the fields of a post that failed, so that they can be sent again."""
    return list(request.form.items(multi=True)) if request.method == "POST" else []
