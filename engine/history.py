"""The append-only history of a case: hash-chained over salted digests: a payload can be erased, the chain holds."""

from collections.abc import Iterable, Iterator, Mapping
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
    INSTANCE_SUSPENDED = "instance.suspended"
    INSTANCE_RESUMED = "instance.resumed"
    INSTANCE_MIGRATED = "instance.migrated"
    STEP_MOVED = "token.moved"
    MESSAGE_SENT = "message.sent"
    INCIDENT_SKIPPED = "incident.skipped"
    VARIABLES_CORRECTED = "variables.corrected"
    ITEM_MIGRATED = "item.migrated"
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
    DEADLINES_RECOUNTED = "deadlines.recounted"
    SERVICE_CALLED = "service.called"
    ERROR_RAISED = "error.raised"
    TIMER_FIRED = "timer.fired"
    MESSAGE_DELIVERED = "message.delivered"
    HISTORY_ERASED = "history.erased"
    ARRIVAL_KEPT = "arrival.kept"
    ARRIVAL_HANDED_IN = "arrival.handed_in"
    ARRIVAL_UNCLAIMED = "arrival.unclaimed"
    SIGNAL_DELIVERED = "signal.delivered"


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
        return _link(facts, _place(self.instance_id, self.at), self.seq, self.payload_digest, self.previous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What is to be written down: the facts of an event before it has a place in the chain."""

    event: str
    definition_key: str
    element_id: str | None = None
    actor: str | None = None
    payload: Mapping[str, Any] | None = None


def chained(
    happenings: Iterable[tuple[Happening, str]], *, instance_id: UUID, at: datetime, seq: int, previous: str
) -> Iterator[dict[str, Any]]:
    """Happenings with their salts as rows of events of a case, each after the one before it.

    :param seq: the number of the case's last event so far, 0 if there is none
    :param previous: that event's SHA-256, NO_HEAD if there is none
    """
    place = _place(instance_id, at)
    for number, (happening, salt) in enumerate(happenings, seq + 1):
        digest = digest_payload(happening.payload, salt)
        sha = _link(happening, place, number, digest, previous)
        yield {
            "instance_id": instance_id,
            "seq": number,
            "at": at,
            "event": str(happening.event),
            "definition_key": happening.definition_key,
            "element_id": happening.element_id,
            "actor": happening.actor,
            "payload": happening.payload,
            "payload_digest": digest,
            "salt": salt,
            "previous": previous,
            "sha256": sha,
        }
        previous = sha


def digest_payload(payload: Mapping[str, Any] | None, salt: str) -> str:
    """SHA-256 over salt and canonical JSON: tells nothing about the payload to somebody who lacks the salt."""
    return sha256(salt.encode() + b"\n" + _canonical(payload)).hexdigest()


class FaultKind(StrEnum):
    """How a chain is broken at an event."""

    MISSING = "missing"
    """events before it are not there"""
    MOVED = "moved"
    """it does not follow from the event before it"""
    CHANGED = "changed"
    """its facts are not those that were chained"""
    PAYLOAD = "payload"
    """its payload is neither the one that was chained nor erased"""
    HEAD = "head"
    """the case's row knows another last event: events after it are gone, or were added"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFault:
    """Where and how a case's history is not what was written."""

    seq: int
    kind: FaultKind


def verify_chain(events: Iterable[HistoryEvent], *, seq: int, head: str) -> list[HistoryFault]:
    """The faults of one case's whole history, in order; none if it is what was written, payloads erased or not.

    :param seq: the number of the last event, as the case's own row has it
    :param head: the SHA-256 of the last event, likewise
    """
    found: list[HistoryFault] = []
    last, previous = 0, NO_HEAD
    for event in events:
        found += [HistoryFault(seq=event.seq, kind=kind) for kind in _faults(event, last + 1, previous)]
        last, previous = event.seq, event.sha256
    if (last, previous) != (seq, head):
        found.append(HistoryFault(seq=last, kind=FaultKind.HEAD))
    return found


def broken_links(events: Iterable[HistoryEvent]) -> list[int]:
    """Numbers of the events that do not fit the chain; events of one case, in order. An erased payload is no break."""
    known = list(events)
    last, head = (known[-1].seq, known[-1].sha256) if known else (0, NO_HEAD)
    return list(dict.fromkeys(fault.seq for fault in verify_chain(known, seq=last, head=head)))


def _faults(event: HistoryEvent, expected: int, previous: str) -> Iterator[FaultKind]:
    if event.seq != expected:
        yield FaultKind.MISSING
    elif event.previous != previous:
        yield FaultKind.MOVED
    if event.sha256 != event.link():
        yield FaultKind.CHANGED
    if not _payload_matches(event):
        yield FaultKind.PAYLOAD


def _payload_matches(event: HistoryEvent) -> bool:
    if event.salt is None:
        return event.payload is None
    return digest_payload(event.payload, event.salt) == event.payload_digest


def _place(instance_id: UUID, at: datetime) -> tuple[str, str]:
    """The case and the instant as a link writes them."""
    return str(instance_id), at.astimezone(UTC).isoformat(timespec="microseconds")


def _link(happening: Happening, place: tuple[str, str], seq: int, digest: str, previous: str) -> str:
    case, instant = place
    facts = [
        case,
        seq,
        instant,
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
