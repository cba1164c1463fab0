"""A running case as its callers see it, and what one step of it brought about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from engine.deadlines import ComputedDeadline, StoodStill
from engine.workitem import WorkItem


class InstanceStatus(StrEnum):
    """RUNNING ⇄ SUSPENDED; → COMPLETED by its end events, or CANCELLED with a ground."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more can happen in it."""
        return self in {InstanceStatus.COMPLETED, InstanceStatus.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInstance:
    """A root instance with the called processes inside it."""

    id: UUID
    definition_key: str
    definition_version: int
    bindings: Mapping[str, str]
    """process key → definition sha256 of every package it may call, fixed at its start"""
    status: InstanceStatus
    revision: int
    variables: Mapping[str, Any]
    history_seq: int
    history_head: str
    started_at: datetime
    started_by: str
    ended_at: datetime | None = None
    suspension: Mapping[str, Any] | None = None
    """while it is suspended: engine.suspension.Suspension as JSON"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """A service task that waits for its handler."""

    instance_id: UUID
    task_id: UUID
    definition_key: str
    definition_version: int
    element_id: str
    handler: str
    visit: int
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedError:
    """A BPMN error that a service task's handler raises instead of a result (BPMN 2.0.2, 10.5.6)."""

    code: str
    """what error events match"""
    message: str = ""
    """why, for whoever reads the history or the incident"""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """what it brings to where it is caught; of these, those declared there are taken"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDeadline:
    """A named deadline that began to run with a work item."""

    name: str
    definition_key: str
    element_id: str
    work_item_id: UUID
    law: str
    computed: ComputedDeadline
    start_event: str
    """what it runs from: an element's or a variable's id, or the item's own element when it runs from its opening"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDeadline:
    """A running deadline that a suspension has moved: what was left of it then is left of it now."""

    work_item_id: UUID
    before: datetime
    due_at: datetime
    due_on: date
    stood_still: StoodStill | None
    """None: nothing was left any more, or the suspension took less than a day; the deadline is as it was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer whose hour has come."""

    id: UUID
    instance_id: UUID
    due_at: datetime
    definition_key: str = ""
    element_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventJob:
    """A message or signal whose receivers are to be looked for, in a transaction of its own."""

    event_id: UUID
    kind: str
    """message or signal"""
    attempt: int

    @property
    def id(self) -> str:
        """Enqueued again, it is the same job, until it has looked."""
        return f"event:{self.event_id}:{self.attempt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What one change of a case brought about, for the caller to act on in the same transaction."""

    instance: ProcessInstance
    opened: tuple[WorkItem, ...] = ()
    closed: tuple[WorkItem, ...] = ()
    services: tuple[ServiceCall, ...] = ()
    deadlines: tuple[OpenedDeadline, ...] = ()
    moved: tuple[MovedDeadline, ...] = ()
    """of a resumed case: its running deadlines again"""
    events: tuple[EventJob, ...] = ()
    """what it has thrown, and kept messages it may be waiting for: enqueue a job for each"""
    ended: bool = False
