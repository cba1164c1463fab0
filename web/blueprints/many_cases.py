"""Operating many cases: choose them, say what and why, and watch how far it is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import GroundTooShort
from processes.queries.operations import (
    OperationsFilter,
    bulk_progress,
    operated_cases,
    recent_bulks,
    selected_cases,
)
from processes.use_cases.start_bulk import BulkAction, StartBulk, start_bulk
from web.current import my_id, office
from web.errors import told
from web.findings import PageFinding
from web.payload import PayloadInvalid, payload
from web.requests import identity, number, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("many_cases", __name__, url_prefix="/operations")
Answer = Response | BaseResponse | str
MAX_TEXT = 200
OFFERED = (
    BulkAction.SUSPEND,
    BulkAction.RESUME,
    BulkAction.CANCEL,
    BulkAction.MESSAGE,
    BulkAction.MOVE,
    BulkAction.RETRY,
)


@pages.get("")
@signed_in_only
def page() -> Answer:
    """The cases this person may operate, to be chosen from."""
    return _list(_wanted(request.args), [])


@pages.post("")
@signed_in_only
def begin() -> Answer:
    """Begin with the chosen cases, or with all the filter finds."""
    wanted = _wanted(request.form)
    everything = request.form.get("all") == "yes"
    cases = (
        selected_cases(office(), my_id(), wanted)
        if everything
        else [identity(one) for one in request.form.getlist("case")]
    )
    action = request.form.get("action", "")
    findings = []
    if not cases:
        findings.append(PageFinding(text=_("Choose at least one case."), href="#cases"))
    if action not in {str(each) for each in OFFERED}:
        findings.append(PageFinding(text=_("Choose what is to be done."), href="#action"))
    if findings:
        return _list(wanted, findings)
    try:
        command = StartBulk(
            action=BulkAction(action),
            case_ids=cases,
            by=my_id(),
            ground=text("ground"),
            parameters=_parameters(BulkAction(action)),
        )
        bulk_id = start_bulk(office(), command)
    except PayloadInvalid as error:
        return _list(wanted, [PageFinding(text=error.told, href="#payload")])
    except GroundTooShort as error:
        return _list(wanted, [PageFinding(text=told(error).text, href="#ground")])
    flash(_("It has begun. Each case is changed by itself; you may leave this page."), "ok")
    return redirect(url_for("many_cases.progress", bulk_id=bulk_id))


@pages.get("/bulk")
@signed_in_only
def recent() -> Answer:
    """The last changes of many cases."""
    return render_template("operations_recent.html", bulks=recent_bulks(office(), my_id()))


@pages.get("/bulk/<uuid:bulk_id>")
@signed_in_only
def progress(bulk_id: UUID) -> Answer:
    """How far it is, and which cases could not be changed."""
    return render_template("operations_bulk.html", bulk=bulk_progress(office(), bulk_id, my_id()))


@pages.get("/bulk/<uuid:bulk_id>/part")
@signed_in_only
def part(bulk_id: UUID) -> Answer:
    """The same for htmx."""
    return render_template("_bulk.html", bulk=bulk_progress(office(), bulk_id, my_id()))


def _parameters(action: BulkAction) -> dict[str, Any]:
    if action is BulkAction.MESSAGE:
        return {"message": text("message", MAX_TEXT), "payload": payload("payload")}
    if action is BulkAction.MOVE:
        return {"from": text("from", MAX_TEXT), "to": text("to", MAX_TEXT)}
    return {}


def _wanted(source: Mapping[str, str]) -> OperationsFilter:
    return OperationsFilter(
        text=source.get("text", "")[:MAX_TEXT],
        process=source.get("process", "")[:MAX_TEXT],
        version=number(source.get("version"), 0),
        status=source.get("status", ""),
        element=source.get("element", "")[:MAX_TEXT],
        failed=source.get("failed") == "yes",
        page=number(source.get("page")),
    )


def _list(wanted: OperationsFilter, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "operations.html",
        cases=operated_cases(office(), my_id(), wanted),
        actions=OFFERED,
        entered=request.form,
        findings=findings,
        page_url=lambda n: url_for("many_cases.page", **{**request.args, "page": n}),
    )
    return make_response(shown, 422 if findings else 200)
