"""Do a human step whose task asks for no signature: it is recorded in the case's history, without a document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from processes.errors import CaseStuck, SignatureRefused, StepOvertaken
from processes.filed_papers import Papers, file_papers
from processes.incidents import Failure, note_incident
from processes.office import Office
from processes.recorded_steps import DoneStep, advance, keep_step, overtaken_told
from processes.steps import OpenStep, item_of, open_step, require_actable, round_of
from processes.tables import StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.submit_step import SubmitStep, checked_remarks, guard_step, validated_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStep:
    """What an officer is told once the step is done."""

    case_id: UUID
    accepted_at: datetime


def record_step(office: Office, request: SubmitStep) -> RecordedStep:
    """Check the step and complete it. A second call by the same person tells the first one's result.

    :raises SignatureRefused: rule "kind": the task asks for a signature
    :raises NotPermitted: :raises InvalidStep: :raises RouteBarred: :raises StateSecretDeclared: as `submit_step`
    :raises StepOvertaken: somebody else was faster
    """
    try:
        with office.unit_of_work() as uow, overtaken_told(uow):
            step = _opened(office, uow, request)
            _record(office, uow, step, request)
            uow.commit()
            return RecordedStep(case_id=step.case.id, accepted_at=uow.now)
    except StepOvertaken:
        if (before := _recorded_before(office, request)) is not None:
            return before
        raise
    except CaseStuck as error:
        note_incident(office, _stuck(office, request, error))
        raise


def _opened(office: Office, uow: UnitOfWork, request: SubmitStep) -> OpenStep:
    uow.engine.lock(item_of(uow, request.item_id).instance_id)
    step = open_step(office, uow, request.item_id, request.by, version=request.version)
    require_actable(uow, step.item, request.version)
    if not step.unsigned:
        raise SignatureRefused("kind", "this task asks for a signature")
    return step


def _record(office: Office, uow: UnitOfWork, step: OpenStep, request: SubmitStep) -> None:
    fields = validated_fields(step, request.fields)
    guard_step(uow, step, request.by, fields)
    record = _as_in_documents(uow, step, request, fields)
    done = DoneStep(by=request.by, record=record, document_id=None, certificate_serial="", claimed_at=uow.now)
    step_id, digest = keep_step(uow, step, done, {name: record[name] for name in ("fields", "remarks", "attachments")})
    papers = Papers(number=step.case.number, files=step.attachments)
    file_papers(office, uow, step.case, papers, actor=str(request.by))
    uow.audit.record(
        "case:step:record",
        actor=str(request.by),
        subject=str(step.item.id),
        stream=str(step.case.id),
        details={"element": step.item.element_id, "capacity": step.mandate.capacity, "content": digest},
    )
    advance(office, uow, step, (step_id, request.by, request.version), fields)


def _as_in_documents(uow: UnitOfWork, step: OpenStep, request: SubmitStep, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What step.json would say of it, as far as there is something to say."""
    decision = fields.get("decision")
    return {
        "number": "",
        "step": {"round": round_of(uow.session, step.case.id, step.item.element_id)},
        "decision": None if decision is None else str(decision),
        "fields": dict(fields),
        "remarks": checked_remarks(uow, step, request.remarks),
        "attachments": [{"name": each.name, "sha256": each.sha256, "bytes": each.bytes} for each in step.attachments],
    }


def _recorded_before(office: Office, request: SubmitStep) -> RecordedStep | None:
    with office.reading() as uow:
        mine = sa.and_(StepRecordRow.work_item_id == request.item_id, StepRecordRow.person_id == request.by)
        row = uow.session.execute(sa.select(StepRecordRow).where(mine)).scalar()
    return RecordedStep(case_id=row.case_id, accepted_at=row.accepted_at) if row else None


def _stuck(office: Office, request: SubmitStep, error: CaseStuck) -> Failure:
    with office.reading() as uow:
        item = item_of(uow, request.item_id)
    return Failure(
        kind="step",
        subject=str(request.item_id),
        cause=str(error),
        case_id=item.instance_id,
        definition_key=item.definition_key,
        element_id=item.element_id,
    )
