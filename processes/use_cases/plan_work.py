"""How pressing a step is, and when its holder wants to see it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.workitem import Priority, WorkItem
from processes.authorization import require_giver
from processes.cases import case_row
from processes.errors import BadInput, NotPermitted
from processes.office import Office
from processes.organisation import body
from processes.unit_of_work import UnitOfWork
from processes.use_cases.work_items import Many, change_item, change_many

__all__ = ["FollowUpItem", "PrioritiseItem", "Priority", "follow_up_item", "prioritise_item", "prioritise_items"]
LONGEST = timedelta(days=366)
"""how far ahead somebody may want to be reminded"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrioritiseItem:
    """A supervisor makes a step more or less pressing."""

    item_id: UUID
    version: int
    priority: Priority
    by: UUID
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpItem:
    """Its holder wants to be reminded of a step on a day; None: no more."""

    item_id: UUID
    version: int
    on: date | None
    hides: bool
    """whether the step leaves the holder's list until then; an overdue step is shown all the same"""
    by: UUID


def prioritise_item(office: Office, request: PrioritiseItem) -> WorkItem:
    """Set a step's priority, with a ground.

    :raises NotPermitted: neither a supervisor nor the body's head; :raises StepOvertaken: it has changed
    """

    def prioritise(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        require_giver(uow.session, request.by, item, uow.now)
        return uow.engine.prioritise(
            item.id, version=request.version, priority=request.priority, by=str(request.by), ground=request.ground
        )

    details = {"ground": request.ground, "priority": request.priority.name.lower()}
    return change_item(office, request.item_id, request.by, "prioritise", prioritise, **details)


def prioritise_items(office: Office, requests: Iterable[PrioritiseItem]) -> Many:
    """Set the priority of each, where that is permitted."""
    return change_many(lambda request: prioritise_item(office, request), requests)


def follow_up_item(office: Office, request: FollowUpItem) -> WorkItem:
    """Set the day on which the holder is reminded, from that day's first minute in the body's zone.

    :raises NotPermitted: it is somebody else's; :raises BadInput: the day has passed or is more than a year away
    """

    def follow_up(uow: UnitOfWork, item: WorkItem) -> WorkItem:
        if item.assignee != str(request.by):
            raise NotPermitted(rule="assignment")
        at = _morning(uow, item, request.on) if request.on else None
        return uow.engine.follow_up(item.id, version=request.version, at=at, hides=request.hides, by=str(request.by))

    on = request.on.isoformat() if request.on else "never"
    return change_item(office, request.item_id, request.by, "follow-up", follow_up, on=on)


def _morning(uow: UnitOfWork, item: WorkItem, day: date) -> datetime:
    owner = body(uow.session, case_row(uow.session, item.instance_id).body_id)
    morning = datetime.combine(day, time(), ZoneInfo(owner.time_zone))
    if not uow.now < morning <= uow.now + LONGEST:
        raise BadInput("the day has passed or is more than a year away")
    return morning
