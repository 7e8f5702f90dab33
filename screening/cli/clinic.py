"""Commands that do the clinic's work without a browser: invite, report, erase, staff accounts, approval.

They act in the program's own name ("cli" in the audit trail): whoever may run them holds the keys already.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from reports.process import Renderer, RenderError
from screening import approval, erasure, invitations, jobs, review
from screening import staff as accounts
from screening.cli import Refused
from screening.cli.operate import open_store
from screening.cli.output import tell_missing, write_whole
from screening.config import Settings
from screening.delivery import prepare, signed
from screening.readers import reader_in
from screening.reporting import COMPLETE, Copy, fhir_of, report_of
from screening.store import registry
from screening.store.access import RIGHTS, ROLES
from screening.store.audit import Actor
from screening.store.engine import Store
from screening.store.errors import Conflict, Invalid, NotAllowed, NotFound
from screening.translations import LANGUAGES

CLI = Actor("system", "cli", "command line")

_OPTIONS = {
    "day": "--date",
    "birth_date": "--birth-date",
    "record_number": "--record-number",
    "name": "--name",
    "email": "--email",
    "mobile": "--mobile",
    "clinician_id": "--clinician",
    "appointment_at": "--appointment",
    "questionnaires": "--questionnaire",
    "language": "--language",
    "roles": "--role",
    "password": "password",
    "approver_name": "--by",
}
"""Field of a use case -> what it is called on the command line."""


@contextlib.contextmanager
def working() -> Iterator[tuple[Store, Settings]]:
    """Open the store, and refuse in plain words what the use cases refuse."""
    with open_store() as opened:
        try:
            yield opened
        except Invalid as error:
            lines = (f"{_OPTIONS.get(field, field)}: {message}" for field, message in error.problems.items())
            raise Refused("\n".join(lines)) from None
        except (NotFound, NotAllowed, Conflict) as error:
            raise Refused(str(error)) from None


@click.command()
@click.option("--record-number", required=True, help="The clinic's own number of the patient.")
@click.option("--name", required=True, help="The patient's name.")
@click.option("--birth-date", required=True, help="For instance 1985-03-27.")
@click.option("--clinician", required=True, help="E-mail address of the clinician's account.")
@click.option("--appointment", required=True, help='In the clinic\'s time zone, for instance "2026-12-01 10:30".')
@click.option("--questionnaire", "questionnaires", required=True, multiple=True, help="Id; may be given several times.")
@click.option("--email", help="The patient's e-mail address; nothing is sent to it.")
@click.option("--mobile", help="The patient's mobile number; nothing is sent to it.")
@click.option("--language", help="For instance en; default: the first of the settings.")
def invite(
    record_number: str,
    name: str,
    birth_date: str,
    clinician: str,
    appointment: str,
    questionnaires: tuple[str, ...],
    email: str | None,
    mobile: str | None,
    language: str | None,
) -> None:
    """Invite a patient and print the link; it can't be printed again, only a new one made."""
    with working() as (store, settings):
        request = invitations.InviteRequest(
            record_number=record_number,
            name=name,
            birth_date=_read_date(birth_date),
            clinician_id=accounts.find_staff(store, CLI, clinician).id,
            appointment_at=_read_moment(appointment, settings.zone),
            questionnaires=questionnaires,
            language=language or settings.languages[0],
            email=email,
            mobile=mobile,
        )
        if request.language not in settings.languages:
            raise Refused(f"--language: patients are asked in {', '.join(settings.languages)}, not {request.language}")
        invited = invitations.invite(store, CLI, request, now=datetime.now(UTC), zone=settings.zone)
        burden = invitations.weigh(store, CLI, questionnaires)
        asked = f"Questions: {burden.questions}. Minutes, roughly: {burden.minutes}."
        click.echo(f"{asked}{' That is a lot to ask.' if burden.is_heavy else ''}", err=True)
        named = f"?language={request.language}" if request.language != settings.languages[0] else ""
        click.echo(f"{settings.public_origin}/i/{invited.token}{named}")


