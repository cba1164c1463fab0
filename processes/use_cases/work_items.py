"""Claim, release, assign, delegate and hand back work items."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from engine.errors import InstanceSuspended, StaleWorkItem, WorkItemClosed, WorkItemReserved
from engine.workitem import WorkItem
from processes.authorization import mandate_for, require_giver, require_taker
from processes.errors import NotPermitted, ProcessesError, StepOvertaken
from processes.office import Office
from processes.operating import name_of
from processes.organisation import person
from processes.steps import holder_name, item_of, note_refusal
from processes.unit_of_work import UnitOfWork

R = TypeVar("R")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateItem:
    """Its holder asks a colleague of the same role to do an item; it may come back."""

    item_id: UUID
    version: int
    to: UUID
    by: UUID
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBackItem:
    """The delegate gives an item back, or whoever delegated it takes it back."""

    item_id: UUID
    version: int
    by: UUID
    ground: str


def claim_item(office: Office, request: ClaimItem) -> WorkItem:
    """Reserve an item for oneself.

    :raises NotPermitted: no mandate for it; :raises StepOvertaken: somebody was faster
    """

    def claim(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        _permit(office, uow, item, request.by)
        return uow.engine.claim(item.id, version=request.version, by=str(request.by))

    return change_item(office, request.item_id, request.by, "claim", claim)


def release_item(office: Office, request: ReleaseItem) -> WorkItem:
    """Give one's item back to its group.

    :raises NotPermitted: it is not one's own, or was given by name: then only a supervisor or the head gives it on
    """

    def release(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        _require_own(item, request.by)
        if item.named:
            raise NotPermitted(rule="named")
        return uow.engine.release(item.id, version=request.version, by=str(request.by))

    return change_item(office, request.item_id, request.by, "release", release)


def assign_item(office: Office, request: AssignItem) -> WorkItem:
    """Give an item to somebody of its group, with a ground.

    :raises NotPermitted: the giver is no supervisor nor the body's head, or the taker may not do it
    """

    def assign(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        require_giver(uow.session, request.by, item, uow.now)
        require_taker(uow.session, request.to, item, uow.now)
        return uow.engine.assign(
            item.id, version=request.version, to=str(request.to), by=str(request.by), ground=request.ground
        )

    return change_item(office, request.item_id, request.by, "assign", assign, ground=request.ground)


def delegate_item(office: Office, request: DelegateItem) -> WorkItem:
    """Pass one's item on to a colleague, with a ground.

    :raises NotPermitted: it is not one's own or was given by name, or the colleague may not do it
    """

    def delegate(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        _require_own(item, request.by)
        if item.named or request.to == request.by:
            raise NotPermitted(rule="named" if item.named else "delegation")
        require_taker(uow.session, request.to, item, uow.now)
        return uow.engine.delegate(
            item.id, version=request.version, to=str(request.to), by=str(request.by), ground=request.ground
        )

    return change_item(office, request.item_id, request.by, "delegate", delegate, ground=request.ground)


def hand_back_item(office: Office, request: HandBackItem) -> WorkItem:
    """Give a delegated item back to whoever delegated it; that person may also take it back.

    :raises NotPermitted: it was not delegated, or the person has no part in that
    """

    def hand_back(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        if item.delegated_by is None or str(request.by) not in {item.assignee, item.delegated_by}:
            raise NotPermitted(rule="delegation")
        return uow.engine.hand_back(item.id, version=request.version, by=str(request.by), ground=request.ground)

    return change_item(office, request.item_id, request.by, "hand-back", hand_back, ground=request.ground)


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """What became of a selection: each item is changed in a transaction of its own."""

    done: int
    refused: tuple[ProcessesError, ...]


def claim_items(office: Office, requests: Iterable[ClaimItem]) -> Many:
    """Claim each; what somebody else was faster with is left out."""
    return change_many(lambda request: claim_item(office, request), requests)


def release_items(office: Office, requests: Iterable[ReleaseItem]) -> Many:
    """Release each that may be."""
    return change_many(lambda request: release_item(office, request), requests)


def assign_items(office: Office, requests: Iterable[AssignItem]) -> Many:
    """Give each to the same person, where that is permitted."""
    return change_many(lambda request: assign_item(office, request), requests)


def change_many(change: Callable[[R], WorkItem], requests: Iterable[R]) -> Many:
    """Change each in a transaction of its own; what is refused is kept apart."""
    result = Many(done=0, refused=())
    for request in requests:
        try:
            change(request)
        except ProcessesError as error:
            result = replace(result, refused=(*result.refused, error))
        else:
            result = replace(result, done=result.done + 1)
    return result


def change_item(
    office: Office,
    item_id: UUID,
    by: UUID,
    action: str,
    change: Callable[[UnitOfWork, WorkItem], WorkItem],
    **details: str,
) -> WorkItem:
    """Change a work item in its locked case, with a line of the audit trail.

    :raises StepOvertaken: it is no longer as its caller saw it
    """
    with office.reading() as uow:
        item = item_of(uow, item_id)
        person(uow.session, by)
    with office.unit_of_work() as uow:
        uow.engine.lock(item.instance_id)
        try:
            changed = change(uow, item_of(uow, item_id))
        except InstanceSuspended as error:
            raise StepOvertaken(by=name_of(uow, error.by), at=error.since, state="suspended") from error
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


def _permit(office: Office, uow: UnitOfWork, item: WorkItem, by: UUID) -> None:
    try:
        mandate_for(uow.session, by, item, uow.now)
    except ProcessesError as refusal:
        note_refusal(office, uow, by, item, refusal)
        raise


def _require_own(item: WorkItem, by: UUID) -> None:
    if item.assignee != str(by):
        raise NotPermitted(rule="assignment")
