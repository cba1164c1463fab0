"""The archive: the list with facets, and the record of one document."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from processes.queries.archive import ArchiveFilter, SearchSort, archive_list, archive_record
from web.current import my_id, office
from web.requests import choice, number
from web.session import signed_in_only

pages = Blueprint("archive", __name__, url_prefix="/archive")
MAX_TEXT = 1000
FACETS = ("type", "owner", "year", "verdict", "level", "access_level", "retention_class")


@pages.get("")
@signed_in_only
def page() -> str:
    """What this person may find."""
    wanted = archive_filter(request.args)
    facets = {name: getattr(wanted, name) for name in FACETS}
    return render_template(
        "archive.html",
        found=archive_list(office(), my_id(), wanted),
        chosen={name: value for name, value in facets.items() if value},
        page_url=lambda n: url_for("archive.page", **{**request.args, "page": n}),
        facet_url=_facet_url,
    )


@pages.get("/<uuid:document_id>")
@signed_in_only
def record(document_id: UUID) -> str:
    """One document."""
    return render_template("archive_record.html", record=archive_record(office(), document_id, my_id()))


def archive_filter(asked: Mapping[str, str]) -> ArchiveFilter:
    """What an address or a form asks to find."""
    facets = {name: asked.get(name, "")[:MAX_TEXT] for name in FACETS}
    return ArchiveFilter(
        text=asked.get("text", "")[:MAX_TEXT],
        sort=choice(SearchSort, asked.get("sort"), SearchSort.NEWEST),
        page=number(asked.get("page")),
        **facets,
    )


def _facet_url(name: str, value: str) -> str:
    """The list with a facet chosen; an empty value opens it again."""
    rest = {key: text for key, text in request.args.items() if key not in {name, "page"} and text}
    chosen = rest | ({name: value} if value else {})
    return url_for("archive.page") + ("?" + urlencode(chosen) if chosen else "")
