"""What every act of operating a case has in common: who may, why, and that it is written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog

from engine.errors import (
    EngineError,
    InstanceEnded,
    InstanceNotFound,
    InstanceNotSuspended,
    InstanceSuspended,
)
from processes.authorization import require_case_operator
from processes.cases import case_row
from processes.errors import (
    CaseEnded,
    CaseNotSuspended,
    CaseStuck,
    CaseSuspended,
    GroundTooShort,
    NotFound,
    NotPermitted,
)
from processes.office import Office
from processes.organisation import people_named
from processes.tables import CaseRow
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


def require_ground(ground: str) -> None:
    """A ground that tells something. :raises GroundTooShort:"""
    if not SHORTEST_GROUND <= len(ground.strip()) <= LONGEST_GROUND:
        raise GroundTooShort(SHORTEST_GROUND)


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
