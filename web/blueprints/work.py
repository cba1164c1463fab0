"""What somebody arranges for a step they hold: ask a colleague, give it back, be reminded; and how pressing it is."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from processes.queries.assigning import colleagues
from processes.use_cases.plan_work import FollowUpItem, follow_up_item
from processes.use_cases.work_items import DelegateItem, HandBackItem, delegate_item, hand_back_item
from web.current import my_id, office
from web.findings import PageFinding
from web.requests import identity, line, version
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("work", __name__, url_prefix="/tasks")
Answer = Response | BaseResponse | str


@pages.get("/<uuid:item_id>/delegate")
@signed_in_only
def delegate(item_id: UUID) -> Answer:
    """Whom the holder may ask."""
    return render_template("delegate.html", page=colleagues(office(), item_id, my_id()), findings=[])


@pages.post("/<uuid:item_id>/delegate")
@signed_in_only
def delegated(item_id: UUID) -> Answer:
    """Ask a colleague, with a ground."""
    ground, to = line("ground"), request.form.get("to", "")
    findings = [] if ground else [PageFinding(text=_("Say why you ask a colleague."), href="#ground")]
    if not to:
        findings.append(PageFinding(text=_("Choose a person."), href="#to"))
    if findings:
        page = colleagues(office(), item_id, my_id())
        return make_response(render_template("delegate.html", page=page, findings=findings), 422)
    request_ = DelegateItem(item_id=item_id, version=version(), to=identity(to), by=my_id(), ground=ground)
    delegate_item(office(), request_)
    flash(_("Your colleague has the step. You find it under what you set aside or delegated."), "ok")
    return redirect(url_for("inbox.page"))


@pages.post("/<uuid:item_id>/hand-back")
@signed_in_only
def hand_back(item_id: UUID) -> Answer:
    """Give a delegated step back."""
    hand_back_item(office(), HandBackItem(item_id=item_id, version=version(), by=my_id(), ground=line("ground")))
    flash(_("The step is back with whom it was given to first."), "ok")
    return redirect(url_for("inbox.page"))


@pages.post("/<uuid:item_id>/follow-up")
@signed_in_only
def follow_up(item_id: UUID) -> Answer:
    """Be reminded on a day, or no more."""
    on = None if request.form.get("never") else _day(request.form.get("on", ""))
    wanted = FollowUpItem(item_id=item_id, version=version(), on=on, hides=bool(request.form.get("hides")), by=my_id())
    follow_up_item(office(), wanted)
    flash(_("You will be reminded.") if on else _("There is no reminder any more."), "ok")
    return redirect(url_for("inbox.page"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest from error
