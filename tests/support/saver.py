"""A patient's phone that saves one page again and again, and holds what the server told it against what is there."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from tests.support.intake import BIRTH_DATE, forms
from tests.support.process import NoAnswerError, wait

PAGE = "/intake/pages/1"
_FIELD = "q1-text"
_ANSWERED_WITHIN = 30.0
_BEFORE_TRYING_AGAIN = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    location: str
    text: str


class Phone:
    """A browser without scripts that keeps one cookie; `NoAnswerError` where the server does not answer."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self.cookie = ""
        self._connection: HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """Open an address."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Post a form."""
        return self._ask("POST", path, urlencode(fields))

    def begin(self) -> None:
        """Open the link and agree."""
        assert self.post(f"/i/{self._token}", BIRTH_DATE).location == "/intake/"
        self.press("/intake/privacy", hide="later")
        self.press("/intake/agree", then="agree")

    def open(self) -> None:
        """Open the link, once more."""
        assert self.post(f"/i/{self._token}", BIRTH_DATE).location == "/intake/"

    def press(self, path: str, **typed: str) -> Answer:
        """Open a page, fill in its form and post it."""
        return self.post(path, self.form(path) | typed)

    def form(self, path: str) -> dict[str, str]:
        """Return the fields of a page's form, as they stand there."""
        page = self.get(path)
        assert page.status == 200, page
        return dict(next(form.fields for form in forms(page.text) if "csrf_token" in form.controls))

    def close(self) -> None:
        """Hang up."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            if self._connection is None:
                self._connection = HTTPConnection("127.0.0.1", self._port, timeout=_ANSWERED_WITHIN)
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as error:
            self.close()
            raise NoAnswerError(str(error)) from error
        cookie = response.headers.get("Set-Cookie")
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return Answer(response.status, response.headers.get("Location", ""), text)


class Saver(threading.Thread):
    """Saves the first page of an invitation until told to stop; ``problem`` is what must not have happened.

    ``attempts`` counts all saves, ``acknowledged`` those that the server said were done, ``refused`` those that it said
    could not be done. ``last`` is the text that was saved last, ``tried`` the one that was sent last, answered or not.
    """

    def __init__(self, phone: Phone, name: str) -> None:
        super().__init__(name=name)
        self.phone = phone
        self.attempts = self.acknowledged = self.refused = 0
        self.last = self.tried = ""
        self.problem: BaseException | None = None
        self._fields: dict[str, str] = {}
        self._done = threading.Event()
        self.phone.begin()

    def run(self) -> None:
        """Save, and look again after each time that the server was away."""
        try:
            while not self._done.is_set():
                try:
                    self._look()
                    while not self._done.is_set():
                        self._save()
                except NoAnswerError:
                    wait(_BEFORE_TRYING_AGAIN)
        except BaseException as problem:  # noqa: BLE001  # the test looks at it
            self.problem = problem
        self.phone.close()

    def finish(self) -> None:
        """Let the save that is under way be the last one."""
        self._done.set()
        self.join()

    def _look(self) -> None:
        page = self.phone.get(PAGE)
        if page.status == 503:
            raise NoAnswerError
        assert page.status == 200, page
        self._fields = dict(next(form.fields for form in forms(page.text) if _FIELD in form.controls))
        found = self._fields[_FIELD]
        assert found in {self.last, self.tried}, f"{found!r} is saved; {self.last!r} was said to be"
        self.last = found

    def _save(self) -> None:
        self.attempts += 1
        self.tried = f"{self.name}, {self.attempts}"
        answer = self.phone.post(PAGE, self._fields | {_FIELD: self.tried, "then": "next"})
        if answer.status == 503:
            assert self.tried in unescape(answer.text), "what was typed came not back"
            self.refused += 1
            raise NoAnswerError
        assert answer.status == 303, answer
        self.acknowledged += 1
        self.last = self.tried
        self._fields["revision"] = str(int(self._fields["revision"]) + 1)
