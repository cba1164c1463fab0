"""Let a suspended process go on: cases begin again, and those it held are resumed."""

from dataclasses import dataclass
from uuid import UUID

from engine.errors import DefinitionNotSuspended
from processes.errors import CaseNotSuspended
from processes.office import Office
from processes.operating import require_ground
from processes.queries.operated_cases import running_cases_of
from processes.queries.people import require_any_role
from processes.use_cases.start_bulk import BulkAction, StartBulk, begin_bulk
from processes.use_cases.suspend_process import ADMINISTRATORS


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeProcess:
    """An administrator's will that a suspended process goes on."""

    key: str
    by: UUID
    ground: str


def resume_process(office: Office, request: ResumeProcess) -> UUID:
    """Resume a process at once, and the cases it held one by one; the id of that work.

    :raises NotPermitted: no administrator
    :raises GroundTooShort: :raises CaseNotSuspended: it is not suspended
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        require_any_role(uow.session, request.by, ADMINISTRATORS, uow.now)
        try:
            uow.engine.resume_definition(request.key)
        except DefinitionNotSuspended as error:
            raise CaseNotSuspended from error
        uow.audit.record(
            "process:definition:resume", actor=str(request.by), subject=request.key, details={"ground": request.ground}
        )
        held = running_cases_of(uow.session, request.key, status="suspended")
        bulk = StartBulk(action=BulkAction.LET_GO, case_ids=held, by=request.by, ground=request.ground)
        bulk_id = begin_bulk(office, uow, bulk)
        uow.commit()
    return bulk_id