@click.command()
@click.argument("response_id")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="Of questions and words; default: `staff_language`, for FHIR the patient's.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "fhir"]),
    default="pdf",
    show_default=True,
    help="The report as a PDF, or the answers as a FHIR R4 QuestionnaireResponse.",
)
@click.option("--withhold-sensitive", is_flag=True, help="Leave out the sensitive pages and the clinic's notes.")
@click.option("--for-outsiders", is_flag=True, help="For people outside the clinic: nothing attached, unless --attach.")
@click.option("--attach/--no-attach", default=None, help="Whether the answers in FHIR go with it; default: yes.")
@click.option("--as-it-is-now", is_flag=True, help="Of a signed response: made anew, with what was added since.")
def report(
    response_id: str,
    output: Path,
    language: str | None,
    form: str,
    withhold_sensitive: bool,
    for_outsiders: bool,
    attach: bool | None,
    as_it_is_now: bool,
) -> None:
    """Write the report of a sent response as a PDF; the download is put on record.

    Of a signed response, in the language of the staff, it is the one that was kept at the sign-off.
    """
    if form == "fhir" and (withhold_sensitive or for_outsiders or attach is not None or as_it_is_now):
        raise click.UsageError("--format fhir writes all answers; what is left out or attached is for PDFs only.")
    copy = Copy(
        withhold_sensitive=withhold_sensitive,
        attachments=not for_outsiders if attach is None else attach,
    )
    with working() as (store, settings):
        # FHIR is for programs: the questions stand there as the patient read them, unless a language is asked for.
        asked_for = language
        language = language or settings.staff_language
        view = review.load_response(
            store,
            CLI,
            response_id,
            clinicians_see="practice",
            now=datetime.now(UTC),
            zone=settings.zone,
            action="download",
            language=language,
        )
        if form == "fhir":
            content = json.dumps(
                fhir_of(view, settings.zone, view.questionnaire if asked_for else None), ensure_ascii=False, indent=2
            )
            write_whole(output, f"{content}\n".encode())
            return
        with Renderer() as renderer:
            try:
                made = report_of(view, reader_in(language, settings.zone), copy)
                tell_missing(made)
                pdf = None
                if view.signed_off and copy == COMPLETE and not as_it_is_now:
                    press = jobs.press(settings)
                    prepare(store, press, renderer, response_id, datetime.now(UTC))
                    pdf = signed.as_kept(store, view, language)
                if pdf is None:
                    pdf = renderer.render(made, settings.paper)
            except RenderError as error:
                raise Refused(f"The PDF could not be made: {error}") from None
        write_whole(output, pdf)


@click.command()
@click.argument("response_id")
@click.option(
    "--reason",
    type=click.Choice(["request", "mistake"]),
    default="request",
    show_default=True,
    help="The patient asked for it, or it should never have been there.",
)
@click.option("--yes", is_flag=True, help="Don't ask whether it is meant.")
def erase(response_id: str, reason: erasure.Reason, yes: bool) -> None:
    """Delete a response for good, with its note, as patients may ask for; the deletion is put on record."""
    with working() as (store, settings):
        if not yes:
            click.confirm(f"Delete the response {response_id} with its note, for good?", abort=True, err=True)
        receipt = erasure.erase_response(store, CLI, response_id, reason=reason, now=datetime.now(UTC))
        sent = f"sent on {receipt.sent_at.astimezone(settings.zone):%Y-%m-%d}" if receipt.sent_at else "never sent"
        form = f"{receipt.questionnaire_id} {receipt.version}, {sent}"
        click.echo(f"Deleted: response {receipt.response_id} ({form}). On record as event {receipt.event_id}.")


