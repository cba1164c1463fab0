"""The inbox."""

from flask import Blueprint, render_template, request, url_for

from processes.queries.inbox import DueFilter, InboxFilter, Tab, inbox
from web.current import my_id, office
from web.requests import choice, number
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("inbox", __name__, url_prefix="/inbox")
MAX_TEXT = 200


@pages.get("")
@signed_in_only
def page() -> str:
    """A page of the inbox."""
    wanted = InboxFilter(
        tab=choice(Tab, request.args.get("tab"), Tab.MINE),
        text=request.args.get("text", "")[:MAX_TEXT],
        process=request.args.get("process", ""),
        due=choice(DueFilter, request.args.get("due"), DueFilter.ANY),
        page=number(request.args.get("page")),
    )
    return render_template(
        "inbox.html",
        inbox=inbox(office(), my_id(), wanted),
        tabs=_tabs(),
        dues=_dues(),
        page_url=lambda n: url_for("inbox.page", **{**request.args, "page": n}),
    )


def _tabs() -> list[tuple[str, str]]:
    return [
        (Tab.MINE, _("My work")),
        (Tab.GROUP, _("My group's work")),
        (Tab.SUBSTITUTE, _("As substitute")),
        (Tab.DONE, _("Done")),
    ]


def _dues() -> list[tuple[str, str]]:
    return [
        (DueFilter.ANY, _("Any due date")),
        (DueFilter.LATE, _("Overdue")),
        (DueFilter.TODAY, _("Within a day")),
        (DueFilter.WEEK, _("Within a week")),
        (DueFilter.NONE, _("No due date")),
    ]
