"""Suspend a whole process: no case of it begins, and its running cases stand still."""

from dataclasses import dataclass
from uuid import UUID

from engine.errors import DefinitionNotFound, DefinitionSuspended
from processes.errors import ProcessSuspended, UnknownProcess
from processes.office import Office
from processes.operating import name_of, require_ground
from processes.queries.operated_cases import running_cases_of
from processes.queries.people import require_any_role
from processes.use_cases.start_bulk import BulkAction, StartBulk, begin_bulk

ADMINISTRATORS = frozenset({"administrator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendProcess:
    """An administrator's will that nothing goes on in a process."""

    key: str
    by: UUID
    ground: str


def suspend_process(office: Office, request: SuspendProcess) -> UUID:
    """Suspend a process at once, and its running cases one by one; the id of that work.

    :raises NotPermitted: no administrator
    :raises GroundTooShort: :raises UnknownProcess: :raises ProcessSuspended: it is already
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        require_any_role(uow.session, request.by, ADMINISTRATORS, uow.now)
        try:
            uow.engine.suspend_definition(request.key, by=str(request.by), ground=request.ground)
        except DefinitionNotFound as error:
            raise UnknownProcess(request.key) from error
        except DefinitionSuspended as error:
            raise ProcessSuspended(by=name_of(uow, error.by), since=error.since) from error
        uow.audit.record(
            "process:definition:suspend",
            actor=str(request.by),
            subject=request.key,
            details={"ground": request.ground},
        )
        bulk = StartBulk(
            action=BulkAction.HOLD,
            case_ids=running_cases_of(uow.session, request.key),
            by=request.by,
            ground=request.ground,
        )
        bulk_id = begin_bulk(office, uow, bulk)
        uow.commit()
    return bulk_id
