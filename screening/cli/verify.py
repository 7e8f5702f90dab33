"""``screening verify``: whether PDFs are, byte for byte, what was kept at a sign-off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from screening.cli import Refused
from screening.cli.clinic import CLI, working
from screening.config import Settings
from screening.delivery import signed
from screening.delivery.signed import Verdict


@click.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
def verify(files: tuple[Path, ...]) -> None:
    """Tell of PDFs whether they are, unchanged, what was kept at a sign-off; that it was asked is put on record.

    Known are the PDFs of sign-offs only, not those of unsigned answers, copies for others or a day's file. Exit 1
    unless all are known.
    """
    with working() as (store, settings):
        unknown: list[str] = []
        for path in files:
            try:
                content = _read(path)
            except Refused as refusal:
                unknown.append(refusal.message)
                continue
            verdict = signed.verify(store, CLI, content, clinicians_see="practice", now=datetime.now(UTC))
            if verdict.is_ours:
                click.echo(f"{path}: this is what we made, unchanged. {_origin(verdict, settings)}")
            else:
                unknown.append(f"{path}: not known: changed, not the PDF of a sign-off here, or since deleted")
        if unknown:
            raise Refused("\n".join(unknown))


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > signed.MAX_PDF_BYTES:
            raise Refused(f"{path}: larger than {signed.MAX_PDF_BYTES // 1_000_000} MB, so none of ours")
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or 'can not be read'}") from None


def _origin(verdict: Verdict, settings: Settings) -> str:
    origin = verdict.origin
    if origin is None:
        return ""
    times = (origin.appointment, origin.signed_at)
    appointment, at = (f"{time.astimezone(settings.zone):%Y-%m-%d %H:%M}" for time in times)
    ended = "" if origin.stands else "; opened again since"
    return (
        f"Response {origin.response_id} ({origin.questionnaire}), appointment {appointment}, "
        f"signed off by {origin.signed_by}, {at}{ended}."
    )
