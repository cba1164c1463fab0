"""Service tasks as jobs: the effect outside, then one transaction that records it and moves the case on."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.instance import Advance, RaisedError, ServiceCall
from processes.cases import case_row
from processes.handlers import BusinessError, Job, service_errors, services
from processes.office import Office
from processes.organisation import body
from processes.settling import settle
from processes.standing_still import park_job, park_within
from processes.tables import JobEffectRow
from processes.unit_of_work import UnitOfWork

EFFECT, ERROR = "effect", "error"
"""what came of the handler's work outside, the one or the other, as it stands in the job's checkpoint"""


def perform(office: Office, case_id: UUID, task_id: UUID) -> dict[str, Any] | None:
    """Do the outside effect of a waiting service task; None when it waits no longer, or its case stands still.

    :return: `{"effect": …}` for `record`, or `{"error": …}` when the handler raises a business error
    """
    with office.reading() as uow:
        job = waiting_job(uow, case_id, task_id)
        suspended = job is not None and uow.engine.suspension(case_id) is not None
    if job is None or (suspended and park_job(office, case_id, task_id)):
        return None
    try:
        return {EFFECT: services[job.call.handler].effect(office, job)}
    except BusinessError as raised:
        return {ERROR: asdict(_declared(job, raised))}


def record(office: Office, uow: UnitOfWork, case_id: UUID, task_id: UUID, outcome: dict[str, Any]) -> str:
    """Write down what came of the effect and move the case on. Too late is an answer, not an error.

    :raises ExecutionFailed: the model cannot go on, or nothing in it catches the business error; nothing is changed
    """
    with uow:
        uow.engine.lock(case_id)
        job = waiting_job(uow, case_id, task_id)
        if job is None:
            return "too late"
        advance, error = _recorded(office, uow, job, outcome)
        if error is not None:
            if uow.engine.suspension(case_id) is not None:
                park_within(uow, case_id, task_id)
                uow.commit()
                return "suspended"
            advance = uow.engine.raise_error(case_id, task_id, error)
        if advance is None:
            return "too late"
        settle(office, uow, advance)
        uow.commit()
    return "done" if error is None else "error"


def _recorded(
    office: Office, uow: UnitOfWork, job: Job, outcome: dict[str, Any]
) -> tuple[Advance | None, RaisedError | None]:
    """The step that follows the recorded effect, or the error; what the handler wrote before it raised is undone."""
    if ERROR in outcome:
        return None, RaisedError(**outcome[ERROR])
    call = job.call
    try:
        with uow.session.begin_nested():
            variables = services[call.handler].record(office, uow, job, outcome[EFFECT])
    except BusinessError as raised:
        return None, _declared(job, raised)
    advance = uow.engine.finish_service(call.instance_id, call.task_id, variables)
    if advance is not None:
        key = f"{call.instance_id}:{call.task_id}"
        uow.insert(JobEffectRow, key=key, case_id=call.instance_id, handler=call.handler, at=uow.now)
    return advance, None


def _declared(job: Job, raised: BusinessError) -> RaisedError:
    if raised.error.code not in service_errors[job.call.handler]:
        raise raised
    return raised.error


def waiting_job(uow: UnitOfWork, case_id: UUID, task_id: UUID) -> Job | None:
    """The job of a service task, as its handler gets it; None when it waits no longer."""
    call = _waiting(uow, case_id, task_id)
    if call is None:
        return None
    case = case_row(uow.session, case_id)
    return Job(call=call, case=case, body=body(uow.session, case.body_id))


def _waiting(uow: UnitOfWork, case_id: UUID, task_id: UUID) -> ServiceCall | None:
    for call in uow.engine.waiting_services(case_id):
        if call.task_id == task_id:
            return call
    return None


def recorded_effects(uow: UnitOfWork, case_id: UUID) -> list[str]:
    """Keys of the service tasks of a case whose effect is in the database; each stands there once."""
    query = sa.select(JobEffectRow.key).where(JobEffectRow.case_id == case_id)
    return list(uow.session.execute(query).scalars())
