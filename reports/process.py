"""Rendering in a child process of its own, so that a report that goes wrong harms nothing else.

The web process never loads the renderer (450 ms and 70 MB, growing by about 0.3 MB a report). A `Renderer` starts a
child on first use, gives it one report at a time, and starts another after some reports or when one failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
import weakref
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Self

from reports.document import Report
from reports.interchange import paper_form_to_json, patient_copy_to_json, report_to_json
from reports.paper import PAPERS, Paper
from reports.paper_form import PaperForm
from reports.patient_copy import PatientCopy
from reports.worker import LENGTH_BYTES

TIMEOUT = 20
"""Seconds that one report may take."""

REPORTS_PER_CHILD = 100

MERGE_SECONDS_A_REPORT = 0.4
"""Seconds that putting one more report into a file may take; a tenth of it is usual."""

_ROOT = Path(__file__).resolve().parents[1]


class RenderError(Exception):
    """A report could not be rendered; the message says why and holds no answer."""


class _ChildGoneError(Exception):
    """The child ended before it answered."""


class Renderer:
    """Turns Reports into PDF in a child process. Safe under threads (they wait for each other) and forks.

    ``timeout`` is in seconds, for the waiting too; ``reports_per_child`` bounds the memory that builds up.
    """

    def __init__(self, *, timeout: int = TIMEOUT, reports_per_child: int = REPORTS_PER_CHILD) -> None:
        self._timeout = timeout
        self._reports_per_child = reports_per_child
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._rendered = 0
        this = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _forget(this()))

    def render(self, report: Report, paper: Paper = "A4") -> bytes:
        """Return the report as PDF; RenderError if it takes too long, needs too much memory, or fails."""
        return self._render("report", report_to_json(report), paper)

    def render_paper_form(self, form: PaperForm, paper: Paper = "A4") -> bytes:
        """Return a form to fill in with a pen as PDF; RenderError as for `render`."""
        return self._render("form", paper_form_to_json(form), paper)

    def render_patient_copy(self, copy: PatientCopy, paper: Paper = "A4") -> bytes:
        """Return a patient's own copy as PDF; RenderError as for `render`."""
        return self._render("copy", patient_copy_to_json(copy), paper)

    def merge(self, parts: Sequence[tuple[str, str, bytes]], *, title: str, language: str) -> bytes:
        """Return reports (person, title, PDF) as one PDF; RenderError as for `render`, with more time for many."""
        seconds = max(self._timeout, len(parts) * MERGE_SECONDS_A_REPORT)
        listed = [(person, name, b64encode(pdf).decode()) for person, name, pdf in parts]
        return self._request({"merge": listed, "title": title, "language": language, "seconds": seconds}, seconds)

    def _render(self, kind: str, document: str, paper: Paper) -> bytes:
        if paper not in PAPERS:
            raise ValueError(f"Unknown paper {paper!r}; it is one of {', '.join(PAPERS)}.")
        return self._request({"paper": paper, kind: document}, self._timeout)

    def _request(self, message: Mapping[str, object], seconds: float) -> bytes:
        request = json.dumps(message).encode()
        if not self._lock.acquire(timeout=self._timeout):
            raise RenderError("The renderer was busy for too long.")
        try:
            try:
                return self._ask(request, seconds)
            except _ChildGoneError:
                # It may have been killed from outside; the same report gets one more try.
                return self._ask(request, seconds)
        except _ChildGoneError as error:
            raise RenderError("The renderer ended before it was done.") from error
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one; the next report starts another."""
        with self._lock:
            self._end_child()

    def _ask(self, request: bytes, seconds: float) -> bytes:
        child = self._running_child()
        deadline = time.monotonic() + seconds
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            _write(child.stdin, len(request).to_bytes(LENGTH_BYTES, "big") + request, deadline)
            length = int.from_bytes(_read(child.stdout, LENGTH_BYTES, deadline), "big")
            reply = _read(child.stdout, length, deadline)
        except TimeoutError as error:
            self._end_child()
            raise RenderError(f"The report took longer than {seconds:g} seconds.") from error
        except BaseException:
            self._end_child()
            raise
        self._rendered += 1
        failed = reply[:1] != b"+"
        if failed or self._rendered >= self._reports_per_child:
            self._end_child()
        if failed:
            raise RenderError(f"The report could not be made: {reply[1:].decode()}")
        return reply[1:]

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end_child()
            self._child = _start_child(self._timeout)
            self._rendered = 0
        return self._child

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            _close_pipes(child)
            child.wait()

    def _forget_child(self) -> None:
        """After a fork: the child belongs to the process that started it, and the lock may be held there."""
        self._lock = threading.Lock()
        child, self._child = self._child, None
        if child is not None:
            _close_pipes(child)
            child.returncode = 0  # not ours to wait for


def _forget(renderer: Renderer | None) -> None:
    if renderer is not None:
        renderer._forget_child()


def _start_child(timeout: int) -> subprocess.Popen[bytes]:
    """Start a worker with no more of the environment than it needs: no setting of ours, so no secret."""
    environment = {
        name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "HOME", "TMPDIR") if name in os.environ
    }
    environment |= {"PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    child = subprocess.Popen(  # noqa: S603  # our own interpreter and module, nothing from outside
        [sys.executable, "-B", "-P", "-m", "reports.worker", str(timeout)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # WeasyPrint's log would quote the document
        env=environment,
        cwd="/",
        process_group=0,  # an interrupt from the terminal is the parent's to handle
        bufsize=0,
    )
    assert child.stdin is not None
    os.set_blocking(child.stdin.fileno(), False)
    return child


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _write(pipe: IO[bytes], data: bytes, deadline: float) -> None:
    view = memoryview(data)
    while view:
        _, ready, _ = select.select([], [pipe], [], _left(deadline))
        if ready:
            try:
                view = view[os.write(pipe.fileno(), view) :]
            except BrokenPipeError as error:
                raise _ChildGoneError from error


def _read(pipe: IO[bytes], length: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < length:
        ready, _, _ = select.select([pipe], [], [], _left(deadline))
        if ready:
            chunk = os.read(pipe.fileno(), min(length - len(data), 1 << 20))
            if not chunk:
                raise _ChildGoneError
            data += chunk
    return bytes(data)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
