"""The archive for readers: the record of one document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from archive.documents import ArchivedDocument, Revision
from archive.errors import ArchiveError
from archive.evidence import ObjectKind
from archive.holds import DisposalHold
from processes.access import may_read
from processes.errors import NotFound, NotPermitted
from processes.evidence_records import packaged_proofs
from processes.office import Office
from processes.organisation import bodies, people_named
from processes.queries.evidence_status import DocumentEvidence, document_evidence
from processes.queries.levels import LevelNote, level_notes
from processes.sealing import verify_code
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


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
    evidence: DocumentEvidence


def archive_record(office: Office, document_id: UUID, by: UUID) -> ArchiveRecord:
    """The record of a document; the use case that asks notes it on the audit trail.

    :raises NotFound: there is none
    :raises NotPermitted: its access level, body or case are not this person's
    """
    with office.reading() as uow:
        return _record(office, uow, _readable(uow, document_id, by))


def evidence_file(office: Office, document_id: UUID, by: UUID) -> tuple[str, bytes]:
    """The evidence record of a document's newest covered revision, and what its file is called.

    :raises NotFound: no such document, or no evidence yet
    :raises NotPermitted: its access level, body or case are not this person's
    """
    with office.reading() as uow:
        document = _readable(uow, document_id, by)
        proof = next((each for each in packaged_proofs(uow, document.id) if each.kind == ObjectKind.DOCUMENT), None)
        if proof is None:
            raise NotFound("no evidence yet")
        return f"{document.id}-{proof.number}.ers", proof.record


def _readable(uow: UnitOfWork, document_id: UUID, by: UUID) -> ArchivedDocument:
    try:
        document = uow.archive.document(document_id)
    except ArchiveError as error:
        raise NotFound("no such document") from error
    if not may_read(uow, by, document):
        raise NotPermitted(rule="access")
    return document


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
        evidence=document_evidence(office, uow, document.id),
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
