"""The audit trail: who did or saw what. Append-only, hash-chained per stream (a case, or the office)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from processes.chains import GENESIS, link, new_salt, salted_digest
from processes.tables import AuditRow

OFFICE = "office"
"""the stream of what concerns no single case"""


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
        """Append a line. `action` is source:subject:action, e.g. ``case:step:sign``; details hold no content of a form."""
        self._lock(stream)
        newest = self._session.execute(
            sa.select(AuditRow.seq, AuditRow.sha256)
            .where(AuditRow.stream == stream)
            .order_by(AuditRow.seq.desc())
            .limit(1)
        ).first()
        seq, previous = (newest.seq + 1, newest.sha256) if newest else (1, GENESIS)
        salt = new_salt()
        body = dict(details) if details else None
        digest = salted_digest(salt, body)
        facts = {
            "stream": stream,
            "seq": seq,
            "at": self._now.isoformat(),
            "actor": actor,
            "action": action,
            "subject": subject,
            "details": digest,
        }
        self._session.execute(
            sa.insert(AuditRow).values(
                stream=stream,
                seq=seq,
                at=self._now,
                actor=actor,
                action=action,
                subject=subject,
                details=body,
                details_digest=digest,
                salt=salt,
                previous=previous,
                sha256=link(previous, facts),
            )
        )

    def _lock(self, stream: str) -> None:
        # two writers of one stream would both extend the same head; SQLite has one writer anyway
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("audit:" + stream))))


def broken_links(session: Session, stream: str) -> list[int]:
    """Line numbers of `stream` whose hash does not follow from the line before; empty: the chain is whole."""
    broken = []
    previous, expected = GENESIS, 1
    lines = session.execute(sa.select(AuditRow).where(AuditRow.stream == stream).order_by(AuditRow.seq)).scalars()
    for line in lines:
        facts = {
            "stream": stream,
            "seq": line.seq,
            "at": line.at.isoformat(),
            "actor": line.actor,
            "action": line.action,
            "subject": line.subject,
            "details": line.details_digest,
        }
        genuine = line.salt is None or salted_digest(line.salt, line.details) == line.details_digest
        if line.seq != expected or line.previous != previous or line.sha256 != link(previous, facts) or not genuine:
            broken.append(line.seq)
        previous, expected = line.sha256, line.seq + 1
    return broken
