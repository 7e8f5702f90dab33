"""The child process that renders: ``python -m reports.worker``, spoken to by `reports.process`.

It reads requests from standard input and writes PDFs to standard output until its input ends. Each message is a
length (8 bytes, big-endian) and that many bytes. A request is JSON ``{"paper": …, "report": …}``, with ``"form"`` for a
paper form and ``"copy"`` for a patient's copy, or ``{"merge": …, "title": …, "language": …}`` for several reports that
are PDFs already; a reply is one byte, ``+`` before a PDF or ``-`` before an error's text.

It has little to lose: its environment holds no secret, its memory and the time for one report are limited, and
before it sees a patient's words it gives up the network, other programs and writing files.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
from base64 import b64decode
from typing import Any, BinaryIO

LENGTH_BYTES = 8
MEMORY_BYTES = 512 * 1024 * 1024
GRACE_SECONDS = 5
"""How much longer than its parent the child waits before it ends itself; the parent may be gone."""

_REFUSED_EVENTS = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "ctypes.dlopen",
    "urllib.",
    "ftplib.",
    "http.client.",
    "smtplib.",
)


class RefusedError(PermissionError):
    """Something that rendering never needs was tried."""


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook (PEP 578): refuse the network, other programs, and changes to any file."""
    if event.startswith(_REFUSED_EVENTS):
        raise RefusedError(f"The renderer refuses {event}.")
    if event == "open":
        _, mode, flags = arguments
        writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & writes):
            raise RefusedError("The renderer writes no file.")


def read_message(stream: BinaryIO) -> bytes | None:
    """Return the next message, None at the end of the stream; EOFError if it ends within a message."""
    head = stream.read(LENGTH_BYTES)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    body = stream.read(length)
    if len(head) < LENGTH_BYTES or len(body) < length:
        raise EOFError("The stream ended within a message.")
    return body


def write_message(stream: BinaryIO, body: bytes) -> None:
    """Write one message and flush."""
    stream.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
    stream.flush()


def answer(message: dict[str, Any]) -> bytes:
    """Return the PDF that a request asks for."""
    from reports.interchange import paper_form_from_json, patient_copy_from_json, report_from_json
    from reports.pdf import render_paper_form, render_patient_copy, render_pdf

    if "merge" in message:
        from reports.merge import MergePart, merge_pdfs

        parts = [MergePart(person, title, b64decode(pdf)) for person, title, pdf in message["merge"]]
        return merge_pdfs(parts, title=message["title"], language=message["language"])
    if "form" in message:
        return render_paper_form(paper_form_from_json(message["form"]), message["paper"])
    if "copy" in message:
        return render_patient_copy(patient_copy_from_json(message["copy"]), message["paper"])
    return render_pdf(report_from_json(message["report"]), message["paper"])


def main(timeout: int) -> None:
    """Answer requests until the input ends; each may take ``timeout`` seconds."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever prints to standard output must not end up between two messages.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    try:
        from reports.pdf import warm_up

        warm_up()  # loads what is loaded on first use, before the hook is there
    except Exception as error:  # noqa: BLE001  # nobody's words are here yet, so all of it may be told
        read_message(requests)
        write_message(replies, f"-{type(error).__name__}: {error}".encode())
        return
    # What is loaded stays. The collector would look it all over again and again: a tenth of the time of a report.
    gc.collect()
    gc.freeze()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    sys.addaudithook(refuse)
    while (request := read_message(requests)) is not None:
        message = json.loads(request)
        signal.alarm(int(message.get("seconds", timeout)) + GRACE_SECONDS)
        try:
            reply = b"+" + answer(message)
        except MemoryError:
            reply = b"-The report needs more memory than it may have."
        except Exception as error:  # noqa: BLE001  # whatever it is, the parent is told, without the patient's words
            reply = b"-" + type(error).__name__.encode()
        signal.alarm(0)
        write_message(replies, reply)


if __name__ == "__main__":
    main(int(sys.argv[1]))
