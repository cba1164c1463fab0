"""Say which case a message that could not be delivered is for, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.errors import CaseSuspended, MessageNotAwaited
from processes.office import Office
from processes.operating import (
    engine_refusals,
    name_of,
    note_message_act,
    require_ground,
    require_mender,
    undelivered_message,
)
from processes.settling import settle


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveMessage:
    """The case it is for, whatever the message carries."""

    event_id: UUID
    case_id: UUID
    by: UUID
    ground: str


def give_message(office: Office, request: GiveMessage) -> None:
    """Deliver it to that case; who and why stand in the case's history.

    :raises NotFound: :raises GroundTooShort:
    :raises NotPermitted: neither an administrator nor a supervisor of both bodies, the sender's and the case's
    :raises CaseChanged: somebody was faster, or it has been delivered
    :raises MessageNotAwaited: the case does not wait for it; :raises CaseEnded: :raises CaseSuspended:
    :raises CaseStuck: the model fails with it; nothing has been changed
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        event = undelivered_message(uow, request.event_id, request.by)
        require_mender(uow, request.case_id, request.by)
        with engine_refusals(uow):
            uow.engine.note_message(request.case_id, event.name, by=str(request.by), ground=request.ground)
            held = uow.engine.suspension(request.case_id)
            if held is not None:
                raise CaseSuspended(by=name_of(uow, held.by), since=held.since)
            advance = uow.engine.give_event(event.id, request.case_id)
        if advance is None:
            raise MessageNotAwaited
        settle(office, uow, advance)
        note_message_act(uow, "give", event, request.by, ground=request.ground, case=str(request.case_id))
        uow.commit()
