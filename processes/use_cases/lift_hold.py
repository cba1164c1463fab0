"""Lift a hold, with a ground: the documents may be disposed of again, if no other hold lies on them."""

from dataclasses import dataclass
from uuid import UUID

from archive.errors import HoldNotFound
from archive.holds import Holds
from processes.archivists import require_archivist
from processes.errors import NotFound
from processes.office import Office
from processes.operating import require_ground
from processes.queries.holds import owner_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold:
    """All holds that were placed in one go are lifted together."""

    order_id: UUID
    by: UUID
    ground: str


def lift_hold(office: Office, request: LiftHold) -> int:
    """Lift the holds of an order that are in force; how many. None left: they were lifted before.

    :raises NotPermitted: no archivist of a body whose documents are held; :raises GroundTooShort: :raises NotFound:
    """
    ground = require_ground(request.ground)
    with office.unit_of_work() as uow:
        try:
            holds = Holds(uow.session).of_order(request.order_id)
        except HoldNotFound as error:
            raise NotFound("no such hold") from error
        for owner in {owner_of(uow, hold) for hold in holds}:
            require_archivist(uow, request.by, UUID(owner))
        open_ = [hold for hold in holds if hold.lifted_at is None]
        for hold in open_:
            uow.archive.lift_hold(hold.id, ground=ground, actor=str(request.by))
        details = {"ground": ground, "documents": len(open_)}
        uow.audit.record("archive:hold:lift", actor=str(request.by), subject=str(request.order_id), details=details)
        uow.commit()
    return len(open_)
