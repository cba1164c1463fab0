"""The engine's tables: definitions, instances, work items, history, timers, messages, calendar overrides."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC (SQLite would hand back a naive one)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The engine's metadata; every table is named engine_*."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: sa.Uuid(),
        datetime: UtcDateTime(),
        date: sa.Date(),
        str: sa.Text(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
        bytes: sa.LargeBinary(),
    }


class DefinitionRow(Base):
    """A deployed version of a process package; its files are kept, so an old case can always be read."""

    __tablename__ = "engine_definition"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    version: Mapped[int]
    sha256: Mapped[str]
    files: Mapped[bytes]
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str]
    __table_args__ = (sa.UniqueConstraint("key", "version"), sa.UniqueConstraint("key", "sha256"))


class InstanceRow(Base):
    """A case: one root instance with the called processes inside it. `state` holds live tokens only."""

    __tablename__ = "engine_instance"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    definition_key: Mapped[str] = mapped_column(index=True)
    definition_version: Mapped[int]
    bindings: Mapped[dict[str, Any]]
    """process key → definition sha256 of every package the case may call, fixed at its start"""
    status: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int]
    state: Mapped[bytes]
    variables: Mapped[dict[str, Any]]
    history_seq: Mapped[int]
    history_head: Mapped[str]
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    suspension: Mapped[dict[str, Any] | None]
    """while the case is suspended: since when, by whom, and what remained (engine/suspension.py)"""


class WorkItemRow(Base):
    """A human step that waits for somebody, or did."""

    __tablename__ = "engine_work_item"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("engine_instance.id"), index=True)
    definition_key: Mapped[str]
    definition_version: Mapped[int]
    element_id: Mapped[str]
    role: Mapped[str]
    scope: Mapped[str]
    """whose people may take it: an opaque string the caller gave (a body's id)"""
    form: Mapped[str | None]
    document: Mapped[str | None]
    signature: Mapped[str]
    four_eyes_with: Mapped[str | None]
    deadline: Mapped[str | None]
    """the name of its deadline in process.toml"""
    visit: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    assignee: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    """the declared variables as its token sees them"""
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    named: Mapped[bool]
    """given to a person by the model, not to a group"""
    delegated_by: Mapped[str | None]
    priority: Mapped[int]
    """-1 low, 0 normal, 1 high, 2 urgent"""
    follow_up_at: Mapped[datetime | None]
    follow_up_hides: Mapped[bool]
    __table_args__ = (
        # whole lists are counted in them, and their first lines found, without a look at the rows; each holds only what
        # is looked for in it, since every page of an index that a step touches is written at its commit
        sa.Index(
            "ix_engine_work_item_group",
            *("state", "role", "scope", "due_at", "created_at", "id"),
            # SQLite reads the row for a column of the condition that the index lacks, even where the index implies it
            *("named", "four_eyes_with", "instance_id", "definition_key", "ended_at"),
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "ix_engine_work_item_mine",
            *("assignee", "state", "due_at", "created_at", "id"),
            *("follow_up_hides", "follow_up_at", "role", "scope", "definition_key", "four_eyes_with", "instance_id"),
            sqlite_where=sa.text("assignee IS NOT NULL"),
            postgresql_where=sa.text("assignee IS NOT NULL"),
        ),
        sa.Index(
            "ix_engine_work_item_delegated",
            "delegated_by",
            sqlite_where=sa.text("delegated_by IS NOT NULL"),
            postgresql_where=sa.text("delegated_by IS NOT NULL"),
        ),
    )


class HistoryRow(Base):
    """One finished event of a case, append-only, hash-chained per case over the payload's digest."""

    __tablename__ = "engine_history"
    instance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("engine_instance.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str]
    """instance.started, element.completed, item.opened, item.exited, timer.fired, instance.ended …"""
    definition_key: Mapped[str]
    element_id: Mapped[str | None]
    actor: Mapped[str | None]
    payload: Mapped[dict[str, Any] | None]
    payload_digest: Mapped[str]
    salt: Mapped[str | None]
    previous: Mapped[str]
    sha256: Mapped[str]


class TimerRow(Base):
    """A timer that waits; the row is the truth, there is no job per timer."""

    __tablename__ = "engine_timer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("engine_instance.id"), index=True)
    element_id: Mapped[str]
    definition_key: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(index=True)
    # small rows that come and go: SQLite needs no second tree for their key
    __table_args__ = ({"sqlite_with_rowid": False},)


class MessageWaitRow(Base):
    """A case that waits for a message or a signal; of a message, a row for each key of its conversation."""

    __tablename__ = "engine_message_wait"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("engine_instance.id"), index=True)
    definition_key: Mapped[str]
    """of the process the element lies in, which may be a called one"""
    definition_sha256: Mapped[str]
    element_id: Mapped[str]
    kind: Mapped[str]
    """message or signal"""
    message: Mapped[str]
    """the message's or the signal's name"""
    correlation: Mapped[str | None]
    """digest of a correlation key with the values a message must carry; None: any message of that name will do"""
    since: Mapped[datetime]
    __table_args__ = (sa.Index("ix_engine_message_wait_name", "message", "kind", "correlation", "since"),)


class ThrownEventRow(Base):
    """A message or signal on its way: from a case, or from a person or system outside."""

    __tablename__ = "engine_thrown_event"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    """emptied when it has been delivered: the receiver has it"""
    correlations: Mapped[dict[str, Any]]
    """what its sender says of its correlation keys: key → property → value"""
    receiver: Mapped[dict[str, Any] | None]
    """where a message flow leads: {process, element}"""
    instance_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("engine_instance.id"), index=True)
    definition_key: Mapped[str | None]
    element_id: Mapped[str | None]
    actor: Mapped[str | None]
    """who sent it, when no case did"""
    scope: Mapped[str | None]
    """whose matter it is when a person sends it: an opaque string the caller gave (a body's id)"""
    thrown_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str]
    """pending, delivered, heard, ambiguous, expired, failed, dropped"""
    attempts: Mapped[int]
    error: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    __table_args__ = (
        sa.Index("ix_engine_thrown_event_name", "name", "kind", "state"),
        sa.Index("ix_engine_thrown_event_state", "state", "expires_at"),
    )


