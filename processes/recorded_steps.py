"""A step is done: its record, its remarks, and the case moves on. Signed or not, inside one transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog

from engine.errors import EngineError, InstanceEnded, StaleWorkItem, WorkItemClosed, WorkItemReserved
from engine.workitem import WorkItem
from processes.cases import named_subject
from processes.errors import CaseStuck, StepOvertaken
from processes.handlers import CompletedStep, recorders
from processes.incidents import words_of
from processes.office import Office
from processes.payloads import store_payload
from processes.remarks import record_remarks
from processes.settling import settle
from processes.steps import OpenStep, holder_name
from processes.tables import CaseRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneStep:
    """What is known of a step that somebody has done."""

    by: UUID
    record: Mapping[str, Any]
    """fields, remarks, decision, number and step.round, as step.json has them"""
    document_id: UUID | None
    """its own document, or the one it co-signed; None: it makes none"""
    certificate_serial: str
    """empty: nobody signed"""
    claimed_at: datetime | None
    proven_at: datetime | None = None


def keep_step(uow: UnitOfWork, step: OpenStep, done: DoneStep, body: Mapping[str, Any]) -> tuple[UUID, str]:
    """The step's record with its content and remarks; its id, and the content's digest, which chains may hold."""
    step_id, record = uuid4(), done.record
    payload_id, digest = store_payload(uow, body, case_id=step.case.id)
    uow.insert(
        StepRecordRow,
        id=step_id,
        case_id=step.case.id,
        work_item_id=step.item.id,
        definition_key=step.definition.key,
        definition_version=step.definition.version,
        element_id=step.item.element_id,
        round=record["step"]["round"],
        number=record["number"],
        person_id=done.by,
        mandate_id=step.mandate.id,
        capacity=step.mandate.capacity,
        decision=record["decision"],
        payload_id=payload_id,
        document_id=done.document_id,
        certificate_serial=done.certificate_serial,
        accepted_at=uow.now,
        claimed_at=done.claimed_at,
        proven_at=done.proven_at,
    )
    record_remarks(uow, step, step_id, record, done.by)
    if subject := named_subject(record["fields"]):
        uow.update(CaseRow, {"id": step.case.id}, subject=subject)
    return step_id, digest


def advance(
    office: Office, uow: UnitOfWork, step: OpenStep, done: tuple[UUID, UUID, int], fields: Mapping[str, Any]
) -> None:
    """Tell the process's own recorder, complete the work item and let the case go on.

    :param done: the step's id, who did it, and the version of the work item they saw
    """
    step_id, by, version = done
    if step.element.handler:
        completed = CompletedStep(case=step.case, item=step.item, step_id=step_id, person_id=by, fields=fields)
        recorders[step.element.handler](uow, completed)
    variables = {name: fields[name] for name in step.definition.package.variables if name in fields}
    if step.item.assignee not in {None, str(by)}:
        # a substitute acts: the item passes into the substitute's hands, the trail names both
        version = uow.engine.assign(step.item.id, version=version, to=str(by), by=str(by)).version
    settle(office, uow, uow.engine.complete(step.item.id, version=version, by=str(by), variables=variables))


@contextmanager
def overtaken_told(uow: UnitOfWork) -> Iterator[None]:
    """What the engine says of a step that cannot be completed, in the house's words.

    :raises StepOvertaken: somebody was faster, or the step was interrupted
    :raises CaseStuck: the process itself cannot go on
    """
    try:
        yield
    except (StaleWorkItem, WorkItemClosed, WorkItemReserved, InstanceEnded) as error:
        current: WorkItem | None = getattr(error, "current", None) or getattr(error, "item", None)
        if not isinstance(current, WorkItem):
            raise StepOvertaken(state="exited") from error
        at = current.ended_at or current.claimed_at
        raise StepOvertaken(by=holder_name(uow, current), at=at, state=str(current.state)) from error
    except EngineError as error:
        log.exception("a step could not be completed")
        raise CaseStuck(words_of(error)) from error
