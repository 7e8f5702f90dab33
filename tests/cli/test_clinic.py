"""The clinic's commands: the same work as in the browser, refused in plain words with exit 1."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result

from screening import invitations, review
from screening.cli import main
from screening.config import Settings
from screening.store import registry
from screening.store.crypto import Keyring
from screening.store.engine import Store
from tests.support import pdf
from tests.support.app import make_settings
from tests.support.clinic import MOOD, NOW, ZONE, Clinic

INVITE = {
    "--record-number": "A-17",
    "--name": "Anna Nowak",
    "--birth-date": "1988-05-12",
    "--clinician": "dr.a.novak@clinic.example",
    "--appointment": f"{datetime.now(UTC).date() + timedelta(days=30)} 10:30",  # commands take the real time
    "--questionnaire": "mood",
}


@pytest.fixture
def database_backend() -> str:
    """What these commands do is done by use cases that are tested on both databases."""
    return "sqlite"


@pytest.fixture
def settings(tmp_path: Path, migrated_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a practice, as the environment gives them to a command."""
    settings = make_settings(tmp_path, migrated_database_url)
    named = {
        "ENVIRONMENT": "demo",
        "DATABASE_URL": settings.database_url,
        "KEY_FILE": str(settings.key_file),
        "PUBLIC_ORIGIN": settings.public_origin,
        "PRACTICE_NAME": settings.practice_name,
        "PRACTICE_PHONE": settings.practice_phone,
        "TIME_ZONE": settings.time_zone,
    }
    for name, value in named.items():
        monkeypatch.setenv(f"SCREENING_{name}", value)
    monkeypatch.chdir(tmp_path)
    return settings


@pytest.fixture
def clinic(settings: Settings) -> Iterator[Clinic]:
    store = Store(settings.database_url, Keyring.read(settings.key_file))
    yield Clinic(store)
    store.close()


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


def invite(**changes: str) -> Result:
    options = {**INVITE, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    return run("invite", *(part for option in options.items() for part in option))


def refusal(result: Result) -> str:
    """Return why a command was refused; it printed nothing else, and no traceback."""
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr.strip()


def test_invite_prints_a_link_that_opens(clinic: Clinic) -> None:
    result = invite()
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"https://forms\.clinic\.example/i/[\w-]{43}\n", result.stdout)
    assert result.stderr == "Questions: 3. Minutes, roughly: 1.\n"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"birth_date": "12.5.1988"}, "--birth-date: not a date such as 1985-03-27: '12.5.1988'"),
        ({"birth_date": "1788-05-12"}, "--birth-date: Enter a date of birth in the last 120 years."),
        ({"appointment": "2099-12-01"}, '--appointment: not a date and time such as "2026-12-01 10:30"'),
        ({"appointment": "2020-12-01 10:30"}, "--appointment: This day has passed."),
        ({"appointment": "2027-03-28 02:30"}, "--appointment: there is no 2027-03-28 02:30 in Europe/Prague"),
        ({"clinician": "nobody@clinic.example"}, "There is no account with the e-mail address nobody@clinic.example."),
        ({"clinician": "dora.desk@clinic.example"}, "--clinician: Choose a clinician of this practice."),
        ({"questionnaire": "nothing"}, "--questionnaire: nothing: there is no such form."),
        ({"email": "nowhere"}, "--email: Enter an e-mail address"),
    ],
)
def test_invite_refuses_what_is_wrong_by_option(clinic: Clinic, changes: dict[str, str], reason: str) -> None:
    assert reason in refusal(invite(**changes))


def test_invite_needs_its_options() -> None:
    result = run("invite", "--name", "Anna")
    assert result.exit_code == 2
    assert "--record-number" in result.stderr


def test_report_writes_the_pdf_and_is_on_record(clinic: Clinic, tmp_path: Path) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    output = tmp_path / "answers.pdf"
    result = run("report", response_id, "-o", str(output))
    assert result.exit_code == 0, result.output
    assert "Mornings, mostly." in pdf.text(output.read_bytes())
    assert clinic.actions(f"response:{response_id}")[-1] == ("download", "cli")


@pytest.mark.parametrize(
    ("options", "attached"),
    [([], True), (["--for-outsiders"], False), (["--for-outsiders", "--attach"], True), (["--no-attach"], False)],
)
def test_report_carries_the_answers_in_fhir_but_not_to_outsiders(
    clinic: Clinic, tmp_path: Path, options: list[str], attached: bool
) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    output = tmp_path / "answers.pdf"
    run("report", response_id, "-o", str(output), *options)
    with pikepdf.open(output) as document:
        assert list(document.attachments) == (["Questionnaire.json", "QuestionnaireResponse.json"] if attached else [])


