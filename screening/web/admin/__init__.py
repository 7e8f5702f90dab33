"""The administrator's pages: staff accounts, the safeguard, and what the practice has set. No answer is in reach."""

from __future__ import annotations

from flask import Flask

from screening.web.admin import practice, staff, work
from screening.web.admin.blueprint import blueprint

__all__ = ["blueprint", "init_app", "practice", "staff", "work"]


def init_app(app: Flask) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)
