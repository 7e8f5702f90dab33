"""Handing reports over: a download of a prepared report against a static file, and a clinic day in two renderers.

Both through real processes: the server as it is served, with one worker so that its CPU time can be read, and the
renderers as children. REPORTS=200 makes the clinic day as long as it may be; it is shorter by default.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import delete

from benchmarks.measure import Figure, cpu_time, cpu_time_with_children, wall_time
from benchmarks.practice import Practice, practice
from reports.process import Renderer
from screening.answer_formats import parse_json
from screening.app import create_app
from screening.cli.server import _serve
from screening.definition.loader import load
from screening.delivery import days, prepare
from screening.jobs import press
from screening.store.work_tables import PreparedReport
from screening.web import assets
from tests.support.clinic import Clinic
from tests.support.reports import ROOT
from tests.support.staff import Member

FORM = "detachment-checkin"
REPORTS = int(os.environ.get("REPORTS", "32"))
ROUNDS, CALLS = 30, 8
_TO_START = 60.0


def run() -> Iterator[Figure]:
    """Measure a download, then a clinic day."""
    with practice() as here:
        clinic = Clinic(here.store)
        pages = answered()
        yield from download(here, clinic, pages)
        yield from clinic_day(here, clinic, pages)


def answered() -> dict[str, Mapping[str, Any]]:
    """Return the pages of the form as the thoughtful patient of the tests filled it in."""
    questionnaire = load(ROOT / "questionnaires" / f"{FORM}.yaml").questionnaire
    raw = parse_json((ROOT / "tests" / "fixtures" / "patients" / f"{FORM}.thoughtful.json").read_bytes())
    assert isinstance(raw, dict)
    return {
        page.id: {"answers": {item.id: raw[item.id] for item in page.items if item.id in raw}, "skipped": False}
        for page in questionnaire.pages
    }


def sent(clinic: Clinic, pages: Mapping[str, Mapping[str, Any]], record_number: str) -> str:
    """Have one patient send the form; return the response's id."""
    invited = clinic.invite(record_number=record_number, name=f"Patient {record_number}", questionnaires=(FORM,))
    (response_id,) = clinic.send(invited.invitation_id, {FORM: pages})
    return response_id


def download(here: Practice, clinic: Clinic, pages: Mapping[str, Mapping[str, Any]]) -> Iterator[Figure]:
    """Compare a first visit's prepared report, and one with four visits before it, with a static file of that size."""
    making = press(here.settings)
    for what, visits in (("a first visit's report", 1), ("a report with four visits before it", 5)):
        responses = [sent(clinic, pages, f"D-{visits}") for _ in range(visits)]
        with Renderer() as renderer:
            prepare(here.store, making, renderer, responses[-1], datetime.now(UTC))
        member = Member(here.app)
        member.sign_in(clinic.novak)
        cookie = "; ".join(f"{one.key}={one.value}" for one in member.client._cookies.values())
        path = f"/clinic/responses/{responses[-1]}/report.pdf"
        pdf = member.get(path).data
        assert pdf.startswith(b"%PDF")
        with server(here, pdf) as (port, pid):
            pair = in_turn(port, pid, (path, cookie), ("/static/same-size.pdf", ""), len(pdf))
        yield Figure(f"{what}, prepared: download / static file of {len(pdf):,} bytes, wall", pair.wall, target=3)
        yield Figure("  the same, CPU of the server", pair.cpu)
        yield Figure("  download, CPU; wall", pair.cpu_ms, f"ms; {pair.wall_ms:.2f} ms")


