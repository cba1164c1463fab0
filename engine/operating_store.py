"""Rows that only operating needs: what arrived for suspended cases, processes held as a whole, calendars' overrides."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.prepared import Row
from engine.tables import (
    ArrivalRow,
    Base,
    CalendarOverrideRow,
    DefinitionHoldRow,
    DefinitionRow,
    InstanceRow,
    TimerRow,
    WorkItemRow,
)
from engine.workitem import WorkItem

_tables = Base.metadata.tables
_definition = _tables[DefinitionRow.__tablename__]
_hold = _tables[DefinitionHoldRow.__tablename__]
_arrival = _tables[ArrivalRow.__tablename__]
_override = _tables[CalendarOverrideRow.__tablename__]
_timer = _tables[TimerRow.__tablename__]


DESCRIBED = (
    "definition_version",
    "element_id",
    "role",
    "scope",
    "form",
    "document",
    "signature",
    "four_eyes_with",
)
"""what a version of the process says of a step"""


class OperatingStore:
    """Reads and writes in one session's transaction. Nothing here decides anything."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def definition_hold(self, key: str, *, change: bool = False) -> Row | None:
        """Whether a process is suspended as a whole. Who begins a case and who suspends the process wait for each other
        (on SQLite BEGIN IMMEDIATE has seen to that); `change`: the caller is about to suspend or resume it.
        """
        versions = sa.select(_definition.c.id).where(_definition.c.key == key)
        self._all(versions.with_for_update(read=not change))
        return next(iter(self._all(sa.select(_hold).where(_hold.c.key == key))), None)

    def insert_definition_hold(self, row: Row) -> None:
        """Suspend a process."""
        self._session.execute(sa.insert(DefinitionHoldRow).values(**row))

    def delete_definition_hold(self, key: str) -> None:
        """Let a process go on."""
        self._session.execute(sa.delete(_hold).where(_hold.c.key == key))

    def delete_timers_of(self, instance_id: UUID) -> None:
        """Every timer of a case goes; what they wait for stands in its state."""
        self._session.execute(sa.delete(_timer).where(_timer.c.instance_id == instance_id))

    def arrivals(self, instance_id: UUID) -> Sequence[Row]:
        """What arrived for a case while it was suspended, in order."""
        query = sa.select(_arrival).where(_arrival.c.instance_id == instance_id)
        return self._all(query.order_by(_arrival.c.seq))

    def insert_arrival(self, row: Row) -> None:
        """Keep what arrived."""
        self._session.execute(sa.insert(ArrivalRow).values(**row))

    def delete_arrivals(self, instance_id: UUID) -> None:
        """All that arrived has been handed in."""
        self._session.execute(sa.delete(_arrival).where(_arrival.c.instance_id == instance_id))

    def rebind(self, instance_id: UUID, version: int, bindings: Mapping[str, str]) -> None:
        """The case runs another version from now on."""
        values = {"definition_version": version, "bindings": dict(bindings)}
        self._session.execute(sa.update(InstanceRow).where(InstanceRow.id == instance_id).values(**values))

    def describe_items(self, items: Iterable[WorkItem]) -> None:
        """What another version says of open steps: their element, role, form and papers."""
        for item in items:
            values = {name: getattr(item, name) for name in DESCRIBED}
            values["data"] = dict(item.data)
            self._session.execute(sa.update(WorkItemRow).where(WorkItemRow.id == item.id).values(**values))

    def calendar_version(self, calendar: str) -> int:
        """The newest version of a calendar's overrides; 0: none yet. Who asks is about to enter the next one: two
        sheets at once wait for each other (on SQLite BEGIN IMMEDIATE has seen to that).
        """
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"calendar:{calendar}"))))
        newest = sa.select(sa.func.max(_override.c.version)).where(_override.c.calendar == calendar)
        return self._session.connection().scalar(newest) or 0

    def insert_overrides(self, rows: Sequence[Row]) -> None:
        """The days of a sheet."""
        self._session.execute(sa.insert(CalendarOverrideRow), [dict(row) for row in rows])

    def _all(self, query: sa.Select[Any]) -> Sequence[Row]:
        return [row._asdict() for row in self._session.connection().execute(query)]
