"""The engine's rows by Core statements, built once: the hot path of a step maps no objects and compiles no SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, SessionTransaction

from engine.history import HistoryEvent
from engine.instance import InstanceStatus, ProcessInstance
from engine.prepared import Prepared, Row, rows_of_all
from engine.tables import (
    Base,
    DefinitionRow,
    DeploymentRow,
    HistoryRow,
    InstanceRow,
    MessageWaitRow,
    TimerRow,
    WorkItemRow,
)
from engine.workitem import WorkItem, WorkItemState

_tables = Base.metadata.tables
_definition = _tables[DefinitionRow.__tablename__]
_deployment = _tables[DeploymentRow.__tablename__]
_instance = _tables[InstanceRow.__tablename__]
_item = _tables[WorkItemRow.__tablename__]
_history = _tables[HistoryRow.__tablename__]
_timer = _tables[TimerRow.__tablename__]
_message = _tables[MessageWaitRow.__tablename__]

OPEN_STATES = [state.value for state in WorkItemState if state.open]
_INSTANCE_FIELDS = [field for field in ProcessInstance.__slots__ if field != "status"]
_EVENT_FIELDS = list(HistoryEvent.__slots__)
_ITEM_PATHS = {"state": "state.value", "wanted": "id"}
"""parameters of a work item's statements that are not an attribute's name"""
_INSTANCE_COLUMNS, _ITEM_COLUMNS = tuple(_instance.columns.keys()), tuple(_item.columns.keys())
ADVANCED = ("status", "revision", "variables", "history_seq", "history_head", "ended_at", "suspension")
"""what of a case's row every change writes, beside its state"""
_CHANGING = (
    "state", "version", "assignee", "claimed_at", "due_at", "ended_at", "delegated_by", "priority", "follow_up_at",
    "follow_up_hides",
)  # fmt: skip

_ID: sa.BindParameter[Any] = sa.bindparam("wanted")
_KEY: sa.BindParameter[Any] = sa.bindparam("key")
_VERSION: sa.BindParameter[Any] = sa.bindparam("version")
_SHA256: sa.BindParameter[Any] = sa.bindparam("sha256")
_definition_facts = sa.select(*(column for column in _definition.columns if column.name != "files"))
_DEFINITION = Prepared(_definition_facts.where(_definition.c.key == _KEY, _definition.c.version == _VERSION))
_NEWEST = Prepared(_definition_facts.where(_definition.c.key == _KEY).order_by(_definition.c.version.desc()).limit(1))
_CONTENT = sa.select(_definition).where(_definition.c.key == _KEY, _definition.c.sha256 == _SHA256)
_instance_of_timer = sa.select(_timer.c.instance_id).where(_timer.c.id == _ID).scalar_subquery()
_INSTANCE = Prepared(sa.select(_instance).where(_instance.c.id == _ID))
_LOCK = Prepared(sa.select(_instance).where(_instance.c.id == _ID).with_for_update())
_LOCK_BY_ITEM = Prepared(
    sa.select(_instance, *(column.label("item_" + column.name) for column in _item.columns))
    .select_from(_instance.join(_item, _instance.c.id == _item.c.instance_id))
    .where(_item.c.id == _ID)
    .with_for_update()
)
_LOCK_BY_TIMER = Prepared(sa.select(_instance).where(_instance.c.id == _instance_of_timer).with_for_update())
_ITEM = Prepared(sa.select(_item).where(_item.c.id == _ID))
_ITEMS = sa.select(_item).where(_item.c.id.in_(sa.bindparam("wanted", expanding=True)))
_OPEN_ITEMS = sa.select(_item).where(_item.c.instance_id == _ID, _item.c.state.in_(OPEN_STATES))
_UPDATE_ITEM = Prepared(_item.update().where(_item.c.id == _ID), columns=_CHANGING, paths=_ITEM_PATHS)
_INSERT_ITEM = Prepared(_item.insert(), columns=_item.columns.keys(), paths=_ITEM_PATHS)
_update_instance = _instance.update().where(_instance.c.id == _ID, _instance.c.revision == sa.bindparam("seen"))
_STATUS = ("status", "ended_at", "suspension")
_RUNNING_ON = tuple(column for column in ADVANCED if column not in _STATUS)
_UPDATE_INSTANCE = {
    columns: Prepared(_update_instance, columns=columns)
    for always in (ADVANCED, _RUNNING_ON)
    for columns in (always, (*always, "state"))
}
_HISTORY = sa.select(_history).where(_history.c.instance_id == _ID).order_by(_history.c.seq)
_ERASE = (
    _history.update()
    .where(_history.c.instance_id == _ID, _history.c.salt.is_not(None))
    .values(payload=sa.null(), salt=sa.null())
)
_TIMER = Prepared(sa.select(_timer).where(_timer.c.id == _ID))
_DUE = (
    sa.select(_timer)
    .where(_timer.c.due_at <= sa.bindparam("now"))
    .order_by(_timer.c.due_at, _timer.c.id)
    .limit(sa.bindparam("most"))
)
_INSERT = {
    table.name: Prepared(table.insert(), columns=table.columns.keys())
    for table in (_definition, _instance, _history, _timer, _message)
}
_DELETE = {table.name: Prepared(table.delete().where(table.c.id == _ID)) for table in (_timer, _message)}


