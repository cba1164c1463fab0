"""Service tasks as jobs: the effect outside, then one transaction that records it and moves the case on."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.instance import ServiceCall
from processes.cases import case_row
from processes.handlers import Job, services
from processes.office import Office
from processes.organisation import body
from processes.settling import settle
from processes.standing_still import park_job
from processes.tables import JobEffectRow
from processes.unit_of_work import UnitOfWork


def perform(office: Office, case_id: UUID, task_id: UUID) -> dict[str, Any] | None:
    """Do the outside effect of a waiting service task; None when it waits no longer, or its case stands still."""
    with office.reading() as uow:
        job = _job(uow, case_id, task_id)
        suspended = job is not None and uow.engine.suspension(case_id) is not None
    if suspended and park_job(office, case_id, task_id):
        return None
    return None if job is None else services[job.call.handler].effect(office, job)


def record(office: Office, uow: UnitOfWork, case_id: UUID, task_id: UUID, effect: dict[str, Any]) -> str:
    """Write down the effect and move the case on. Too late is an answer, not an error."""
    with uow:
        uow.engine.lock(case_id)
        job = _job(uow, case_id, task_id)
        if job is None:
            return "too late"
        variables = services[job.call.handler].record(office, uow, job, effect)
        advance = uow.engine.finish_service(case_id, task_id, variables)
        if advance is None:
            return "too late"
        uow.insert(JobEffectRow, key=f"{case_id}:{task_id}", case_id=case_id, handler=job.call.handler, at=uow.now)
        settle(office, uow, advance)
        uow.commit()
    return "done"


def _job(uow: UnitOfWork, case_id: UUID, task_id: UUID) -> Job | None:
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
