"""End a case before its end events, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.appeals import content, tell_on_track
from processes.cases import case_row
from processes.office import Office
from processes.operating import engine_refusals, note, operated_case
from processes.organisation import body
from processes.settling import settle
from processes.tables import AppealRow, CaseRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.send_notice import Notice, post_notice
from processes.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCase:
    """A supervisor's will to end a case here and now."""

    case_id: UUID
    by: UUID
    ground: str


def cancel_case(office: Office, request: CancelCase) -> None:
    """Cancel a case: its steps end, prepared documents lose their effect, the register's number stays with it.

    :raises NotPermitted: not a supervisor of the case's body
    :raises GroundTooShort: :raises CaseEnded:
    """
    with office.unit_of_work() as uow:
        cancel_within(office, uow, request)
        uow.commit()


def cancel_within(office: Office, uow: UnitOfWork, request: CancelCase) -> None:
    """The same inside a transaction."""
    case = operated_case(office, uow, request.case_id, request.by, request.ground)
    with engine_refusals(uow):
        advance = uow.engine.cancel(case.id, by=str(request.by), ground=request.ground)
    settle(office, uow, advance)
    note(uow, "cancel", case.id, request.by, ground=request.ground, number=case.number)
    _tell_applicant(office, uow, case_row(uow.session, case.id), request.ground)


def _tell_applicant(office: Office, uow: UnitOfWork, case: CaseRow, ground: str) -> None:
    """Where a citizen waits for an answer: on the tracking page, and by mail where there is an address."""
    appeal = uow.session.get(AppealRow, case.id)
    if appeal is None:
        return
    tell_on_track(uow, case.id, "cancelled", status="cancelled", ground=ground)
    address = content(uow, appeal).get("applicant_email")
    if address:
        owner = body(uow.session, case.body_id)
        subject = word("cancelled-subject", owner.language, number=case.number)
        text = word("cancelled-text", owner.language, number=case.number, ground=ground, body=owner.named())
        post_notice(
            office,
            uow,
            Notice(key=f"cancelled:{case.id}", case_id=case.id, recipient=str(address), subject=subject, body=text),
        )
