"""What a suspension means to the office's own rows: deadlines stand still, jobs wait."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.instance import Advance, MovedDeadline
from processes.office import Office
from processes.organisation import body
from processes.tables import CaseRow, DeadlineRow, ParkedJobRow
from processes.unit_of_work import UnitOfWork
from processes.words import day, word

SUSPENDED = "suspended"
"""the state of a deadline that stands still"""


def pause_deadlines(uow: UnitOfWork, case_id: UUID) -> None:
    """The case's running deadlines stand still; those that have run out stay run out."""
    running = sa.and_(DeadlineRow.case_id == case_id, DeadlineRow.state == "running", DeadlineRow.due_at >= uow.now)
    uow.session.execute(sa.update(DeadlineRow).where(running).values(state=SUSPENDED))


def move_deadlines(uow: UnitOfWork, case: CaseRow, advance: Advance) -> None:
    """The deadlines of a resumed case run again, each with what was left of it and the reason in words."""
    language = body(uow.session, case.body_id).language
    for moved in advance.moved:
        query = sa.select(DeadlineRow).where(
            DeadlineRow.work_item_id == moved.work_item_id, DeadlineRow.state == SUSPENDED
        )
        for row in uow.session.execute(query).scalars():
            row.state = "running"
            _move(row, moved, language, uow.now)
    uow.session.flush()


def _move(row: DeadlineRow, moved: MovedDeadline, language: str, now: datetime) -> None:
    stood = moved.stood_still
    if stood is None:
        return
    reason = word("suspended-while", language, first=day(stood.first), last=day(stood.last), before=day(row.due_on))
    while_ = {"first": stood.first.isoformat(), "last": stood.last.isoformat()}
    change: dict[str, Any] = {
        "at": now.isoformat(),
        "before": row.due_on.isoformat(),
        "reason": reason,
        "suspended": while_,
    }
    kept = {
        "first": stood.first.isoformat(),
        "last": stood.last.isoformat(),
        "left": stood.left,
        "due_on": stood.due_on.isoformat(),
    }
    row.recomputations = [*row.recomputations, change]
    row.explanation = {**row.explanation, "stood_still": [*row.explanation.get("stood_still", []), kept]}
    row.due_on = moved.due_on
    row.due_at = moved.due_at


def park_job(office: Office, case_id: UUID, task_id: UUID) -> bool:
    """A job has come to a suspended case: it is begun anew when the case goes on. False: it goes on already."""
    with office.unit_of_work() as uow:
        uow.engine.lock(case_id)
        if uow.engine.suspension(case_id) is None:
            return False
        park_within(uow, case_id, task_id)
        uow.commit()
    return True


def park_within(uow: UnitOfWork, case_id: UUID, task_id: UUID) -> None:
    """The same inside a transaction that has locked the suspended case."""
    if uow.session.get(ParkedJobRow, (case_id, task_id)) is None:
        uow.insert(ParkedJobRow, case_id=case_id, task_id=task_id, parked_at=uow.now)


def restart_parked_jobs(office: Office, uow: UnitOfWork, advance: Advance) -> None:
    """The jobs that came while the case was suspended; under new ids, for the old ones have ended."""
    case_id, revision = advance.instance.id, advance.instance.revision
    query = sa.select(ParkedJobRow.task_id).where(ParkedJobRow.case_id == case_id)
    for task_id in uow.session.execute(query).scalars().all():
        job = f"{case_id}:{task_id}:{revision}"
        office.enqueue(uow.session, "service_task", (str(case_id), str(task_id)), job)
    uow.session.execute(sa.delete(ParkedJobRow).where(ParkedJobRow.case_id == case_id))
