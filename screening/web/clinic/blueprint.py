"""The blueprint of the clinic's pages; the modules beside this one hang their views on it."""

from __future__ import annotations

from flask import Blueprint

from screening.web.clinic.access import protect

blueprint = Blueprint("clinic", __name__, url_prefix="/clinic")
protect(blueprint)
