"""The administrator's page of working calendars: a year's special days, the sheets that changed them, a new sheet."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused, NoCertificate, PinLocked, PinRefused
from processes.queries.calendars import calendar_page
from processes.use_cases.change_calendar import MOST_DAYS, ChangeCalendar, change_calendar
from processes.vocabulary import CALENDARS
from web.current import me, my_id, now, office
from web.entries import optional_day, refused, required_day
from web.errors import told
from web.findings import PageFinding
from web.requests import line
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("calendars", __name__, url_prefix="/admin/calendars")
Answer = Response | BaseResponse | str
KINDS = {"off": False, "working": True, "usual": None}


@pages.get("")
@signed_in_only
def page() -> Answer:
    """A year of a calendar."""
    return _page([])


@pages.post("")
@signed_in_only
def changed() -> Answer:
    """Sign a sheet that changes some days."""
    code = request.form.get("calendar", "")
    try:
        version = change_calendar(
            office(),
            ChangeCalendar(
                by=my_id(),
                pin=request.form.get("pin", ""),
                calendar=code,
                days=_days(),
                act=line("act"),
                ground=line("ground"),
            ),
        )
    except EntryRefused as error:
        return _page([refused(error)])
    except (NoCertificate, PinRefused, PinLocked) as error:
        return _page([PageFinding(text=told(error).text, href="#pin")])
    flash(
        _("The sheet is signed: the calendar has version %(n)d. Open terms are being counted again.", n=version), "ok"
    )
    return redirect(url_for("calendars.page", calendar=code, year=required_day("first").year))


def _days() -> dict[date, bool | None]:
    first = required_day("first")
    last = optional_day("last") or first
    working = KINDS.get(request.form.get("kind", ""), False)
    span = (last - first).days + 1
    return {first + timedelta(days=n): working for n in range(span if span <= MOST_DAYS else 0)}


def _page(findings: Sequence[PageFinding]) -> Answer:
    wanted = request.values.get("calendar") or me().calendar
    year = request.values.get("year", "")
    shown = render_template(
        "admin_calendars.html",
        page=calendar_page(office(), my_id(), wanted, int(year) if year.isdecimal() else now().year),
        calendars=CALENDARS,
        findings=findings,
        entered=request.form,
        kinds=[("off", _("day off")), ("working", _("working day")), ("usual", _("as the calendar itself has it"))],
    )
    return make_response(shown, 422 if findings else 200)
