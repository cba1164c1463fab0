"""The rows of messages, signals and start events. Nothing here decides anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instance import InstanceStatus
from engine.passing import EventState, SentEvent
from engine.prepared import Row
from engine.spiff.tokens import Receiver, ThrownKind
from engine.tables import Base, EventDeliveryRow, InstanceRow, MessageWaitRow, StartEventRow, ThrownEventRow

_tables = Base.metadata.tables
_instance = _tables[InstanceRow.__tablename__]
_wait = _tables[MessageWaitRow.__tablename__]
_event = _tables[ThrownEventRow.__tablename__]
_delivery = _tables[EventDeliveryRow.__tablename__]
_start = _tables[StartEventRow.__tablename__]
_FIELDS = list(SentEvent.__slots__)
MANY = 20
"""kept messages that a new wait looks at: the others are found at the next look"""


class EventStore:
    """Reads and writes in one session's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # events

    def insert_events(self, events: Sequence[SentEvent]) -> None:
        """New events."""
        if events:
            self._session.connection().execute(_event.insert(), [event_row(event) for event in events])

    def event(self, event_id: UUID, *, lock: bool = False) -> SentEvent | None:
        """An event, locked until the transaction ends if asked for."""
        query = sa.select(_event).where(_event.c.id == event_id)
        row = self._one(query.with_for_update() if lock else query)
        return as_event(row) if row else None

    def settle(self, event_id: UUID, state: EventState, *, at: datetime, error: str | None = None) -> None:
        """The event has had its end; what it carried is let go of when somebody else has it, or nobody is to."""
        values: dict[str, Any] = {"state": state.value, "settled_at": at, "error": error}
        if state in {EventState.DELIVERED, EventState.DROPPED}:
            values |= {"payload": {}, "correlations": {}}
        self._run(_event.update().where(_event.c.id == event_id).values(**values))

    def postpone(self, event_id: UUID, *, expires_at: datetime | None = None) -> None:
        """Nobody was there: the next job is another one."""
        values: dict[str, Any] = {"attempts": _event.c.attempts + 1, "state": EventState.PENDING.value, "error": None}
        if expires_at is not None:
            values |= {"expires_at": expires_at, "settled_at": None}
        self._run(_event.update().where(_event.c.id == event_id).values(**values))

    def kept_messages(self, names: Iterable[str]) -> list[SentEvent]:
        """The oldest kept messages of these names."""
        query = sa.select(_event).where(
            _event.c.name.in_(sorted(set(names))),
            _event.c.kind == ThrownKind.MESSAGE.value,
            _event.c.state == EventState.PENDING.value,
        )
        return [as_event(row) for row in self._all(query.order_by(_event.c.thrown_at, _event.c.id).limit(MANY))]

    def awaited_messages(self, *, before: datetime, since: datetime) -> list[SentEvent]:
        """Kept messages thrown before an instant that a start event, or somebody since another, has by name."""
        waits = sa.exists().where(
            _wait.c.message == _event.c.name, _wait.c.kind == _event.c.kind, _wait.c.since >= since
        )
        starts = sa.exists().where(_start.c.name == _event.c.name, _start.c.kind == _event.c.kind)
        query = sa.select(_event).where(
            _event.c.state == EventState.PENDING.value, _event.c.thrown_at < before, sa.or_(waits, starts)
        )
        return [as_event(row) for row in self._all(query.order_by(_event.c.thrown_at, _event.c.id).limit(MANY))]

    def expired(self, now: datetime, limit: int) -> list[UUID]:
        """Events nobody came for in their time."""
        query = sa.select(_event.c.id).where(_event.c.state == EventState.PENDING.value, _event.c.expires_at <= now)
        return [row["id"] for row in self._all(query.order_by(_event.c.expires_at).limit(limit))]

    def incidents(self, limit: int) -> list[SentEvent]:
        """Events a person has to look at, the newest first."""
        states = [state.value for state in EventState if state.incident]
        query = sa.select(_event).where(_event.c.state.in_(states)).order_by(_event.c.thrown_at.desc()).limit(limit)
        return [as_event(row) for row in self._all(query)]

    def insert_delivery(self, event_id: UUID, target: str, instance_id: UUID | None, at: datetime) -> bool:
        """Note that the event has reached a target; False when it had before."""
        known = sa.select(_delivery.c.at).where(_delivery.c.event_id == event_id, _delivery.c.target == target)
        if self._one(known):
            return False
        row = {"event_id": event_id, "target": target, "instance_id": instance_id, "at": at}
        self._run(_delivery.insert().values(**row))
        return True

    # who waits

    def waiting_definitions(self, name: str) -> list[tuple[str, str]]:
        """Key and content of the processes in which something waits for the message."""
        query = sa.select(_wait.c.definition_key, _wait.c.definition_sha256).distinct()
        found = self._all(query.where(_wait.c.message == name, _wait.c.kind == ThrownKind.MESSAGE.value))
        return [(row["definition_key"], row["definition_sha256"]) for row in found]

    def waiting_for(self, event: SentEvent, correlations: Sequence[str]) -> list[Row]:
        """The waits a message may be for, those of its conversation first, then by age; not its sender's own."""
        query = sa.select(_wait.c.instance_id, _wait.c.correlation).join(
            _instance, _instance.c.id == _wait.c.instance_id
        )
        query = query.where(
            _wait.c.message == event.name,
            _wait.c.kind == event.kind.value,
            sa.or_(_wait.c.correlation.is_(None), _wait.c.correlation.in_(correlations)),
            _instance.c.status == InstanceStatus.RUNNING.value,
        )
        if event.instance_id is not None:
            query = query.where(_wait.c.instance_id != event.instance_id)
        if event.receiver is not None and event.receiver.element is not None:
            query = query.where(_wait.c.element_id == event.receiver.element)
        elif event.receiver is not None:
            query = query.where(_instance.c.definition_key == event.receiver.process)
        order = (_wait.c.correlation.is_(None), _wait.c.since, _wait.c.id)
        return list(self._all(query.order_by(*order).limit(MANY)))

    def hearing(self, event: SentEvent, after: UUID | None, limit: int) -> list[UUID]:
        """Cases that waited for a signal when it was thrown, in the order of their ids."""
        query = sa.select(_wait.c.instance_id).distinct().where(*self._hears(event))
        if after is not None:
            query = query.where(_wait.c.instance_id > after)
        return [row["instance_id"] for row in self._all(query.order_by(_wait.c.instance_id).limit(limit))]

    def hears(self, event: SentEvent, instance_id: UUID) -> bool:
        """Whether a case still waits as it did when the signal was thrown."""
        query = sa.select(_wait.c.id).where(*self._hears(event), _wait.c.instance_id == instance_id).limit(1)
        return self._one(query) is not None

    @staticmethod
    def _hears(event: SentEvent) -> list[sa.ColumnElement[bool]]:
        conditions: list[sa.ColumnElement[bool]] = [
            _wait.c.message == event.name,
            _wait.c.kind == event.kind.value,
            _wait.c.since <= event.thrown_at,
        ]
        return conditions if event.instance_id is None else [*conditions, _wait.c.instance_id != event.instance_id]

    # start events

    def starts(self, kind: str, name: str) -> Sequence[Row]:
        """The start events that wait for a message or signal."""
        query = sa.select(_start).where(_start.c.kind == kind, _start.c.name == name)
        return self._all(query.order_by(_start.c.definition_key, _start.c.element_id))

    def starts_of(self, key: str) -> Sequence[Row]:
        """The start events of a process."""
        return self._all(sa.select(_start).where(_start.c.definition_key == key))

    def start(self, start_id: UUID, *, lock: bool = False) -> Row | None:
        """A start event."""
        query = sa.select(_start).where(_start.c.id == start_id)
        return self._one(query.with_for_update() if lock else query)

    def replace_starts(self, key: str, rows: Sequence[Row]) -> None:
        """The start events of a new version take the place of the old one's."""
        self._run(_start.delete().where(_start.c.definition_key == key))
        if rows:
            self._session.connection().execute(_start.insert(), [dict(row) for row in rows])

    def update_start(self, start_id: UUID, values: Row) -> None:
        """Move a start event on."""
        self._run(_start.update().where(_start.c.id == start_id).values(**values))

    def due_starts(self, now: datetime, limit: int) -> list[UUID]:
        """Start timers whose hour has come, the earliest first."""
        query = sa.select(_start.c.id).where(_start.c.due_at <= now).order_by(_start.c.due_at, _start.c.id)
        return [row["id"] for row in self._all(query.limit(limit))]

    def conditions(self) -> Sequence[Row]:
        """Start events that wait for a condition."""
        return self._all(sa.select(_start).where(_start.c.kind == "condition").order_by(_start.c.id))

    def _run(self, statement: sa.Executable) -> None:
        self._session.connection().execute(statement)

    def _one(self, query: sa.Select[Any]) -> Row | None:
        row = self._session.connection().execute(query).first()
        return row._asdict() if row is not None else None

    def _all(self, query: sa.Select[Any]) -> Sequence[Row]:
        return [row._asdict() for row in self._session.connection().execute(query)]


def event_row(event: SentEvent) -> dict[str, Any]:
    """An event as a row."""
    row = {name: getattr(event, name) for name in _FIELDS}
    receiver = asdict(event.receiver) if event.receiver else None
    return row | {
        "kind": event.kind.value,
        "state": event.state.value,
        "payload": dict(event.payload),
        "receiver": receiver,
    }


def as_event(row: Mapping[str, Any]) -> SentEvent:
    """A row as an event."""
    values = {name: row[name] for name in _FIELDS}
    receiver = Receiver(**row["receiver"]) if row["receiver"] else None
    return SentEvent(
        **values | {"kind": ThrownKind(row["kind"]), "state": EventState(row["state"]), "receiver": receiver}
    )
