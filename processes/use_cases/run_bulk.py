"""The job behind a change of many cases: each in a transaction of its own that also notes that it is done.

Killed in the middle it goes on with the first case that is not noted; none is changed twice, none is left out.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from engine.operations import MigrationPlan
from processes.errors import NotFound, ProcessesError
from processes.incidents import OPEN, words_of
from processes.office import Office
from processes.tables import BulkCaseRow, BulkRow, IncidentRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.cancel_case import CancelCase, cancel_within
from processes.use_cases.migrate_case import MigrateCase, migrate_within
from processes.use_cases.move_token import move_within
from processes.use_cases.resume_case import ResumeCase, let_go_within, resume_within
from processes.use_cases.retry_incident import RetryIncident, retry_within
from processes.use_cases.send_message import SendMessage, send_within
from processes.use_cases.start_bulk import BulkAction
from processes.use_cases.suspend_case import SuspendCase, hold_within, suspend_within

log = structlog.get_logger(__name__)
Act = Callable[[Office, UnitOfWork, BulkRow, UUID], None]


def run_bulk(office: Office, bulk_id: UUID) -> str:
    """Change the cases that are not changed yet; what became of it all.

    :raises NotFound: no such work
    """
    with office.reading() as uow:
        bulk = uow.session.get(BulkRow, bulk_id)
    if bulk is None:
        raise NotFound("no such bulk")
    while (seq := _next(office, bulk_id)) is not None:
        _one(office, bulk, seq)
    with office.unit_of_work() as uow:
        uow.update(BulkRow, {"id": bulk_id, "finished_at": None}, finished_at=uow.now)
        uow.commit()
    return "done"


def plan_of(parameters: Mapping[str, Any]) -> MigrationPlan:
    """A migration's parameters as its plan."""
    return MigrationPlan(
        version=int(parameters["version"]),
        called=dict(parameters.get("called", {})),
        mapping=dict(parameters.get("mapping", {})),
    )


def _next(office: Office, bulk_id: UUID) -> int | None:
    with office.reading() as uow:
        waiting = sa.select(BulkCaseRow.seq).where(BulkCaseRow.bulk_id == bulk_id, BulkCaseRow.state == "waiting")
        return uow.session.scalar(waiting.order_by(BulkCaseRow.seq).limit(1))


def _one(office: Office, bulk: BulkRow, seq: int) -> None:
    try:
        with office.unit_of_work() as uow:
            row = _taken(uow, bulk.id, seq)
            if row is None:
                return
            ACTS[BulkAction(bulk.action)](office, uow, bulk, row.case_id)
            row.state, row.at = "done", uow.now
            uow.commit()
    except ProcessesError as error:
        _failed(office, bulk.id, seq, error.code, str(error))
    except Exception as error:
        log.exception("a case of a bulk failed", bulk=str(bulk.id), seq=seq)
        _failed(office, bulk.id, seq, "crash", words_of(error))


def _taken(uow: UnitOfWork, bulk_id: UUID, seq: int) -> BulkCaseRow | None:
    """The case's row, locked, if nobody else has done it."""
    row = uow.session.execute(
        sa.select(BulkCaseRow).where(BulkCaseRow.bulk_id == bulk_id, BulkCaseRow.seq == seq).with_for_update()
    ).scalar_one()
    return row if row.state == "waiting" else None


def _failed(office: Office, bulk_id: UUID, seq: int, code: str, reason: str) -> None:
    with office.unit_of_work() as uow:
        uow.update(
            BulkCaseRow,
            {"bulk_id": bulk_id, "seq": seq, "state": "waiting"},
            state="failed",
            code=code,
            reason=reason[:500],
            at=uow.now,
        )
        uow.commit()


def _suspend(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    suspend_within(office, uow, SuspendCase(case_id=case_id, by=bulk.by, ground=bulk.ground))


def _resume(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    resume_within(office, uow, ResumeCase(case_id=case_id, by=bulk.by, ground=bulk.ground))


def _hold(_office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    hold_within(uow, SuspendCase(case_id=case_id, by=bulk.by, ground=bulk.ground))


def _let_go(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    let_go_within(office, uow, ResumeCase(case_id=case_id, by=bulk.by, ground=bulk.ground))


def _cancel(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    cancel_within(office, uow, CancelCase(case_id=case_id, by=bulk.by, ground=bulk.ground))


def _message(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    message, payload = str(bulk.parameters["message"]), bulk.parameters.get("payload", {})
    send_within(
        office, uow, SendMessage(case_id=case_id, message=message, payload=payload, by=bulk.by, ground=bulk.ground)
    )


def _move(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    move_within(office, uow, bulk, case_id)


def _migrate(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    plan = plan_of(bulk.parameters)
    migrate_within(office, uow, MigrateCase(case_id=case_id, plan=plan, by=bulk.by, ground=bulk.ground))


def _retry(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    """Every open incident of the case that can be retried."""
    query = sa.select(IncidentRow.id).where(
        IncidentRow.case_id == case_id, IncidentRow.state.in_(OPEN), IncidentRow.kind != "step"
    )
    for incident_id in uow.session.execute(query).scalars().all():
        retry_within(office, uow, RetryIncident(incident_id=incident_id, by=bulk.by, ground=bulk.ground))


ACTS: Mapping[BulkAction, Act] = {
    BulkAction.SUSPEND: _suspend,
    BulkAction.RESUME: _resume,
    BulkAction.HOLD: _hold,
    BulkAction.LET_GO: _let_go,
    BulkAction.CANCEL: _cancel,
    BulkAction.MESSAGE: _message,
    BulkAction.MOVE: _move,
    BulkAction.MIGRATE: _migrate,
    BulkAction.RETRY: _retry,
}
