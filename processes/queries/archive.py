"""The archive for readers: search with facets, and the record of one document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from archive.documents import ArchivedDocument, Revision
from archive.errors import ArchiveError
from archive.highlights import Fragment
from archive.holds import DisposalHold
from archive.search import SearchPage, SearchQuery, SearchSort
from processes.access import may_read, visibility
from processes.errors import NotFound, NotPermitted
from processes.office import Office
from processes.organisation import bodies, people_named
from processes.queries.levels import LevelNote, level_notes
from processes.queries.paging import Paging
from processes.sealing import verify_code
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork

__all__ = ["ArchiveFilter", "ArchiveList", "ArchiveRecord", "SearchSort", "archive_list", "archive_record"]

Titles = Mapping[str, str]
PAGE = 20
MOST_AT_ONCE = 500
"""documents that one decision may concern"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFilter:
    """What somebody asked to see."""

    text: str = ""
    type: str = ""
    owner: str = ""
    year: str = ""
    verdict: str = ""
    level: str = ""
    access_level: str = ""
    retention_class: str = ""
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
    facets: Mapping[str, Sequence[FacetLine]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyLine:
    """One event of the chain of custody."""

    seq: int
    at: datetime
    event: str
    actor: str
    details: Mapping[str, object]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRecord:
    """A document with everything the archive knows of it."""

    document: ArchivedDocument
    owner: Titles
    time_zone: str
    case: tuple[UUID, str] | None
    file: tuple[str, str] | None
    """code and title of the file it stands in"""
    retention: Titles | None
    revisions: Sequence[Revision]
    custody: Sequence[CustodyLine]
    holds: Sequence[DisposalHold]
    verify_code: str
    level: LevelNote


def archive_list(office: Office, by: UUID, wanted: ArchiveFilter) -> ArchiveList:
    """What this person may find."""
    with office.reading() as uow:
        paging = Paging(page=max(1, wanted.page), total=0, size=PAGE)
        found = uow.archive.search(_query(wanted, paging), visibility(uow, by))
        owners = {str(each.id): each.title for each in bodies(uow.session)}
        retention = {each.code: each.title for each in uow.archive.retention_classes()}
        return ArchiveList(
            filter=wanted,
            lines=[_line(each, found, owners) for each in found.documents],
            paging=Paging(page=paging.page, total=found.total, size=PAGE),
            exact=found.total_is_exact,
            facets={
                name: [
                    FacetLine(
                        value=value.value,
                        title=owners.get(value.value) if name == "owner" else retention.get(value.value),
                        count=value.count,
                    )
                    for value in values
                    if value.value is not None
                ]
                for name, values in found.facets.items()
            },
        )


def found_documents(uow: UnitOfWork, wanted: ArchiveFilter, by: UUID) -> list[ArchivedDocument]:
    """Everything a search finds, for one decision on all of it; more than MOST_AT_ONCE are too many to be given."""
    query = _query(wanted, Paging(page=1, total=0, size=MOST_AT_ONCE + 1))
    return list(uow.archive.search(query, visibility(uow, by)).documents)


def _query(wanted: ArchiveFilter, paging: Paging) -> SearchQuery:
    return SearchQuery(
        text=wanted.text,
        type=wanted.type or None,
        owner=wanted.owner or None,
        year=int(wanted.year) if wanted.year.isascii() and wanted.year.isdigit() else None,
        verdict=wanted.verdict or None,
        level=wanted.level or None,
        access_level=wanted.access_level or None,
        retention_class=wanted.retention_class or None,
        sort=wanted.sort,
        limit=paging.size,
        offset=paging.offset,
    )


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


def archive_record(office: Office, document_id: UUID, by: UUID) -> ArchiveRecord:
    """The record of a document; looking at the bytes is what leaves a trace, reading the record does not.

    :raises NotFound: there is none
    :raises NotPermitted: its access level, body or case are not this person's
    """
    with office.reading() as uow:
        try:
            document = uow.archive.document(document_id)
        except ArchiveError as error:
            raise NotFound("no such document") from error
        if not may_read(uow, by, document):
            raise NotPermitted(rule="access")
        return _record(office, uow, document)


def _record(office: Office, uow: UnitOfWork, document: ArchivedDocument) -> ArchiveRecord:
    owner = next((each for each in bodies(uow.session) if str(each.id) == document.owner), None)
    case = uow.session.get(CaseRow, document.case_id) if document.case_id else None
    file = uow.archive.file(document.file_id) if document.file_id else None
    classes = {each.code: each.title for each in uow.archive.retention_classes()}
    return ArchiveRecord(
        document=document,
        owner=owner.title if owner else {"en": document.owner},
        time_zone=owner.time_zone if owner else "UTC",
        case=(case.id, case.number) if case else None,
        file=(file.code, file.title) if file else None,
        retention=classes.get(document.retention_class or ""),
        revisions=uow.archive.revisions(document.id),
        custody=_custody(uow, document.id),
        holds=uow.archive.holds(document.id),
        verify_code=verify_code(document.id),
        level=level_notes(office, uow, {document.id: document.level})[document.id],
    )


def _custody(uow: UnitOfWork, document_id: UUID) -> list[CustodyLine]:
    events = uow.archive.custody(document_id)
    names = people_named(uow.session, {known for event in events if (known := _identity(event.actor))})
    return [
        CustodyLine(
            seq=event.seq,
            at=event.at,
            event=event.event,
            actor=names.get(_identity(event.actor) or UUID(int=0), event.actor),
            details=dict(event.details or {}),
            sha256=event.sha256,
        )
        for event in events
    ]


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
