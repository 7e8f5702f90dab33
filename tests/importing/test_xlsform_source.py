"""Files that are no XLSForm: each refused soon, in one line; a workbook's size is looked at before it is unpacked."""

from __future__ import annotations

import contextlib
import io
import random
import subprocess
import sys
import time
import zipfile

import pytest

from screening.importing.result import ImportRefused
from screening.importing.xlsform import import_form
from tests.support.xlsforms import refusal, row, workbook


def zipped(**parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return data.getvalue()


def replaced(part, content):
    """Return a workbook with another content of one of its parts."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(row("text", "a")))) as source, zipfile.ZipFile(data, "w", 8) as target:
        for name in {part: None} | dict.fromkeys(source.namelist()):
            target.writestr(name, content if name == part else source.read(name))
    return data.getvalue()


SOON = 6
"""Seconds of computing, with those that the parser takes to load; waiting for a busy machine is not counted."""

SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet>&c;</worksheet>"""

WRONG = {  # made when they are needed: the bomb takes seconds to pack
    "zip bomb": (lambda: replaced(SHEET, b" " * 400_000_000), "unpacks to 400,"),
    "huge shared text": (lambda: replaced("xl/sharedStrings.xml", b"<sst><si><t>" + b"x" * 3_000_000
                         + b"</t></si></sst>"), "a cell of the workbook has more than"),
    "cut off": (lambda: workbook(row("text", "a"))[:-100], "damaged or was cut off"),
    "cut to its start": (lambda: b"PK\x03\x04rest", "damaged or was cut off"),
    "bytes changed": (lambda: workbook(row("text", "a")).replace(b"\x08\x00", b"\x08\x07"), "damaged"),
    "no XML": (lambda: replaced(SHEET, b"nothing"), "the workbook is damaged"),
    "entities": (lambda: replaced(SHEET, ENTITIES), "the workbook is damaged"),
    "Word": (lambda: zipped(word__document_xml="<w/>"), "this is a Word document"),
    "OpenDocument": (lambda: zipped(content_xml="<office/>"), "this is an OpenDocument file"),
    "zip": (lambda: zipped(a_xml="<a/>"), "a zip file and no workbook"),
    "50 MB": (lambda: b"PK\x03\x04" + bytes(50_000_000), "larger than 5,000,000 bytes"),
    "old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
                     "old Excel file (.xls) or one with a password"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_another_file_is_refused_in_one_line(name):
    make, reason = WRONG[name]
    data = make()
    started = time.process_time()
    with pytest.raises(ImportRefused) as refused:
        import_form(data, name="form.xlsx", attest="me")
    assert reason in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert time.process_time() - started < SOON


def test_a_workbook_without_the_sheets_is_refused():
    assert "survey" in refusal(choices=[{"a": 1}])
    assert "no XLSForm that can be read" in refusal({"type": "text"})


def test_what_the_parser_finds_wrong_is_told_with_its_row():
    assert "[row : 2]" in refusal(row("select_one nothing", "a"))
    assert "begin_group" in refusal(row("begin_group", "g", "G"), row("text", "a"))


@pytest.mark.parametrize("count", [2001, 30_000])
def test_more_than_a_form_needs_is_refused(count):
    rows = [{"type": "text", "name": f"q{number}", "label": "Q"} for number in range(count)]
    assert "more than" in refusal(*rows)


def test_a_long_cell_is_refused():
    assert "characters" in refusal(row("text", "a", "x" * 25_000))


def test_any_damage_is_refused_and_never_crashes():
    data, chance = workbook(row("select_one yn", "a"), row("text", "b", relevant="${a} = 'yes'")), random.Random(1)
    for place in range(0, len(data), 97):
        damaged = data[:place] + chance.randbytes(3) + data[place + 3 :]
        with contextlib.suppress(ImportRefused):  # any other error fails the test
            import_form(damaged, name="form.xlsx", attest="me")


def test_only_who_imports_a_spreadsheet_loads_the_parser():
    code = (
        "import sys, screening.cli, screening.cli.importing, screening.importing.xlsform;"
        "assert not {'pyxform', 'openpyxl'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
