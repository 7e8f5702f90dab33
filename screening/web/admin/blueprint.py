"""The blueprint of the administrator's pages."""

from __future__ import annotations

from flask import Blueprint

from screening.web.clinic.access import protect

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
protect(blueprint)
