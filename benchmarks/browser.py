"""A patient's browser inside this process: requests go straight to the WSGI application, over no network.

A `Request` can be sent again and again, so that both sides of a comparison are called in the same, cheapest way.
A `Browser` keeps cookies, and counts the CPU time that the application took apart from its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urljoin
from wsgiref.types import WSGIApplication

import brotli
from werkzeug.http import parse_cookie
from werkzeug.test import EnvironBuilder

from benchmarks.measure import cpu_time

ORIGIN = "https://forms.clinic.example"
ACCEPT_ENCODING = "gzip, deflate, br"

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the application answered, ``body`` as it goes over the wire."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value; "" if it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        """Return the body as text, unpacked."""
        coding = self.header("Content-Encoding")
        assert coding in ("", "br"), coding
        return (brotli.decompress(self.body) if coding else self.body).decode()

    @property
    def weight(self) -> int:
        """Return the bytes of transfer: status line, headers and body, as HTTP/1.1 writes them."""
        lines = [f"HTTP/1.1 {self.status} OK", *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return len("\r\n".join(lines).encode()) + len(self.body)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is ready to be sent, any number of times."""

    application: WSGIApplication
    environ: Mapping[str, Any]
    body: bytes

    @classmethod
    def make(
        cls,
        application: WSGIApplication,
        path: str,
        fields: Fields | None = None,
        cookies: Mapping[str, str] | None = None,
    ) -> Request:
        """Make a GET, or a POST of a form where there are ``fields``."""
        headers = {"Accept-Encoding": ACCEPT_ENCODING, "User-Agent": "benchmark"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if fields is not None:
            headers |= {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        body = urlencode(fields or ()).encode()
        builder = EnvironBuilder(
            path,
            ORIGIN,
            method="GET" if fields is None else "POST",
            headers=headers,
            content_type=None if fields is None else "application/x-www-form-urlencoded",
            input_stream=BytesIO(body),
            content_length=len(body),
        )
        environ = builder.get_environ() | {"REMOTE_ADDR": "198.51.100.4"}
        return cls(application, environ, body)

    def send(self) -> Reply:
        """Do what a WSGI server does, and no more."""
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
            begun[:] = [int(status[:3]), headers]

        environ = {**self.environ, "wsgi.input": BytesIO(self.body)}
        chunks: Iterable[bytes] = self.application(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return Reply(*begun, body)


class Browser:
    """Follows links and forms as a patient does. ``cpu`` is the application's CPU time so far, in seconds.

    ``seen`` holds every page, by address, as it came over the wire.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.cookies: dict[str, str] = {}
        self.cpu = 0.0
        self.requests = 0
        self.path = ""
        self.reply: Reply
        self.seen: dict[str, Reply] = {}

    def get(self, path: str) -> Reply:
        """Open an address, follow where it leads."""
        return self._open(Request.make(self.application, path, cookies=self.cookies), path)

    def post(self, path: str, fields: Fields) -> Reply:
        """Post a form, follow where it leads."""
        return self._open(Request.make(self.application, path, fields, self.cookies), path)

    def submit(self, button: str | None = None, **typed: str) -> Reply:
        """Post the page's first form with everything filled in that is still blank, but for what is named."""
        form = next(form for form in Forms.of(self.reply.text) if button is None or button in form.buttons)
        fields = [(name, value) for name, value in form.filled() if name not in typed]
        fields += typed.items()
        if button:
            fields.append(("then", button))
        return self.post(urljoin(self.path, form.action), fields)

    def _open(self, request: Request, path: str) -> Reply:
        begin = cpu_time()
        reply = request.send()
        self.cpu += cpu_time() - begin
        self.requests += 1
        for name, value in reply.headers:
            if name == "Set-Cookie":
                cookie, _, attributes = value.partition(";")
                self.cookies |= parse_cookie(cookie)
                if "Max-Age=0" in attributes:
                    self.cookies.pop(cookie.partition("=")[0])
        if reply.status == 303:
            return self.get(reply.header("Location").partition("#")[0])
        assert reply.status == 200, f"{reply.status} at {path}"
        self.path, self.reply = path, reply
        self.seen[path] = reply
        return reply


class Form:
    """A form of a page, as far as it takes to fill it in: the first radio, a few words, nothing declined."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.buttons: list[str] = []
        self.stands: list[tuple[str, str]] = []
        self.blank: dict[str, str] = {}

    def filled(self) -> Fields:
        """Return what a patient would post who answers all that is blank."""
        answered = {name for name, value in self.stands if value}
        return [
            *((name, value) for name, value in self.stands if value or name not in self.blank),
            *((name, value) for name, value in self.blank.items() if name not in answered),
        ]


class Forms(HTMLParser):
    """Reads the forms of a page."""

    WORDS = "Mostly in the mornings, and after long days at work."

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._textarea = ""

    @classmethod
    def of(cls, text: str) -> list[Form]:
        """Return the forms of a page."""
        parser = cls()
        parser.feed(text)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form or a control of one."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(has.get("action", "")))
        elif tag == "button" and "value" in has:
            self.found[-1].buttons.append(has["value"])
        elif tag == "textarea":
            self._textarea = has["name"]
            self.found[-1].blank[has["name"]] = self.WORDS
        elif tag == "input" and not has["name"].endswith(("-declined", "-other")):
            self._input(self.found[-1], has)

    def _input(self, form: Form, has: Mapping[str, str]) -> None:
        name, value = has["name"], has.get("value", "")
        if has["type"] in ("radio", "checkbox"):
            form.blank.setdefault(name, value)
            if "checked" in has:
                form.stands.append((name, value))
        else:
            form.stands.append((name, value))
            if has["type"] == "text":
                form.blank[name] = self._typed(name, has)

    def _typed(self, name: str, has: Mapping[str, str]) -> str:
        if not has.get("inputmode"):
            return self.WORDS
        return "2019" if name.endswith("-year") else "7"

    def handle_data(self, data: str) -> None:
        """Take what stands in a text area."""
        if self._textarea and data.strip():
            self.found[-1].stands.append((self._textarea, data.removeprefix("\n")))

    def handle_endtag(self, tag: str) -> None:
        """Leave a text area."""
        if tag == "textarea":
            self._textarea = ""
