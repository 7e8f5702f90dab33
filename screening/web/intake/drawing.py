"""Drawing questions: each item type has its own template, and what was drawn once need not be drawn again.

A question with options looks the same to everybody who chose the same: its HTML is remembered by what it depends on
(`ItemField.look`), for as long as the process lives. Nothing that somebody typed is ever remembered.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

from screening.definition.model import Item
from screening.forms.item_field import ItemField
from screening.web.intake.visit import blueprint

_MAX_REMEMBERED: Final = 5000
_remembered: dict[Hashable, tuple[Item, Markup]] = {}


@blueprint.app_template_global()
def draw(field: ItemField) -> Markup:
    """Return a question's HTML: the macro ``draw`` of its item type's template, templates/fields/<type>.html."""
    look = field.look
    if look is None:
        return _draw(field)
    key = (id(field.item), str(get_locale()), look)
    found = _remembered.get(key)
    # The item is kept with its HTML, so that its id can't come to stand for another one.
    if found is None or found[0] is not field.item:
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        found = _remembered[key] = (field.item, _draw(field))
    return found[1]


# In a field's own template "draw" is its macro; a field that holds others draws them by this name.
blueprint.add_app_template_global(draw, "draw_inside")


def _draw(field: ItemField) -> Markup:
    template = current_app.jinja_env.get_template(f"fields/{field.template}.html")
    drawn: Markup = template.module.draw(field)  # type: ignore[attr-defined]  # a module has the names of its macros
    return drawn
