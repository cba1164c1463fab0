"""Operating cases: suspend, resume, cancel, each with a ground that stands in the case's history."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import GroundTooShort
from processes.queries.operating import operate_page
from processes.use_cases.cancel_case import CancelCase, cancel_case
from processes.use_cases.resume_case import ResumeCase, resume_case
from processes.use_cases.suspend_case import SuspendCase, suspend_case
from web.current import my_id, office
from web.errors import told
from web.findings import PageFinding
from web.requests import text
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
