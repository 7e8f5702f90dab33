"""A member of staff at a browser without scripts."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from screening.store.audit import Actor
from tests.support.clinic import PASSWORD
from tests.support.intake import ORIGIN, Form, forms

_REDIRECTS = (302, 303)


def email_of(actor: Actor) -> str:
    """Return the address that `tests.support.clinic` gives a member of staff."""
    return f"{'.'.join(actor.name.lower().replace('.', '').split())}@clinic.example"


class Member:
    """Somebody at a browser; ``page`` is what is on the screen, ``path`` its address."""

    def __init__(self, app: Flask, address: str = "192.0.2.7") -> None:
        self.client = app.test_client()
        self.address = address
        self.page: TestResponse
        self.path = ""

    @property
    def text(self) -> str:
        """Return what can be read on the page, and its markup."""
        return unescape(self.page.text)

    @property
    def heading(self) -> str:
        """Return the page's only h1, in words."""
        found = re.findall(r"<h1[^>]*>(.*?)</h1>", self.page.text, re.DOTALL)
        assert len(found) == 1, self.page.text
        return " ".join(unescape(re.sub(r"<[^>]+>", "", found[0])).split())

    @property
    def problems(self) -> list[str]:
        """Return what the summary at the top says is wrong."""
        found = re.search(r'class="govuk-error-summary".*?</ul>', self.page.text, re.DOTALL)
        return [unescape(text) for text in re.findall(r"<a href=[^>]*>(.*?)</a>", found[0])] if found else []

    def sign_in(self, actor: Actor, password: str = PASSWORD, **typed: str) -> TestResponse:
        """Sign in as this member of staff, and see where that leads."""
        return self.post("/clinic/sign-in", {"email": email_of(actor), "password": password, **typed})

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open an address, and follow where it leads."""
        return self._follow(self._send("GET", path, **options), path)

    def post(self, path: str, data: Any, **options: Any) -> TestResponse:
        """Post to an address, and follow where it leads."""
        return self._follow(self._send("POST", path, data=data, **options), path)

    def press(self, button: str = "", action: str = "", **typed: Any) -> TestResponse:
        """Fill in the form with these fields and press a button ("name=value"); ``action`` tells forms apart.

        Names are as on the page, with ``_`` for ``-`` where there is no such name.
        """
        form = self.form(action)
        data: dict[str, list[str]] = {}
        for name, value in form.fields:
            data.setdefault(name, []).append(value)
        for key, value in typed.items():
            name = key if key in form.controls else key.replace("__", "-")
            data[name] = value if isinstance(value, list) else [value]
        if button:
            name, _, value = button.partition("=")
            data[name] = [value]
        return self.post(form.action or self.path, data)

    def form(self, action: str = "") -> Form:
        """Return the page's form whose address ends like this; the first one but for signing out and searching."""
        found = [form for form in forms(self.page.text) if "csrf_token" in form.controls or "email" in form.controls]
        wanted = [form for form in found if form.action.endswith(action) and "sign-out" not in form.action]
        assert wanted, self.page.text
        return wanted[0]

    def token(self) -> str:
        """Return the token that this session's posts need."""
        self.get("/clinic/password")
        return dict(self.form().fields)["csrf_token"]

    def _send(self, method: str, path: str, **options: Any) -> TestResponse:
        environ = {"REMOTE_ADDR": self.address}
        response = self.client.open(path, method=method, base_url=ORIGIN, environ_base=environ, **options)
        response.request.environ["wsgi.input"].close()  # a file, where files were sent
        return response

    def _follow(self, response: TestResponse, path: str) -> TestResponse:
        while response.status_code in _REDIRECTS and response.location.startswith("/"):
            path = response.location
            response = self._send("GET", path)
        self.page, self.path = response, path.partition("#")[0]
        return response
