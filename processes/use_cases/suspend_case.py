"""Let a case stand still, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.appeals import tell_on_track
from processes.office import Office
from processes.operating import administered_case, engine_refusals, note, operated_case
from processes.standing_still import pause_deadlines
from processes.tables import AppealRow, CaseRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendCase:
    """A supervisor's will that nothing goes on in a case until it is resumed."""

    case_id: UUID
    by: UUID
    ground: str


def suspend_case(office: Office, request: SuspendCase) -> None:
    """Suspend a case: nobody acts in it, no timer fires, no deadline runs; what arrives for it is kept.

    :raises NotPermitted: not a supervisor of the case's body
    :raises GroundTooShort: :raises CaseSuspended: it is already; :raises CaseEnded:
    """
    with office.unit_of_work() as uow:
        suspend_within(office, uow, request)
        uow.commit()


def suspend_within(office: Office, uow: UnitOfWork, request: SuspendCase) -> None:
    """The same inside a transaction."""
    case = operated_case(office, uow, request.case_id, request.by, request.ground)
    _suspend(uow, case, request, "case")


def hold_within(uow: UnitOfWork, request: SuspendCase) -> None:
    """Its whole process is suspended: an administrator's doing, whosever case it is.

    :raises NotPermitted: no administrator; :raises CaseSuspended: held already; :raises CaseEnded:
    """
    _suspend(uow, administered_case(uow, request.case_id, request.by), request, "definition")


def _suspend(uow: UnitOfWork, case: CaseRow, request: SuspendCase, hold: str) -> None:
    with engine_refusals(uow):
        uow.engine.suspend(case.id, by=str(request.by), ground=request.ground, hold=hold)
    uow.update(CaseRow, {"id": case.id}, status="suspended")
    pause_deadlines(uow, case.id)
    if uow.session.get(AppealRow, case.id) is not None:
        tell_on_track(uow, case.id, "suspended", ground=request.ground)
    note(uow, "suspend", case.id, request.by, ground=request.ground, hold=hold)
