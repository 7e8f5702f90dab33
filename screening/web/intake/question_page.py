"""A page of questions as HTML, with the way back from it.

With nothing to be mended on it, the page is put together from what was drawn before (`drawing`); else its template
draws it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup, escape

from screening.definition.languages import direction
from screening.forms.page import PageForm
from screening.intake.sitting import Sitting, SittingPage
from screening.web import context, language
from screening.web.intake import drawing
from screening.web.intake.visit import csrf_token, invitation_tag
from screening.web.slots import mark

_TEMPLATE = "intake/page.html"


def with_form(
    sitting: Sitting,
    page: SittingPage,
    form: PageForm,
    *,
    revision: int,
    asked: frozenset[int] = frozenset(),
    notice: str = "",
    not_saved: bool = False,
) -> str:
    """Return the page with what this form holds, and with what is wrong on it.

    ``asked`` are the numbers that were asked for once more; ``not_saved``: our database did not answer.
    """
    if not (form.wrong or asked or not_saved):
        return around(sitting, page, map(drawing.draw, form.fields), form.numbers, revision, notice)
    return render_template(
        _TEMPLATE,
        form=form,
        revision=revision,
        asked=sorted(asked),
        notice=notice,
        not_saved=not_saved,
        **variables(sitting, page),
    )


def as_saved(sitting: Sitting, page: SittingPage, notice: str) -> str:
    """Return the page with what was saved of it."""
    numbers = [page.question_numbers[item.id] for item in page.questions]
    return around(sitting, page, drawing.saved_questions(page), numbers, page.revision, notice)


def around(
    sitting: Sitting,
    page: SittingPage,
    drawn: Iterable[Markup],
    numbers: Iterable[int],
    revision: int,
    notice: str,
) -> Markup:
    """Return the page around these questions, whose numbers they are, with nothing on it that is to be mended."""
    before = sitting.before(page)
    depends_on = (
        request.script_root,
        language.current(),
        tuple(context.browser().get("languages", ())),
        page.questionnaire.language,
        page.number,
        page.position,
        sitting.count_of_pages,
        before.number if before else 0,
        carries("anew"),
        carries("back"),
        notice,
    )

    def draw() -> str:
        slots: dict[str, Callable[[], str]] = {
            "csrf_token": lambda: mark("csrf_token"),
            "invitation_tag": lambda: mark("invitation_tag"),
        }
        return render_template(
            _TEMPLATE,
            form=_InSlots(),
            draw=mark,
            revision=mark("revision"),
            asked=(),
            notice=notice,
            not_saved=False,
            **slots,
            **variables(sitting, page),
        )

    return drawing.remembered_page(page, depends_on, draw).filled(
        {
            "csrf_token": escape(csrf_token()),
            "invitation_tag": escape(invitation_tag()),
            "revision": escape(revision),
            "shown": escape(" ".join(map(str, numbers))),
            "questions": Markup("\n  ").join(drawn),
        }
    )


class _InSlots:
    """Stands for a form where the template draws only what is around it."""

    wrong = ()
    numbers = (mark("shown"),)
    fields = ("questions",)


def variables(sitting: Sitting, page: SittingPage) -> dict[str, Any]:
    """Return what the template needs to know beside the form."""
    return {
        "sitting": sitting,
        "page": page,
        "anew": carries("anew"),
        "back": carries("back"),
        "back_url": back_url(sitting, page),
        "form_direction": direction(page.questionnaire.language),
    }


def carries(name: str) -> bool:
    """Tell whether the address or the posted form has this field."""
    return name in request.args or (request.method == "POST" and name in request.form)


def back_url(sitting: Sitting, page: SittingPage) -> str:
    """Return where "Back" leads: to where the patient came from."""
    if carries("back"):
        return url_for("intake.check")
    before = sitting.before(page)
    return url_for("intake.show", number=before.number) if before else url_for("intake.topics")


def way_back() -> dict[str, Any]:
    """Return what an address carries along for a patient who came from "Check your answers"."""
    return {"back": "check"} if carries("back") else {}
