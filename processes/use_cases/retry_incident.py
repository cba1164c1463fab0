"""Try what has failed once more, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.errors import CaseChanged, NotPermitted
from processes.incidents import OPEN
from processes.office import Office
from processes.operating import engine_refusals, note_incident_act, open_incident, require_ground
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryIncident:
    """Somebody has seen to the cause."""

    incident_id: UUID
    by: UUID
    ground: str


def retry_incident(office: Office, request: RetryIncident) -> None:
    """Begin a failed job anew, or let a failed timer be asked again. When it succeeds the incident closes.

    :raises NotPermitted: neither an administrator nor a supervisor of the case's body
    :raises NotFound: :raises GroundTooShort: :raises CaseEnded:
    :raises CaseChanged: it is closed, or being retried, or the case no longer waits for it
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        retry_within(office, uow, request)
        uow.commit()


def retry_within(office: Office, uow: UnitOfWork, request: RetryIncident) -> None:
    """The same inside a transaction."""
    row = open_incident(uow, request.incident_id, request.by)
    if row.state not in OPEN or row.state == "retried":
        raise CaseChanged
    if row.kind == "step":
        raise NotPermitted("the person signs again; only the variables can be corrected", rule="step")
    if row.kind == "timer" and row.case_id is not None:
        with engine_refusals(uow):
            if not uow.engine.wind_timer(row.case_id, UUID(row.subject)):
                raise CaseChanged
    elif row.job is not None:
        arguments = tuple(str(each) for each in row.arguments)
        office.enqueue(uow.session, row.job, arguments, f"retry:{row.id}:{row.times}")
    row.state = "retried"
    note_incident_act(uow, "retry", row, request.by, request.ground)
    uow.session.flush()
