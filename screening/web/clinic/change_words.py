"""The words for what changed between two versions of a questionnaire."""

from __future__ import annotations

from flask_babel import gettext as _

from screening.definition.diff import Kind


def change_kinds() -> dict[Kind, str]:
    """Return the kinds of change, in the order in which they are told: kind -> heading."""
    return {
        "added": _("Added"),
        "removed": _("Removed"),
        "moved": _("Moved"),
        "reworded": _("Reworded"),
        "changed": _("Changed"),
    }


def changed_keys() -> dict[str, str]:
    """Return what can change of a part: key of the language -> words."""
    return {
        "title": _("title"),
        "description": _("description"),
        "language": _("language"),
        "copyright": _("copyright"),
        "license": _("licence"),
        "clinically_reviewed": _("clinical review"),
        "source": _("source"),
        "link_id": _("linkId in FHIR"),
        "intro": _("text above the questions"),
        "recall": _("time it looks back on"),
        "sensitive": _("text before the page"),
        "topic": _("topic"),
        "off_by_default": _("off until switched on"),
        "enable_when": _("asked only if"),
        "reading_level_reason": _("reason for the reading level"),
        "type": _("kind of question"),
        "text": _("text"),
        "short": _("short label"),
        "help": _("hint"),
        "required": _("asked once more if left blank"),
        "glance": _("in full on the report’s first page"),
        "initial": _("filled in at first"),
        "repeats": _("several answers"),
        "max_occurs": _("most answers"),
        "options": _("answers on offer"),
        "other": _("last option with own words"),
        "max_length": _("most characters"),
        "min_value": _("lower limit"),
        "max_value": _("upper limit"),
        "unit": _("unit"),
        "units": _("units"),
        "max_decimal_places": _("digits after the point"),
        "precision": _("exactness of the date"),
        "min_label": _("words at the lower end"),
        "max_label": _("words at the upper end"),
        "item_label": _("what an entry is called"),
    }
