"""Drawing questions and the page around them: what was drawn once need not be drawn again.

A question looks the same to everybody who answered it alike, but for words that somebody typed; the page around the
questions looks the same to everybody in its place. Both are remembered by all that they depend on for as long as the
process lives, with slots (`screening.web.slots`) for the rest. Nothing that somebody typed is ever remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Final

from flask import Flask, current_app
from markupsafe import Markup, escape

from screening.answer_values import Plain, is_declined
from screening.definition.model import Boolean, Choice, Display, Item, Page, Scale, String, Text
from screening.forms.item_field import ItemField
from screening.intake.sitting import SittingPage
from screening.web import language
from screening.web.intake import forms
from screening.web.intake.forms import Holds
from screening.web.intake.visit import blueprint
from screening.web.slots import Drawn, Remembered, mark

_MAX_REMEMBERED: Final = 20_000_000
"""Characters of HTML of each kind that a process remembers, at the most."""
_WORDS: Final = "words"
"""The slot of what somebody typed."""
_CHOSEN = (Boolean, Choice, Display, Scale)
_TYPED = (String, Text)

_questions: Remembered[tuple[Item, Page, Drawn]] = Remembered(_MAX_REMEMBERED)


@blueprint.app_template_global()
def draw(field: ItemField) -> Markup:
    """Return a question's HTML: the macro ``draw`` of its item type's template, templates/fields/<type>.html."""
    template = current_app.jinja_env.get_template(f"fields/{field.template}.html")
    drawn: Markup = template.module.draw(field)  # type: ignore[attr-defined]  # a module has the names of its macros
    return drawn


# In a field's own template "draw" is its macro; a field that holds others draws them by this name.
blueprint.add_app_template_global(draw, "draw_inside")


def saved_questions(page: SittingPage) -> Iterator[Markup]:
    """Yield the HTML of a page's questions with what was saved of them, as the form `forms.filled` has it."""
    holds = forms.as_saved(page)
    shown_in = language.current()
    for item in page.items:
        if isinstance(item, _CHOSEN) or (isinstance(item, _TYPED) and not item.repeats):
            yield _saved_question(page, item, holds, shown_in)
        else:
            yield from map(draw, forms.filled(page, (item,), holds).fields)


def _saved_question(page: SittingPage, item: Item, holds: Holds, shown_in: str) -> Markup:
    """Return the HTML of one question, drawn or remembered."""
    look, stand_in, words = _split(item, holds.answers.get(item.id))
    key = (id(item), id(page.page), shown_in, page.question_numbers.get(item.id, 0), item.id in holds.new, look)
    found = _questions.get(key)
    # Item and page are kept with the HTML, so that their ids can't come to stand for others.
    if found is None or found[0] is not item or found[1] is not page.page:
        without_words = Holds({item.id: stand_in}, holds.new)
        (field,) = forms.filled(page, (item,), without_words).fields
        html = draw(field)
        found = _questions.keep(key, (item, page.page, Drawn(html)), len(html))
    drawn = found[2]
    return drawn.filled({_WORDS: escape(words)}) if drawn.whole is None else drawn.whole


def _split(item: Item, plain: Plain) -> tuple[Hashable, Plain, str]:
    """Return what an answer (in plain form) looks like, the answer without what was typed, and what was typed."""
    if plain is None or is_declined(plain):
        return plain is None, plain, ""
    if isinstance(item, _TYPED):
        return _WORDS, mark(_WORDS), str(plain)
    parts = plain if isinstance(plain, list) else [plain]
    words = next((str(part["other"]) for part in parts if isinstance(part, dict)), "")
    stand_in: list[Plain] = [{"other": mark(_WORDS)} if isinstance(part, dict) else part for part in parts]
    look = tuple(_WORDS if isinstance(part, dict) else (type(part), part) for part in parts)
    return look, stand_in if isinstance(plain, list) else stand_in[0], words


def remembered_page(page: SittingPage, depends_on: Hashable, draw_page: Callable[[], str]) -> Drawn:
    """Return a page's HTML around its questions, which depends on the page, this application, and ``depends_on``."""
    key = (id(page.page), depends_on)
    drawn_pages = current_app.extensions["drawn_pages"]
    assert isinstance(drawn_pages, Remembered)
    found: tuple[Page, Drawn] | None = drawn_pages.get(key)
    if found is None or found[0] is not page.page:
        html = draw_page()
        found = drawn_pages.keep(key, (page.page, Drawn(html)), len(html))
    return found[1]


def init_app(app: Flask) -> None:
    """Begin to remember pages; each application has its own, because they hold what the practice has set."""
    app.extensions["drawn_pages"] = Remembered(_MAX_REMEMBERED)
