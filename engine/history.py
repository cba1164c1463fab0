"""The append-only history of a case: hash-chained over salted digests: a payload can be erased, the chain holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

NO_HEAD = ""
"""what the first event of a case refers back to"""


class EventKind(StrEnum):
    """What happened, as `subject.action`."""

    INSTANCE_STARTED = "instance.started"
    INSTANCE_ENDED = "instance.ended"
    INSTANCE_CANCELLED = "instance.cancelled"
    ELEMENT_COMPLETED = "element.completed"
    ITEM_OPENED = "item.opened"
    ITEM_CLAIMED = "item.claimed"
    ITEM_RELEASED = "item.released"
    ITEM_ASSIGNED = "item.assigned"
    ITEM_DELEGATED = "item.delegated"
    ITEM_HANDED_BACK = "item.handed_back"
    ITEM_PRIORITISED = "item.prioritised"
    ITEM_FOLLOW_UP = "item.follow_up"
    ITEM_EXITED = "item.exited"
    SERVICE_CALLED = "service.called"
    TIMER_FIRED = "timer.fired"
    MESSAGE_DELIVERED = "message.delivered"


class MarkingState(StrEnum):
    """How an element shows on the diagram."""

    DONE = "done"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """An element a token has reached in this case."""

    definition_key: str
    element_id: str
    state: MarkingState
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """One finished event. `payload` and `salt` may be gone; `payload_digest` and the chain stay."""

    instance_id: UUID
    seq: int
    at: datetime
    event: str
    definition_key: str
    element_id: str | None
    actor: str | None
    payload: Mapping[str, Any] | None
    payload_digest: str
    salt: str | None
    previous: str
    sha256: str

    def link(self) -> str:
        """The SHA-256 this event must carry: over its facts, the payload's digest and the event before it."""
        facts = Happening(
            event=self.event, definition_key=self.definition_key, element_id=self.element_id, actor=self.actor
        )
        return _link(facts, self.instance_id, self.seq, self.at, self.payload_digest, self.previous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What is to be written down: the facts of an event before it has a place in the chain."""

    event: str
    definition_key: str
    element_id: str | None = None
    actor: str | None = None
    payload: Mapping[str, Any] | None = None


def append_event(
    happening: Happening, *, instance_id: UUID, at: datetime, seq: int, previous: str, salt: str
) -> HistoryEvent:
    """Give a happening its place: number `seq` of the case, after the event whose SHA-256 is `previous`."""
    digest = digest_payload(happening.payload, salt)
    return HistoryEvent(
        instance_id=instance_id,
        seq=seq,
        at=at,
        event=str(happening.event),
        definition_key=happening.definition_key,
        element_id=happening.element_id,
        actor=happening.actor,
        payload=happening.payload,
        payload_digest=digest,
        salt=salt,
        previous=previous,
        sha256=_link(happening, instance_id, seq, at, digest, previous),
    )


def digest_payload(payload: Mapping[str, Any] | None, salt: str) -> str:
    """SHA-256 over salt and canonical JSON: tells nothing about the payload to somebody who lacks the salt."""
    return sha256(salt.encode() + b"\n" + _canonical(payload)).hexdigest()


def broken_links(events: Iterable[HistoryEvent]) -> list[int]:
    """Numbers of the events that do not fit the chain; events of one case, in order. An erased payload is no break."""
    broken = []
    previous, expected_seq = NO_HEAD, 1
    for event in events:
        fits = event.seq == expected_seq and event.previous == previous and event.sha256 == event.link()
        if not (fits and _payload_matches(event)):
            broken.append(event.seq)
        previous, expected_seq = event.sha256, event.seq + 1
    return broken


def _payload_matches(event: HistoryEvent) -> bool:
    return event.salt is None or digest_payload(event.payload, event.salt) == event.payload_digest


def _link(happening: Happening, instance_id: UUID, seq: int, at: datetime, digest: str, previous: str) -> str:
    facts = [
        str(instance_id),
        seq,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(happening.event),
        happening.definition_key,
        happening.element_id,
        happening.actor,
        digest,
        previous,
    ]
    return sha256(_canonical(facts)).hexdigest()


def _canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8; numbers as orjson writes them."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)