@click.command()
@click.argument("questionnaire_id", metavar="ID")
@click.argument("version")
@click.option("--by", "approver_name", required=True, help="Name of the clinician who approves; printed in reports.")
def approve(questionnaire_id: str, version: str, approver_name: str) -> None:
    """Enter a clinician's approval of a version, so that patients are offered it."""
    with working() as (store, settings):
        now = datetime.now(UTC)
        with store.write() as session:
            registry.register_files(session, store.keyring, settings.questionnaire_folders, now)
        approval.approve(store, CLI, questionnaire_id, version, approver_name=approver_name, now=now)
        click.echo(f"{questionnaire_id} {version} is offered to patients, approved by {approver_name}.")


@click.group()
def staff() -> None:
    """Look after staff accounts."""


@staff.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As colleagues and patients know the person.")
@click.option("--role", "roles", multiple=True, help=f"One of {', '.join(ROLES)}; may be repeated.")
@click.option("--right", "rights", multiple=True, help=f"A right that no role brings with it: {', '.join(RIGHTS)}.")
@click.option(
    "--password",
    prompt="Password (15 characters or more)",
    hide_input=True,
    confirmation_prompt=True,
    envvar="SCREENING_STAFF_PASSWORD",
    help="Better typed at the prompt, or given in SCREENING_STAFF_PASSWORD, than on the command line.",
)
def staff_add(email: str, name: str, roles: tuple[str, ...], rights: tuple[str, ...], password: str) -> None:
    """Make an account."""
    with working() as (store, settings):
        accounts.create_staff(
            store,
            CLI,
            email=email,
            name=name,
            roles=(*roles, *rights),
            password=password,
            now=datetime.now(UTC),
            practice=settings.practice_name,
        )
        click.echo(f"{name} can sign in as {email}.")


@staff.command("disable")
@click.argument("email")
def staff_disable(email: str) -> None:
    """Close an account and sign it out everywhere."""
    with working() as (store, _settings):
        accounts.disable_staff(store, CLI, accounts.find_staff(store, CLI, email).id, now=datetime.now(UTC))
        click.echo(f"The account {email} is closed.")


@staff.command("enable")
@click.argument("email")
def staff_enable(email: str) -> None:
    """Open a closed account again."""
    with working() as (store, _settings):
        accounts.enable_staff(store, CLI, accounts.find_staff(store, CLI, email).id, now=datetime.now(UTC))
        click.echo(f"The account {email} is open.")


@staff.command("grant")
@click.argument("email")
@click.argument("right", type=click.Choice(list(RIGHTS)))
def staff_grant(email: str, right: str) -> None:
    """Give an account a right that no role brings with it, and sign it out everywhere."""
    _set_right(email, right, on=True)


@staff.command("revoke")
@click.argument("email")
@click.argument("right", type=click.Choice(list(RIGHTS)))
def staff_revoke(email: str, right: str) -> None:
    """Take such a right away from an account, and sign it out everywhere."""
    _set_right(email, right, on=False)


def _set_right(email: str, right: str, *, on: bool) -> None:
    with working() as (store, _settings):
        account = accounts.find_staff(store, CLI, email)
        accounts.set_right(store, CLI, account.id, right, on=on, now=datetime.now(UTC))
        click.echo(f"{email} {'has' if on else 'has not'} the right {right}.")


@staff.command("list")
def staff_list() -> None:
    """Print the accounts: e-mail address, open or closed, roles and rights, name."""
    with working() as (store, _settings):
        for account in accounts.list_staff(store, CLI):
            roles = ",".join(sorted(account.roles))
            click.echo(f"{account.email}\t{'open' if account.active else 'closed'}\t{roles}\t{account.name}")


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"--birth-date: not a date such as 1985-03-27: {text!r}") from None


def _read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a time in the clinic's zone; one that names another zone is taken at its word."""
    try:
        read = datetime.fromisoformat(text)
        if len(text.strip()) <= len("2026-12-01"):
            raise ValueError("a day without a time would be taken for midnight")
    except ValueError:
        raise Refused(f'--appointment: not a date and time such as "2026-12-01 10:30": {text!r}') from None
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    found = read.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != read:
        raise Refused(f"--appointment: there is no {text} in {zone.key}: the clocks go forward then")
    return found
