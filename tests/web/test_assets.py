"""Style sheets and icon: what a browser gets, how long it keeps it, and what may stand in it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from screening.web import assets

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
SHEETS = ("patient.css", "staff.css")


@pytest.fixture
def browser() -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    assets.init_app(app)
    return app.test_client()


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("", None),
        ("identity", None),
    ],
)
def test_a_style_sheet_comes_in_a_coding_that_the_browser_takes(
    browser: FlaskClient, sheet: str, accepted: str, coding: str | None
) -> None:
    response = browser.get(assets.asset_url(sheet), headers={"Accept-Encoding": accepted})
    assert response.status_code == 200
    assert response.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.content_type == "text/css; charset=utf-8"
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert decode(response.data) == (assets.FOLDER / sheet).read_bytes(), "run `make assets`"


def test_an_address_with_the_contents_hash_is_kept_for_good_and_any_other_is_not(browser: FlaskClient) -> None:
    current = browser.get(assets.asset_url("patient.css"))
    assert current.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for address in ("/static/patient.css", "/static/patient.css?v=000000000000"):
        assert browser.get(address).headers["Cache-Control"] == "public, no-cache"


def test_what_did_not_change_is_not_sent_again(browser: FlaskClient) -> None:
    codings = {"Accept-Encoding": "br"}
    first = browser.get("/static/patient.css", headers=codings)
    again = browser.get("/static/patient.css", headers={**codings, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = browser.get("/static/patient.css", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200, "another coding is another representation"


def test_an_address_changes_with_the_content(tmp_path: Path) -> None:
    sheet = tmp_path / "patient.css"
    versions = []
    for content in ("p {}", "p { margin: 0 }", "p {}"):
        sheet.write_text(content)
        versions.append(assets.load(tmp_path)["patient.css"].version)
    assert versions[0] == versions[2] != versions[1]


def test_a_file_without_a_compressed_copy_is_served_as_it_is(browser: FlaskClient) -> None:
    response = browser.get(assets.asset_url("favicon.svg"), headers={"Accept-Encoding": "br"})
    assert response.data == (assets.FOLDER / "favicon.svg").read_bytes()
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("name", ["nothing.css", "VERSIONS", "patient.css.br", "..%2fassets.py", "%2e%2e/assets.py"])
def test_nothing_else_is_served(browser: FlaskClient, name: str) -> None:
    assert browser.get(f"/static/{name}").status_code == 404


def test_a_template_that_names_a_missing_file_is_told() -> None:
    with pytest.raises(KeyError, match=r"missing\.css"):
        assets.asset_url("missing.css")


def test_browsers_that_look_for_an_icon_elsewhere_get_a_short_answer(browser: FlaskClient) -> None:
    response = browser.get("/favicon.ico")
    assert (response.status_code, response.data) == (204, b"")


def test_style_sheets_are_small_enough_for_a_slow_phone() -> None:
    sizes = {sheet: len(assets.ASSETS[sheet].encoded["br"]) for sheet in SHEETS}
    assert sizes["patient.css"] <= 8_000
    assert sizes["staff.css"] <= 12_000


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_style_sheet_fetches_nothing(sheet: str) -> None:
    css = (assets.FOLDER / sheet).read_text()
    assert not re.search(r"url\(|@import|@font-face|image-set", css)


@pytest.mark.parametrize("sheet", SHEETS)
def test_no_class_gives_a_state_or_an_answer_a_colour_of_its_own(sheet: str) -> None:
    css = (assets.FOLDER / sheet).read_text()
    coloured = r"\.(govuk-(?:tag|notification-banner|panel)--[\w-]+|[\w-]*(?:red|green|amber|yellow|severe|high|low))\b"
    assert re.findall(coloured, css) == []


def test_each_class_that_a_page_names_has_a_style_or_a_word_in_the_style_sheets_sources() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "assets" / "sass").glob("*.scss"))
    described = set(_CLASS_NAME.findall(sources)) | WITHOUT_A_STYLE
    missing = [
        f"{path.relative_to(TEMPLATES)}: {name}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for name in sorted(classes_of(path) - styled(sheet_of(path)) - described)
    ]
    assert missing == []


_CLASS_NAME = re.compile(r"\.([a-z][\w-]*)")
_CLASS_ATTRIBUTE = re.compile(r'\bclass="([^"]*)"')
_STATEMENT = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FILLED_IN = re.compile(r"\{\{.*?\}\}", re.DOTALL)

WITHOUT_A_STYLE = frozenset(
    {
        # Hooks of govuk-frontend's markup that have no style in its own sheet either.
        "govuk-table__head",
        "govuk-table__body",
        "govuk-table__row",
        # Ours are as small as govuk-frontend's small ones, everywhere.
        "govuk-checkboxes--small",
        "govuk-radios--small",
    }
)


def styled(sheet: str) -> set[str]:
    """Return the classes that a style sheet knows."""
    return set(_CLASS_NAME.findall((assets.FOLDER / sheet).read_text()))


def classes_of(path: Path) -> set[str]:
    """Return the classes that stand in a template as they are; those put together in it can't be told."""
    text = _FILLED_IN.sub("?", _STATEMENT.sub("", path.read_text()))
    return {name for value in _CLASS_ATTRIBUTE.findall(text) for name in value.split() if "?" not in name}


def sheet_of(path: Path) -> str:
    """Return the style sheet that a template's page is given."""
    name = path.relative_to(TEMPLATES).as_posix()
    for_patients = name.startswith(("intake/", "fields/")) or name in ("base.html", "errors/patient.html")
    return "patient.css" if for_patients else "staff.css"


def test_the_recipe_is_locked_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "assets" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all("integrity" in package and "resolved" not in package for package in packages.values())
    built_with = dict(line.split() for line in (assets.FOLDER / "VERSIONS").read_text().splitlines())
    assert built_with == {name: packages[f"node_modules/{name}"]["version"] for name in built_with}
    assert {"govuk-frontend", "sass", "lightningcss"} == set(built_with)


def test_the_licence_of_what_is_taken_over_goes_with_it(browser: FlaskClient) -> None:
    for sheet in SHEETS:
        assert "govuk-frontend" in (assets.FOLDER / sheet).read_text().splitlines()[0]
    licences = browser.get("/static/licences.txt").text
    assert "Crown Copyright" in licences
    assert "The MIT License" in licences
