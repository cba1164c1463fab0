"""What every act of operating a case has in common: who may, why, and that it is written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog

from engine.errors import (
    ConcurrentChange,
    DefinitionNotFound,
    EngineError,
    InstanceEnded,
    InstanceNotFound,
    InstanceNotSuspended,
    InstanceSuspended,
    MigrationRefused,
)
from engine.passing import SentEvent
from processes.authorization import ADMINISTRATOR, require_case_operator, require_role
from processes.cases import case_row
from processes.errors import (
    CaseChanged,
    CaseEnded,
    CaseNotSuspended,
    CaseStuck,
    CaseSuspended,
    GroundTooShort,
    MigrationImpossible,
    NotFound,
    NotPermitted,
    UnknownProcess,
)
from processes.office import Office
from processes.organisation import people_named
from processes.tables import CaseRow, IncidentRow
from processes.unit_of_work import UnitOfWork

SHORTEST_GROUND = 10
"""characters: a word like "error" tells nobody afterwards why"""
LONGEST_GROUND = 2000

log = structlog.get_logger(__name__)


def operated_case(office: Office, uow: UnitOfWork, case_id: UUID, by: UUID, ground: str) -> CaseRow:
    """The case, locked, for somebody who may operate it and says why.

    :raises NotFound: :raises NotPermitted: a line on the audit trail says so; :raises GroundTooShort:
    """
    require_ground(ground)
    try:
        uow.engine.lock(case_id)
    except InstanceNotFound as error:
        raise NotFound("no such case") from error
    case = case_row(uow.session, case_id)
    try:
        require_case_operator(uow.session, by, case.body_id, uow.now)
    except NotPermitted:
        _note_refusal(office, uow, case_id, by)
        raise
    return case


def administered_case(uow: UnitOfWork, case_id: UUID, by: UUID) -> CaseRow:
    """The case, locked, for an administrator. :raises NotFound: :raises NotPermitted:"""
    require_role(uow.session, by, ADMINISTRATOR, uow.now)
    try:
        uow.engine.lock(case_id)
    except InstanceNotFound as error:
        raise NotFound("no such case") from error
    return case_row(uow.session, case_id)


def require_ground(ground: str) -> str:
    """A ground that tells something, without spaces around. :raises GroundTooShort:"""
    if not SHORTEST_GROUND <= len(ground.strip()) <= LONGEST_GROUND:
        raise GroundTooShort(SHORTEST_GROUND)
    return ground.strip()


def open_incident(uow: UnitOfWork, incident_id: UUID, by: UUID) -> IncidentRow:
    """An incident, locked with its case, for an administrator or a supervisor of the case's body.

    :raises NotFound: :raises NotPermitted:
    """
    row = uow.session.get(IncidentRow, incident_id)
    if row is None:
        raise NotFound("no such incident")
    if row.case_id is not None:
        uow.engine.lock(row.case_id)
    uow.session.refresh(row, with_for_update=True)
    require_mender(uow, row.case_id, by)
    return row


def require_mender(uow: UnitOfWork, case_id: UUID | None, by: UUID) -> None:
    """Who may see to an incident: an administrator, or a supervisor of its case's body. :raises NotPermitted:"""
    try:
        require_role(uow.session, by, ADMINISTRATOR, uow.now)
    except NotPermitted:
        if case_id is None:
            raise
        require_case_operator(uow.session, by, case_row(uow.session, case_id).body_id, uow.now)


def undelivered_message(uow: UnitOfWork, event_id: UUID, by: UUID) -> SentEvent:
    """A message that waits for somebody to see to it, for who may see to incidents of its sender's body.

    :raises NotFound: :raises NotPermitted: :raises CaseChanged: somebody has seen to it, or it has been delivered
    """
    event = uow.engine.event(event_id)
    if event is None:
        raise NotFound("no such message")
    require_sender_mender(uow, event, by)
    if not event.state.incident:
        raise CaseChanged
    return event


def require_sender_mender(uow: UnitOfWork, event: SentEvent, by: UUID) -> None:
    """Who may see to a message: an administrator, or a supervisor of the body that sent it. :raises NotPermitted:"""
    try:
        require_role(uow.session, by, ADMINISTRATOR, uow.now)
    except NotPermitted:
        sender = uow.session.get(CaseRow, event.instance_id) if event.instance_id else None
        body_id = sender.body_id if sender else UUID(event.scope) if event.scope else None
        if body_id is None:
            raise
        require_case_operator(uow.session, by, body_id, uow.now)


def note_message_act(uow: UnitOfWork, action: str, event: SentEvent, by: UUID, **details: Any) -> None:
    """A line of the audit trail: ``case:message:<action>``, in the stream of the case that sent it, if one did."""
    stream = {"stream": str(event.instance_id)} if event.instance_id else {}
    facts = {"message": event.name, **details}
    uow.audit.record(f"case:message:{action}", actor=str(by), subject=str(event.id), details=facts, **stream)


def note_incident_act(uow: UnitOfWork, action: str, row: IncidentRow, by: UUID, ground: str) -> None:
    """A line of the audit trail: ``case:incident:<action>``, in the case's stream where there is one."""
    details = {"ground": ground, "kind": row.kind, "subject": row.subject, "element": row.element_id}
    stream = {"stream": str(row.case_id)} if row.case_id else {}
    uow.audit.record(f"case:incident:{action}", actor=str(by), subject=str(row.id), details=details, **stream)


def note(uow: UnitOfWork, action: str, case_id: UUID, by: UUID, **details: Any) -> None:
    """A line of the case's audit trail: ``case:instance:<action>``."""
    uow.audit.record(
        f"case:instance:{action}", actor=str(by), subject=str(case_id), stream=str(case_id), details=details
    )


@contextmanager
def engine_refusals(uow: UnitOfWork) -> Iterator[None]:
    """What the engine refuses, as the use cases tell it."""
    try:
        yield
    except InstanceEnded as error:
        raise CaseEnded from error
    except InstanceSuspended as error:
        raise CaseSuspended(by=name_of(uow, error.by), since=error.since) from error
    except InstanceNotSuspended as error:
        raise CaseNotSuspended from error
    except ConcurrentChange as error:
        raise CaseChanged from error
    except MigrationRefused as error:
        raise MigrationImpossible(tuple(error.obstacles)) from error
    except DefinitionNotFound as error:
        raise UnknownProcess(error.key) from error
    except EngineError as error:
        log.exception("a case could not be operated")
        raise CaseStuck(str(error)) from error


def name_of(uow: UnitOfWork, actor: str) -> str:
    """The name of a person the engine knows as a string."""
    try:
        identity = UUID(actor)
    except ValueError:
        return actor
    return people_named(uow.session, {identity}).get(identity, actor)


def _note_refusal(office: Office, refused: UnitOfWork, case_id: UUID, by: UUID) -> None:
    refused.session.rollback()  # it may hold the write lock that the line of the trail needs
    with office.unit_of_work() as uow:
        uow.audit.record("case:instance:refused", actor=str(by), subject=str(case_id), stream=str(case_id))
        uow.commit()
