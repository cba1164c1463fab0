"""Decide not to sign a prepared document; and let attempts expire that nobody signed."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from processes.cosignatures import leave_turn
from processes.errors import NotFound
from processes.forms import clean_text
from processes.office import Office
from processes.tables import SigningAttemptRow

MAX_REASON = 500
"""characters of a reason that are kept"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonAttempt:
    """An officer does not sign what was prepared, and says why."""

    attempt_id: UUID
    by: UUID
    reason: str


def abandon_attempt(office: Office, request: AbandonAttempt) -> UUID:
    """Give the attempt up; the step stays open, its number is kept. The work item's id.

    :raises NotFound: no such attempt of this person waits
    """
    with office.unit_of_work() as uow:
        row = uow.session.get(SigningAttemptRow, request.attempt_id)
        if row is None or row.person_id != request.by or row.state != "prepared":
            raise NotFound("no document waits for your signature here")
        reason = clean_text(request.reason)[:MAX_REASON]
        row.state, row.pdf, row.prepared = "abandoned", None, None
        row.ended_at, row.ended_reason = uow.now, reason
        uow.audit.record(
            "case:attempt:abandon",
            actor=str(request.by),
            subject=str(row.id),
            stream=str(row.case_id),
            details={"number": row.number},
        )
        uow.commit()
    leave_turn(office, row)
    return row.work_item_id


def expire_attempts(office: Office) -> int:
    """Abandon every prepared attempt whose time is over; how many."""
    with office.reading() as uow:
        due = sa.and_(SigningAttemptRow.state == "prepared", SigningAttemptRow.expires_at <= uow.now)
        if uow.session.scalar(sa.select(sa.func.count()).select_from(SigningAttemptRow).where(due)) == 0:
            return 0
    with office.unit_of_work() as uow:
        ended = uow.session.connection().execute(
            sa.update(SigningAttemptRow)
            .where(due)
            .values(state="abandoned", pdf=None, prepared=None, ended_at=uow.now, ended_reason="expired")
        )
        uow.commit()
    return ended.rowcount
