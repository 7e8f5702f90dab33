"""Files that are asked for and made in the background: how far one is, and making it.

Whoever asks writes what is to be laid out into the request, sealed, with the rights of that moment; so the one who
makes it acts for nobody and reads no answers. Handing a file out asks for the rights again, and is the business of
those who know them: `days`, `copies` and `screening.patient_copy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.interchange import patient_copy_from_json, report_from_json
from reports.process import Renderer
from screening.delivery import days
from screening.delivery.preparing import Press
from screening.store import files, outbox
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.files import Asker, File


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is; ``has_failed``: the last try did.

    Of a day's, ``done`` of ``total`` reports are there; ``is_being_joined`` once nothing more is waited for.
    """

    file: File
    has_failed: bool
    total: int = 0
    done: int = 0
    is_being_joined: bool = False

    @property
    def is_made(self) -> bool:
        """Whether the file is there."""
        return self.file.made_at is not None


def progress(store: Store, asker: Asker, file_id: str, now: datetime) -> Progress:
    """Return how far a file is; NotFound if this asker asked for none of that id, or its time is over."""
    with store.read() as session:
        file = files.get(session, store.keyring, file_id, now)
        if file is None or file.asker != asker:
            raise NotFound("There is no such file.")
        has_failed = file.made_at is None and bool(outbox.failing(session, files.task_for(file.kind), [file_id]))
        if file.kind != files.DAY:
            return Progress(file, has_failed)
        waiting = outbox.pending(session, outbox.PREPARE_REPORT, file.response_ids)
        failing = outbox.failing(session, outbox.PREPARE_REPORT, file.response_ids)
        total = len(file.response_ids)
        return Progress(file, has_failed, total, total - len(waiting), is_being_joined=waiting <= failing)


def make(store: Store, press: Press, renderer: Renderer, file_id: str, now: datetime) -> None:
    """Make a file unless it is there, or was removed. Safe to repeat, and to stop at any moment.

    Raises RenderError where it can't be made, `days.NotYetError` where what it is made of is still being made.
    """
    with store.read() as session:
        file = files.get(session, store.keyring, file_id, now)
        if file is None or file.made_at is not None or not file.response_ids:
            return
        layout = files.layout_of(session, store.keyring, file) or ""
    missing = 0
    if file.kind == files.DAY:
        content, missing = days.make(store, press, renderer, file, now)
    elif file.kind == files.PATIENT_COPY:
        content = renderer.render_patient_copy(patient_copy_from_json(layout), press.paper)
    else:
        content = renderer.render(report_from_json(layout), press.paper)
    with store.write() as session:
        files.fill(session, store.keyring, file, content, missing, now)
