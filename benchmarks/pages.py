"""A page and its save, against bare Flask views that do the same work for the browser and nothing for the patient.

Both sides of a pair are called alike, in this process, as WSGI applications. CPU time, user and system: waiting for the
disk is not in it, the work of a durable commit is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask, Response, redirect, request

from benchmarks.browser import Browser, Fields, Forms, Reply, Request
from benchmarks.measure import Figure, Pair, paired
from benchmarks.practice import Practice, practice, questionnaire

EIGHT_PAGES = "eight-pages"
SHORT, LONG = "ten-questions", "five-hundred-questions"
FIRST_AIM_GET = FIRST_AIM_POST = 0.20
TARGET_GET, TARGET_POST = 0.40, 0.35
MAX_GROWTH = 1.3
CALLS = 50
ROUNDS = 21
NOTHING = "/intake/nothing"
COMPRESSED_FROM = 600
MIDDLE = 5
"""The page that is measured, of eight: the ones before it are saved, and so is itself."""


def run() -> Iterator[Figure]:
    """Measure a page in the middle of a sitting of eight pages of five questions."""
    texts = questionnaire(EIGHT_PAGES, 8, 5), questionnaire(SHORT, 2, 5), questionnaire(LONG, 100, 5)
    with practice(*texts) as here:
        here.app.add_url_rule(NOTHING, "intake.nothing", lambda: "x" * COMPRESSED_FROM)
        browser = in_the_middle(here)
        yield from _both("page GET / bare Flask view of the same bytes", getting(browser), FIRST_AIM_GET, TARGET_GET)
        nothing = Request.make(browser.application, NOTHING, cookies=browser.cookies)
        pair = paired(nothing.send, Request.make(bare_page(nothing.send()), "/page").send, rounds=ROUNDS, calls=CALLS)
        yield Figure("  a view of ours with a patient's session and nothing on it / a bare view, rate", pair.rate)
        pair = posting(browser, Path(here.settings.key_file).with_name("bare.db"))
        yield from _both(
            "page POST, saved durably / bare Flask view that writes a row durably", pair, FIRST_AIM_POST, TARGET_POST
        )
        yield from growth(here)


def _both(what: str, pair: Pair, first_aim: float, target: float) -> Iterator[Figure]:
    yield Figure(f"{what}, rate", pair.rate, target=first_aim, sense="at least")
    yield Figure(f"  final target {target:.2f}; CPU of ours", pair.first * 1000, "ms")
    yield Figure("  CPU of the bare view", pair.second * 1000, "ms")


def in_the_middle(here: Practice, questionnaire_id: str = EIGHT_PAGES, page: int = MIDDLE) -> Browser:
    """Return the browser of a patient who saved every page up to this one."""
    browser = here.patient([questionnaire_id])
    for number in range(1, page + 1):
        browser.get(f"/intake/pages/{number}")
        browser.submit("next")
    return browser


def getting(browser: Browser, page: int = MIDDLE) -> Pair:
    """Time showing the page, with the saved answers in it."""
    ours = Request.make(browser.application, f"/intake/pages/{page}", cookies=browser.cookies)
    reply = ours.send()
    assert reply.status == 200
    bare = Request.make(bare_page(reply), "/page")
    assert bare.send().body == reply.body
    return paired(ours.send, bare.send, rounds=ROUNDS, calls=CALLS)


def posting(browser: Browser, bare_database: Path, page: int = MIDDLE) -> Pair:
    """Time saving the page; every post holds the revision before it, and other words than the one before it."""
    browser.get(f"/intake/pages/{page}")
    fields = Forms.of(browser.reply.text)[0].filled()
    ours = saving(browser, page, fields)
    bare = Request.make(bare_save(bare_database), "/page", [*fields, ("then", "next")])
    assert bare.send().status == 302
    return paired(ours, bare.send, rounds=ROUNDS, calls=CALLS)


def saving(browser: Browser, page: int, fields: Fields) -> Callable[[], Reply]:
    """Return an action that posts the page once more, with its next revision; the posts are made beforehand."""
    revision = int(dict(fields)["revision"])
    posts = iter(
        [
            Request.make(
                browser.application,
                f"/intake/pages/{page}",
                [*_changed(fields, revision + number), ("then", "next")],
                browser.cookies,
            )
            for number in range(ROUNDS * CALLS + 10)
        ]
    )

    def save() -> Reply:
        reply = next(posts).send()
        assert reply.status == 303, reply.status
        return reply

    return save


def _changed(fields: Fields, revision: int) -> Fields:
    return [
        (name, str(revision) if name == "revision" else f"{value} {revision}" if name.endswith("-text") else value)
        for name, value in fields
    ]


def bare_page(reply: Reply) -> Flask:
    """Return an application of one view: these bytes, as they went over the wire."""
    app = Flask("bare")

    @app.get("/page")
    def page() -> Response:
        return Response(reply.body, content_type=reply.header("Content-Type"))

    return app


def bare_save(database: Path) -> Flask:
    """Return an application of one view: the posted form as a row in SQLite (WAL, synchronous=FULL), and a redirect."""
    app = Flask("bare")
    connection = sqlite3.connect(database, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE saved (id INTEGER PRIMARY KEY, document TEXT NOT NULL)",
    ):
        connection.execute(statement)

    @app.post("/page")
    def save() -> Response:
        connection.execute("INSERT INTO saved (document) VALUES (?)", (json.dumps(request.form.to_dict()),))
        return redirect("/page")  # type: ignore[return-value]  # Flask's own, which this is

    return app


def growth(here: Practice) -> Iterator[Figure]:
    """Compare a page of a long questionnaire with a page of a short one, alike but for the other pages."""
    sizes = [(LONG, 50), (SHORT, 2)]
    browsers = [(in_the_middle(here, name, page=1), page) for name, page in sizes]
    get_long, get_short = (
        Request.make(browser.application, f"/intake/pages/{page}", cookies=browser.cookies)
        for browser, page in browsers
    )
    pair = paired(get_long.send, get_short.send, rounds=ROUNDS, calls=10)
    what = "page GET of a 500-question definition / of a 10-question one, one page saved"
    yield Figure(what, pair.ratio, target=MAX_GROWTH)
    full = in_the_middle(here, LONG, page=100)
    get_full = Request.make(full.application, "/intake/pages/50", cookies=full.cookies)
    pair = paired(get_full.send, get_short.send, rounds=ROUNDS, calls=10)
    yield Figure("  with all 100 pages saved", pair.ratio, target=MAX_GROWTH)
