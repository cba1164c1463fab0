"""The archive searched by somebody: what they may find, how it may be narrowed, the searches they keep."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from archive.documents import ArchivedDocument
from archive.highlights import Fragment
from archive.search import FACETS, FacetValue, SearchPage, SearchQuery, SearchSort
from processes.access import visibility
from processes.office import Office
from processes.organisation import bodies
from processes.queries.paging import Paging
from processes.queries.saved import SavedFilter, saved_filters
from processes.tables import SavedIn, UnitRow
from processes.unit_of_work import UnitOfWork

__all__ = ["FACETS", "ArchiveFilter", "ArchiveList", "SearchSort", "archive_list", "found_documents"]

Titles = Mapping[str, str]
PAGE = 20
MOST_AT_ONCE = 500
"""documents that one decision may concern"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFilter:
    """What somebody asked to see."""

    text: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    """by the names in FACETS: the value each is narrowed to"""
    number: str = ""
    dated_from: str = ""
    dated_to: str = ""
    """days as 2026-03-19; anything else is not asked for"""
    as_of: int = 0
    """the newest document the list began with; 0: begin now"""
    sort: SearchSort = SearchSort.NEWEST
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLine:
    """A document in the list."""

    id: UUID
    number: str
    title: Sequence[Fragment]
    excerpt: Sequence[Fragment]
    type: str
    language: str
    owner: Titles
    dated_on: date
    signers: Sequence[str]
    verdict: str | None
    status: str
    access_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetLine:
    """One value of a facet."""

    value: str
    title: Titles | None
    """None: the page words the code itself"""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveList:
    """A page of what was found."""

    filter: ArchiveFilter
    lines: Sequence[ArchiveLine]
    paging: Paging
    exact: bool
    loosened: bool
    """nothing has the words as typed: these have words written nearly so"""
    as_of: int
    facets: Mapping[str, Sequence[FacetLine]]
    saved: Sequence[SavedFilter]


def archive_list(office: Office, by: UUID, wanted: ArchiveFilter) -> ArchiveList:
    """What this person may find."""
    with office.reading() as uow:
        paging = Paging(page=max(1, wanted.page), total=0, size=PAGE)
        found = uow.archive.search(_query(wanted, paging), visibility(uow, by))
        titles = _titles(uow)
        return ArchiveList(
            filter=wanted,
            lines=[_line(each, found, titles["owner"]) for each in found.documents],
            paging=Paging(page=paging.page, total=found.total, size=PAGE),
            exact=found.total_is_exact,
            loosened=found.loosened,
            as_of=wanted.as_of or max((each.seq for each in found.documents), default=0),
            facets={name: _lines(values, titles.get(name, {})) for name, values in found.facets.items()},
            saved=saved_filters(uow, by, SavedIn.ARCHIVE),
        )


def found_documents(uow: UnitOfWork, wanted: ArchiveFilter, by: UUID) -> list[ArchivedDocument]:
    """Everything a search finds, for one decision on all of it; more than MOST_AT_ONCE are too many to be given."""
    query = _query(wanted, Paging(page=1, total=0, size=MOST_AT_ONCE + 1))
    return list(uow.archive.search(query, visibility(uow, by)).documents)


def _titles(uow: UnitOfWork) -> Mapping[str, Mapping[str, Titles]]:
    """Facet → value → what it is called, where that is not told by the value itself."""
    units = uow.session.execute(sa.select(UnitRow.id, UnitRow.title))
    return {
        "owner": {str(each.id): each.title for each in bodies(uow.session)},
        "unit": {str(unit_id): title for unit_id, title in units},
        "fonds": {str(each.id): each.title for each in uow.archive.fonds()},
        "retention_class": {each.code: each.title for each in uow.archive.retention_classes()},
    }


def _lines(values: Sequence[FacetValue], titles: Mapping[str, Titles]) -> list[FacetLine]:
    return [
        FacetLine(value=value.value, title=titles.get(value.value), count=value.count)
        for value in values
        if value.value is not None
    ]


def _query(wanted: ArchiveFilter, paging: Paging) -> SearchQuery:
    chosen = {name: value for name, value in wanted.facets.items() if value}
    return SearchQuery(
        text=wanted.text,
        number=wanted.number.strip() or None,
        dated_from=_day(wanted.dated_from),
        dated_to=_day(wanted.dated_to),
        type=chosen.get("type"),
        owner=chosen.get("owner"),
        unit=chosen.get("unit"),
        signer=chosen.get("signer"),
        status=chosen.get("status"),
        language=chosen.get("language"),
        verdict=chosen.get("verdict"),
        level=chosen.get("level"),
        access_level=chosen.get("access_level"),
        retention_class=chosen.get("retention_class"),
        year=_year(chosen.get("year", "")),
        fonds_id=_fonds(chosen.get("fonds", "")),
        as_of=wanted.as_of or None,
        sort=wanted.sort,
        limit=paging.size,
        offset=paging.offset,
    )


_YEAR = re.compile("[0-9]{4}")
_NO_FONDS = UUID(int=0)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _year(text: str) -> int | None:
    """The year asked for; of what is no year no document is."""
    return (int(text) if _YEAR.fullmatch(text) else 0) if text else None


def _fonds(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return _NO_FONDS


def _line(document: ArchivedDocument, found: SearchPage, owners: Mapping[str, Titles]) -> ArchiveLine:
    highlight = found.highlights.get(document.id)
    return ArchiveLine(
        id=document.id,
        number=document.number,
        title=highlight.title if highlight else (Fragment(text=document.title),),
        excerpt=highlight.excerpt if highlight else (),
        type=document.type,
        language=document.language,
        owner=owners.get(document.owner, {"en": document.owner}),
        dated_on=document.dated_on,
        signers=[str(signer.get("name", "")) for signer in document.signers],
        verdict=document.verdict,
        status=str(document.status),
        access_level=document.access_level,
    )
