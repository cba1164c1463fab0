"""The engine's rows by Core statements: the hot path of a step costs no mapping of objects."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.history import HistoryEvent
from engine.instance import InstanceStatus, ProcessInstance
from engine.tables import Base, DefinitionRow, HistoryRow, InstanceRow, MessageWaitRow, TimerRow, WorkItemRow
from engine.workitem import WorkItem, WorkItemState

Row = Mapping[str, Any]

_tables = Base.metadata.tables
_definition = _tables[DefinitionRow.__tablename__]
_instance = _tables[InstanceRow.__tablename__]
_item = _tables[WorkItemRow.__tablename__]
_history = _tables[HistoryRow.__tablename__]
_timer = _tables[TimerRow.__tablename__]
_message = _tables[MessageWaitRow.__tablename__]
OPEN_STATES = [state.value for state in WorkItemState if state.open]
_INSTANCE_FIELDS = [field for field in ProcessInstance.__slots__ if field != "status"]
_ITEM_FIELDS = list(WorkItem.__slots__)
_EVENT_FIELDS = list(HistoryEvent.__slots__)


class Store:
    """Reads and writes the engine's tables in one session. Nothing here decides anything."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # definitions

    def definition(self, key: str, version: int | None = None) -> Row | None:
        """A definition's row without its files; the newest unless a version is named."""
        columns = [column for column in _definition.columns if column.name != "files"]
        query = sa.select(*columns).where(_definition.c.key == key)
        if version is not None:
            query = query.where(_definition.c.version == version)
        return self._one(query.order_by(_definition.c.version.desc()).limit(1))

    def definition_of_content(self, key: str, sha256: str) -> Row | None:
        """A definition's row with its files."""
        return self._one(sa.select(_definition).where(_definition.c.key == key, _definition.c.sha256 == sha256))

    def newest_definitions(self) -> Sequence[Row]:
        """Key and content of the newest version of each key."""
        newest = sa.select(_definition.c.key, sa.func.max(_definition.c.version).label("version"))
        found = newest.group_by(_definition.c.key).subquery()
        query = sa.select(_definition.c.key, _definition.c.sha256).join(
            found, sa.and_(found.c.key == _definition.c.key, found.c.version == _definition.c.version)
        )
        return self._all(query.order_by(_definition.c.key))

    def insert_definition(self, row: Row) -> None:
        """A new version."""
        self.session.execute(_definition.insert(), [dict(row)])

    # instances

    def lock_instance(self, instance_id: UUID) -> Row | None:
        """The case's row, locked until the transaction ends (on SQLite BEGIN IMMEDIATE has locked already)."""
        return self._one(sa.select(_instance).where(_instance.c.id == instance_id).with_for_update())

    def lock_instance_of_item(self, item_id: UUID) -> Row | None:
        """The case a work item belongs to, locked; the item is to be read after that."""
        owner = sa.select(_item.c.instance_id).where(_item.c.id == item_id).scalar_subquery()
        return self._one(sa.select(_instance).where(_instance.c.id == owner).with_for_update())

    def lock_instance_of_timer(self, timer_id: UUID) -> Row | None:
        """The case a timer belongs to, locked."""
        owner = sa.select(_timer.c.instance_id).where(_timer.c.id == timer_id).scalar_subquery()
        return self._one(sa.select(_instance).where(_instance.c.id == owner).with_for_update())

    def instance(self, instance_id: UUID) -> Row | None:
        """The case's row, not locked."""
        return self._one(sa.select(_instance).where(_instance.c.id == instance_id))

    def insert_instance(self, row: Row) -> None:
        """A new case."""
        self.session.execute(_instance.insert(), [dict(row)])

    def update_instance(self, instance_id: UUID, revision: int, values: Row) -> bool:
        """Change the case if it is still at that revision."""
        statement = _instance.update().where(_instance.c.id == instance_id, _instance.c.revision == revision)
        return self.session.connection().execute(statement.values(**values)).rowcount == 1

    # work items

    def item(self, item_id: UUID) -> WorkItem | None:
        """A work item."""
        row = self._one(sa.select(_item).where(_item.c.id == item_id))
        return as_item(row) if row else None

    def items(self, ids: Iterable[UUID]) -> list[WorkItem]:
        """Work items by their ids, in their order of creation."""
        wanted = list(ids)
        if not wanted:
            return []
        query = sa.select(_item).where(_item.c.id.in_(wanted)).order_by(_item.c.created_at, _item.c.id)
        return [as_item(row) for row in self._all(query)]

    def open_items(self, instance_id: UUID) -> list[WorkItem]:
        """The case's open work items, the oldest first."""
        query = sa.select(_item).where(_item.c.instance_id == instance_id, _item.c.state.in_(OPEN_STATES))
        return [as_item(row) for row in self._all(query.order_by(_item.c.created_at, _item.c.id))]

    def insert_items(self, items: Iterable[WorkItem]) -> None:
        """New work items."""
        self._insert(_item, [item_row(item) for item in items])

    def update_item(self, item: WorkItem) -> None:
        """A new version of a work item, whose case the caller has locked."""
        values = item_row(item)
        changing = ("state", "version", "assignee", "claimed_at", "due_at", "ended_at")
        statement = _item.update().where(_item.c.id == item.id)
        self.session.execute(statement.values({name: values[name] for name in changing}))

    # history, timers, messages

    def insert_history(self, events: Iterable[HistoryEvent]) -> None:
        """Append events."""
        self._insert(_history, [{name: getattr(event, name) for name in _EVENT_FIELDS} for event in events])

    def history(self, instance_id: UUID) -> list[HistoryEvent]:
        """All events of a case, in order."""
        query = sa.select(_history).where(_history.c.instance_id == instance_id).order_by(_history.c.seq)
        return [HistoryEvent(**{name: row[name] for name in _EVENT_FIELDS}) for row in self._all(query)]

    def timer(self, timer_id: UUID) -> Row | None:
        """A timer's row."""
        return self._one(sa.select(_timer).where(_timer.c.id == timer_id))

    def due_timers(self, now: datetime, limit: int) -> Sequence[Row]:
        """Timers whose hour has come, the earliest first."""
        query = sa.select(_timer).where(_timer.c.due_at <= now).order_by(_timer.c.due_at, _timer.c.id)
        return self._all(query.limit(limit))

    def replace_timers(self, gone: Iterable[UUID], new: Sequence[Row]) -> None:
        """Take timers out and put timers in."""
        self._delete(_timer, gone)
        self._insert(_timer, new)

    def replace_messages(self, gone: Iterable[UUID], new: Sequence[Row]) -> None:
        """Take message waits out and put message waits in."""
        self._delete(_message, gone)
        self._insert(_message, new)

    def _insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        if rows:
            self.session.execute(table.insert(), [dict(row) for row in rows])

    def _delete(self, table: sa.Table, ids: Iterable[UUID]) -> None:
        wanted = list(ids)
        if wanted:
            self.session.execute(table.delete().where(table.c.id.in_(wanted)))

    def _one(self, query: sa.Select[Any]) -> Row | None:
        row = self.session.execute(query).first()
        return row._asdict() if row is not None else None

    def _all(self, query: sa.Select[Any]) -> Sequence[Row]:
        return [row._asdict() for row in self.session.execute(query)]


def as_item(row: Row) -> WorkItem:
    """A row as a work item."""
    values = {name: row[name] for name in _ITEM_FIELDS}
    return WorkItem(**{**values, "state": WorkItemState(row["state"])})


def item_row(item: WorkItem) -> dict[str, Any]:
    """A work item as a row."""
    return {**{name: getattr(item, name) for name in _ITEM_FIELDS}, "state": item.state.value, "data": dict(item.data)}


def as_instance(row: Row) -> ProcessInstance:
    """A row as a process instance."""
    return ProcessInstance(status=InstanceStatus(row["status"]), **{name: row[name] for name in _INSTANCE_FIELDS})
