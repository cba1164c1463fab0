"""What the rows say today that evidence once covered: revisions, and the events of chains at the places covered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.evidence import EvidenceMember, ObjectKind, is_covered
from archive.tables import CustodyRow, DocumentRow, RevisionRow
from engine.tables import HistoryRow, InstanceRow
from processes.tables import AttachmentRow, AuditRow, CaseDocumentRow

Key = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredRow:
    """A row that evidence covers, as it is today."""

    sha256: str
    created_at: datetime | None = None
    """of a revision"""


def rows_of(session: Session, members: Sequence[EvidenceMember]) -> dict[tuple[str, str, int], CoveredRow]:
    """By kind, subject and number; a row that is gone is left out."""
    wanted: dict[str, list[Key]] = {}
    for each in members:
        wanted.setdefault(each.object.kind, []).append((each.object.subject, each.object.number))
    readers = {
        ObjectKind.DOCUMENT: _revisions,
        ObjectKind.CUSTODY: _custody,
        ObjectKind.CASE: _history,
        ObjectKind.AUDIT: _lines,
    }
    return {
        (kind, *key): row
        for kind, keys in wanted.items()
        if kind in readers
        for key, row in readers[ObjectKind(kind)](session, keys)
    }


def _ids(keys: Iterable[Key]) -> list[tuple[UUID, int]]:
    return [(UUID(subject), number) for subject, number in keys]


def _revisions(session: Session, keys: list[Key]) -> Iterator[tuple[Key, CoveredRow]]:
    key = sa.tuple_(RevisionRow.document_id, RevisionRow.revision)
    query = sa.select(RevisionRow.document_id, RevisionRow.revision, RevisionRow.sha256, RevisionRow.created_at)
    for row in session.execute(query.where(key.in_(_ids(keys)))):
        yield (row.document_id.hex, row.revision), CoveredRow(sha256=row.sha256, created_at=row.created_at)


def _custody(session: Session, keys: list[Key]) -> Iterator[tuple[Key, CoveredRow]]:
    key = sa.tuple_(CustodyRow.document_id, CustodyRow.seq)
    query = sa.select(CustodyRow.document_id, CustodyRow.seq, CustodyRow.sha256).where(key.in_(_ids(keys)))
    for row in session.execute(query):
        yield (row.document_id.hex, row.seq), CoveredRow(sha256=row.sha256)


def _history(session: Session, keys: list[Key]) -> Iterator[tuple[Key, CoveredRow]]:
    key = sa.tuple_(HistoryRow.instance_id, HistoryRow.seq)
    query = sa.select(HistoryRow.instance_id, HistoryRow.seq, HistoryRow.sha256).where(key.in_(_ids(keys)))
    for row in session.execute(query):
        yield (row.instance_id.hex, row.seq), CoveredRow(sha256=row.sha256)


def _lines(session: Session, keys: list[Key]) -> Iterator[tuple[Key, CoveredRow]]:
    key = sa.tuple_(AuditRow.stream, AuditRow.seq)
    query = sa.select(AuditRow.stream, AuditRow.seq, AuditRow.sha256).where(key.in_(keys))
    for row in session.execute(query):
        yield (row.stream, row.seq), CoveredRow(sha256=row.sha256)


def missing_case_documents(session: Session) -> list[tuple[UUID, str]]:
    """Documents that a case has and the archive has not."""
    there = sa.exists().where(DocumentRow.id == CaseDocumentRow.document_id)
    rows = session.execute(sa.select(CaseDocumentRow.document_id, CaseDocumentRow.number).where(~there))
    return [(row.document_id, row.number) for row in rows]


def late_revisions(session: Session, before: datetime) -> list[tuple[UUID, int]]:
    """Revisions that say they are older than this and that no batch covers."""
    subject = sa.func.replace(sa.cast(RevisionRow.document_id, sa.Text), "-", "")
    covered = is_covered(ObjectKind.DOCUMENT, subject, RevisionRow.revision)
    query = sa.select(RevisionRow.document_id, RevisionRow.revision).where(RevisionRow.created_at < before, ~covered)
    return [(row.document_id, row.revision) for row in session.execute(query)]


def cases_after(session: Session, after: UUID | None, limit: int) -> list[UUID]:
    """The next cases, by id."""
    query = sa.select(InstanceRow.id).order_by(InstanceRow.id).limit(limit)
    return list(session.scalars(query if after is None else query.where(InstanceRow.id > after)))


def stream_after(session: Session, stream: str) -> str | None:
    """The next stream of the audit trail, by name; None: there is none."""
    found: str | None = session.scalar(sa.select(sa.func.min(AuditRow.stream)).where(AuditRow.stream > stream))
    return found


def attached(session: Session, names: Iterable[str]) -> set[str]:
    """Those of the blobs that are attachments of forms."""
    return set(session.scalars(sa.select(AttachmentRow.sha256).where(AttachmentRow.sha256.in_(list(names)))))
