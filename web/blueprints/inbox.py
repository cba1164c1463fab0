"""The inbox."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processes.queries.inbox import inbox
from processes.queries.inbox_filter import DueFilter, InboxFilter, Sort, Tab
from processes.use_cases.saved_filters import KEPT, SavedIn, SaveFilter, forget_filter, save_filter
from processes.use_cases.work_items import ClaimItem, ReleaseItem, claim_items, release_items
from web.current import my_id, office
from web.requests import choice, line, number, selection
from web.selections import tell_of_many
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
        sort=choice(Sort, request.args.get("sort"), Sort.DUE),
        page=number(request.args.get("page")),
    )
    return render_template(
        "inbox.html",
        inbox=inbox(office(), my_id(), wanted),
        tabs=_tabs(),
        dues=_dues(),
        sorts=_sorts(),
        wanted={key: value for key, value in request.args.items() if key in KEPT[SavedIn.INBOX] and value},
        page_url=lambda n: url_for("inbox.page", **{**request.args, "page": n}),
    )


@pages.post("/selected")
@signed_in_only
def selected() -> Response:
    """Claim or release every step that is ticked."""
    action, by = request.form.get("_action", "claim"), my_id()
    items = selection()
    if not items:
        flash(_("Tick the steps first."), "warn")
    elif action == "release":
        tell_of_many(
            release_items(office(), [ReleaseItem(item_id=ident, version=seen, by=by) for ident, seen in items])
        )
    else:
        tell_of_many(claim_items(office(), [ClaimItem(item_id=ident, version=seen, by=by) for ident, seen in items]))
    return redirect(url_for("inbox.page", **_kept()))


@pages.post("/views")
@signed_in_only
def save_view() -> Response:
    """Keep what the page shows under a name."""
    wanted = _kept()
    save_filter(office(), SaveFilter(by=my_id(), place=SavedIn.INBOX, name=line("name", 60), wanted=wanted))
    flash(_("The view is saved."), "ok")
    return redirect(url_for("inbox.page", **wanted))


@pages.post("/views/<uuid:view_id>/forget")
@signed_in_only
def forget_view(view_id: UUID) -> Response:
    """Forget a view."""
    forget_filter(office(), view_id, my_id())
    return redirect(url_for("inbox.page"))


def _kept() -> dict[str, Any]:
    """The filters of the page a form was on."""
    return {key: request.form[key][:MAX_TEXT] for key in KEPT[SavedIn.INBOX] if request.form.get(key)}


def _sorts() -> list[tuple[str, str]]:
    return [
        (Sort.DUE, _("By due date")),
        (Sort.PRIORITY, _("By priority")),
        (Sort.NEWEST, _("Newest first")),
    ]


def _tabs() -> list[tuple[str, str]]:
    return [
        (Tab.MINE, _("My work")),
        (Tab.GROUP, _("My group's work")),
        (Tab.SUBSTITUTE, _("As substitute")),
        (Tab.ASIDE, _("Set aside or delegated")),
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
