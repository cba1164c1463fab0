"""Retention schedules: what is in force, another wording proposed, and a second person's word on it."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused, GroundTooShort
from processes.queries.schedules import schedule_page, schedules_page
from processes.use_cases.keep_schedules import (
    OUTCOMES,
    RULES,
    DecideSchedule,
    ProposeSchedule,
    decide_schedule,
    propose_schedule,
)
from web.current import my_id, office
from web.entries import refused
from web.errors import told
from web.findings import PageFinding
from web.i18n import LANGUAGES
from web.requests import identity, line
from web.session import signed_in_only
from web.texts import gettext as _
from web.texts import ngettext

pages = Blueprint("schedules", __name__, url_prefix="/archive/schedules")
Answer = Response | BaseResponse | str


@pages.get("")
@signed_in_only
def page() -> Answer:
    """All schedules, and what waits for a second person."""
    return _all([])


@pages.post("")
@signed_in_only
def proposed() -> Answer:
    """A new schedule is proposed."""
    try:
        made = propose_schedule(office(), _proposal(line("code")))
    except (EntryRefused, GroundTooShort) as error:
        return _all([_finding(error, "reason")])
    flash(_("Proposed. It comes into force when a second person agrees."), "ok")
    return redirect(url_for("schedules.one", code=made.code))


@pages.get("/<code>")
@signed_in_only
def one(code: str) -> Answer:
    """One schedule with its versions."""
    return _one(code, [])


@pages.post("/<code>")
@signed_in_only
def changed(code: str) -> Answer:
    """Another wording is proposed, or a proposal decided of."""
    deciding = request.form.get("_action") in {"agree", "refuse"}
    try:
        done = _decide() if deciding else _propose(code)
    except (EntryRefused, GroundTooShort) as error:
        return _one(code, [_finding(error, "note" if deciding else "reason")])
    flash(done, "ok")
    return redirect(url_for("schedules.one", code=code))


def _propose(code: str) -> str:
    propose_schedule(office(), _proposal(code))
    return _("Proposed. It comes into force when a second person agrees.")


def _decide() -> str:
    agreed = request.form.get("_action") == "agree"
    count = decide_schedule(
        office(),
        DecideSchedule(by=my_id(), version_id=identity(line("version")), agreed=agreed, note=line("note")),
    )
    if not agreed:
        return _("Refused: the schedule stays as it is.")
    return ngettext(
        "In force. The period of %(num)d document is computed anew.",
        "In force. The periods of %(num)d documents are computed anew.",
        count,
    )


def _proposal(code: str) -> ProposeSchedule:
    return ProposeSchedule(
        by=my_id(),
        code=code,
        title={each: line(f"title_{each}") for each in LANGUAGES},
        starts=line("starts"),
        years=_years(),
        action=line("action"),
        article=line("article"),
        reason=line("reason"),
    )


def _years() -> int | None:
    """None: without end. :raises EntryRefused: no number"""
    if request.form.get("permanent"):
        return None
    told_ = line("years")
    if not (told_.isascii() and told_.isdigit() and len(told_) < 4):  # noqa: PLR2004 - MOST_YEARS has three digits
        raise EntryRefused("years", "malformed" if told_ else "missing")
    return int(told_)


def _finding(error: EntryRefused | GroundTooShort, ground: str) -> PageFinding:
    return refused(error) if isinstance(error, EntryRefused) else PageFinding(text=told(error).text, href=f"#{ground}")


def _all(findings: list[PageFinding]) -> Response:
    shown = render_template("schedules.html", page=schedules_page(office(), my_id()), findings=findings, **_choices())
    return make_response(shown, 422 if findings else 200)


def _one(code: str, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "schedule.html", page=schedule_page(office(), my_id(), code), findings=findings, **_choices()
    )
    return make_response(shown, 422 if findings else 200)


def _choices() -> dict[str, object]:
    return {"entered": request.form, "codes": tuple(LANGUAGES), "rules": RULES, "outcomes": OUTCOMES}
