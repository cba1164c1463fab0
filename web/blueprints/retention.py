"""Retention and disposal: schedules, what is due, lists under way; holds, placed and lifted with a ground."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import GroundTooShort
from processes.queries.holds import holds_page
from processes.queries.retention import PROCESS, retention_page
from processes.transfers import open_transfer
from processes.use_cases.lift_hold import LiftHold, lift_hold
from processes.use_cases.place_hold import HoldFound, PlaceHold, hold_found, place_hold
from processes.use_cases.record_retention_event import RecordRetentionEvent, record_retention_event
from web.blueprints.archive import archive_filter
from web.current import my_id, office
from web.documents import saved
from web.errors import told
from web.requests import number, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("retention", __name__, url_prefix="/archive")
Answer = Response | BaseResponse | str


@pages.get("/retention")
@signed_in_only
def page() -> str:
    """How long documents are kept, and what is due."""
    return render_template("retention.html", page=retention_page(office(), my_id()), process=PROCESS)


@pages.get("/transfers/<uuid:case_id>")
@signed_in_only
def package(case_id: UUID) -> Answer:
    """What an archivist gives to a receiver outside this office."""
    name, opened = open_transfer(office(), case_id, my_id())
    return saved(opened, name, "application/zip")


@pages.get("/holds")
@signed_in_only
def holds() -> Answer:
    """Every hold on documents of the bodies somebody keeps."""
    return _holds("")


@pages.post("/holds")
@signed_in_only
def hold_selection() -> Answer:
    """A hold on all that a search finds."""
    wanted = archive_filter(request.form)
    try:
        count = hold_found(office(), HoldFound(wanted=wanted, by=my_id(), ground=text("ground")))
    except GroundTooShort as error:
        flash(told(error).text, "warn")
        again = {name: value for name, value in request.form.items() if value and name not in {"csrf_token", "ground"}}
        return redirect(f"{url_for('archive.page')}?{urlencode(again)}")
    flash(_("%(count)d documents are on hold.", count=count), "ok")
    return redirect(url_for("retention.holds"))


@pages.post("/holds/<uuid:order_id>")
@signed_in_only
def lift(order_id: UUID) -> Answer:
    """Lift what was placed in one go."""
    try:
        lift_hold(office(), LiftHold(order_id=order_id, by=my_id(), ground=text("ground")))
    except GroundTooShort as error:
        return _holds(told(error).text, order_id)
    flash(_("The hold is lifted."), "ok")
    return redirect(url_for("retention.holds"))


@pages.post("/<uuid:document_id>/hold")
@signed_in_only
def hold(document_id: UUID) -> Answer:
    """A hold on one document, or on its file."""
    whole = request.form.get("target") == "file"
    try:
        request_ = PlaceHold(document_id=document_id, whole_file=whole, by=my_id(), ground=text("ground"))
        place_hold(office(), request_)
        flash(_("The hold is placed: nothing of it is disposed of until it is lifted."), "ok")
    except GroundTooShort as error:
        flash(told(error).text, "warn")
    return redirect(url_for("archive.record", document_id=document_id))


@pages.post("/<uuid:document_id>/retention-event")
@signed_in_only
def event(document_id: UUID) -> Answer:
    """The day of an event from which retention runs."""
    try:
        on = date.fromisoformat(request.form.get("on", ""))
    except ValueError as error:
        raise BadRequest from error
    fact = request.form.get("fact", "")
    command = RecordRetentionEvent(document_id=document_id, fact=fact, on=on, by=my_id(), ground=text("ground"))
    try:
        record_retention_event(office(), command)
        flash(_("The event is noted; the period of retention is computed anew."), "ok")
    except GroundTooShort as error:
        flash(told(error).text, "warn")
    return redirect(url_for("archive.record", document_id=document_id))


def _holds(finding: str, order_id: UUID | None = None) -> Response:
    page_ = number(request.args.get("page"))
    shown = render_template(
        "holds.html",
        page=holds_page(office(), my_id(), page_),
        finding=finding,
        entered=request.form.get("ground", ""),
        wrong=order_id,
        page_url=lambda n: url_for("retention.holds", page=n),
    )
    return make_response(shown, 422 if finding else 200)
