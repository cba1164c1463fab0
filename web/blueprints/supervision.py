"""The supervisor's pages: overdue steps, deadlines kept, workload, execution discipline; open steps to be given on."""

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.queries.open_work import Standing, giving, open_work
from processes.queries.supervision import supervision
from processes.use_cases.plan_work import PrioritiseItem, Priority, prioritise_items
from processes.use_cases.work_items import AssignItem, Many, assign_items
from web.current import my_id, office
from web.findings import PageFinding
from web.requests import choice, identity, line, number, selection
from web.selections import tell_of_many
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("supervision", __name__, url_prefix="/supervision")
Answer = Response | BaseResponse | str


@pages.get("")
@signed_in_only
def page() -> str:
    """Everything a supervisor watches."""
    return render_template("supervision.html", page=supervision(office(), my_id()))


@pages.get("/work")
@signed_in_only
def work() -> str:
    """Open steps that this person may give on."""
    standing = choice(Standing, request.args.get("standing"), Standing.ALL)
    return render_template(
        "open_work.html",
        work=open_work(office(), my_id(), standing, number(request.args.get("page"))),
        standings=_standings(),
        page_url=lambda n: url_for("supervision.work", standing=standing.value, page=n),
    )


@pages.post("/work")
@signed_in_only
def choose() -> Answer:
    """The selected steps, and whom they may be given to."""
    items = selection()
    if not items:
        flash(_("Tick the steps first."), "warn")
        return redirect(url_for("supervision.work"))
    return _give_page(items, [])


@pages.post("/give")
@signed_in_only
def give() -> Answer:
    """Give the selected steps on, or set their priority, with a ground."""
    items, ground, to = selection(), line("ground"), request.form.get("to", "")
    assigning = request.form.get("_action") != "priority"
    findings = [] if ground else [PageFinding(text=_("Say why the step is given to somebody else."), href="#ground")]
    if assigning and not to:
        findings.append(PageFinding(text=_("Choose a person."), href="#to"))
    if findings:
        return _give_page(items, findings)
    tell_of_many(_assign(items, identity(to), ground) if assigning else _prioritise(items, ground))
    return redirect(url_for("supervision.work"))


def _assign(items: list[tuple[UUID, int]], to: UUID, ground: str) -> Many:
    by = my_id()
    requests = [AssignItem(item_id=ident, version=seen, to=to, by=by, ground=ground) for ident, seen in items]
    return assign_items(office(), requests)


def _prioritise(items: list[tuple[UUID, int]], ground: str) -> Many:
    by, word = my_id(), request.form.get("priority", "").upper()
    priority = Priority.__members__.get(word, Priority.NORMAL)
    requests = [
        PrioritiseItem(item_id=ident, version=seen, priority=priority, by=by, ground=ground) for ident, seen in items
    ]
    return prioritise_items(office(), requests)


def _give_page(items: list[tuple[UUID, int]], findings: list[PageFinding]) -> Answer:
    shown = render_template(
        "give.html",
        page=giving(office(), [ident for ident, _seen in items], my_id()),
        findings=findings,
        to=request.form.get("to", ""),
        ground=line("ground"),
        priorities=_priorities(),
    )
    return make_response(shown, 422 if findings else 200)


def _standings() -> list[tuple[str, str]]:
    return [
        (Standing.ALL, _("All open")),
        (Standing.LATE, _("Overdue")),
        (Standing.NOBODYS, _("Nobody has claimed them")),
        (Standing.ORPHANED, _("Have to be given on")),
    ]


def _priorities() -> list[tuple[str, str]]:
    return [("urgent", _("urgent")), ("high", _("high")), ("normal", _("normal")), ("low", _("low"))]
