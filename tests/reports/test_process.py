"""The renderer's child process: limited, replaceable, without network, shared by threads and not by forks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.document import Report
from reports.interchange import report_to_json
from reports.pdf import render_pdf
from reports.process import Renderer, RenderError
from reports.worker import LENGTH_BYTES, RefusedError, refuse
from tests.support.reports import ROOT, asked, own, report_of

SMALL = report_of(asked(1, own("Some words.")))
HUGE = report_of(*(asked(number, own("word " * 400), long=True) for number in range(1, 3000)), lines=())


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


def child_of(renderer: Renderer) -> int:
    assert renderer._child is not None
    return renderer._child.pid


def test_the_child_makes_the_same_pdf(renderer: Renderer) -> None:
    assert renderer.render(SMALL, "Letter") == render_pdf(SMALL, "Letter")


def test_one_child_makes_several_reports_and_is_then_replaced() -> None:
    with Renderer(reports_per_child=2) as renderer:
        made = renderer.render(SMALL)
        first = child_of(renderer)
        renderer.render(SMALL)
        assert not Path(f"/proc/{first}").exists()
        assert renderer.render(SMALL) == made
        assert child_of(renderer) != first


def test_a_report_that_takes_too_long_is_given_up_and_the_next_is_made() -> None:
    with Renderer(timeout=1) as renderer, pytest.raises(RenderError, match="longer than 1 seconds"):
        renderer.render(HUGE)
    with Renderer() as renderer:
        assert renderer.render(SMALL)


def test_a_child_that_was_killed_costs_nothing(renderer: Renderer) -> None:
    made = renderer.render(SMALL)
    os.kill(child_of(renderer), 9)
    assert renderer.render(SMALL) == made


def test_a_report_that_can_not_be_made_is_told_without_the_patients_words(renderer: Renderer) -> None:
    broken = report_of(asked(1, own("A secret.")), lines=("A secret.",))
    with pytest.raises(RenderError) as error:
        renderer.render(broken)
    assert "secret" not in str(error.value)
    assert renderer.render(SMALL)


def test_an_unknown_paper_is_refused(renderer: Renderer) -> None:
    with pytest.raises(ValueError, match="A4, Letter"):
        renderer.render(SMALL, "A0")  # type: ignore[arg-type]


def test_threads_share_one_child(renderer: Renderer) -> None:
    expected = render_pdf(SMALL)
    made: list[bytes] = []

    def work() -> None:
        made.append(renderer.render(SMALL))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [expected] * 4


def test_a_forked_process_starts_a_child_of_its_own() -> None:
    """As under a server that forks its workers after the application was made."""
    script = """
import os
from reports.process import Renderer
from tests.reports.test_process import SMALL

renderer = Renderer()
made = renderer.render(SMALL)
parents_child = renderer._child.pid
forked = os.fork()
if forked == 0:
    good = renderer.render(SMALL) == made and renderer._child.pid != parents_child
    renderer.close()
    os._exit(0 if good else 1)
_, status = os.waitpid(forked, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert renderer.render(SMALL) == made
assert renderer._child.pid == parents_child
renderer.close()
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_the_child_ends_when_its_parent_is_gone() -> None:
    script = """
import os, signal
from reports.process import Renderer
from tests.reports.test_process import SMALL

renderer = Renderer()
renderer.render(SMALL)
print(renderer._child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    parent = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True)
    child = Path(f"/proc/{int(parent.stdout)}/stat")
    waiting = threading.Event()
    for _ in range(100):
        # A child of a dead parent may stay as an entry that nobody reads (state Z); it runs no more.
        if not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        waiting.wait(0.05)
    pytest.fail("the child still runs")


def test_the_child_sees_no_setting_and_no_secret(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_SECRET_KEY", "do not tell")
    renderer.render(SMALL)
    environment = Path(f"/proc/{child_of(renderer)}/environ").read_bytes()
    assert b"do not tell" not in environment
    assert b"SCREENING" not in environment


def test_the_childs_memory_is_limited(renderer: Renderer) -> None:
    renderer.render(SMALL)
    limits = Path(f"/proc/{child_of(renderer)}/limits").read_text()
    (data,) = (line.split() for line in limits.splitlines() if line.startswith("Max data size"))
    assert data[3:5] == [str(512 * 1024 * 1024)] * 2


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("socket.getaddrinfo", ("localhost", 80)),
        ("subprocess.Popen", ("sh", [], None, None)),
        ("os.system", (b"true",)),
        ("open", ("/tmp/x", "w", 0)),
        ("open", ("/tmp/x", None, os.O_WRONLY | os.O_CREAT)),
        ("os.remove", ("/tmp/x", -1)),
    ],
)
def test_the_child_refuses_network_programs_and_writing(event: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(RefusedError):
        refuse(event, arguments)


def test_the_child_may_read() -> None:
    refuse("open", ("report.css", "r", os.O_RDONLY))


def test_the_refusal_is_in_force_where_reports_are_made() -> None:
    """The child's own code, with a report whose rendering is replaced by an attempt to reach the network."""
    script = """
import io, json, os, socket, sys
import reports.pdf, reports.worker as worker
from reports.interchange import report_to_json
from tests.reports.test_process import SMALL

def reach_out(report, paper):
    socket.create_connection(("127.0.0.1", 9))

reports.pdf.render_pdf, reports.pdf.warm_up = reach_out, lambda: None
request = json.dumps({"paper": "A4", "report": report_to_json(SMALL)}).encode()
read, write = os.pipe()
os.write(write, len(request).to_bytes(8, "big") + request)
os.close(write)
sys.stdin = os.fdopen(read)
worker.main(20)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout[8:] == b"-RefusedError"


def test_a_report_that_needs_too_much_memory_is_told(tmp_path: Path) -> None:
    """The child's own code, with less memory than it is given in earnest."""
    request = json.dumps({"paper": "A4", "report": report_to_json(HUGE)}).encode()
    messages = tmp_path / "messages"
    messages.write_bytes(len(request).to_bytes(LENGTH_BYTES, "big") + request)
    script = "import reports.worker as worker; worker.MEMORY_BYTES = 120 * 1024 * 1024; worker.main(60)"
    with messages.open() as standard_input:
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdin=standard_input, capture_output=True)
    assert done.stdout[LENGTH_BYTES:] == b"-The report needs more memory than it may have."


def test_whoever_asks_for_reports_does_not_load_the_renderer() -> None:
    script = "import sys, reports.process, screening.summary; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"weasyprint", "fontTools", "jinja2"} & set(done.stdout.split()) == set()


def test_a_report_of_200_long_answers_keeps_within_the_limits(renderer: Renderer) -> None:
    assert renderer.render(long_report(200)).startswith(b"%PDF-1.7")


def long_report(questions: int) -> Report:
    """Return a report of questions with an answer of 300 characters each."""
    return report_of(*(asked(number, own("Some words. " * 25), long=True) for number in range(1, questions + 1)))
