"""A working calendar has changed: the terms of law that still run are counted again, each with the reason in words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.deadlines import ComputedDeadline, Term, TermUnit, WorkingCalendar, compute_deadline
from engine.pauses import Pause, stand_still
from processes.office import Office
from processes.organisation import Body, body
from processes.queries.calendars import CalendarVersion, newest_version, version_of
from processes.queries.engine_rows import working_calendar
from processes.settling import explanation, settle
from processes.tables import BodyRow, CaseRow, DeadlineRow
from processes.unit_of_work import UnitOfWork
from processes.words import day, word

NOON = time(12)
OPEN = ("running", "breached")


def recount_calendar(office: Office, calendar: str, version: int) -> int:
    """Count again what runs in every body of that calendar, each case in a transaction of its own; how many moved.

    Again does nothing: what is counted already stays.
    """
    with office.reading() as uow:
        change = version_of(uow.session, calendar, version)
        query = (
            sa.select(CaseRow.id)
            .join(BodyRow, BodyRow.id == CaseRow.body_id)
            .where(BodyRow.calendar == calendar, CaseRow.status == "running")
        )
        cases = list(uow.session.execute(query).scalars())
    moved = 0
    for case_id in cases:
        with office.unit_of_work() as uow:
            uow.engine.lock(case_id)
            moved += recount_case(office, uow, case_id, change)
            uow.commit()
    return moved


def recount_resumed(office: Office, uow: UnitOfWork, case: CaseRow) -> None:
    """A case goes on: if its calendar has changed while it stood still, its terms are counted again."""
    owner = body(uow.session, case.body_id)
    change = newest_version(uow.session, owner.calendar)
    if change is not None:
        recount_case(office, uow, case.id, change)


def recount_case(office: Office, uow: UnitOfWork, case_id: UUID, change: CalendarVersion) -> bool:
    """Count the open terms of a locked case again; whether one moved."""
    case = uow.session.get_one(CaseRow, case_id)
    owner = body(uow.session, case.body_id)
    calendar = working_calendar(uow.session, owner.calendar)
    running = sa.and_(DeadlineRow.case_id == case_id, DeadlineRow.state.in_(OPEN), DeadlineRow.ended_at.is_(None))
    dues: dict[UUID, datetime] = {}
    for row in uow.session.execute(sa.select(DeadlineRow).where(running)).scalars():
        computed = recounted(row, owner, calendar)
        if computed.due_at != row.due_at:
            _move(uow, row, computed, change, owner)
            if row.work_item_id:
                dues[row.work_item_id] = computed.due_at
    uow.session.flush()
    advance = uow.engine.recount(
        case_id,
        dues,
        calendars_at=lambda code, at: working_calendar(uow.session, code, at),
        ground=f"{change.act}: {change.ground}",
    )
    if advance is not None:
        settle(office, uow, advance)
        uow.audit.record(
            "case:deadline:recount",
            actor=change.entered_by,
            subject=str(case_id),
            stream=str(case_id),
            details={"calendar": change.calendar, "version": change.version, "act": change.act, "moved": len(dues)},
        )
    return advance is not None


def recounted(row: DeadlineRow, owner: Body, calendar: WorkingCalendar) -> ComputedDeadline:
    """A term counted anew from its own facts: its length, the day it began, the whiles the case stood still."""
    term = Term(amount=row.amount, unit=TermUnit(row.unit))
    computed = compute_deadline(term, _noon(row.starts_on, owner), owner.time_zone, calendar)
    received = row.explanation.get("received_on")
    computed = replace(computed, received_on=date.fromisoformat(received) if received else None)
    for stood in row.explanation.get("stood_still", []):
        computed = stand_still(computed, _pause(stood, owner), owner.time_zone, calendar)
    return computed


def _pause(stood: Mapping[str, Any], owner: Body) -> Pause:
    first, last = (_noon(date.fromisoformat(stood[key]), owner) for key in ("first", "last"))
    return Pause(start=first, end=last)


def _noon(on: date, owner: Body) -> datetime:
    return datetime.combine(on, NOON, ZoneInfo(owner.time_zone))


def _move(uow: UnitOfWork, row: DeadlineRow, computed: ComputedDeadline, change: CalendarVersion, owner: Body) -> None:
    reason = word(
        "calendar-changed", owner.language, act=change.act, version=str(change.version), before=day(row.due_on)
    )
    kept = {
        "at": uow.now.isoformat(),
        "before": row.due_on.isoformat(),
        "after": computed.due_on.isoformat(),
        "reason": reason,
        "calendar": change.calendar,
        "version": change.version,
        "act": change.act,
    }
    row.recomputations = [*row.recomputations, kept]
    row.explanation = explanation(computed, str(row.explanation.get("definition", "")))
    row.due_on, row.due_at = computed.due_on, computed.due_at
    row.state = "breached" if computed.due_at < uow.now else "running"
