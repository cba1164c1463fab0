"""Claim, release and reassign work items."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from engine.errors import StaleWorkItem, WorkItemClosed, WorkItemReserved
from engine.workitem import WorkItem
from processes.authorization import mandate_for, matching, require_role
from processes.errors import NotPermitted, ProcessesError, StepOvertaken
from processes.mandates import mandates_of
from processes.office import Office
from processes.organisation import person
from processes.steps import holder_name, item_of, note_refusal
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimItem:
    """Take an item of one's group."""

    item_id: UUID
    version: int
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseItem:
    """Give an item back to the group."""

    item_id: UUID
    version: int
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignItem:
    """A supervisor gives an item to a person of its group."""

    item_id: UUID
    version: int
    to: UUID
    by: UUID
    ground: str


def claim_item(office: Office, request: ClaimItem) -> WorkItem:
    """Reserve an item for oneself.

    :raises NotPermitted: no mandate for it; :raises StepOvertaken: somebody was faster
    """

    def claim(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        _permit(office, uow, item, request.by)
        return uow.engine.claim(item.id, version=request.version, by=str(request.by))

    return _change(office, request.item_id, request.by, "claim", claim)


def release_item(office: Office, request: ReleaseItem) -> WorkItem:
    """Give one's item back to its group.

    :raises NotPermitted: it is not one's own
    """

    def release(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        if item.assignee != str(request.by):
            raise NotPermitted(rule="assignment")
        return uow.engine.release(item.id, version=request.version, by=str(request.by))

    return _change(office, request.item_id, request.by, "release", release)


def assign_item(office: Office, request: AssignItem) -> WorkItem:
    """Give an item to somebody of its group, with a ground.

    :raises NotPermitted: the giver is no supervisor nor the body's head, or the taker has no mandate for it
    """

    def assign(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        _permit_assigning(uow, item, request.by)
        if matching(mandates_of(uow.session, request.to, uow.now), item) is None:
            raise NotPermitted(rule="mandate")
        return uow.engine.assign(item.id, version=request.version, to=str(request.to), by=str(request.by))

    return _change(office, request.item_id, request.by, "assign", assign, ground=request.ground)


def _permit(office: Office, uow: UnitOfWork, item: WorkItem, by: UUID) -> None:
    try:
        mandate_for(uow.session, by, item, uow.now)
    except ProcessesError as refusal:
        note_refusal(office, uow, by, item, refusal)
        raise


def _permit_assigning(uow: UnitOfWork, item: WorkItem, by: UUID) -> None:
    try:
        require_role(uow.session, by, "supervisor", uow.now)
    except NotPermitted:
        require_role(uow.session, by, "head", uow.now, body_id=UUID(item.scope))


def _change(
    office: Office,
    item_id: UUID,
    by: UUID,
    action: str,
    change: Callable[[UnitOfWork, WorkItem], WorkItem],
    **details: str,
) -> WorkItem:
    with office.reading() as uow:
        item = item_of(uow, item_id)
        person(uow.session, by)
    with office.unit_of_work() as uow:
        uow.engine.lock(item.instance_id)
        try:
            changed = change(uow, item_of(uow, item_id))
        except (StaleWorkItem, WorkItemClosed, WorkItemReserved) as error:
            current = error.current if isinstance(error, StaleWorkItem) else error.item
            raise StepOvertaken(
                by=holder_name(uow, current), at=current.ended_at or current.claimed_at, state=str(current.state)
            ) from error
        uow.audit.record(
            f"case:item:{action}",
            actor=str(by),
            subject=str(item_id),
            stream=str(item.instance_id),
            details=details | {"assignee": changed.assignee or ""},
        )
        uow.commit()
    return changed
