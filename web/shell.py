"""The frame of every page: who is here, where they may go, and what the templates can call on."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_login import current_user

from processes.queries.inbox import open_count
from processes.queries.people import SignedIn
from web.current import office
from web.i18n import zone
from web.texts import gettext as _

EVERYBODY_AT_WORK = frozenset(
    {
        "responsible_person",
        "operator",
        "clerk",
        "head",
        "executor",
        "archivist",
        "receiver",
        "supervisor",
        "designer",
        "administrator",
    }
)

ROOMS = {
    **dict.fromkeys(("arrangement", "exports", "imports", "keeping", "nomenclature", "proof"), "archive"),
    **dict.fromkeys(("redacting", "retention", "schedules"), "archive"),
    **dict.fromkeys(("calendars", "staff", "trust"), "admin"),
    **dict.fromkeys(("mending", "operations", "undelivered"), "many_cases"),
}
"""blueprints that have no door of their own at work, and the door that leads to them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A link in the page's head."""

    label: str
    url: str
    current: bool
    count: int | None = None


def _doors_at_work() -> list[tuple[str, str, str, frozenset[str]]]:
    return [
        ("inbox", "inbox.page", _("Inbox"), EVERYBODY_AT_WORK),
        ("cases", "cases.page", _("Cases"), EVERYBODY_AT_WORK),
        ("registry", "registry.page", _("Registry"), EVERYBODY_AT_WORK),
        ("archive", "archive.page", _("Archive"), EVERYBODY_AT_WORK),
        ("orders", "orders.page", _("Orders"), frozenset({"head"})),
        ("supervision", "supervision.page", _("Supervision"), frozenset({"supervisor"})),
        ("many_cases", "many_cases.page", _("Operations"), frozenset({"supervisor", "administrator"})),
        ("admin", "staff.page", _("Administration"), frozenset({"administrator"})),
    ]


def _doors_for_citizens() -> list[tuple[str, str, str]]:
    return [
        ("appeals", "appeals.form", _("Submit an appeal")),
        ("tracking", "tracking.page", _("Track an appeal")),
        ("registry", "registry.page", _("Services")),
        ("verify", "verify.page", _("Verify a document")),
        ("keeping", "keeping.published", _("Published documents")),
    ]


def doors() -> list[Door]:
    """The links of this page's head. Hiding one is a courtesy: every query behind it asks for the mandate itself."""
    here = request.blueprint
    if not current_user.is_authenticated:
        return [Door(label=label, url=url_for(to), current=here == name) for name, to, label in _doors_for_citizens()]
    person: SignedIn = current_user.person
    here = ROOMS.get(here or "", here)
    return [
        Door(
            label=label,
            url=url_for(to),
            current=here == name,
            count=open_count(office(), person.id) if name == "inbox" else None,
        )
        for name, to, label, roles in _doors_at_work()
        if person.may(*roles)
    ]


def _frame() -> dict[str, Any]:
    if g.get("crashed"):
        return {"me": None, "zone": "UTC", "doors": [], "office_time": None, "request_id": g.get("request_id", "")}
    person = current_user.person if current_user and current_user.is_authenticated else None
    offset = office().clock.offset.total_seconds()
    return {
        "me": person,
        "zone": zone(),
        "doors": doors(),
        "office_time": office().clock() if offset else None,
        "request_id": g.get("request_id", ""),
    }


def init_app(app: Flask) -> None:
    """The variables of web/templates/base.html."""
    app.context_processor(_frame)
