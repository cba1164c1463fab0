"""What one advance of a case brings with it, in the same transaction: deadlines, numbers, attempts, jobs."""

from uuid import uuid4

import sqlalchemy as sa

from archive.retention import CASE_CLOSED_ON
from engine.deadlines import ComputedDeadline
from engine.instance import Advance, EventJob, OpenedDeadline, ServiceCall
from engine.prepared import Prepared
from engine.workitem import WorkItem, WorkItemState
from processes.carried_files import carry_files
from processes.cases import case_row, kept_of
from processes.cosigning import settle_shared
from processes.incidents import close_incidents
from processes.numbers import annul_number
from processes.office import Office
from processes.organisation import body
from processes.tables import CaseRow, DeadlineRow, DraftRow, SigningAttemptRow
from processes.unit_of_work import UnitOfWork

_ITEM, _NOW = sa.bindparam("item", type_=sa.Uuid()), sa.bindparam("now", type_=DeadlineRow.ended_at.type)
_END_DEADLINES = Prepared(
    sa.update(DeadlineRow)
    .where(DeadlineRow.work_item_id == _ITEM, sa.or_(DeadlineRow.state == "running", DeadlineRow.state == "suspended"))
    .values(
        state=sa.case((DeadlineRow.due_at < _NOW, "breached"), else_=sa.bindparam("in_time", type_=sa.String())),
        ended_at=_NOW,
    )
)
_END_BREACHED = Prepared(
    sa.update(DeadlineRow)
    .where(DeadlineRow.work_item_id == _ITEM, DeadlineRow.state == "breached", DeadlineRow.ended_at.is_(None))
    .values(ended_at=_NOW)
)
_FORGET_DRAFT = Prepared(sa.delete(DraftRow).where(DraftRow.work_item_id == _ITEM))


def settle(office: Office, uow: UnitOfWork, advance: Advance) -> None:
    """Write down what follows from an advance; call it after every engine operation that returns one."""
    for item in advance.closed:
        _close(uow, item)
    close_incidents(uow, (item.id for item in advance.closed), "succeeded")
    for item in advance.opened:
        carry_files(uow, item)
    if advance.closed or advance.ended:
        settle_shared(office, uow, advance.instance.id, ended=advance.ended)
    for deadline in advance.deadlines:
        _open_deadline(uow, advance, deadline)
    for call in advance.services:
        office.enqueue(uow.session, "service_task", (str(call.instance_id), str(call.task_id)), job_id(call))
    for job in advance.events:
        enqueue_event(office, uow, job)
    if advance.ended:
        _end(uow, advance)


def enqueue_event(office: Office, uow: UnitOfWork, job: EventJob) -> None:
    """A job that hands over a message, or tells all who wait for a signal."""
    workflow = "broadcast_signal" if job.kind == "signal" else "deliver_message"
    office.enqueue(uow.session, workflow, (str(job.event_id),), job.id)


def job_id(call: ServiceCall) -> str:
    """One job a service task: enqueued again, it is the same job."""
    return f"{call.instance_id}:{call.task_id}"


def _close(uow: UnitOfWork, item: WorkItem) -> None:
    kept = item.state is WorkItemState.COMPLETED
    uow.run(_END_DEADLINES, item=item.id, now=uow.now, in_time="kept" if kept else "cancelled")
    uow.run(_END_BREACHED, item=item.id, now=uow.now)
    uow.run(_FORGET_DRAFT, item=item.id)
    reason = "somebody else completed the step" if kept else "the step was interrupted before it was signed"
    uow.update(
        SigningAttemptRow,
        {"work_item_id": item.id, "state": "prepared"},
        state="abandoned",
        pdf=None,
        prepared=None,
        ended_at=uow.now,
        ended_reason=reason,
    )
    if not kept:
        annul_number(uow, item.id, reason)


def _open_deadline(uow: UnitOfWork, advance: Advance, deadline: OpenedDeadline) -> None:
    computed = deadline.computed
    uow.insert(
        DeadlineRow,
        id=uuid4(),
        case_id=advance.instance.id,
        work_item_id=deadline.work_item_id,
        name=deadline.name,
        law=deadline.law,
        amount=computed.term.amount,
        unit=str(computed.term.unit),
        start_event=deadline.start_event,
        starts_on=computed.starts_on,
        due_on=computed.due_on,
        due_at=computed.due_at,
        state="running" if advance.instance.suspension is None else "suspended",
        explanation=explanation(computed, deadline.definition_key),
        recomputations=[],
    )


def explanation(computed: ComputedDeadline, definition_key: str) -> dict[str, object]:
    """What a page needs to derive the deadline in words: the days that did not count and why."""
    return {
        "definition": definition_key,
        "received_on": computed.received_on.isoformat() if computed.received_on else None,
        "skipped": [
            {"first": run.first.isoformat(), "last": run.last.isoformat(), "reason": str(run.reason)}
            for run in computed.skipped
        ],
        "stood_still": [
            {
                "first": pause.first.isoformat(),
                "last": pause.last.isoformat(),
                "left": pause.left,
                "due_on": pause.due_on.isoformat(),
            }
            for pause in computed.stood_still
        ],
    }


def _end(uow: UnitOfWork, advance: Advance) -> None:
    case = case_row(uow.session, advance.instance.id)
    closed_on = body(uow.session, case.body_id).local(uow.now).date()
    uow.archive.record_retention_facts(kept_of(uow, case.id), {CASE_CLOSED_ON: closed_on}, actor="system")
    uow.update(CaseRow, {"id": advance.instance.id}, status=str(advance.instance.status), ended_at=uow.now)
    uow.audit.record(
        "case:instance:end",
        actor="system",
        subject=str(advance.instance.id),
        stream=str(advance.instance.id),
        details={"status": str(advance.instance.status)},
    )
