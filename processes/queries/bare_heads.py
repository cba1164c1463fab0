"""Heads of chains that no evidence batch covers yet: of cases' histories, and of the audit trail's streams."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.evidence import EvidenceObject, ObjectKind, is_covered
from engine.tables import InstanceRow
from processes.tables import AuditRow


def bare_cases(session: Session, after: UUID | None, limit: int) -> list[tuple[UUID, EvidenceObject]]:
    """The next cases whose history has gone on since it was covered, by id."""
    subject = sa.func.replace(sa.cast(InstanceRow.id, sa.Text), "-", "")
    covered = is_covered(ObjectKind.CASE, subject, InstanceRow.history_seq)
    query = sa.select(InstanceRow.id, InstanceRow.history_seq, InstanceRow.history_head)
    query = query.where(InstanceRow.history_seq > 0, ~covered).order_by(InstanceRow.id).limit(limit)
    if after is not None:
        query = query.where(InstanceRow.id > after)
    return [
        (row.id, _head(ObjectKind.CASE, row.id.hex, row.history_seq, row.history_head))
        for row in session.execute(query)
    ]


def bare_streams(session: Session, after: str, limit: int) -> list[EvidenceObject]:
    """The next streams of the audit trail with lines since they were covered, by name."""
    newest = sa.select(AuditRow.stream, sa.func.max(AuditRow.seq).label("seq"))
    heads = newest.where(AuditRow.stream > after).group_by(AuditRow.stream).subquery()
    query = (
        sa.select(AuditRow.stream, AuditRow.seq, AuditRow.sha256)
        .join(heads, sa.and_(heads.c.stream == AuditRow.stream, heads.c.seq == AuditRow.seq))
        .where(~is_covered(ObjectKind.AUDIT, heads.c.stream, heads.c.seq))
        .order_by(AuditRow.stream)
        .limit(limit)
    )
    return [_head(ObjectKind.AUDIT, row.stream, row.seq, row.sha256) for row in session.execute(query)]


def _head(kind: ObjectKind, subject: str, number: int, sha256: str) -> EvidenceObject:
    return EvidenceObject(kind=kind, subject=subject, number=number, sha256=sha256)
