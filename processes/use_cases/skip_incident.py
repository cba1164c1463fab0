"""Pass over what has failed, with a ground and the variables it should have given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from processes.errors import CaseChanged
from processes.incidents import close_incidents
from processes.office import Office
from processes.operating import engine_refusals, note_incident_act, open_incident, require_ground
from processes.settling import settle


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipIncident:
    """Somebody answers for the case going on without what has failed."""

    incident_id: UUID
    by: UUID
    ground: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def skip_incident(office: Office, request: SkipIncident) -> None:
    """Let a failed service or timer be over; of a step that cannot go on, set the variables; drop any other job.

    :raises NotPermitted: neither an administrator nor a supervisor of the case's body
    :raises NotFound: :raises GroundTooShort: :raises CaseEnded: :raises CaseSuspended:
    :raises CaseChanged: it is closed, or the case no longer waits for it
    :raises CaseStuck: the model fails after it, too; nothing has been changed
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        row = open_incident(uow, request.incident_id, request.by)
        if row.state == "closed":
            raise CaseChanged
        by, ground = str(request.by), request.ground
        advance = None
        with engine_refusals(uow):
            if row.kind in {"service", "timer"} and row.case_id is not None:
                advance = uow.engine.skip(row.case_id, UUID(row.subject), request.variables, by=by, ground=ground)
                if advance is None:
                    raise CaseChanged
            elif row.kind == "step" and row.case_id is not None:
                advance = uow.engine.correct(row.case_id, request.variables, by=by, ground=ground)
        if advance is not None:
            settle(office, uow, advance)
        close_incidents(uow, [row.subject], "skipped", by=request.by, ground=ground)
        note_incident_act(uow, "skip", row, request.by, ground)
        uow.commit()
