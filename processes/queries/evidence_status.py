"""Evidence for readers: the batches, until when each holds, and what evidence a document has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from archive.evidence import Evidence, EvidenceBatch, ObjectKind
from archive.tables import DocumentRow
from processes.evidence_records import newest_of, term_of
from processes.office import Office
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A batch, and what holds it up."""

    number: int
    state: str
    algorithm: str
    objects: int
    opened_at: datetime
    stamped_at: datetime | None
    renews: Sequence[int]
    superseded_by: int | None
    held_by: int
    """the batch whose timestamp holds it up: its own number until that is renewed"""
    until: datetime | None
    """of that timestamp"""
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceStatus:
    """All batches, newest first, and how much waits."""

    batches: Sequence[BatchLine]
    waiting: int
    """documents that came in since the newest batch was begun"""
    renew_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEvidence:
    """What evidence a document has."""

    revision: int
    """the newest one that is covered; 0: none yet"""
    proven_at: datetime | None
    batch: int | None
    until: datetime | None
    custody: int
    """the newest event of its chain of custody that is covered; 0: none yet"""


def evidence_status(office: Office) -> EvidenceStatus:
    """Every batch; for the operator of the machine, and for whoever the pages let see it."""
    with office.reading() as uow:
        return status_within(office, uow)


def status_within(office: Office, uow: UnitOfWork) -> EvidenceStatus:
    """The same inside a transaction."""
    batches = uow.archive.evidence.batches()
    newest = max((batch.opened_at for batch in batches), default=None)
    count = sa.select(sa.func.count()).select_from(DocumentRow)
    waiting = uow.session.scalar(count if newest is None else count.where(DocumentRow.accessioned_at > newest))
    lines = [_line(office, uow.archive.evidence, batch) for batch in reversed(batches)]
    return EvidenceStatus(batches=lines, waiting=waiting or 0, renew_days=office.settings.renew_days)


def _line(office: Office, evidence: Evidence, batch: EvidenceBatch) -> BatchLine:
    holder = newest_of(evidence, batch)
    term = term_of(office, holder)
    return BatchLine(
        number=batch.number,
        state=batch.state,
        algorithm=batch.algorithm,
        objects=batch.objects,
        opened_at=batch.opened_at,
        stamped_at=batch.stamped_at,
        renews=batch.renews,
        superseded_by=batch.superseded_by,
        held_by=holder.number,
        until=term.until if term else None,
        because=term.because if term else "",
    )


def document_evidence(office: Office, uow: UnitOfWork, document_id: UUID) -> DocumentEvidence:
    """For the record of a document."""
    evidence = uow.archive.evidence
    revision = evidence.newest_covered(ObjectKind.DOCUMENT, document_id.hex)
    custody = evidence.newest_covered(ObjectKind.CUSTODY, document_id.hex)
    lineage = evidence.lineage(revision.kind, revision.subject, revision.number) if revision else []
    first = evidence.batch(lineage[0].batch) if lineage else None
    term = term_of(office, newest_of(evidence, evidence.batch(lineage[-1].batch))) if lineage else None
    return DocumentEvidence(
        revision=revision.number if revision else 0,
        proven_at=first.stamped_at if first else None,
        batch=first.number if first else None,
        until=term.until if term else None,
        custody=custody.number if custody else 0,
    )
