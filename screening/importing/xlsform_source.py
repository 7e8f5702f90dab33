"""The bytes of a file -> the tree that pyxform makes of an XLSForm, or a line that says what else the file is.

A workbook is a zip of XML files, so its size on disk says little: what it unpacks to is looked at before any parser
sees it, and how much stands in its cells before pyxform works on them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any as Anything

from screening.definition.fhir_terms import Json
from screening.definition.loader import MAX_ITEMS
from screening.importing.fhir_source import MAX_BYTES
from screening.importing.result import ImportRefused

MAX_UNPACKED = 8_000_000
"""Bytes of all parts of a workbook that are read, at the most; a form of 500 questions takes about 500,000."""

_MAX_PARTS = 500
_MAX_ROWS = 20_000
_MAX_CELL = 20_000
_MAX_ALL_CELLS = 5_000_000
_MAX_SHARED_TEXT = 60_000
"""Bytes of one shared text in the workbook: each of very many cells may point to it."""

_READ = ("survey", "choices", "settings")
_TABLES = ("xl/worksheets/", "xl/sharedStrings", "xl/styles", "xl/workbook", "xl/_rels/", "[Content_Types]", "_rels/")


def is_workbook(data: bytes) -> bool:
    """Tell whether a file is a zip, as .xlsx files are."""
    return data[:2] == b"PK"


def read_workbook(data: bytes, name: str) -> tuple[Json, Mapping[str, str]]:
    """Return the form in an .xlsx file as pyxform's tree, and its settings; ImportRefused if there is none.

    ``name`` is the file's, without its ending, for a form that has no id.
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused(f"the file is larger than {MAX_BYTES:,} bytes; no form needs that")
    _check_parts(data)
    # Only who imports a spreadsheet pays for these: they take a third of a second to load.
    from pyxform.errors import PyXFormError
    from pyxform.xls2json import workbook_to_json
    from pyxform.xls2json_backends import get_xlsform

    try:
        sheets = get_xlsform(BytesIO(data), file_type=".xlsx")
        rows: dict[str, list[Mapping[str, str]]] = {sheet: list(getattr(sheets, sheet) or ()) for sheet in _READ}
        _check_cells(rows)
        tree: Json = workbook_to_json(sheets, form_name=name, warnings=[])
    except ImportRefused:
        raise
    except PyXFormError as error:
        raise ImportRefused(f"this is no XLSForm that can be read: {_plain(str(error))}") from None
    except RecursionError:
        raise ImportRefused("the groups of the form are nested too deep") from None
    except Exception as error:  # noqa: BLE001 - whatever two parsers make of a damaged or hostile file
        raise ImportRefused(f"the workbook is damaged or no XLSForm ({type(error).__name__}); open it, save it anew as "
                            ".xlsx and try again") from None  # fmt: skip
    return tree, {key.strip().lower(): str(value) for row in rows["settings"][:1] for key, value in row.items()}


def _check_parts(data: bytes) -> None:
    """Refuse a zip that is no workbook, or that unpacks to more than a form needs. Sizes are held by the unpacker."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise ImportRefused(f"this is {_other(names)}; a form is a spreadsheet (.xlsx) or FHIR in JSON")
            size = sum(part.file_size for part in parts if part.filename.startswith(_TABLES))
            if len(parts) > _MAX_PARTS or size > MAX_UNPACKED:
                raise ImportRefused(
                    f"the workbook unpacks to {size:,} bytes in {len(parts)} parts; a form has at most "
                    f"{MAX_UNPACKED:,} in {_MAX_PARTS}"
                )
            if any(part.flag_bits & 1 for part in parts):
                raise ImportRefused("the workbook is protected by a password; save it without one")
            for part in parts:
                if part.filename.startswith("xl/sharedStrings"):
                    texts = archive.read(part).split(b"</si>")
                    if max(map(len, texts)) > _MAX_SHARED_TEXT:
                        raise ImportRefused(f"a cell of the workbook has more than {_MAX_SHARED_TEXT:,} bytes of text")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, EOFError, ValueError):
        raise ImportRefused("the spreadsheet is damaged or was cut off on its way here") from None
    except Exception as error:
        if type(error).__module__ != "zlib":
            raise
        raise ImportRefused("the spreadsheet is damaged or was cut off on its way here") from None


def _other(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    return "an OpenDocument file" if "content.xml" in names else "a zip file and no workbook"


def _check_cells(sheets: Mapping[str, list[Mapping[str, str]]]) -> None:
    rows = [row for sheet in sheets.values() for row in sheet]
    asked = sum(1 for row in sheets["survey"] if row)
    if asked > 2 * MAX_ITEMS or len(rows) > _MAX_ROWS:
        raise ImportRefused(f"the form has {asked:,} rows and {len(rows):,} with its choices; that is more than can be "
                            "read")  # fmt: skip
    sizes = [len(str(value)) for row in rows for value in row.values()]
    if sizes and (max(sizes) > _MAX_CELL or sum(sizes) > _MAX_ALL_CELLS):
        raise ImportRefused(f"a cell has {max(sizes):,} characters, all of them {sum(sizes):,}; that is more than a "
                            "form needs")  # fmt: skip


def _plain(message: str) -> str:
    """Return what pyxform says without its marks."""
    return " ".join(message.replace("`", "").split())


def maps_in(node: Mapping[str, Anything], key: str) -> list[Json]:
    """Return the objects in a list of the tree; pyxform leaves empty ones out."""
    return [part for part in node.get(key) or () if isinstance(part, dict)]
