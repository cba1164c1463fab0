"""Note the day of an event from which retention runs: an act was repealed, a contract ended; the period follows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from archive.documents import GONE
from archive.retention import ACT_REPEALED_ON, EVENT_ON
from processes.archivists import require_archivist
from processes.errors import BadInput, NotFound
from processes.office import Office
from processes.operating import require_ground

EVENTS = (ACT_REPEALED_ON, EVENT_ON)
"""what an archivist notes; the others are noted by the office itself"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRetentionEvent:
    """The day of an event, and how it is known."""

    document_id: UUID
    fact: str
    on: date
    by: UUID
    ground: str


def record_retention_event(office: Office, request: RecordRetentionEvent) -> None:
    """Note the event; the document's period is computed anew, by the rule of its class.

    :raises NotPermitted: no archivist of its body; :raises GroundTooShort: :raises NotFound: no such document, or gone
    :raises BadInput: no event an archivist notes, or one still to come
    """
    ground = require_ground(request.ground)
    if request.fact not in EVENTS or request.on > office.clock().date():
        raise BadInput("an event has a kind and a day that has come")
    with office.unit_of_work() as uow:
        found = uow.archive.documents([request.document_id])
        if not found or found[0].status in GONE:
            raise NotFound("no such document, or it is gone")
        actor = require_archivist(uow, request.by, UUID(found[0].owner))
        uow.archive.record_retention_facts([request.document_id], {request.fact: request.on}, actor=actor)
        details = {"fact": request.fact, "on": request.on.isoformat(), "ground": ground}
        uow.audit.record("archive:retention:event", actor=actor, subject=str(request.document_id), details=details)
        uow.commit()