class Store:
    """Reads and writes the engine's tables in one session's transaction. Nothing here decides anything."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._held: tuple[SessionTransaction | None, sa.Connection] | None = None
        self._locked: dict[UUID, tuple[Any, ...]] = {}
        """cases this transaction has locked → their status then"""

    # definitions

    def definition(self, key: str, version: int | None = None) -> Row | None:
        """A definition's row without its files; the newest unless a version is named."""
        return self.each_definition([(key, version)])[0]

    def each_definition(self, named: Sequence[tuple[str, int | None]]) -> list[Row | None]:
        """The same of several keys and versions, in their order and at once."""
        asked = [
            (_NEWEST if version is None else _DEFINITION, {"key": key, "version": version}) for key, version in named
        ]
        return [next(iter(rows), None) for rows in rows_of_all(self._connection, asked)]

    def definition_of_content(self, key: str, sha256: str) -> Row | None:
        """A definition's row with its files."""
        return self._one(_CONTENT, key=key, sha256=sha256)

    def newest_definitions(self) -> Sequence[Row]:
        """Key and content of the newest version of each key."""
        newest = sa.select(_definition.c.key, sa.func.max(_definition.c.version).label("version"))
        found = newest.group_by(_definition.c.key).subquery()
        query = sa.select(_definition.c.key, _definition.c.sha256).join(
            found, sa.and_(found.c.key == _definition.c.key, found.c.version == _definition.c.version)
        )
        return self._all(query.order_by(_definition.c.key))

    def insert_definition(self, row: Row) -> bool:
        """A new version; False when somebody else has just taken its number or its content."""
        try:
            with self._session.begin_nested():
                self._insert(_definition, [row])
        except IntegrityError:
            return False
        return True

    def insert_deployment(self, row: Row) -> None:
        """A version that a deployment holds."""
        self._connection.execute(_deployment.insert(), dict(row))

    def deployed_together(self, caller: str, version: int, key: str) -> int | None:
        """The version of a process that the newest deployment with a version of its caller holds."""
        mine, theirs = _deployment.alias("mine"), _deployment.alias("theirs")
        query = sa.select(theirs.c.definition_version).join(mine, mine.c.id == theirs.c.id)
        query = query.where(
            mine.c.definition_key == caller, mine.c.definition_version == version, theirs.c.definition_key == key
        )
        found: int | None = self._connection.scalar(query.order_by(theirs.c.deployed_at.desc()).limit(1))
        return found

    # instances

    def lock_instance(self, instance_id: UUID) -> Row | None:
        """The case's row, locked until the transaction ends (on SQLite BEGIN IMMEDIATE has locked already)."""
        return self._lock(_LOCK, instance_id)

    def lock_by_item(self, item_id: UUID) -> tuple[Row, WorkItem] | None:
        """A work item with its case, locked: first the case, which is locked before any of its items changes."""
        values = _LOCK_BY_ITEM.values(self._connection, {"wanted": item_id})
        if values is None:
            return None
        row = dict(zip(_INSTANCE_COLUMNS, values, strict=False))
        self._locked[row["id"]] = _status(row)
        return row, as_item(dict(zip(_ITEM_COLUMNS, values[len(row) :], strict=True)))

    def lock_instance_of_timer(self, timer_id: UUID) -> Row | None:
        """The case a timer belongs to, locked."""
        return self._lock(_LOCK_BY_TIMER, timer_id)

    def instance(self, instance_id: UUID) -> Row | None:
        """The case's row, not locked."""
        return _INSTANCE.one(self._connection, {"wanted": instance_id})

    def insert_instance(self, row: Row) -> None:
        """A new case."""
        self._insert(_instance, [row])

    def update_instance(self, instance_id: UUID, revision: int, values: Row) -> bool:
        """Change the case if it is still at that revision: the columns ADVANCED, and its state if that is given.

        A status that stays what it was is left alone: setting it would rewrite its index.
        """
        status = _status(values)
        columns = _RUNNING_ON if self._locked.get(instance_id) == status else ADVANCED
        statement = _UPDATE_INSTANCE[(*columns, "state") if "state" in values else columns]
        self._locked[instance_id] = status
        return statement.run(self._connection, {**values, "wanted": instance_id, "seen": revision}) == 1

    def _lock(self, statement: Prepared, wanted: UUID) -> Row | None:
        row = statement.one(self._connection, {"wanted": wanted})
        if row is not None:
            self._locked[row["id"]] = _status(row)
        return row

    # work items

    def item(self, item_id: UUID) -> WorkItem | None:
        """A work item."""
        row = _ITEM.one(self._connection, {"wanted": item_id})
        return as_item(row) if row else None

    def items(self, ids: Iterable[UUID]) -> list[WorkItem]:
        """Work items by their ids, the oldest first."""
        wanted = list(ids)
        return _oldest_first(self._all(_ITEMS, wanted=wanted)) if wanted else []

    def open_items(self, instance_id: UUID) -> list[WorkItem]:
        """The case's open work items, the oldest first."""
        return _oldest_first(self._all(_OPEN_ITEMS, wanted=instance_id))

    def insert_items(self, items: Iterable[WorkItem]) -> None:
        """New work items."""
        new = list(items)
        if new:
            _INSERT_ITEM.run_each(self._connection, new)

    def update_item(self, item: WorkItem) -> None:
        """A new version of a work item, whose case the caller has locked."""
        _UPDATE_ITEM.run(self._connection, item)

    # history, timers, messages

    def insert_history(self, events: Sequence[Row]) -> None:
        """Append events."""
        self._insert(_history, events)

    def history(self, instance_id: UUID) -> list[HistoryEvent]:
        """All events of a case, in order."""
        rows = self._all(_HISTORY, wanted=instance_id)
        return [HistoryEvent(**{name: row[name] for name in _EVENT_FIELDS}) for row in rows]

    def erase_payloads(self, instance_id: UUID) -> int:
        """Take payloads and their salts out of a case's history, and what its finished steps saw; how many payloads."""
        ended = (_item.c.instance_id == instance_id) & _item.c.ended_at.is_not(None)
        self._connection.execute(sa.update(_item).where(ended).values(data={}))
        return self._connection.execute(_ERASE, {"wanted": instance_id}).rowcount

    def timer(self, timer_id: UUID) -> Row | None:
        """A timer's row."""
        return _TIMER.one(self._connection, {"wanted": timer_id})

    def due_timers(self, now: datetime, limit: int) -> Sequence[Row]:
        """Timers whose hour has come, the earliest first."""
        return self._all(_DUE, now=now, most=limit)

    def replace_timers(self, gone: Iterable[UUID], new: Sequence[Row]) -> None:
        """Take timers out and put timers in."""
        self._delete(_timer, gone)
        self._insert(_timer, new)

    def replace_messages(self, gone: Iterable[UUID], new: Sequence[Row]) -> None:
        """Take message waits out and put message waits in."""
        self._delete(_message, gone)
        self._insert(_message, new)

    @property
    def _connection(self) -> sa.Connection:
        """The transaction's connection; asking the session each time would cost as much as the statement.

        A savepoint is set when the session is first asked within it.
        """
        transaction = self._session.get_nested_transaction() or self._session.get_transaction()
        if self._held is None or transaction is None or transaction is not self._held[0]:
            connection = self._session.connection()
            self._held = (self._session.get_nested_transaction() or self._session.get_transaction(), connection)
        return self._held[1]

    def _insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        if rows:
            _INSERT[table.name].run_each(self._connection, rows)

    def _delete(self, table: sa.Table, ids: Iterable[UUID]) -> None:
        rows = [{"wanted": ident} for ident in ids]
        if rows:
            _DELETE[table.name].run_each(self._connection, rows)

    def _one(self, query: sa.Select[Any], **parameters: Any) -> Row | None:
        row = self._connection.execute(query, parameters).first()
        return row._asdict() if row is not None else None

    def _all(self, query: sa.Select[Any], **parameters: Any) -> Sequence[Row]:
        return [row._asdict() for row in self._connection.execute(query, parameters)]


def _status(row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in _STATUS)


def as_item(row: Row) -> WorkItem:
    """A row as a work item."""
    return WorkItem(**{**row, "state": WorkItemState(row["state"])})


def as_instance(row: Row) -> ProcessInstance:
    """A row as a process instance."""
    return ProcessInstance(status=InstanceStatus(row["status"]), **{name: row[name] for name in _INSTANCE_FIELDS})


def _oldest_first(rows: Sequence[Row]) -> list[WorkItem]:
    return sorted((as_item(row) for row in rows), key=lambda item: (item.created_at, item.id))
