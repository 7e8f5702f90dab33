"""The application factory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from reports.process import Renderer
from screening import jobs, waking
from screening.config import PROJECT, Settings
from screening.store import registry, schema
from screening.store.crypto import Keyring
from screening.store.engine import Store
from screening.store.key_check import require_keys
from screening.web import admin, assets, clinic, errors, headers, intake, language, ops, posted, practice, security
from screening.web.context import csrf
from screening.web.sessions import DatabaseSessionInterface

MAX_REQUEST_BYTES = 1_000_000


class Application(Flask):
    """Flask without what this service has no use for."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view as it is: none is a coroutine, and finding that out at each step of a request takes time."""
        return func


def create_app(settings: Settings, *, clock: Callable[[], datetime] = jobs.utc_now) -> Flask:
    """Build the application: settings, store, definitions, web.

    Raises SchemaError where the database is not at this version's schema, KeyFileError where the keys are not the
    database's, and RegistryError where a questionnaire file can't be served; the messages are for the person who starts
    the server.
    """
    app = Application("screening.web", template_folder=str(PROJECT / "templates"), static_folder=None)
    notices: list[str] = []
    store = _open_store(settings, clock(), notices)
    for notice in notices:
        app.logger.warning("%s", notice)
    store.wake = waking.Waker(store, settings)
    app.extensions |= {"store": store, "settings": settings, "clock": clock, "renderer": Renderer()}
    app.extensions["press"] = jobs.press(settings)
    app.config.update(
        SECRET_KEY=store.keyring.session,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        # It asks for the Referer that our own Referrer-Policy keeps back; `context.check_same_origin` takes its place.
        WTF_CSRF_SSL_STRICT=False,
        TRAP_BAD_REQUEST_ERRORS=False,
    )
    app.session_interface = DatabaseSessionInterface(store, settings, clock)
    csrf.init_app(app)
    for part in (headers, assets, language, practice, posted, errors, security, intake, clinic, admin, ops):
        part.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # how Flask is wrapped
    return app


def _open_store(settings: Settings, now: datetime, notices: list[str]) -> Store:
    """Return the store, fit to be served from; where it is not, no connection stays open.

    ``notices`` gets what should be mended, though it does not stop the start.
    """
    store = Store(settings.database_url, Keyring.read(settings.key_file))
    try:
        schema.require_current(store.engine)
        require_keys(store)
        with store.write() as session:
            registry.register_files(session, store.keyring, settings.questionnaire_folders, now, notices)
    except BaseException:
        store.close()
        raise
    return store
