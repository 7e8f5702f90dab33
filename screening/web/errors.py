"""What people see when something can't be done: a calm page that says what to do, never a traceback.

The page needs no session and no database. A patient's post that failed comes back as a form that sends it again.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, current_app, render_template, request, session
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from screening.store.errors import NotAllowed, NotFound
from screening.web.sessions import PATIENT_PATHS

_PLAIN = "errors/plain.html"
_PATIENT = "errors/patient.html"
_STAFF = "errors/staff.html"


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
        if request.path.startswith(PATIENT_PATHS):
            return render_template(_PATIENT, status=status, retry_fields=_typed()), status
        return render_template(_STAFF, status=status, message=message, home_url="/clinic/"), status
    except Exception as error:  # noqa: BLE001  # whatever broke the page, somebody waits for an answer
        current_app.logger.error("the error page failed: %s", type(error).__name__)
        return render_template(_PLAIN), status


def _typed() -> list[tuple[str, str]]:
    """Return the fields of a post that failed, so that they can be sent again."""
    if request.method != "POST":
        return []
    try:
        return list(request.form.items(multi=True))
    except RequestEntityTooLarge:
        return []
