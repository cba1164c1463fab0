"""What the use cases ask of the engine's tables beside its door: SELECT only."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.deadlines import WorkingCalendar
from engine.prepared import Prepared, flushed
from engine.tables import CalendarOverrideRow, TimerRow, UtcDateTime, WorkItemRow
from engine.workitem import WorkItemState

_OVERRIDE = sa.inspect(CalendarOverrideRow).local_table.c
_CODE: sa.BindParameter[str] = sa.bindparam("code")
_OF_CODE = sa.select(_OVERRIDE.day, _OVERRIDE.working).where(_OVERRIDE.calendar == _CODE).order_by(_OVERRIDE.version)
_OVERRIDES = Prepared(_OF_CODE)
_OVERRIDES_AT = Prepared(_OF_CODE.where(_OVERRIDE.entered_at <= sa.bindparam("at", type_=UtcDateTime())))


def working_calendar(session: Session, code: str, at: datetime | None = None) -> WorkingCalendar:
    """The calendar `code` (AZ or KZ) with the newest version of each day's override; `at`: as it stood then."""
    query = _OVERRIDES if at is None else _OVERRIDES_AT
    rows = query.all(flushed(session), {"code": code, "at": at})
    newest: dict[date, bool | None] = {row["day"]: row["working"] for row in rows}
    return WorkingCalendar(code, {day: working for day, working in newest.items() if working is not None})


def next_timer(session: Session, until: datetime) -> datetime | None:
    """When the next timer is due, if that is by `until`."""
    return session.scalar(sa.select(sa.func.min(TimerRow.due_at)).where(TimerRow.due_at <= until))


def completed_steps(session: Session, case_id: UUID) -> list[tuple[UUID, str]]:
    """(work item, element) of every human step of a case that was completed, in order."""
    rows = session.execute(
        sa.select(WorkItemRow.id, WorkItemRow.element_id)
        .where(WorkItemRow.instance_id == case_id, WorkItemRow.state == str(WorkItemState.COMPLETED))
        .order_by(WorkItemRow.ended_at)
    )
    return [(row.id, row.element_id) for row in rows]


def held_items(session: Session, person_id: UUID) -> list[UUID]:
    """The work items somebody has claimed or been given."""
    held = sa.select(WorkItemRow.id).where(
        WorkItemRow.assignee == str(person_id), WorkItemRow.state == str(WorkItemState.RESERVED)
    )
    return list(session.execute(held).scalars())
