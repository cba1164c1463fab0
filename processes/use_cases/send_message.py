"""Hand a message to a case by hand, with a ground."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from processes.errors import MessageNotAwaited
from processes.office import Office
from processes.operating import engine_refusals, note, operated_case
from processes.settling import settle
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """A message for a case that waits for it; its payload sets the variables the process declares."""

    case_id: UUID
    message: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    by: UUID
    ground: str


def send_message(office: Office, request: SendMessage) -> None:
    """Deliver a message to one case.

    :raises NotPermitted: not a supervisor of the case's body
    :raises GroundTooShort: :raises CaseEnded: :raises MessageNotAwaited: nothing in the case waits for it
    :raises CaseStuck: the model fails with it; nothing has been changed
    """
    with office.unit_of_work() as uow:
        send_within(office, uow, request)
        uow.commit()


def send_within(office: Office, uow: UnitOfWork, request: SendMessage) -> None:
    """The same inside a transaction."""
    case = operated_case(office, uow, request.case_id, request.by, request.ground)
    with engine_refusals(uow):
        uow.engine.note_message(case.id, request.message, by=str(request.by), ground=request.ground)
        advance = uow.engine.deliver_message(case.id, request.message, request.payload)
    if advance is None:
        raise MessageNotAwaited
    settle(office, uow, advance)
    note(uow, "message", case.id, request.by, ground=request.ground, message=request.message)
