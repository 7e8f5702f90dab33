"""A patient at a browser without scripts: opens a link, fills in the form that is on the page, presses a button."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ORIGIN = "https://forms.clinic.example"
BIRTH_DATE = {"birth-day": "12", "birth-month": "5", "birth-year": "1988"}
"""Anna Nowak's, as the practice in `tests.support.clinic` has it."""

GARDEN = """\
id: garden
version: "{version}"
title: Garden questions
language: en
copyright: CC0-1.0. For a test.
description: These questions are about your garden.
pages:
  - id: hopes
    title: Your hopes
    items:
      - {{id: hope, type: text, text: What do you hope for?, glance: yes}}
      - {{id: plants, type: choice, repeats: yes, text: What grows there?, required: yes,
          options: {{rose: Roses, herb: Herbs, none: {{text: None of these, exclusive: yes}}}}, other: Something else}}
  - id: weeds
    title: Weeds
    recall: In the last 2 weeks
    items:
      - {{id: often, type: choice, text: How often did you weed?,
          options: {{never: Never, some: Some days, most: Most days}}}}
      - {{id: which, type: string, text: Which weed was it?, enable_when: {{often: {{one_of: [some, most]}}}}}}
      - {{id: hours, type: decimal, text: How long did it take?, unit: hours, min_value: 0, max_value: 24,
          enable_when: {{often: {{equals: most}}}}}}
  - id: fence
    title: Behind the fence
    sensitive: The next page is about the neighbours. You need not say what happened.
    items:
      - {{id: quarrel, type: boolean, text: Was there a quarrel?}}
  - id: tools
    title: Tools
    enable_when: {{often: {{equals: most}}}}
    items:
      - {{id: since, type: date, text: Since when do you have a hoe?, max_value: today}}
      - {{id: sharp, type: scale, text: How sharp is it?, min_label: Not at all, max_label: Very}}
"""
"""Questions 1 hope, 2 plants | 3 often, 4 which, 5 hours | 6 quarrel | 7 since, 8 sharp (if they weed most days)."""


@dataclass
class Form:
    """A form as it stands on a page, with what a browser would post of it."""

    action: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    controls: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Form] = []
        self._textarea: str | None = None
        self._select: str | None = None
        self._text = ""
        self._by_id: dict[str, Form] = {}
        self._of_form: list[tuple[str, dict[str, str]]] = []
        self.feed(text)
        self.close()
        for form_id, has in self._of_form:
            self._by_id[form_id].buttons.append((has["name"], has["value"]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(action=has.get("action", "")))
            self._by_id[has.get("id", "")] = self.found[-1]
        elif tag == "input" and "name" in has:
            form = self.found[-1]
            form.controls.add(has["name"])
            if has.get("type") not in ("radio", "checkbox") or "checked" in has:
                form.fields.append((has["name"], has.get("value", "")))
        elif tag == "button" and "name" in has and "form" in has:
            self._of_form.append((has["form"], has))
        elif tag == "button" and "name" in has:
            self.found[-1].buttons.append((has["name"], has["value"]))
        elif tag == "select":
            self._select = has["name"]
            self.found[-1].controls.add(self._select)
        elif tag == "option" and self._select and "selected" in has:
            self.found[-1].fields.append((self._select, has["value"]))
        elif tag == "textarea":
            self._textarea, self._text = has["name"], ""

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            form = self.found[-1]
            form.controls.add(self._textarea)
            form.fields.append((self._textarea, self._text.removeprefix("\n")))
            self._textarea = None


def forms(text: str) -> list[Form]:
    """Return the forms of a page."""
    return _Forms(text).found


class Patient:
    """Somebody with a link, at a browser; ``page`` is what is on the screen, ``path`` its address."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: TestResponse
        self.path = ""

    @property
    def text(self) -> str:
        """Return the page's HTML."""
        return self.page.text

    @property
    def heading(self) -> str:
        """Return the page's only h1."""
        found = re.findall(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        assert len(found) == 1, self.text
        return " ".join(found[0].split())

    @property
    def title(self) -> str:
        """Return what stands in the browser's tab and history."""
        found = re.search(r"<title>(.*?)</title>", self.text, re.DOTALL)
        assert found
        return " ".join(found[1].split())

    def form(self, containing: str = "") -> Form:
        """Return the page's first form that has a control or button of this name."""
        found = [form for form in forms(self.text) if not containing or containing in _names(form)]
        assert found, self.text
        return found[0]

    def get(self, path: str) -> TestResponse:
        """Open an address, follow where it leads."""
        return self._follow(self.client.get(path, base_url=ORIGIN), path)

    def post(self, path: str, data: Any, follow: bool = True) -> TestResponse:
        """Post a form's fields to an address, follow where it leads."""
        response = self.client.post(path, data=data, base_url=ORIGIN)
        return self._follow(response, path) if follow else response

    def open(self, token: str, **birth_date: str) -> TestResponse:
        """Open a link and give the birth date, Anna Nowak's unless another one is named."""
        self.get(f"/i/{token}")
        return self.submit(**(BIRTH_DATE | birth_date))

    def fields(self, button: str | None = "next", form: Form | None = None, **typed: Any) -> dict[str, list[str]]:
        """Return what the page's form would post: what stands there, but for what is typed now (a list for several).

        Names are as in the page, with ``_`` for ``-`` ("q1_text"). None takes an answer away.
        """
        form = form or self.form("then" if button else "")
        data: dict[str, list[str]] = {}
        for name, value in form.fields:
            data.setdefault(name, []).append(value)
        for key, value in typed.items():
            name = key.replace("_", "-") if key.replace("_", "-") in form.controls else key
            assert name in form.controls, f"there is no {name} on the page, only {sorted(form.controls)}"
            data.pop(name, None)
            if value is not None:
                data[name] = value if isinstance(value, list) else [value]
        if button:
            assert ("then", button) in form.buttons, form.buttons
            data["then"] = [button]
        return data

    def press(self, button: str = "next", **typed: Any) -> TestResponse:
        """Fill in the page's form and press a button of it."""
        form = self.form("then")
        return self.post(form.action or self.path, self.fields(button, form, **typed))

    def switch(self, language: str, **typed: Any) -> TestResponse:
        """Fill in the form that the switch of languages belongs to, and press a language's button."""
        form = next(form for form in forms(self.text) if ("language", language) in form.buttons)
        data = self.fields(None, form, **typed) | {"language": [language]}
        return self.post(form.action or self.path, data)

    def submit(self, **typed: str) -> TestResponse:
        """Fill in the page's first form and press its only button."""
        form = self.form()
        data = self.fields(None, form, **{})
        data |= {name: [value] for name, value in typed.items()}
        return self.post(form.action or self.path, data)

    def begin(self, token: str, *, always_hide: bool = False) -> None:
        """Go from the link to the topics."""
        self.open(token)
        self.get("/intake/privacy")
        self.press(hide="always" if always_hide else "later")
        self.get("/intake/agree")
        self.press("agree")
        assert self.path == "/intake/topics", self.text

    def _follow(self, response: TestResponse, path: str) -> TestResponse:
        while response.status_code == 303 and response.location.startswith("/"):
            path = response.location
            response = self.client.get(path, base_url=ORIGIN)
        self.page, self.path = response, path.partition("#")[0]
        return response


def _names(form: Form) -> set[str]:
    return form.controls | {name for name, _ in form.buttons}