@contextmanager
def server(here: Practice, file: bytes) -> Iterator[tuple[int, int]]:
    """Serve the practice, and these bytes as a static file, in one process with threads; give port and process id."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    here.store.close()
    keeper = os.fork()
    if keeper == 0:
        try:
            os.setsid()
            asset = assets.Asset(content=file, media_type="application/pdf", version="1", encoded={})
            assets.ASSETS = {"same-size.pdf": asset}
            _serve(create_app(here.settings), f"127.0.0.1:{port}", 1, 8)
        finally:
            os._exit(0)
    try:
        end = time.monotonic() + _TO_START
        while not _answers(port):
            assert time.monotonic() < end
            time.sleep(0.05)
        (worker,) = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        yield port, int(worker)
    finally:
        os.kill(keeper, signal.SIGTERM)
        os.waitpid(keeper, 0)


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Served:
    """Medians over the rounds: the ratios of first and second, and what one of the first takes."""

    wall: float
    cpu: float
    wall_ms: float
    cpu_ms: float


def in_turn(port: int, pid: int, first: tuple[str, str], second: tuple[str, str], length: int) -> Served:
    """Fetch two addresses (path, cookie) in turn, several times each, over a connection that stays open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def fetch(path: str, cookie: str) -> None:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        response = connection.getresponse()
        assert (response.status, len(response.read())) == (200, length)

    def measured(path: str, cookie: str) -> tuple[float, float]:
        walls = []
        used = cpu_of(pid)
        for _ in range(CALLS):
            begin = wall_time()
            fetch(path, cookie)
            walls.append(wall_time() - begin)
        return median(walls), (cpu_of(pid) - used) / CALLS

    for _ in range(CALLS):
        fetch(*first)
        fetch(*second)
    rounds = [(measured(*first), measured(*second)) for _ in range(ROUNDS)]
    connection.close()
    return Served(
        wall=median(one[0] / two[0] for one, two in rounds),
        cpu=median(one[1] / two[1] for one, two in rounds),
        wall_ms=median(one[0] for one, _ in rounds) * 1000,
        cpu_ms=median(one[1] for one, _ in rounds) * 1000,
    )


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of another process so far, all its threads, to the microsecond."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def clinic_day(here: Practice, clinic: Clinic, pages: Mapping[str, Mapping[str, Any]]) -> Iterator[Figure]:
    """Make a day's file with one renderer and with two, in turn; none of its reports is prepared."""
    responses = [sent(clinic, pages, f"P-{number}") for number in range(REPORTS)]
    rounds = 1 if REPORTS > 100 else 3
    walls: dict[int, list[float]] = {1: [], 2: []}
    cpus: dict[int, list[float]] = {1: [], 2: []}
    lasts: list[float] = []
    for _ in range(rounds):
        for processes in (1, 2):
            with here.store.write() as session:
                session.execute(delete(PreparedReport))
            wall, cpu, last = _seconds(lambda count=processes: _day(here, responses, count))
            walls[processes].append(wall)
            cpus[processes].append(cpu)
            lasts.append(last)
    what = f"clinic day of {REPORTS} reports"
    ratios = [one / two for one, two in zip(walls[1], walls[2], strict=True)]
    yield Figure(f"{what}, 2 renderers / 1: rate", median(ratios), target=1.8, sense="at least")
    yield Figure("  one renderer, wall; CPU", median(walls[1]), f"s; {median(cpus[1]):.1f} s")
    yield Figure("  two renderers, wall; CPU", median(walls[2]), f"s; {median(cpus[2]):.1f} s")
    alone = median(lasts)
    total = median(cpus[1])
    yield Figure("  what is done one after the other, CPU a report", alone / REPORTS * 1000, "ms")
    yield Figure(
        "  rate that the CPU times allow on two idle cores",
        total / (alone + (total - alone) / 2),
        target=1.8,
        sense="at least",
    )


def _seconds(action: Callable[[], float]) -> tuple[float, float, float]:
    begin, used = wall_time(), cpu_time_with_children()
    alone = action()
    return wall_time() - begin, cpu_time_with_children() - used, alone


def _day(here: Practice, responses: list[str], processes: int) -> float:
    """Make a day's file; return the CPU seconds of what comes after the last single report."""
    now, making = datetime.now(UTC), press(here.settings)
    with ExitStack() as stack:
        renderers = [stack.enter_context(Renderer()) for _ in range(processes)]
        days.prepare_all(here.store, making, responses, renderers, now=now)
        used = cpu_time() + child_cpu(renderers)
        content, lacking = days.compose(here.store, making, renderers[0], responses, "2026-05-05", "pdf", now)
        used = cpu_time() + child_cpu(renderers) - used
    assert content.startswith(b"%PDF")
    assert lacking == []
    return used


def child_cpu(renderers: list[Renderer]) -> float:
    """Return the CPU seconds of these renderers' children so far."""
    return sum(cpu_of(renderer._child.pid) for renderer in renderers if renderer._child is not None)
