"""Reports that nobody prepares: copies for others, in a reader's own language, with the visits that she may see.

One is asked for as a file of its own (`screening.delivery.files`) and known, like a prepared one, by what it is made
from: what changed since then, or may not be read any more, is never handed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from reports.interchange import report_to_json
from screening import review
from screening.delivery import preparing
from screening.delivery.preparing import Download, Press
from screening.reporting import COMPLETE, Copy, file_name_of, reader_in, report_of
from screening.response_view import ResponseView
from screening.store import files
from screening.store.access import CliniciansSee
from screening.store.audit import Actor
from screening.store.compiled import Transaction
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.files import Asker, File, Wanted


def download(
    store: Store,
    actor: Actor,
    response_id: str,
    press: Press,
    *,
    copy: Copy = COMPLETE,
    language: str,
    as_it_is_now: bool = False,
    clinicians_see: CliniciansSee,
    now: datetime,
) -> Download:
    """Return the PDF of a response and put the download on record; without one, ask that it be made.

    The whole report in the clinic's language is the one that is prepared, or was kept at the sign-off; see
    `preparing.download`. Raises NotFound where there is no such response, or none that this actor may read.
    """
    if copy == COMPLETE and language == press.language:
        found = preparing.download(
            store, actor, response_id, press, clinicians_see=clinicians_see, now=now, as_it_is_now=as_it_is_now
        )
        if found.pdf is not None or found.will_be_made:
            return found
    press = replace(press, language=language)
    with review.readable_unopened(store, actor, response_id, clinicians_see, now) as (transaction, readable):
        name = file_name_of(response_id, readable.sent_at, press.zone)
        pdf = made(transaction, store, Asker.of(actor), press, response_id, readable.earlier, now, copy=copy)
        if pdf is not None:
            review.note_with_earlier(transaction, store, actor, response_id, readable.earlier, "download", now)
            return Download(name, pdf)
        key = press.content_key(transaction, response_id, readable.earlier)
    view = read_by(store, actor, response_id, press, clinicians_see=clinicians_see, now=now)
    return Download(name, None, file_id=ask(store, actor, view, press, key, now, copy))


def made(
    transaction: Transaction,
    store: Store,
    asker: Asker,
    press: Press,
    response_id: str,
    earlier: Sequence[str],
    now: datetime,
    *,
    copy: Copy = COMPLETE,
) -> bytes | None:
    """Return the PDF that this asker asked for, if it is made and says what it would say now, with these beside it."""
    file = files.find(transaction, store.keyring, asker, _wanted(press, response_id, copy), now)
    if file is None or file.content_key != press.content_key(transaction, response_id, earlier):
        return None
    return files.content_of(transaction, store.keyring, file)


def read_by(
    store: Store, actor: Actor, response_id: str, press: Press, *, clinicians_see: CliniciansSee, now: datetime
) -> ResponseView:
    """Return a response as this actor reads it, for a file that is handed out on record; NotFound where she may not."""
    view = review.load_for_preparing(
        store,
        response_id,
        reader=actor,
        clinicians_see=clinicians_see,
        now=now,
        zone=press.zone,
        language=press.language,
    )
    if view is None:
        raise NotFound("There is no such response.")
    return view


def ask(
    store: Store, actor: Actor, view: ResponseView, press: Press, content_key: str, now: datetime, copy: Copy = COMPLETE
) -> str:
    """Ask for a report as this actor reads it, in the language of ``press``; return the file's id.

    ``content_key`` is from before the reading: what changed in between has the file made anew.
    """
    layout = report_to_json(report_of(view, reader_in(press.language, press.zone), copy))
    wanted = _wanted(press, view.response_id, copy)
    with store.write() as session:
        return files.ask(session, store.keyring, Asker.of(actor), wanted, now, layout=layout, content_key=content_key)


def asked_for(file: File) -> tuple[str, Copy, str]:
    """Return what a file of this kind is: the response, which copy, in which language."""
    return file.what["response"], Copy(**file.what["copy"]), file.what["language"]


def _wanted(press: Press, response_id: str, copy: Copy) -> Wanted:
    what = {"response": response_id, "copy": asdict(copy), "language": press.language}
    return Wanted(files.REPORT, what, [response_id])
