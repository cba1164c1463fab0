"""Jobs that failed for good: what they were to do, and what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from processes.jobs import status_table
from processes.office import Office
from processes.queries.people import require_any_role
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork

KEEPERS = frozenset({"administrator"})
FAILED = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
MOST = 200
LONGEST = 400
MILLI = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A failed job."""

    job_id: str
    name: str
    """service_task, validate_document, raise_level, send_notice"""
    case_id: UUID | None
    case_number: str | None
    at: datetime
    attempts: int
    error: str


def incidents(office: Office, by: UUID) -> Sequence[Incident]:
    """The failed jobs, the newest first.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, KEEPERS, uow.now)
        rows = uow.session.execute(
            sa.text(
                # the name comes from the job engine's own schema, never from a person
                f"SELECT workflow_uuid, name, updated_at, recovery_attempts, error FROM {status_table(office)} "  # noqa: S608
                "WHERE status IN :failed ORDER BY updated_at DESC LIMIT :most"
            ).bindparams(sa.bindparam("failed", FAILED, expanding=True), most=MOST)
        ).all()
        numbers = _numbers(uow, {case for row in rows if (case := _case(row.workflow_uuid))})
        return [
            Incident(
                job_id=row.workflow_uuid,
                name=row.name,
                case_id=_case(row.workflow_uuid) if _case(row.workflow_uuid) in numbers else None,
                case_number=numbers.get(_case(row.workflow_uuid)),
                at=datetime.fromtimestamp((row.updated_at or 0) / MILLI, UTC),
                attempts=int(row.recovery_attempts or 0),
                error=str(row.error or "")[:LONGEST],
            )
            for row in rows
        ]


def _case(job_id: str) -> UUID | None:
    """A service task's job is named case:task."""
    try:
        return UUID(job_id.partition(":")[0])
    except ValueError:
        return None


def _numbers(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID | None, str]:
    rows = uow.session.execute(sa.select(CaseRow.id, CaseRow.number).where(CaseRow.id.in_(ids)))
    return {row.id: row.number for row in rows}
