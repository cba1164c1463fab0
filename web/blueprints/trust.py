"""The administrator's pages of trust: anchors, and trusted lists with their services."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused, GroundTooShort, TrustedListUnusable
from processes.use_cases.trust_anchors import (
    LARGEST,
    AddAnchor,
    RemoveAnchor,
    add_anchor,
    list_anchors,
    remove_anchor,
)
from processes.use_cases.trusted_lists import (
    LARGEST_LIST,
    ImportList,
    RefreshList,
    RetireList,
    import_list,
    list_services,
    list_trusted_lists,
    refresh_list,
    retire_list,
)
from web.current import me, my_id, office
from web.entries import beginning_of, optional_day, refused
from web.errors import told
from web.findings import PageFinding
from web.requests import line, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("trust", __name__, url_prefix="/admin/trust")
Answer = Response | BaseResponse | str


@pages.get("")
@signed_in_only
def page() -> Answer:
    """Whom the office trusts."""
    return _page([])


@pages.post("/anchors")
@signed_in_only
def anchor_added() -> Answer:
    """Trust the authority whose certificate was sent."""

    def add() -> str:
        begins, ends = optional_day("from"), optional_day("until")
        zone = me().time_zone
        add_anchor(
            office(),
            AddAnchor(
                by=my_id(),
                certificate=_sent("certificate", LARGEST),
                ground=text("ground"),
                purpose=request.form.get("purpose", ""),
                valid_from=beginning_of(begins, zone) if begins else None,
                valid_until=beginning_of(ends, zone) if ends else None,
            ),
        )
        return _("The authority is trusted from now on, or from the day you named.")

    return _done(add, "#ground")


@pages.post("/anchors/<sha256>/retire")
@signed_in_only
def anchor_retired(sha256: str) -> Answer:
    """Trust an authority no more."""

    def remove() -> str:
        remove_anchor(office(), RemoveAnchor(by=my_id(), sha256=sha256, ground=text("ground")))
        return _("The authority is no longer trusted; what leads to it alone no longer passes.")

    return _done(remove, f"#why-{sha256[:16]}")


@pages.post("/lists")
@signed_in_only
def list_brought() -> Answer:
    """Go by a trusted list that was sent, or that is at an address."""

    def bring() -> str:
        sent = request.files.get("list")
        import_list(
            office(),
            ImportList(
                by=my_id(),
                operators=_sent("operators", LARGEST),
                ground=text("list_ground"),
                content=_sent("list", LARGEST_LIST) if sent and sent.filename else b"",
                url="" if sent and sent.filename else line("url"),
            ),
        )
        return _("The trusted list is in force.")

    return _done(bring, "#list_ground")


@pages.get("/lists/<uuid:list_id>")
@signed_in_only
def one_list(list_id: UUID) -> Answer:
    """A trusted list and its services."""
    told_list, services = list_services(office(), my_id(), list_id)
    return render_template("admin_trusted_list.html", list=told_list, services=services)


@pages.post("/lists/<uuid:list_id>/refresh")
@signed_in_only
def list_refreshed(list_id: UUID) -> Answer:
    """Fetch it again now."""

    def fetch() -> str:
        newer = refresh_list(office(), RefreshList(by=my_id(), name=str(list_id)))
        return _("A newer list is in force now.") if newer else _("The list is the newest one there is.")

    return _done(fetch, f"#l-{list_id}")


@pages.post("/lists/<uuid:list_id>/retire")
@signed_in_only
def list_retired(list_id: UUID) -> Answer:
    """Go by it no more."""

    def retire() -> str:
        retire_list(office(), RetireList(by=my_id(), name=str(list_id), ground=text("ground")))
        return _("The trusted list is no longer in force, nor are its services.")

    return _done(retire, f"#why-{list_id}")


def _sent(name: str, most: int) -> bytes:
    """A file as it was sent, one byte more than it may have at most."""
    file = request.files.get(name)
    return file.stream.read(most + 1) if file else b""


def _done(act: Callable[[], str], ground: str) -> Answer:
    """Do it and say so, or show the page again with what is wrong.

    :param ground: where the ground is asked for
    """
    try:
        message = act()
    except GroundTooShort as error:
        return _page([PageFinding(text=told(error).text, href=ground)])
    except TrustedListUnusable as error:
        return _page([PageFinding(text=f"{_list_words(error.reason)} ({error.detail})", href=f"#{error.field}")])
    except EntryRefused as error:
        return _page([refused(error)])
    flash(message, "ok")
    return redirect(url_for("trust.page"))


def _list_words(rule: str) -> str:
    texts = {
        "size": _("The list is larger than 10 MB."),
        "shape": _("This is no trusted list (ETSI TS 119 612), or it is built to do harm."),
        "kind": _("This kind of list is not read here: bring the list of one territory, version 5 or 6."),
        "operator": _("The operator's certificate is missing, cannot be read or is not in force."),
        "signature": _("The list is not signed by that operator, or was changed since."),
        "expired": _("The list has ended: bring the next one."),
        "future": _("The list claims to be issued in the future."),
        "stale": _("A newer list is in force already: an older one would grant again what was withdrawn."),
        "address": _("The list cannot be fetched."),
    }
    return texts.get(rule, _("The list cannot be taken."))


def _page(findings: Sequence[PageFinding]) -> Answer:
    shown = render_template(
        "admin_trust.html",
        anchors=list_anchors(office(), my_id()),
        lists=list_trusted_lists(office(), my_id()),
        findings=findings,
        entered=request.form,
        purposes=[
            ("any", _("signatures and timestamps")),
            ("signatures", _("signatures only")),
            ("timestamps", _("timestamps only")),
        ],
    )
    return make_response(shown, 422 if findings else 200)
