"""The audit trail: who did or saw what. Append-only, hash-chained per stream (a case, or the office)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.prepared import Prepared
from processes.chains import GENESIS, link, new_salt, salted_digest
from processes.tables import AuditRow

OFFICE = "office"
"""the stream of what concerns no single case"""


_LINE = Prepared(sa.insert(AuditRow), columns=AuditRow.__table__.columns.keys())
_HEAD = Prepared(
    sa.select(AuditRow.seq, AuditRow.sha256)
    .where(AuditRow.stream == sa.bindparam("stream", type_=sa.String()))
    .order_by(AuditRow.seq.desc())
    .limit(1)
)


class AuditTrail:
    """Writes lines of the trail in the caller's transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def record(
        self,
        action: str,
        *,
        actor: str,
        subject: str,
        stream: str = OFFICE,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Append a line. `action` is source:subject:action, e.g. ``case:step:sign``; details hold no form's content."""
        self._lock(stream)
        seq, previous = self._head(stream)
        salt = new_salt()
        body = dict(details) if details else None
        line = AuditRow(
            stream=stream,
            seq=seq + 1,
            at=self._now,
            actor=actor,
            action=action,
            subject=subject,
            details=body,
            details_digest=salted_digest(salt, body),
            salt=salt,
            previous=previous,
        )
        line.sha256 = link(previous, _facts(line))
        self._session.flush()  # what was added before keeps its place before the line that tells of it
        values = {column.name: getattr(line, column.name) for column in AuditRow.__table__.columns}
        _LINE.run(self._session.connection(), values)

    def _head(self, stream: str) -> tuple[int, str]:
        newest = _HEAD.one(self._session.connection(), {"stream": stream})
        return (newest["seq"], newest["sha256"]) if newest else (0, GENESIS)

    def _lock(self, stream: str) -> None:
        # two writers of one stream would both extend the same head; SQLite has one writer anyway
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("audit:" + stream))))


def _facts(line: AuditRow) -> dict[str, Any]:
    return {
        "stream": line.stream,
        "seq": line.seq,
        "at": line.at.isoformat(),
        "actor": line.actor,
        "action": line.action,
        "subject": line.subject,
        "details": line.details_digest,
    }


def broken_links(session: Session, stream: str) -> list[int]:
    """Line numbers of `stream` whose hash does not follow from the line before; empty: the chain is whole."""
    return checked_lines(session, stream).broken


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLines:
    """Some lines of a stream, one after the other."""

    broken: list[int]
    """line numbers"""
    count: int
    seq: int
    """of the last one"""
    sha256: str
    """of the last one: what the next one has to follow"""


def checked_lines(
    session: Session, stream: str, *, after: tuple[int, str] = (0, GENESIS), limit: int | None = None
) -> CheckedLines:
    """Check the lines of `stream` that follow the line with this number and hash."""
    broken: list[int] = []
    count, (seq, previous) = 0, after
    expected = seq + 1
    query = sa.select(AuditRow).where(AuditRow.stream == stream, AuditRow.seq > seq).order_by(AuditRow.seq)
    for line in session.execute(query.limit(limit)).scalars():
        genuine = line.salt is None or salted_digest(line.salt, line.details) == line.details_digest
        if (
            line.seq != expected
            or line.previous != previous
            or line.sha256 != link(previous, _facts(line))
            or not genuine
        ):
            broken.append(line.seq)
        previous, expected = line.sha256, line.seq + 1
        count += 1
    return CheckedLines(broken=broken, count=count, seq=expected - 1, sha256=previous)
