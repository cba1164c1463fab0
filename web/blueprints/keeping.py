"""What those who keep an archive decide of one document: classification, redacted copies, publication, quarantine."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.attachments import MAX_BYTES, AttachmentRefused
from processes.errors import EntryRefused, PinRefused
from processes.forms import declares_state_secret
from processes.use_cases.classify_document import ClassifyDocument, classify_document, restriction
from processes.use_cases.publish_document import (
    PublishDocument,
    publish_document,
    published_documents,
    read_published,
    withdraw_document,
)
from processes.use_cases.quarantine_document import (
    EndQuarantine,
    QuarantineDocument,
    quarantine_document,
    release_document,
    remove_document,
)
from processes.use_cases.redact_document import RedactDocument, redact_document
from processes.use_cases.view_document import ViewDocument, view_management
from processes.vocabulary import ACCESS_FLAGS, ACCESS_LEVELS
from web.app_limits import limiter
from web.current import my_id, office
from web.documents import served
from web.entries import optional_day, refused
from web.findings import PageFinding
from web.i18n import titled
from web.requests import identity, line, number, text
from web.session import signed_in_only
from web.texts import gettext as _
from web.texts import ngettext

pages = Blueprint("keeping", __name__)
Answer = Response | BaseResponse | str


@pages.get("/archive/<uuid:document_id>/keeping")
@signed_in_only
def page(document_id: UUID) -> Answer:
    """What can be decided of the document, and how it stands."""
    return _page(document_id, [])


@pages.post("/archive/<uuid:document_id>/keeping")
@signed_in_only
def decided(document_id: UUID) -> Answer:
    """What the form says."""
    known: Mapping[str, Callable[[UUID], str]] = {
        "classify": _classify,
        "redact": _redact,
        "publish": _publish,
        "withdraw": _withdraw,
        "quarantine": _quarantine,
        "release": _release,
        "remove": _remove,
    }
    action = request.form.get("_action", "")
    if action not in known:
        return _page(document_id, [])
    try:
        told = known[action](document_id)
    except EntryRefused as error:
        return _page(document_id, [refused(error)])
    except AttachmentRefused as error:
        return _page(document_id, [PageFinding(text=titled(error.messages), href="#file")])
    except PinRefused as error:
        wrong = ngettext(
            "This is not your PIN: %(num)d try left.", "This is not your PIN: %(num)d tries left.", error.left
        )
        return _page(document_id, [PageFinding(text=wrong, href="#pin")])
    flash(told, "ok")
    return redirect(url_for("keeping.page", document_id=document_id))


@pages.get("/published")
@limiter.limit("60 per minute")
def published() -> Answer:
    """What anybody may read."""
    lines, paging = published_documents(office(), number(request.args.get("page")))
    return render_template(
        "published.html", lines=lines, paging=paging, page_url=lambda n: url_for("keeping.published", page=n)
    )


@pages.get("/published/<uuid:document_id>")
@limiter.limit("60 per minute")
def published_one(document_id: UUID) -> Answer:
    """One published document."""
    document, content = read_published(office(), document_id)
    return served(content, f"{document.number}.pdf".replace("/", "-"), document.media_type, download=False)


def _classify(document_id: UUID) -> str:
    flags = {
        flag: restriction(line(f"ground_{flag}"), optional_day(f"until_{flag}"))
        for flag in ACCESS_FLAGS
        if request.form.get(flag)
    }
    classify_document(
        office(),
        ClassifyDocument(
            by=my_id(),
            document_id=document_id,
            ground=line("ground"),
            file_id=_chosen("file_id"),
            retention_class=line("retention_class") or None,
            access_level=line("access_level"),
            access_ground=line("access_ground"),
            access_until=optional_day("access_until"),
            flags=flags,
            unit_id=_chosen("unit"),
        ),
    )
    return _("The classification is kept.")


def _redact(document_id: UUID) -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise EntryRefused("file", "missing")
    made = redact_document(
        office(),
        RedactDocument(
            by=my_id(),
            document_id=document_id,
            name=file.filename,
            content=file.read(MAX_BYTES + 1),
            title=line("copy_title"),
            removed=text("removed", 20_000).splitlines(),
            ground=line("ground"),
            state_secret=declares_state_secret(request.form),
        ),
    )
    told = _("The redacted copy is in the archive as %(number)s.", number=made.number)
    if made.unread_pages:
        told += " " + _("Pages without text, such as scans, could not be checked: look at them yourself.")
    return told


def _publish(document_id: UUID) -> str:
    publish_document(office(), PublishDocument(by=my_id(), document_id=document_id, ground=line("ground")))
    return _("The document is published.")


def _withdraw(document_id: UUID) -> str:
    withdraw_document(office(), PublishDocument(by=my_id(), document_id=document_id, ground=line("ground")))
    return _("The document is withdrawn.")


def _quarantine(document_id: UUID) -> str:
    second = identity(line("second"))
    request_ = QuarantineDocument(by=my_id(), document_id=document_id, second=second, ground=line("ground"))
    quarantine_document(office(), request_)
    return _("The document is locked away: only you and the second person see it.")


def _release(document_id: UUID) -> str:
    release_document(office(), EndQuarantine(by=my_id(), document_id=document_id, ground=line("ground")))
    return _("The document is released.")


def _remove(document_id: UUID) -> str:
    pin = request.form.get("pin", "")
    ended = EndQuarantine(by=my_id(), document_id=document_id, ground=line("ground"), pin=pin)
    return _("The document is removed by act %(number)s.", number=remove_document(office(), ended))


def _chosen(name: str) -> UUID | None:
    return identity(line(name)) if request.form.get(name) else None


def _page(document_id: UUID, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "keeping.html",
        page=view_management(office(), ViewDocument(document_id=document_id, by=my_id())),
        findings=findings,
        entered=request.form,
        levels=ACCESS_LEVELS,
        flags=ACCESS_FLAGS,
    )
    return make_response(shown, 422 if findings else 200)
