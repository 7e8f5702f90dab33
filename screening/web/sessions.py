"""Sessions kept in our database: the cookie holds a random value, the table its hash and the sealed content.

Patients and staff have cookies of their own, chosen by path, so that one browser can't mix them up. Ending a session
removes it on the server, so that "back" shows nothing. A patient's session that ran out is remembered for a week as
that: whoever then gives the right birth date goes on where the page was.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from screening.config import Settings
from screening.store.compiled import CompiledStatement
from screening.store.crypto import SealError
from screening.store.engine import Store
from screening.store.tables import WebSession

PATIENT_PATHS = ("/i/", "/intake", "/exit")
NO_SESSION_PATHS = ("/static/", "/healthz", "/readyz", "/metrics")
REMEMBERED = timedelta(days=7)
"""How long a session that ran out is still known as that."""

FAULTS = (DBAPIError, PoolTimeoutError)
"""What a database that does not answer raises."""

_PATIENTS_WAIT_MS = 200
"""How long the end of a patient's session waits for a lock: whoever leaves, leaves at once."""

_LEFT_BEHIND = "left_behind"

_TOUCH_AFTER = 0.1
"""A session is prolonged once this part of its idle time has gone by, so that reading a page rarely writes."""

_BY_HASH = CompiledStatement(
    select(WebSession.kind, WebSession.data, WebSession.expires_at, WebSession.invitation_id).where(
        WebSession.id_hash == bindparam("wanted")
    )
)


class ServerSession(dict[str, Any], SessionMixin):
    """``flask.session``: a dictionary that notices changes, with an end that the server knows of.

    ``expired`` is set when the cookie names a session that ran out, and ``expired_invitation_id`` if it was a
    patient's; the session itself is empty then, and of its content only ``expired_language`` is known, and what
    `leave_behind` left in ``left_behind``. ``fault`` is set when the database did not say whose session it is; the
    request fails with it later, when its route is known.
    """

    def __init__(self, kind: str, token: str | None = None, content: dict[str, Any] | None = None) -> None:
        super().__init__(content or {})
        self.kind = kind
        self.token = token
        self.new = token is None
        self.modified = False
        self.stale_token: str | None = None
        self.ended = False
        self.touch = False
        self.saved = False
        self.expired = False
        self.expired_invitation_id: str | None = None
        self.expired_language: str | None = None
        self.expired_token: str | None = None
        self.left_behind: Any = None
        self.closing = False
        self.fault: Exception | None = None

    @property
    def row(self) -> bytes | None:
        """What names this session's row in the database, running or run out; None without one."""
        token = self.token or self.expired_token
        return _hash(token) if token else None

    def __setitem__(self, key: str, value: Any) -> None:
        self.modified = True
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self.modified = True
        super().__delitem__(key)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key and return its value."""
        self.modified = self.modified or key in self
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the key's value, set to ``default`` first if it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several keys at once."""
        self.modified = True
        super().update(*args, **kwargs)

    def clear(self) -> None:
        """Remove all content; the session goes on."""
        self.modified = True
        super().clear()

    def renew(self) -> None:
        """Give the session a new cookie and forget the old one; call it when somebody signs in."""
        self.stale_token, self.token, self.modified = self.token, None, True

    def leave_behind(self, content: Any) -> None:
        """Keep something with a session that was ended in the database meanwhile; nothing prolongs it."""
        self[_LEFT_BEHIND] = content
        self.closing = True

    def end(self) -> None:
        """End the session on the server and in the browser."""
        super().clear()
        self.ended = True
        self.modified = False


