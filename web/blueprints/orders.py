"""A head's orders: who is appointed to what, who stands in for whom, each signed and archived (C7, B22)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused, NoCertificate, PinLocked, PinRefused
from processes.organisation import Body
from processes.queries.orders import headed_bodies, orders_page
from processes.use_cases.appoint import Appoint, appoint
from web.current import my_id, office
from web.entries import beginning_of, optional_day, refused, required_day
from web.errors import told
from web.findings import PageFinding
from web.requests import identity
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("orders", __name__, url_prefix="/orders")
Answer = Response | BaseResponse | str
SUBSTITUTE = "substitute"


@pages.get("")
@signed_in_only
def page() -> Answer:
    """The orders of the body one heads, and the next one."""
    return _page([])


@pages.post("")
@signed_in_only
def signed() -> Answer:
    """Sign an order: its mandate is in force from its first day."""
    body = _body()
    try:
        appoint(office(), _order(body))
    except EntryRefused as error:
        return _page([refused(error)])
    except (NoCertificate, PinRefused, PinLocked) as error:
        return _page([PageFinding(text=told(error).text, href="#pin")])
    flash(_("The order is signed and archived; its mandate holds from the first day it names."), "ok")
    return redirect(url_for("orders.page", body=body.id))


def _order(body: Body) -> Appoint:
    form = request.form
    first, last = required_day("valid_from"), optional_day("valid_to")
    absent = identity(form["acts_for"]) if form.get("acts_for") else None
    role = form.get("role", "")
    if absent is not None:
        held = {each.id: each.role for each in orders_page(office(), my_id(), body.id).substitutable}
        role = held.get(absent, "")
    return Appoint(
        by=my_id(),
        pin=form.get("pin", ""),
        holder_id=identity(form.get("person", "")),
        role=role,
        capacity=SUBSTITUTE if absent else form.get("capacity", ""),
        body_id=body.id,
        valid_from=beginning_of(first, body.time_zone),
        # the last day is a day on which it holds
        valid_to=beginning_of(last + timedelta(days=1), body.time_zone) if last else None,
        acts_for_id=absent,
    )


def _body() -> Body:
    """The body that is asked for, among those one heads; the first one where none is."""
    bodies = {each.id: each for each in headed_bodies(office(), my_id())}
    wanted = request.values.get("body", "")
    chosen: UUID = identity(wanted) if wanted else next(iter(bodies))
    return bodies.get(chosen) or next(iter(bodies.values()))


def _page(findings: Sequence[PageFinding]) -> Answer:
    shown = render_template(
        "orders.html",
        page=orders_page(office(), my_id(), _body().id),
        bodies=headed_bodies(office(), my_id()),
        findings=findings,
        entered=request.form,
    )
    return make_response(shown, 422 if findings else 200)
