"""Runs of the audit as rows: begun, taken up again after an interruption, ended, and read as reports."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.errors import AuditNotFound
from archive.evidence_tables import FixityRow
from archive.fixity import FixityFinding
from archive.store import table_of

FIXITY = table_of(FixityRow)
STAGES = ("documents", "blobs", "cases", "trail", "evidence", "done")
"""in this order"""
DONE = STAGES[-1]
MOST_FINDINGS = 1000
"""kept of one run; more are counted"""
KINDS = (
    *("blob_missing", "blob_changed", "blob_unreadable", "blob_added", "not_appended"),
    *("document_missing", "revision_missing", "row_changed", "row_added", "custody_broken"),
    *("history_broken", "trail_broken", "head_changed", "evidence_broken", "evidence_changed"),
)
"""of findings"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FixityReport:
    """One run over the whole archive."""

    id: UUID
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    stage: str
    position: int
    cursor: str
    total: int
    """documents when it began"""
    checked: int
    """documents"""
    bytes: int
    """read and hashed"""
    found: int
    findings: tuple[FixityFinding, ...]
    """the first of them"""

    @property
    def sound(self) -> bool:
        """Whether everything is as it was put."""
        return self.ended_at is not None and not self.found


class Audits:
    """Runs of the audit in one session; flushes, never commits."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def begin(self, *, by: str, total: int) -> FixityReport:
        """A new run."""
        values: dict[str, Any] = {"id": uuid4(), "started_at": self._now, "started_by": by, "stage": STAGES[0]}
        values |= {"position": 0, "cursor": "", "total": total, "checked": 0, "bytes": 0, "found": 0, "findings": []}
        self._session.execute(sa.insert(FIXITY).values(**values))
        return self.report(values["id"])

    def unfinished(self) -> FixityReport | None:
        """The run that was begun last and has not ended."""
        query = sa.select(FIXITY).where(FIXITY.c.ended_at.is_(None)).order_by(FIXITY.c.started_at.desc()).limit(1)
        row = self._session.execute(query).mappings().one_or_none()
        return None if row is None else _report(row)

    def note(self, report: FixityReport, findings: Sequence[FixityFinding], **values: Any) -> FixityReport:
        """The run has come further: what it found, where it is. The last stage ends it."""
        kept = [*report.findings, *findings][:MOST_FINDINGS]
        values |= {"found": report.found + len(findings), "findings": [_plain(each) for each in kept]}
        if "stage" in values:
            values["cursor"] = ""
        if values.get("stage") == DONE:
            values["ended_at"] = self._now
        self._session.execute(sa.update(FIXITY).where(FIXITY.c.id == report.id).values(**values))
        return self.report(report.id)

    def report(self, report_id: UUID) -> FixityReport:
        """One report. Raises AuditNotFound."""
        row = self._session.execute(sa.select(FIXITY).where(FIXITY.c.id == report_id)).mappings().one_or_none()
        if row is None:
            raise AuditNotFound(report_id=report_id)
        return _report(row)

    def reports(self, *, limit: int, offset: int = 0) -> list[FixityReport]:
        """The newest reports first."""
        query = sa.select(FIXITY).order_by(FIXITY.c.started_at.desc()).limit(limit).offset(offset)
        return [_report(row) for row in self._session.execute(query).mappings()]


def _plain(finding: FixityFinding) -> dict[str, Any]:
    return {**asdict(finding), "document_id": str(finding.document_id) if finding.document_id else None}


def _report(row: sa.RowMapping) -> FixityReport:
    findings = tuple(
        FixityFinding(**{**each, "document_id": UUID(each["document_id"]) if each["document_id"] else None})
        for each in row["findings"]
    )
    return FixityReport(**{**row, "findings": findings})