class DatabaseSessionInterface(SessionInterface):
    """Loads and saves `ServerSession` rows; one read a request, a write only when something changed."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._secure = settings.is_https
        self._idle = {
            "patient": timedelta(minutes=settings.patient_idle_minutes),
            "staff": timedelta(minutes=settings.staff_idle_minutes),
        }

    def cookie_name(self, kind: str) -> str:
        """Return the neutral cookie name; bound to this host wherever https allows it."""
        name = "visit" if kind == "patient" else "staff"
        return f"__Host-{name}" if self._secure else name

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Load the session that the request's cookie names, or begin an empty one."""
        kind = "patient" if request.path.startswith(PATIENT_PATHS) else "staff"
        token = request.cookies.get(self.cookie_name(kind))
        if not token or request.path.startswith(NO_SESSION_PATHS):
            return ServerSession(kind)
        id_hash = _hash(token)
        try:
            rows = self._store.rows(_BY_HASH, wanted=id_hash)
        except (DBAPIError, PoolTimeoutError) as fault:
            # Raised later, when the route is known and with it who can give back what was typed.
            session = ServerSession(kind)
            session.fault = fault
            return session
        if not rows:
            return ServerSession(kind)
        kind_of_row, data, expires_at, invitation_id = rows[0]
        if kind_of_row != kind:
            return ServerSession(kind)
        now = self._clock()
        try:
            content = self._store.keyring.open(data, _bound_to(id_hash))
        except SealError:  # whoever was here is asked again, and what was typed goes along
            app.logger.error("a session's row does not open")
            return ServerSession(kind)
        if expires_at <= now:
            session = ServerSession(kind)
            session.expired = True
            session.expired_invitation_id = invitation_id
            session.expired_token = token
            session.expired_language, session.left_behind = content.get("language"), content.get(_LEFT_BEHIND)
            return session
        session = ServerSession(kind, token, content)
        session.touch = expires_at - now < self._idle[kind] * (1 - _TOUCH_AFTER)
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed and set or clear the cookie; once a request, whatever came of it."""
        assert isinstance(session, ServerSession)
        if session.saved:  # it failed, and this is the page that says so
            return
        session.saved = True
        if session.ended:
            response.delete_cookie(
                self.cookie_name(session.kind), path="/", secure=self._secure, httponly=True, samesite="Lax"
            )
            try:
                self._forget(session)
            except (DBAPIError, PoolTimeoutError) as fault:
                # "Exit this page" leaves whatever happens here; the session then runs out by its idle time.
                if session.kind != "patient":
                    raise
                app.logger.error("database fault while ending a session: %s", type(fault).__name__)
        elif session.closing:
            try:
                self._close(session)
            except (DBAPIError, PoolTimeoutError) as fault:
                # What the request did is done; that must not be told as a failure.
                app.logger.error("database fault while closing a session: %s", type(fault).__name__)
        elif session.modified and (session or session.token):
            self._write(session)
            self._set_cookie(session, response)
        elif session.touch and session.token:
            try:
                self._prolong(session)
            except (DBAPIError, PoolTimeoutError) as fault:
                # What the request did is done; that must not be told as a failure.
                app.logger.error("database fault while prolonging a session: %s", type(fault).__name__)

    def _write(self, session: ServerSession) -> None:
        now = self._clock()
        is_new = session.token is None
        token = session.token or secrets.token_urlsafe(32)
        id_hash = _hash(token)
        values = {
            "kind": session.kind,
            "invitation_id": session.get("invitation_id"),
            "data": self._store.keyring.seal(dict(session), _bound_to(id_hash)),
            "seen_at": now,
            "expires_at": now + self._idle[session.kind],
        }
        with self._store.write() as db:
            if session.stale_token:
                db.execute(delete(WebSession).where(WebSession.id_hash == _hash(session.stale_token)))
            if is_new:
                db.execute(delete(WebSession).where(WebSession.expires_at < now - REMEMBERED))
                db.add(WebSession(id_hash=id_hash, created_at=now, **values))
            else:
                # An update, never an insert: a session ended by another request must stay ended.
                db.execute(update(WebSession).where(WebSession.id_hash == id_hash).values(**values))
        session.token = token

    def _close(self, session: ServerSession) -> None:
        """Keep the content of a session that has ended; one that was forgotten stays forgotten."""
        assert session.token
        id_hash = _hash(session.token)
        with self._store.write() as db:
            db.execute(
                update(WebSession)
                .where(WebSession.id_hash == id_hash, WebSession.expires_at <= self._clock())
                .values(data=self._store.keyring.seal(dict(session), _bound_to(id_hash)))
            )

    def _prolong(self, session: ServerSession) -> None:
        assert session.token
        now = self._clock()
        with self._store.write() as db:
            db.execute(
                update(WebSession)
                .where(WebSession.id_hash == _hash(session.token))
                .values(seen_at=now, expires_at=now + self._idle[session.kind])
            )

    def _forget(self, session: ServerSession) -> None:
        hashes = [_hash(token) for token in (session.token, session.stale_token, session.expired_token) if token]
        if hashes:
            with self._store.write(wait_ms=_PATIENTS_WAIT_MS if session.kind == "patient" else None) as db:
                db.execute(delete(WebSession).where(WebSession.id_hash.in_(hashes)))

    def _set_cookie(self, session: ServerSession, response: Response) -> None:
        assert session.token
        response.set_cookie(
            self.cookie_name(session.kind),
            session.token,
            path="/",
            secure=self._secure,
            httponly=True,
            # Staff follow links from mails into the clinic's pages; a patient's link needs no cookie.
            samesite="Strict" if session.kind == "patient" else "Lax",
        )
        response.vary.add("Cookie")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _bound_to(id_hash: bytes) -> str:
    return f"web_session:{id_hash.hex()}"
