"""What passes between cases: a message or signal on its way, and what becomes of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from engine.instance import Advance, EventJob
from engine.reading.calls import key_of
from engine.spiff.tokens import Beginning, Receiver, Thrown, ThrownKind

__all__ = [
    "KEPT_FOR",
    "Beginning",
    "CaseToBegin",
    "Delivery",
    "EventState",
    "Hearers",
    "SentEvent",
    "ThrownKind",
    "digest_key",
    "digests",
    "sent_event",
]

KEPT_FOR = timedelta(days=7)
"""how long a message is kept for somebody who comes to wait for it, unless its sender says otherwise"""


class EventState(StrEnum):
    """PENDING until somebody has it; what nobody may or can have is an incident."""

    PENDING = "pending"
    DELIVERED = "delivered"
    HEARD = "heard"
    """of a signal: everybody who waited has been told; what it carries stays until each has taken it"""
    AMBIGUOUS = "ambiguous"
    """several cases wait for it and nothing tells which is meant"""
    EXPIRED = "expired"
    """nobody came to wait for it in its time"""
    FAILED = "failed"
    """the case it was for could not go on with it"""

    DROPPED = "dropped"
    """a person has said that it is for nobody"""

    @property
    def incident(self) -> bool:
        """Whether a person has to look at it."""
        return self in {EventState.AMBIGUOUS, EventState.EXPIRED, EventState.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEvent:
    """A message or signal that has been sent."""

    id: UUID
    kind: ThrownKind
    name: str
    payload: Mapping[str, Any]
    correlations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    receiver: Receiver | None = None
    instance_id: UUID | None = None
    """the case that threw it; None when it comes from outside"""
    definition_key: str | None = None
    element_id: str | None = None
    actor: str | None = None
    scope: str | None = None
    thrown_at: datetime
    expires_at: datetime
    state: EventState = EventState.PENDING
    attempts: int = 0
    error: str | None = None
    settled_at: datetime | None = None

    @property
    def job(self) -> EventJob:
        """The job that looks for its receiver now."""
        return EventJob(event_id=self.id, kind=self.kind, attempt=self.attempts)


def sent_event(thrown: Thrown, instance_id: UUID, now: datetime) -> SentEvent:
    """What a case has thrown, on its way."""
    return SentEvent(
        id=uuid4(),
        kind=thrown.kind,
        name=thrown.name,
        payload=thrown.variables,
        correlations=thrown.correlations,
        receiver=thrown.receiver,
        instance_id=instance_id,
        definition_key=key_of(thrown.process),
        element_id=thrown.element,
        thrown_at=now,
        expires_at=now + KEPT_FOR,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseToBegin:
    """A case that a start event begins; its caller gives it what a case needs and calls `Engine.start(at=…)`."""

    start_id: UUID
    definition_key: str
    at: Beginning
    event: SentEvent | None
    """the message or signal; None for a timer or condition"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one attempt to hand over an event."""

    advance: Advance | None = None
    begins: CaseToBegin | None = None
    again: bool = False
    """the case that waited has just stopped waiting: look again, in a new transaction"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearers:
    """Some of those a signal is for: cases that waited when it was thrown, and start events."""

    instances: tuple[UUID, ...]
    starts: tuple[UUID, ...]
    after: UUID | None
    """where to go on; None when these were the last"""


def digest_key(key: str, values: Mapping[str, Any]) -> str:
    """What a correlation key with its values is found by."""
    text = json.dumps([key, values], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digests(correlations: Iterable[Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """The digests of several sets of key values, without doubles."""
    found = [digest_key(key, values) for each in correlations for key, values in each.items()]
    return list(dict.fromkeys(found))
