"""Let a message that could not be delivered look for its receiver once more, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.errors import CaseChanged
from processes.office import Office
from processes.operating import note_message_act, require_ground, undelivered_message
from processes.settling import enqueue_event


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryMessage:
    """Somebody has seen to why it was not delivered."""

    event_id: UUID
    by: UUID
    ground: str


def retry_message(office: Office, request: RetryMessage) -> None:
    """Begin a job that looks for the receiver; the message is kept for some days more.

    :raises NotFound: :raises NotPermitted: neither an administrator nor a supervisor of the body that sent it
    :raises GroundTooShort: :raises CaseChanged: somebody was faster, or it has been delivered
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        event = undelivered_message(uow, request.event_id, request.by)
        job = uow.engine.retry_event(event.id)
        if job is None:
            raise CaseChanged
        enqueue_event(office, uow, job)
        note_message_act(uow, "retry", event, request.by, ground=request.ground)
        uow.commit()
