"""The archive: the list with facets and kept searches, and the record of one document."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processes.queries.archive_list import FACETS, ArchiveFilter, SearchSort, archive_list
from processes.use_cases.saved_filters import KEPT, SavedIn, SaveFilter, forget_filter, save_filter
from processes.use_cases.view_document import ViewDocument, view_record
from web.current import my_id, office
from web.requests import choice, line, number
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("archive", __name__, url_prefix="/archive")
MAX_TEXT = 1000
LONGEST_SEQ = 18
"""digits"""
FIELDS = ("number", "dated_from", "dated_to")
"""narrowed by typing, not by choosing"""


@pages.get("")
@signed_in_only
def page() -> str:
    """What this person may find."""
    wanted = archive_filter(request.args)
    fields = {name: text for name in FIELDS if (text := getattr(wanted, name))}
    found = archive_list(office(), my_id(), wanted)
    return render_template(
        "archive.html",
        found=found,
        chosen={**wanted.facets, **fields},
        wanted=_kept(request.args),
        form_id=uuid4(),
        page_url=lambda n: url_for("archive.page", **{**request.args, "page": n, "as_of": found.as_of}),
        facet_url=_facet_url,
    )


@pages.post("/searches")
@signed_in_only
def save_search() -> Response:
    """Keep what the page looks for under a name."""
    kept = _kept(request.form)
    save_filter(office(), SaveFilter(by=my_id(), place=SavedIn.ARCHIVE, name=line("name", 60), wanted=kept))
    flash(_("The search is kept."), "ok")
    return redirect(url_for("archive.page") + "?" + urlencode(kept))


@pages.post("/searches/<uuid:search_id>/forget")
@signed_in_only
def forget_search(search_id: UUID) -> Response:
    """Forget a search."""
    forget_filter(office(), search_id, my_id())
    return redirect(url_for("archive.page"))


@pages.get("/<uuid:document_id>")
@signed_in_only
def record(document_id: UUID) -> str:
    """One document."""
    record_ = view_record(office(), ViewDocument(document_id=document_id, by=my_id()))
    return render_template("archive_record.html", record=record_)


def archive_filter(asked: Mapping[str, str]) -> ArchiveFilter:
    """What an address or a form asks to find."""
    kept = {name: text[:MAX_TEXT] for name, text in asked.items() if text}
    return ArchiveFilter(
        text=kept.get("text", ""),
        facets={name: kept[name] for name in FACETS if name in kept},
        number=kept.get("number", ""),
        dated_from=kept.get("dated_from", ""),
        dated_to=kept.get("dated_to", ""),
        sort=choice(SearchSort, kept.get("sort"), SearchSort.NEWEST),
        page=number(kept.get("page")),
        as_of=_as_of(kept.get("as_of", "")),
    )


def _kept(asked: Mapping[str, str]) -> dict[str, str]:
    """What of an address or a form a kept search remembers."""
    return {name: text[:MAX_TEXT] for name, text in asked.items() if name in KEPT[SavedIn.ARCHIVE] and text}


def _as_of(text: str) -> int:
    """The document a list began with, as its pages name it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_SEQ else 0


def _facet_url(name: str, value: str) -> str:
    """The list with a facet chosen; an empty value opens it again."""
    rest = {key: text for key, text in request.args.items() if key not in {name, "page", "as_of"} and text}
    chosen = rest | ({name: value} if value else {})
    return url_for("archive.page") + ("?" + urlencode(chosen) if chosen else "")
