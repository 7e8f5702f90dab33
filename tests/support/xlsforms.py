"""Small XLSForms made on the spot as real workbooks, and their import."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook

from screening.importing.result import ImportRefused
from screening.importing.xlsform import import_form

CHOICES = [
    {"list_name": "yn", "name": "yes", "label": "Yes"},
    {"list_name": "yn", "name": "no", "label": "No"},
    {"list_name": "days", "name": "0", "label": "No day"},
    {"list_name": "days", "name": "1", "label": "One day"},
    {"list_name": "days", "name": "2", "label": "More"},
]


def row(kind, name=None, label=None, **cells):
    """Return a row of the survey; its label is made from its name if there is none."""
    words = {} if label is None and name is None else {"label": label or f"About {name}?"}
    return {"type": kind, "name": name, **words, **cells}


def workbook(*rows, choices=CHOICES, settings=None, **sheets):
    """Return an .xlsx file with these rows. ``settings``: the one row of that sheet; more sheets by name."""
    book = Workbook()
    book.remove(book.active)
    head = {"form_title": "Made up", "form_id": "made_up", "version": "3"} if settings is None else settings
    for name, content in {"survey": rows, "choices": choices, "settings": [head], **sheets}.items():
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(key for entry in content for key in entry))
        sheet.append(columns)
        for entry in content:
            sheet.append([entry.get(column) for column in columns])
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def imported(*rows, attest="Dr A. Novak", **keys):
    return import_form(workbook(*rows, **keys), name="form.xlsx", attest=attest)


def questionnaire(*rows, **keys):
    return imported(*rows, **keys).questionnaire


def items(*rows, **keys):
    """Return the items that a form becomes, by id."""
    return {item.id: item for item in questionnaire(*rows, **keys).items()}


def losses(*rows, **keys):
    return [str(loss) for loss in imported(*rows, **keys).losses]


def refusal(*rows, **keys):
    """Return the line with which a form is refused, "" if it is not."""
    try:
        imported(*rows, **keys)
    except ImportRefused as refused:
        return str(refused)
    return ""