class EventDeliveryRow(Base):
    """A message or signal reached a case, or began one; it does so once."""

    __tablename__ = "engine_event_delivery"
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("engine_thrown_event.id"), primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    """a case's id, or the id of the start event it began one by"""
    instance_id: Mapped[UUID | None] = mapped_column(index=True)
    at: Mapped[datetime]


class StartEventRow(Base):
    """A start event of the newest version of a process that waits for something to begin cases."""

    __tablename__ = "engine_start_event"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    definition_key: Mapped[str] = mapped_column(index=True)
    definition_version: Mapped[int]
    element_id: Mapped[str]
    kind: Mapped[str]
    """message, signal, timer or condition"""
    name: Mapped[str | None] = mapped_column(index=True)
    expression: Mapped[str | None]
    place: Mapped[dict[str, Any]]
    """time zone and calendar that its timer or condition reads"""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    cycle: Mapped[list[Any] | None]
    """of a repeating timer: how often still (None: for ever), and the interval"""
    holds: Mapped[bool]
    """whether its condition was true when last looked at: it begins a case when it becomes true"""


class DeploymentRow(Base):
    """Which version of a process a deployment held: what is deployed together may call one another by it."""

    __tablename__ = "engine_deployment"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    definition_key: Mapped[str] = mapped_column(primary_key=True)
    definition_version: Mapped[int]
    deployed_at: Mapped[datetime] = mapped_column(index=True)


class ArrivalRow(Base):
    """What arrived for a suspended case: a service's result or a message, kept until the case is resumed."""

    __tablename__ = "engine_arrival"
    instance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("engine_instance.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """service, message or signal"""
    subject: Mapped[str]
    """the service task's id, or the message's or signal's name"""
    variables: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class DefinitionHoldRow(Base):
    """A process that is suspended as a whole: no case of it may begin until it is resumed."""

    __tablename__ = "engine_definition_hold"
    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    by: Mapped[str]
    ground: Mapped[str]


class CalendarOverrideRow(Base):
    """One day that a decree made a working day or a day off, with its ground."""

    __tablename__ = "engine_calendar_override"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    calendar: Mapped[str]
    """AZ or KZ"""
    day: Mapped[date]
    working: Mapped[bool | None]
    """None: again what the calendar itself says"""
    act: Mapped[str]
    """the decree, with its number and date"""
    ground: Mapped[str]
    version: Mapped[int]
    """of the calendar: all days of one sheet share it"""
    document: Mapped[str | None]
    """the signed sheet, an opaque id"""
    proof: Mapped[str | None]
    """the sheet's SHA-256"""
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("calendar", "day", "version"),)
