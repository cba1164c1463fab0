"""A redacted copy made on the page: words wherever they stand, and areas of pages that are shown beside the form."""

import re
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused
from processes.queries.managing import manage_page
from processes.use_cases.make_redacted_copy import Area, MakeRedactedCopy, make_redacted_copy, picture_of, view_picture
from processes.use_cases.view_document import ViewDocument, view_document, view_management
from web.current import my_id, office
from web.entries import refused
from web.findings import PageFinding
from web.requests import line, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("redacting", __name__, url_prefix="/archive/<uuid:document_id>/redact")
Answer = Response | BaseResponse | str
_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_AREA = re.compile(rf"\s*(\d{{1,4}})[\s:;]+{_NUMBER}[\s;]+{_NUMBER}[\s;]+{_NUMBER}[\s;]+{_NUMBER}\s*")


@pages.get("")
@signed_in_only
def page(document_id: UUID) -> Answer:
    """The form, beside the pages of the document."""
    view_document(office(), ViewDocument(document_id=document_id, by=my_id()))
    return _page(document_id, [])


@pages.post("")
@signed_in_only
def made(document_id: UUID) -> Answer:
    """The copy is made, sealed and kept."""
    try:
        copy = make_redacted_copy(
            office(),
            MakeRedactedCopy(
                by=my_id(),
                document_id=document_id,
                title=line("copy_title"),
                removed=text("removed", 20_000).splitlines(),
                areas=_areas(text("areas", 20_000)),
                ground=line("ground"),
            ),
        )
    except EntryRefused as error:
        return _page(document_id, [refused(error)])
    flash(_("The redacted copy is in the archive as %(number)s.", number=copy.number), "ok")
    return redirect(url_for("archive.record", document_id=copy.document_id))


@pages.get("/<int:number>.png")
@signed_in_only
def picture(document_id: UUID, number: int) -> Answer:
    """A page of the document as it is."""
    answer = make_response(view_picture(office(), my_id(), document_id, number))
    answer.mimetype = "image/png"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _areas(typed: str) -> list[Area]:
    """:raises EntryRefused: a line that says no area"""
    found = []
    for each in filter(str.strip, typed.splitlines()):
        match = _AREA.fullmatch(each)
        if match is None:
            raise EntryRefused("areas", "malformed")
        left, top, width, height = (float(one.replace(",", ".")) for one in match.groups()[1:])
        found.append(Area(page=int(match[1]), left=left, top=top, width=width, height=height))
    return found


def _page(document_id: UUID, findings: list[PageFinding]) -> Response:
    first, count = picture_of(office(), my_id(), document_id, 1)
    shown_again = ViewDocument(document_id=document_id, by=my_id())
    width, height = (int.from_bytes(first[start : start + 4]) for start in (16, 20))
    shown = render_template(
        "redacting.html",
        page=view_management(office(), shown_again) if findings else manage_page(office(), my_id(), document_id),
        pages=count,
        height=round(1000 * height / width),
        findings=findings,
        entered=request.form,
    )
    return make_response(shown, 422 if findings else 200)
