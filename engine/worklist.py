"""What people do with work items beside completing them: claim, release, assign, delegate, set aside."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.errors import WorkItemNotFound
from engine.history import EventKind
from engine.ledger import item_event
from engine.prepared import Row
from engine.recounting import Recounting
from engine.store import as_instance
from engine.suspension import require_running
from engine.workitem import Priority, WorkItem

BARRED_WHILE_SUSPENDED = frozenset({EventKind.ITEM_CLAIMED, EventKind.ITEM_ASSIGNED, EventKind.ITEM_DELEGATED})
"""giving an item back is always possible: a mandate may be lost meanwhile"""


class Worklist(Recounting):
    """Changes work items of locked cases. Each change is an event of the case's history, with who and why.

    Whether a person may is the caller's question. All raise WorkItemNotFound, StaleWorkItem and WorkItemClosed; in a
    suspended case, what gives an item to somebody raises InstanceSuspended.
    """

    def work_item(self, item_id: UUID) -> WorkItem:
        """A work item. :raises WorkItemNotFound:"""
        item = self._store.item(item_id)
        if item is None:
            raise WorkItemNotFound(item_id)
        return item

    def open_items(self, instance_id: UUID) -> list[WorkItem]:
        """The open work items of a case, the oldest first."""
        return self._store.open_items(instance_id)

    def claim(self, item_id: UUID, *, version: int, by: str) -> WorkItem:
        """Reserve an item for oneself. :raises WorkItemReserved:"""
        return self._change_item(
            item_id, EventKind.ITEM_CLAIMED, by, lambda item: item.claimed(version=version, by=by, at=self.now)
        )

    def release(self, item_id: UUID, *, version: int, by: str, ground: str = "") -> WorkItem:
        """Give an item back to its group."""
        return self._change_item(
            item_id, EventKind.ITEM_RELEASED, by, lambda item: item.released(version=version), ground=ground
        )

    def assign(self, item_id: UUID, *, version: int, to: str, by: str, ground: str = "") -> WorkItem:
        """Reserve an item for somebody, whoever held it."""
        return self._change_item(
            item_id,
            EventKind.ITEM_ASSIGNED,
            by,
            lambda item: item.assigned(version=version, to=to, at=self.now),
            ground=ground,
        )

    def delegate(self, item_id: UUID, *, version: int, to: str, by: str, ground: str) -> WorkItem:
        """Pass a held item on to somebody who may hand it back. :raises WorkItemReserved: nobody holds it"""
        return self._change_item(
            item_id,
            EventKind.ITEM_DELEGATED,
            by,
            lambda item: item.delegated(version=version, to=to, at=self.now),
            ground=ground,
        )

    def hand_back(self, item_id: UUID, *, version: int, by: str, ground: str) -> WorkItem:
        """Give a delegated item back. :raises WorkItemReserved: it was not delegated"""
        return self._change_item(
            item_id,
            EventKind.ITEM_HANDED_BACK,
            by,
            lambda item: item.handed_back(version=version, at=self.now),
            ground=ground,
        )

    def prioritise(self, item_id: UUID, *, version: int, priority: Priority, by: str, ground: str) -> WorkItem:
        """Make an item more or less pressing."""
        return self._change_item(
            item_id,
            EventKind.ITEM_PRIORITISED,
            by,
            lambda item: item.prioritised(version=version, priority=priority),
            ground=ground,
            priority=priority.name.lower(),
        )

    def follow_up(self, item_id: UUID, *, version: int, at: datetime | None, hides: bool, by: str) -> WorkItem:
        """Set when the holder wants to look at an item again; None: no more."""
        return self._change_item(
            item_id,
            EventKind.ITEM_FOLLOW_UP,
            by,
            lambda item: item.followed_up(version=version, at=at, hides=hides),
            at=at.isoformat() if at else "never",
        )

    def _lock_by_item(self, item_id: UUID) -> tuple[Row, WorkItem]:
        """A work item with its case, locked until the transaction ends. :raises WorkItemNotFound:"""
        found = self._store.lock_by_item(item_id)
        if found is None:
            raise WorkItemNotFound(item_id)
        return found

    def _change_item(
        self, item_id: UUID, event: EventKind, by: str, change: Callable[[WorkItem], WorkItem], **facts: Any
    ) -> WorkItem:
        row, item = self._lock_by_item(item_id)
        changed = change(item)
        if event in BARRED_WHILE_SUSPENDED:
            require_running(row)
        if changed != item:
            self._store.update_item(changed)
            self._ledger.save(as_instance(row), [item_event(event, changed, by, **facts)])
        return changed