def test_report_can_leave_out_what_is_sensitive(clinic: Clinic, tmp_path: Path) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    output = tmp_path / "answers.pdf"
    run("report", response_id, "-o", str(output), "--withhold-sensitive")
    words = pdf.text(output.read_bytes())
    assert "Withheld from this copy: questions 3" in words
    assert "Has your interest changed?" not in words
    assert "Mornings, mostly." in words


def test_report_refuses_what_there_is_not(clinic: Clinic, tmp_path: Path) -> None:
    assert refusal(run("report", "0" * 32, "-o", str(tmp_path / "x.pdf"))) == "There is no such response."
    assert not (tmp_path / "x.pdf").exists()
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    reason = refusal(run("report", response_id, "-o", str(tmp_path / "no" / "folder.pdf")))
    assert reason.endswith("folder.pdf: can't be written (No such file or directory)")


def test_report_leaves_an_earlier_file_whole_where_it_fails(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    output = tmp_path / "out" / "answers.pdf"
    output.parent.mkdir()
    output.write_bytes(b"from before")

    def full(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "No space left on device" in refusal(run("report", response_id, "-o", str(output)))
    assert [path.name for path in output.parent.iterdir()] == ["answers.pdf"]
    assert output.read_bytes() == b"from before"


@pytest.mark.parametrize("form", ["pdf", "zip"])
def test_reports_writes_a_days_reports_as_one_file(clinic: Clinic, tmp_path: Path, form: str) -> None:
    sent = [*clinic.send(clinic.invite().invitation_id), *_of_another(clinic)]
    result = run("reports", "--date", "2026-05-05", "-o", str(tmp_path / "day"), "--format", form)
    assert result.exit_code == 0, result.output
    (written,) = (tmp_path / "day").iterdir()
    assert written.name == f"answers-2026-05-05.{form}"
    if form == "pdf":
        assert pdf.text(written.read_bytes()).count("Mornings, mostly.") >= 2
    else:
        assert len(zipfile.ZipFile(written).namelist()) == 2
    for response_id in sent:
        assert clinic.actions(f"response:{response_id}")[-1] == ("download", "cli")


def _of_another(clinic: Clinic) -> list[str]:
    at = NOW + timedelta(days=1, hours=3)
    return clinic.send(clinic.invite(record_number="B-2", name="Petr Svoboda", appointment_at=at).invitation_id)


def test_reports_refuses_a_day_with_nothing_and_what_is_no_day(clinic: Clinic, tmp_path: Path) -> None:
    assert "--date: not a date" in refusal(run("reports", "--date", "May", "-o", str(tmp_path / "day")))
    reason = refusal(run("reports", "--date", "2026-05-05", "-o", str(tmp_path / "day")))
    assert reason == "--date: No answers were sent for appointments on this day."
    assert not (tmp_path / "day").exists()


def test_record_writes_all_that_is_held_into_a_folder_of_its_own(clinic: Clinic, tmp_path: Path) -> None:
    invited = clinic.invite().invitation_id
    (response_id,) = clinic.send(invited)
    corrected, _ = invitations.ask_for_correction(
        clinic.store, clinic.desk, invited, clinicians_see="own", now=NOW, zone=ZONE
    )
    clinic.send(corrected.invitation_id)
    folder = tmp_path / "record"
    result = run("record", response_id, "-o", str(folder))
    assert result.exit_code == 0, result.output
    manifest = json.loads((folder / "manifest.json").read_text())
    assert sorted([*manifest["sha256"], "manifest.json"]) == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()
    )
    assert [path.parent.parent.name for path in folder.rglob("versions/*/response.json")] == ["versions"]
    assert clinic.actions(f"response:{response_id}")[-1] == ("record", "cli")
    assert "is not empty" in refusal(run("record", response_id, "-o", str(folder)))
    assert refusal(run("record", "0" * 32, "-o", str(tmp_path / "none"))) == "There is no such response."


def signed_report(clinic: Clinic, path: Path) -> tuple[str, bytes]:
    """Sign a response off, and return its id with the PDF that `report` writes of it."""
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    review.sign_off(clinic.store, clinic.novak, response_id, clinicians_see="own", now=NOW)
    result = run("report", response_id, "-o", str(path))
    assert result.exit_code == 0, result.output
    return response_id, path.read_bytes()


def test_report_writes_what_was_kept_at_the_sign_off(clinic: Clinic, tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    response_id, made = signed_report(clinic, path)
    later = NOW + timedelta(hours=1)
    review.add_addendum(clinic.store, clinic.novak, response_id, "She rang.", clinicians_see="own", now=later)
    assert run("report", response_id, "-o", str(path)).exit_code == 0
    assert path.read_bytes() == made
    assert run("report", response_id, "--as-it-is-now", "-o", str(path)).exit_code == 0
    assert "She rang." in pdf.text(path.read_bytes())


def test_verify_tells_what_was_made_here_and_refuses_the_rest(clinic: Clinic, tmp_path: Path) -> None:
    path, changed = tmp_path / "signed.pdf", tmp_path / "changed.pdf"
    response_id, made = signed_report(clinic, path)
    changed.write_bytes(made + b" ")
    result = run("verify", str(path))
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        f"{path}: this is what we made, unchanged. Response {response_id} (How you have been), "
        "appointment 2026-05-05 12:00, signed off by Dr A. Novak, 2026-05-04 11:00.\n"
    )
    assert clinic.actions(f"response:{response_id}")[-1] == ("verify", "cli")
    both = run("verify", str(path), str(changed), str(tmp_path / "missing.pdf"))
    assert both.exit_code == 1
    assert both.stdout == result.stdout
    assert both.stderr.splitlines() == [
        f"{changed}: not known: changed, not the PDF of a sign-off here, or since deleted",
        f"{tmp_path / 'missing.pdf'}: No such file or directory",
    ]


def test_verify_does_not_read_what_is_too_large_to_be_ours(clinic: Clinic, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(bytes(10_000_001))
    assert refusal(run("verify", str(path))) == f"{path}: larger than 10 MB, so none of ours"


def test_erase_deletes_and_prints_a_receipt(clinic: Clinic) -> None:
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    kept = CliRunner().invoke(main, ["erase", response_id], input="n\n")
    assert kept.exit_code == 1
    assert clinic.actions(f"response:{response_id}")[-1][0] == "send"
    result = run("erase", response_id, "--yes")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        rf"Deleted: response {response_id} \(mood 1, sent on 2026-05-04\)\. On record as event \d+\.\n", result.stdout
    )
    assert clinic.actions(f"response:{response_id}")[-1] == ("delete", "cli")
    assert refusal(run("erase", response_id, "--yes")) == "There is no such response."


def test_a_registered_questionnaire_is_exported_by_its_id(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.register(MOOD.format(version="2"), now=NOW + timedelta(days=1))
    newest = run("questionnaire", "export", "mood")
    assert newest.exit_code == 0, newest.output
    assert json.loads(newest.stdout)["version"] == "2"
    older = run("questionnaire", "export", "mood", "--version", "1")
    assert json.loads(older.stdout)["version"] == "1"
    assert "mood: there is no such file" in refusal(run("questionnaire", "export", "mood", "--version", "3"))
    monkeypatch.setenv("SCREENING_KEY_FILE", "nowhere.toml")
    assert "no key file here" in refusal(run("questionnaire", "export", "mood"))
    assert run("questionnaire", "export", "detachment-checkin").exit_code == 0


def test_staff_are_added_listed_closed_and_opened(clinic: Clinic) -> None:
    added = run(
        "staff",
        "add",
        "eva@clinic.example",
        "--name",
        "Eva Else",
        "--role",
        "front_desk",
        "--role",
        "clinician",
        SCREENING_STAFF_PASSWORD="four quiet green kettles",
    )
    assert added.stdout == "Eva Else can sign in as eva@clinic.example.\n", added.output
    assert "eva@clinic.example\topen\tclinician,front_desk\tEva Else\n" in run("staff", "list").stdout
    assert run("staff", "disable", "EVA@clinic.example").exit_code == 0
    assert "eva@clinic.example\tclosed\t" in run("staff", "list").stdout
    assert run("staff", "enable", "eva@clinic.example").exit_code == 0
    assert "eva@clinic.example\topen\t" in run("staff", "list").stdout


def test_staff_refuses_what_is_wrong(clinic: Clinic) -> None:
    password = {"SCREENING_STAFF_PASSWORD": "short"}
    reason = refusal(run("staff", "add", "dora.desk@clinic.example", "--name", "D", "--role", "boss", **password))
    assert "--role: There is no role boss" in reason
    assert "password: Choose a password of at least 15 characters." in reason
    assert refusal(run("staff", "disable", "nobody@clinic.example")).startswith("There is no account")
    assert refusal(run("staff", "disable", "ada.admin@clinic.example")).startswith("This is the last administrator.")


def test_approve_registers_the_files_and_enters_the_approval(clinic: Clinic) -> None:
    listed = run("questionnaire", "approve", "detachment-checkin", "no such version", "--by", "Dr A. Novak")
    assert "No questionnaire detachment-checkin is registered in version no such version." in refusal(listed)
    with clinic.store.read() as session:
        version = registry.versions(session, "detachment-checkin")[0].version
    result = run("questionnaire", "approve", "detachment-checkin", version, "--by", "Dr A. Novak")
    assert result.exit_code == 0, result.output
    assert "is offered to patients, approved by Dr A. Novak." in result.stdout
    assert ("approve", "cli") in clinic.actions("questionnaire:detachment-checkin")


def test_without_settings_commands_say_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "database_url: missing" in refusal(run("staff", "list"))
