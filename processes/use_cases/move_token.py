"""Put a case's token before another step, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from processes.errors import CaseChanged
from processes.office import Office
from processes.operating import engine_refusals, note, operated_case
from processes.settling import settle
from processes.tables import BulkRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToken:
    """A supervisor's will that a case goes on elsewhere, after having seen what that closes and opens."""

    case_id: UUID
    token_id: UUID
    target: str
    revision: int
    """of the case when the preview was made"""
    by: UUID
    ground: str


def move_token(office: Office, request: MoveToken) -> None:
    """Move a token.

    :raises NotPermitted: not a supervisor of the case's body
    :raises GroundTooShort: :raises CaseEnded:
    :raises CaseChanged: the case has moved on since the preview
    :raises CaseStuck: it cannot go on from there; nothing has been changed
    """
    with office.unit_of_work() as uow:
        _move(office, uow, request)
        uow.commit()


def move_within(office: Office, uow: UnitOfWork, bulk: BulkRow, case_id: UUID) -> None:
    """One of many cases: its token on the element `from`, wherever that stands now, goes before `to`.

    :raises CaseChanged: no token, or several, stand on the element
    """
    uow.engine.lock(case_id)
    standing = [one.token for one in uow.engine.movable(case_id) if one.token.element == bulk.parameters["from"]]
    if len(standing) != 1:
        raise CaseChanged
    request = MoveToken(
        case_id=case_id,
        token_id=standing[0].task_id,
        target=str(bulk.parameters["to"]),
        revision=uow.engine.instance(case_id).revision,
        by=bulk.by,
        ground=bulk.ground,
    )
    _move(office, uow, request)


def _move(office: Office, uow: UnitOfWork, request: MoveToken) -> None:
    case = operated_case(office, uow, request.case_id, request.by, request.ground)
    with engine_refusals(uow):
        advance = uow.engine.move_token(
            case.id,
            request.token_id,
            request.target,
            revision=request.revision,
            by=str(request.by),
            ground=request.ground,
        )
    settle(office, uow, advance)
    note(uow, "move", case.id, request.by, ground=request.ground, target=request.target)
