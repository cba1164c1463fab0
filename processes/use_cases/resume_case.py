"""Let a suspended case go on, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.appeals import tell_on_track
from processes.office import Office
from processes.operating import administered_case, engine_refusals, note, operated_case
from processes.recounting import recount_resumed
from processes.settling import settle
from processes.standing_still import move_deadlines, restart_parked_jobs
from processes.tables import AppealRow, CaseRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeCase:
    """A supervisor's will that a suspended case goes on."""

    case_id: UUID
    by: UUID
    ground: str


def resume_case(office: Office, request: ResumeCase) -> None:
    """Resume a case: its deadlines and timers have left what they had, and what arrived meanwhile is taken.

    :raises NotPermitted: not a supervisor of the case's body
    :raises GroundTooShort: :raises CaseNotSuspended: :raises CaseEnded:
    :raises CaseStuck: what arrived meanwhile makes the model fail; the case stays suspended
    """
    with office.unit_of_work() as uow:
        resume_within(office, uow, request)
        uow.commit()


def resume_within(office: Office, uow: UnitOfWork, request: ResumeCase) -> None:
    """The same inside a transaction; a case whose whole process is suspended stays suspended."""
    case = operated_case(office, uow, request.case_id, request.by, request.ground)
    _resume(office, uow, case, request, "case")


def let_go_within(office: Office, uow: UnitOfWork, request: ResumeCase) -> None:
    """Its whole process is resumed; a case that was suspended itself stays suspended.

    :raises NotPermitted: no administrator; :raises CaseNotSuspended: :raises CaseEnded:
    """
    _resume(office, uow, administered_case(uow, request.case_id, request.by), request, "definition")


def _resume(office: Office, uow: UnitOfWork, case: CaseRow, request: ResumeCase, hold: str) -> None:
    with engine_refusals(uow):
        advance = uow.engine.resume(case.id, by=str(request.by), ground=request.ground, hold=hold)
    note(uow, "resume", case.id, request.by, ground=request.ground, hold=hold)
    if advance.instance.suspension is not None:
        return
    uow.update(CaseRow, {"id": case.id}, status="running")
    move_deadlines(uow, case, advance)
    settle(office, uow, advance)
    recount_resumed(office, uow, case)
    restart_parked_jobs(office, uow, advance)
    if uow.session.get(AppealRow, case.id) is not None:
        tell_on_track(uow, case.id, "resumed", ground=request.ground)
