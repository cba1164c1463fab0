"""What an archivist decides of one document from: its place, restrictions, copies, publication, quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from archive.arrangement import ArchiveFile, Series
from archive.errors import NotFound as NothingThere
from archive.publication import Publication, Publications
from archive.quarantine import Quarantine
from archive.retention import RetentionClass
from archive.service import ArchivedDocument
from processes.access import KEEPERS, may_read, office_day
from processes.errors import NotFound, NotPermitted
from processes.office import Office
from processes.organisation import Body, body, people_named
from processes.queries.redactions import copies_of
from processes.queries.staff import UnitLine, units_of
from processes.tables import MandateRow, PersonRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.quarantine_document import keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagePage:
    """One document, as those who keep it see it."""

    document: ArchivedDocument
    body: Body
    files: Sequence[tuple[Series, ArchiveFile]]
    """open files of the body, with their series"""
    classes: Sequence[RetentionClass]
    units: Sequence[UnitLine]
    copies: Sequence[ArchivedDocument]
    original: ArchivedDocument | None
    publication: Publication | None
    public: bool
    """whether anybody can read it now"""
    quarantine: Quarantine | None
    names: Mapping[str, str]
    """of the two, by id"""
    seconds: Sequence[tuple[UUID, str]]
    """who may be the second person"""
    is_second: bool
    classifies: bool
    """whether the reader is the archivist, and not the head"""


def manage_page(office: Office, by: UUID, document_id: UUID) -> ManagePage:
    """One document for an archivist or head of its body; of a locked one, for the two alone.

    :raises NotFound: there is none, or nobody but two may know of it
    :raises NotPermitted: neither archivist nor head of its body, or they may not see it
    """
    with office.reading() as uow:
        try:
            document = uow.archive.document(document_id)
        except NothingThere as error:
            raise NotFound("no such document") from error
        if not may_read(uow, by, document):
            raise NotFound("no such document") if document.quarantined else NotPermitted(rule="access")
        mandate = keeper(uow, by, document)
        found = uow.archive.quarantine.of(document_id)
        two = {UUID(each) for each in (found.placed_by, found.second)} if found else set()
        owner, publications = body(uow.session, UUID(document.owner)), Publications(uow.session)
        return ManagePage(
            document=document,
            body=owner,
            files=_open_files(uow, document.owner),
            classes=uow.archive.retention_classes(),
            units=units_of(uow, owner.id),
            copies=copies_of(uow, document_id),
            original=_original(uow, by, document),
            publication=publications.of(document_id),
            public=bool(publications.public(on=office_day(uow), document_id=document_id)),
            quarantine=found,
            names={str(identity): name for identity, name in people_named(uow.session, two).items()},
            seconds=_seconds(uow, owner, by),
            is_second=found is not None and found.second == str(by),
            classifies=mandate.role == "archivist",
        )


def _open_files(uow: UnitOfWork, owner: str) -> list[tuple[Series, ArchiveFile]]:
    return [
        (series, file)
        for fonds in uow.archive.fonds(owner)
        for series in uow.archive.series(fonds.id)
        for file in uow.archive.files(series.id)
        if file.closed_at is None
    ]


def _original(uow: UnitOfWork, by: UUID, document: ArchivedDocument) -> ArchivedDocument | None:
    if document.original_id is None:
        return None
    original = uow.archive.document(document.original_id)
    return original if may_read(uow, by, original) else None


def _seconds(uow: UnitOfWork, owner: Body, by: UUID) -> list[tuple[UUID, str]]:
    query = sa.select(PersonRow.id, PersonRow.name).join(MandateRow, MandateRow.holder_id == PersonRow.id)
    keeping = query.where(MandateRow.body_id == owner.id, MandateRow.role.in_(sorted(KEEPERS)), PersonRow.id != by)
    in_force = (
        MandateRow.revoked_at.is_(None),
        MandateRow.valid_from <= uow.now,
        sa.or_(MandateRow.valid_to.is_(None), MandateRow.valid_to > uow.now),
    )
    rows = uow.session.execute(keeping.where(*in_force).distinct().order_by(PersonRow.name))
    return [(row.id, row.name) for row in rows]
