"""Say that a message is for nobody, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.errors import CaseChanged
from processes.office import Office
from processes.operating import note_message_act, require_ground, undelivered_message


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMessage:
    """Nobody is to get it."""

    event_id: UUID
    by: UUID
    ground: str


def drop_message(office: Office, request: DropMessage) -> None:
    """Close it; what it carried is let go of, that it was sent and dropped is kept.

    :raises NotFound: :raises NotPermitted: neither an administrator nor a supervisor of the body that sent it
    :raises GroundTooShort: :raises CaseChanged: somebody was faster, or it has been delivered
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        event = undelivered_message(uow, request.event_id, request.by)
        if not uow.engine.drop_event(event.id):
            raise CaseChanged
        note_message_act(uow, "drop", event, request.by, ground=request.ground)
        uow.commit()
