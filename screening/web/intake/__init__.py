"""What a patient sees: one blueprint. The views are thin; `screening.intake` decides.

Every address of it is neutral, every page works without a script, and nothing typed is lost: see `carried`.
"""

from __future__ import annotations

from flask import Flask

from screening.web.intake import before, drawing, faults, finish, link, own_copy, pages
from screening.web.intake.visit import blueprint

__all__ = ["before", "blueprint", "drawing", "faults", "finish", "init_app", "link", "own_copy", "pages"]


def init_app(app: Flask) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)
    drawing.init_app(app)
