"""Messages that could not be delivered: try again, give to a case, drop."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import GroundTooShort
from processes.queries.messages import undelivered, undelivered_message_page
from processes.use_cases.drop_message import DropMessage, drop_message
from processes.use_cases.give_message import GiveMessage, give_message
from processes.use_cases.retry_message import RetryMessage, retry_message
from web.current import my_id, office
from web.errors import told
from web.findings import PageFinding
from web.requests import identity, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("undelivered", __name__, url_prefix="/operations/messages")
Answer = Response | BaseResponse | str


@pages.get("")
@signed_in_only
def message_list() -> Answer:
    """What nobody has got."""
    return render_template("operations_messages.html", messages=undelivered(office(), my_id()))


@pages.get("/<uuid:event_id>")
@signed_in_only
def one_message(event_id: UUID) -> Answer:
    """One of them, and the cases that wait for such a message."""
    return _message(event_id, [])


@pages.post("/<uuid:event_id>")
@signed_in_only
def see_to_it(event_id: UUID) -> Answer:
    """Try again, give it to the chosen case, or drop it."""
    action, case, ground = request.form.get("_action"), request.form.get("case"), text("ground")
    if action == "give" and not case:
        return _message(event_id, [PageFinding(text=_("Choose the case that is to get it."), href="#case")])
    try:
        if action == "give":
            command = GiveMessage(event_id=event_id, case_id=identity(case or ""), by=my_id(), ground=ground)
            give_message(office(), command)
            flash(_("The case has got the message."), "ok")
        elif action == "retry":
            retry_message(office(), RetryMessage(event_id=event_id, by=my_id(), ground=ground))
            flash(_("Its receiver is being looked for again."), "ok")
        else:
            drop_message(office(), DropMessage(event_id=event_id, by=my_id(), ground=ground))
            flash(_("The message is dropped."), "ok")
    except GroundTooShort as error:
        return _message(event_id, [PageFinding(text=told(error).text, href="#ground")])
    return redirect(url_for("undelivered.message_list"))


def _message(event_id: UUID, findings: list[PageFinding]) -> Response:
    found = undelivered_message_page(office(), event_id, my_id())
    if found is None:
        abort(404)
    message, cases = found
    shown = render_template(
        "operations_message.html", message=message, cases=cases, entered=request.form, findings=findings
    )
    return make_response(shown, 422 if findings else 200)
