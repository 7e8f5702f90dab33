"""The record of a response: who read it, what is held and what is not, and all of it as a zip."""

from __future__ import annotations

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from screening.delivery import record as records
from screening.delivery.record import REPORT, SIGNED, Record, Waiting
from screening.store.access import CLINICIAN
from screening.web import context
from screening.web.clinic.access import allowed
from screening.web.clinic.blueprint import blueprint
from screening.web.clinic.files import FOR_RECORD, make_here, wait
from screening.web.clinic.reading import RESPONSE_ID, as_reader

ACTIONS = {
    "read": lazy("Read"),
    "download": lazy("Downloaded as PDF"),
    "record": lazy("Opened the record"),
    "refused": lazy("Was refused"),
    "save_note": lazy("Saved the note"),
    "sign_off": lazy("Signed off"),
    "keep_signed_report": lazy("Kept the PDF as signed"),
    "verify": lazy("Checked a PDF"),
    "send": lazy("Sent"),
    "invite": lazy("Invited the patient"),
    "new_link": lazy("Made another link"),
    "open_link": lazy("Opened the link"),
    "download_copy": lazy("Downloaded a copy of the answers"),
    "wrong_birth_date": lazy("Gave another date of birth"),
    "choose_privacy": lazy("Chose what this device shows"),
    "agree": lazy("Agreed"),
    "save_page": lazy("Saved a page"),
    "set_helper": lazy("Said who helped"),
}
"""What was done -> words; other actions are shown as they stand in the audit trail."""

FILES = {
    "response.json": lazy("The response with its facts"),
    "response.fhir.json": lazy("The response in FHIR"),
    "questionnaire.yaml": lazy("The questionnaire as it was asked"),
    "questionnaire.fhir.json": lazy("The questionnaire in FHIR"),
    "consent.txt": lazy("The text that the patient agreed to"),
    "report.pdf": lazy("The report as it is now"),
    "note.json": lazy("The note and the sign-off"),
    "events.csv": lazy("Who did what, and when"),
    "not-kept.txt": lazy("What is not kept"),
    "manifest.json": lazy("The hashes of all files"),
}

NOT_KEPT = (
    lazy("What the patient typed and changed before sending"),
    lazy("Answers to questions that were not asked any more when the patient sent them"),
    lazy("Earlier texts of the note"),
    lazy("The patient’s own looks at the form, and the addresses of links"),
    lazy("The PDF of a sign-off that was ended before the PDF was made, or that shows an earlier visit deleted since"),
    lazy("Other versions of the response that were deleted"),
    lazy("Lists of appointments that staff were shown: they stand in the audit trail of each person"),
)


@blueprint.get(f"/responses/{RESPONSE_ID}/record")
@allowed(CLINICIAN, hidden=True)
def record(response_id: str) -> ResponseReturnValue:
    """Show who did what with a response, and what its record holds; for that no report is made."""
    found = _gather(response_id)
    return render_template(
        "clinic/record.html",
        record=found,
        hashes=found.hashes(),
        actions=ACTIONS,
        files={name: _words(name) for name in [*found.files, REPORT]},
        lacking=[] if REPORT in found.files else [REPORT],
        not_kept=NOT_KEPT,
        others={f"response:{one}" for one in found.versions.ids()},
        response_id=response_id,
    )


@blueprint.get(f"/responses/{RESPONSE_ID}/record.zip")
@allowed(CLINICIAN, hidden=True)
def record_zip(response_id: str) -> ResponseReturnValue:
    """Send the record as a zip, or show that its report is being made. Its name tells no name, number or topic."""
    waiting = _wait_for(response_id)
    if waiting is not None and make_here(response_id, waiting.file_id):
        waiting = _wait_for(response_id)
    if waiting is not None:
        return wait(response_id, waiting.file_id, **FOR_RECORD)
    found = _gather(response_id)
    if REPORT not in found.files:  # something changed in this moment
        return redirect(url_for("clinic.record_zip", response_id=response_id))
    name = f"record-{response_id[:8]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(found.zipped(), mimetype="application/zip", headers=headers)


def _words(name: str) -> str:
    """Return what is in a file, in words; its name where there are none."""
    if name.startswith(SIGNED):
        return str(_("The report as it was signed"))
    if name.startswith("versions/"):
        own = name.rsplit("/", 1)[1]
        return str(_("Another version: %(file)s", file=FILES.get(own, own)))
    return str(FILES.get(name, name))


def _gather(response_id: str) -> Record:
    return as_reader(records.gather, response_id, context.press())


def _wait_for(response_id: str) -> Waiting | None:
    return as_reader(records.wait_for, response_id, context.press())
