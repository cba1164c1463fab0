"""Operating one case: suspend, resume, cancel, a message, another step; each with a ground in its history."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import GroundTooShort
from processes.queries.moving import MovePage, awaited_messages, move_page
from processes.queries.operating import operate_page
from processes.use_cases.cancel_case import CancelCase, cancel_case
from processes.use_cases.move_token import MoveToken, move_token
from processes.use_cases.resume_case import ResumeCase, resume_case
from processes.use_cases.send_message import SendMessage, send_message
from processes.use_cases.suspend_case import SuspendCase, suspend_case
from web.current import my_id, office
from web.errors import told
from web.findings import PageFinding
from web.payload import PayloadInvalid, payload
from web.requests import identity, number, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("operations", __name__, url_prefix="/operations")
Answer = Response | BaseResponse | str


def _suspend(case_id: UUID, ground: str) -> str:
    suspend_case(office(), SuspendCase(case_id=case_id, by=my_id(), ground=ground))
    return _("The case is suspended. Its deadlines and timers stand still.")


def _resume(case_id: UUID, ground: str) -> str:
    resume_case(office(), ResumeCase(case_id=case_id, by=my_id(), ground=ground))
    return _("The case goes on. Its deadlines have left what they had.")


def _cancel(case_id: UUID, ground: str) -> str:
    cancel_case(office(), CancelCase(case_id=case_id, by=my_id(), ground=ground))
    return _("The case is cancelled.")


ACTS: dict[str, Callable[[UUID, str], str]] = {"suspend": _suspend, "resume": _resume, "cancel": _cancel}


@pages.get("/cases/<uuid:case_id>/<act>")
@signed_in_only
def operate(case_id: UUID, act: str) -> Answer:
    """What the act would mean, and the ground that is asked for."""
    if act not in ACTS:
        abort(404)
    return render_template(
        "operate.html", page=operate_page(office(), case_id, my_id()), act=act, ground="", findings=[]
    )


@pages.post("/cases/<uuid:case_id>/<act>")
@signed_in_only
def operated(case_id: UUID, act: str) -> Answer:
    """Do it."""
    if act not in ACTS:
        abort(404)
    ground = text("ground")
    try:
        message = ACTS[act](case_id, ground)
    except GroundTooShort as error:
        page = operate_page(office(), case_id, my_id())
        findings = [PageFinding(text=told(error).text, href="#ground")]
        shown = render_template("operate.html", page=page, act=act, ground=ground, findings=findings)
        return make_response(shown, 422)
    flash(message, "ok")
    return redirect(url_for("cases.one", case_id=case_id))


@pages.get("/cases/<uuid:case_id>/message")
@signed_in_only
def message(case_id: UUID) -> Answer:
    """Which messages the case waits for."""
    return _message(case_id, [])


@pages.post("/cases/<uuid:case_id>/message")
@signed_in_only
def message_sent(case_id: UUID) -> Answer:
    """Hand it in."""
    try:
        send_message(
            office(),
            SendMessage(
                case_id=case_id,
                message=text("message", 200),
                payload=payload("payload"),
                by=my_id(),
                ground=text("ground"),
            ),
        )
    except PayloadInvalid as error:
        return _message(case_id, [PageFinding(text=error.told, href="#payload")])
    except GroundTooShort as error:
        return _message(case_id, [PageFinding(text=told(error).text, href="#ground")])
    flash(_("The message has been handed in."), "ok")
    return redirect(url_for("cases.one", case_id=case_id))


@pages.get("/cases/<uuid:case_id>/move")
@signed_in_only
def move(case_id: UUID) -> Answer:
    """Where the case stands; with a token and a target, what a move would mean."""
    chosen, target = request.args.get("token", ""), request.args.get("to", "")
    token_id = identity(chosen) if chosen and target else None
    return _move(case_id, move_page(office(), case_id, my_id(), token_id, target), [])


@pages.post("/cases/<uuid:case_id>/move")
@signed_in_only
def moved(case_id: UUID) -> Answer:
    """Move it, if the case still is as the preview showed it."""
    token_id, target = identity(request.form.get("token", "")), text("to", 200)
    try:
        move_token(
            office(),
            MoveToken(
                case_id=case_id,
                token_id=token_id,
                target=target,
                revision=number(request.form.get("revision"), 0),
                by=my_id(),
                ground=text("ground"),
            ),
        )
    except GroundTooShort as error:
        page = move_page(office(), case_id, my_id(), token_id, target)
        return _move(case_id, page, [PageFinding(text=told(error).text, href="#ground")])
    flash(_("The case goes on from the chosen step."), "ok")
    return redirect(url_for("cases.one", case_id=case_id))


def _message(case_id: UUID, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "operate_message.html",
        page=operate_page(office(), case_id, my_id()),
        awaited=awaited_messages(office(), case_id, my_id()),
        entered=request.form,
        findings=findings,
    )
    return make_response(shown, 422 if findings else 200)


def _move(case_id: UUID, page: MovePage, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "operate_move.html",
        page=operate_page(office(), case_id, my_id()),
        move=page,
        entered=request.form,
        findings=findings,
    )
    return make_response(shown, 422 if findings else 200)
