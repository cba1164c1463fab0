"""Incidents: what failed, in words, and what can be done about it; processes as a whole and their versions."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import GroundTooShort
from processes.queries.incidents import incident, incidents
from processes.queries.migrating import MigrationPage, cases_of_version, migration_page
from processes.queries.operations import process_lines
from processes.use_cases.resume_process import ResumeProcess, resume_process
from processes.use_cases.retry_incident import RetryIncident, retry_incident
from processes.use_cases.skip_incident import SkipIncident, skip_incident
from processes.use_cases.start_bulk import BulkAction, StartBulk, start_bulk
from processes.use_cases.suspend_process import SuspendProcess, suspend_process
from web.current import my_id, office
from web.errors import told
from web.findings import PageFinding
from web.payload import PayloadInvalid, payload
from web.requests import number, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("mending", __name__, url_prefix="/operations")
Answer = Response | BaseResponse | str
MAP = "map:"
"""fields map:<process>:<element of the old version> hold the element of the new one"""


@pages.get("/incidents")
@signed_in_only
def incident_list() -> Answer:
    """What has failed."""
    return render_template("operations_incidents.html", incidents=incidents(office(), my_id()))


@pages.get("/incidents/<uuid:incident_id>")
@signed_in_only
def one_incident(incident_id: UUID) -> Answer:
    """One of them, and what can be done."""
    return _incident(incident_id, [])


@pages.post("/incidents/<uuid:incident_id>")
@signed_in_only
def mend(incident_id: UUID) -> Answer:
    """Try again, or pass over it."""
    ground = text("ground")
    try:
        if request.form.get("_action") == "retry":
            retry_incident(office(), RetryIncident(incident_id=incident_id, by=my_id(), ground=ground))
            flash(_("It is being tried again. The incident closes when it succeeds."), "ok")
        else:
            command = SkipIncident(incident_id=incident_id, by=my_id(), ground=ground, variables=payload("payload"))
            skip_incident(office(), command)
            flash(_("The incident is closed, and the case goes on."), "ok")
    except PayloadInvalid as error:
        return _incident(incident_id, [PageFinding(text=error.told, href="#payload")])
    except GroundTooShort as error:
        return _incident(incident_id, [PageFinding(text=told(error).text, href="#ground")])
    return redirect(url_for("mending.incident_list"))


@pages.get("/processes")
@signed_in_only
def process_list() -> Answer:
    """The processes with their versions."""
    return render_template("operations_processes.html", processes=process_lines(office(), my_id()))


@pages.get("/processes/<key>/<act>")
@signed_in_only
def process_act(key: str, act: str) -> Answer:
    """What suspending or resuming a whole process would mean."""
    return _process(key, act, [])


@pages.post("/processes/<key>/<act>")
@signed_in_only
def process_acted(key: str, act: str) -> Answer:
    """Do it."""
    ground = text("ground")
    try:
        if act == "suspend":
            bulk_id = suspend_process(office(), SuspendProcess(key=key, by=my_id(), ground=ground))
        elif act == "resume":
            bulk_id = resume_process(office(), ResumeProcess(key=key, by=my_id(), ground=ground))
        else:
            abort(404)
    except GroundTooShort as error:
        return _process(key, act, [PageFinding(text=told(error).text, href="#ground")])
    return redirect(url_for("many_cases.progress", bulk_id=bulk_id))


@pages.get("/processes/<key>/migrate")
@signed_in_only
def migrate(key: str) -> Answer:
    """What would become of the cases of a version; the mapping is in the address, so a preview can be sent on."""
    return _migration(_page(key), [])


@pages.post("/processes/<key>/migrate")
@signed_in_only
def migrated(key: str) -> Answer:
    """Begin with all cases of the version; those that cannot go are listed with the reason."""
    page = _page(key)
    command = StartBulk(
        action=BulkAction.MIGRATE,
        case_ids=cases_of_version(office(), my_id(), key, page.source),
        by=my_id(),
        ground=text("ground"),
        parameters={"version": page.target, "mapping": _mapping()},
    )
    try:
        bulk_id = start_bulk(office(), command)
    except GroundTooShort as error:
        return _migration(page, [PageFinding(text=told(error).text, href="#ground")])
    return redirect(url_for("many_cases.progress", bulk_id=bulk_id))


def _page(key: str) -> MigrationPage:
    return migration_page(
        office(),
        my_id(),
        key,
        source=number(request.values.get("from"), 0),
        target=number(request.values.get("to"), 0),
        mapping=_mapping(),
    )


def _mapping() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, target in request.values.items():
        process, separator, element = name.removeprefix(MAP).partition(":")
        if name.startswith(MAP) and separator and target:
            found.setdefault(process, {})[element] = target
    return found


def _migration(page: MigrationPage, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "operations_migrate.html", page=page, mapping=_mapping(), entered=request.form, findings=findings
    )
    return make_response(shown, 422 if findings else 200)


def _process(key: str, act: str, findings: list[PageFinding]) -> Response:
    line = next((one for one in process_lines(office(), my_id()) if one.key == key), None)
    if line is None or act not in {"suspend", "resume"}:
        abort(404)
    shown = render_template("operations_process.html", process=line, act=act, ground=text("ground"), findings=findings)
    return make_response(shown, 422 if findings else 200)


def _incident(incident_id: UUID, findings: list[PageFinding]) -> Response:
    found = incident(office(), incident_id, my_id())
    if found is None:
        abort(404)
    shown = render_template("operations_incident.html", incident=found, entered=request.form, findings=findings)
    return make_response(shown, 422 if findings else 200)
