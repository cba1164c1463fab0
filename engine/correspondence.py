"""What cases say to each other, in the database: each delivery concerns one other case and is a job of its own.

Who throws only writes the message down, in its own transaction; a job then finds the receiver and locks that one case.
So no transaction ever holds two cases, and whoever is killed leaves either a message that waits for its job or one
that has been delivered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from engine.advancing import Case
from engine.history import EventKind, Happening
from engine.instance import Advance, EventJob, InstanceStatus
from engine.operating import SIGNAL, Operating
from engine.passing import (
    KEPT_FOR,
    CaseToBegin,
    Delivery,
    EventState,
    Hearers,
    SentEvent,
    digests,
)
from engine.prepared import Row
from engine.spiff.program import carried_by
from engine.spiff.tokens import Beginning, KeyValues, StartKind, ThrownKind
from engine.store import as_instance

SETTLING = timedelta(seconds=2)
"""how old a message is before it is looked at again: a younger one still has its own job"""
RECENT = timedelta(minutes=2)
"""how long ago somebody who may have missed a message began to wait: an older wait has been looked at"""


class Correspondence(Operating):
    """Messages and signals from outside, and the jobs that hand over what cases throw."""

    def publish_message(
        self,
        name: str,
        payload: Mapping[str, Any],
        correlation: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        by: str,
        scope: str | None = None,
        keep: timedelta = KEPT_FOR,
    ) -> EventJob:
        """A message from a person or a system outside; enqueue the job in the same transaction.

        :param correlation: correlation key → property → value, for what the payload does not hold
        :param scope: whose matter it is, should it begin a case
        :param keep: how long it is kept when nobody waits for it
        """
        return self._publish(
            SentEvent(
                id=uuid4(),
                kind=ThrownKind.MESSAGE,
                name=name,
                payload=dict(payload),
                correlations={key: dict(values) for key, values in (correlation or {}).items()},
                actor=by,
                scope=scope,
                thrown_at=self.now,
                expires_at=self.now + keep,
            )
        )

    def publish_signal(self, name: str, payload: Mapping[str, Any], *, by: str, scope: str | None = None) -> EventJob:
        """A signal from outside, for all who wait for it now; enqueue the job in the same transaction."""
        return self._publish(
            SentEvent(
                id=uuid4(),
                kind=ThrownKind.SIGNAL,
                name=name,
                payload=dict(payload),
                actor=by,
                scope=scope,
                thrown_at=self.now,
                expires_at=self.now + KEPT_FOR,
            )
        )

    def event(self, event_id: UUID) -> SentEvent | None:
        """A message or signal and what has become of it."""
        return self._events.event(event_id)

    def deliver_event(self, event_id: UUID) -> Delivery:
        """Hand a message to the one case it is for, or tell which case it begins, or keep it.

        Several cases that nothing tells apart make it an incident; a signal has `hearers` instead.

        :raises ExecutionFailed: the case cannot go on with it; roll back and `fail_event`
        """
        event = self._events.event(event_id, lock=True)
        if event is None or event.state is not EventState.PENDING or event.kind is not ThrownKind.MESSAGE:
            return Delivery()
        receiver = event.receiver
        if receiver is not None and receiver.process is None:
            self._events.settle(event.id, EventState.DELIVERED, at=self.now)  # a pool nobody looks into has it
            return Delivery()
        instances = self._addressees(event)
        if len(instances) > 1:
            told = f"{len(instances)} cases wait for it and nothing tells which is meant"
            self._events.settle(event.id, EventState.AMBIGUOUS, at=self.now, error=told)
            return Delivery()
        if instances:
            advance = self._hand_over(event, instances[0])
            if advance is None:
                self._events.postpone(event.id)
            return Delivery(advance=advance, again=advance is None)
        return self._begun_by(event)

    def hearers(self, event_id: UUID, after: UUID | None, limit: int = 100) -> Hearers:
        """Whom a signal is for: cases that waited when it was thrown, a part at a time, and start events."""
        event = self._events.event(event_id, lock=True)
        if event is None or event.state is not EventState.PENDING or event.kind is not ThrownKind.SIGNAL:
            return Hearers(instances=(), starts=(), after=None)
        instances = self._events.hearing(event, after, limit)
        starts = self._events.starts(StartKind.SIGNAL.value, event.name) if after is None else []
        rest = instances[-1] if len(instances) == limit else None
        if rest is None:
            # what it carries is still needed by its deliveries
            self._events.settle(event.id, EventState.HEARD, at=self.now)
        return Hearers(instances=tuple(instances), starts=tuple(row["id"] for row in starts), after=rest)

    def deliver_signal(self, event_id: UUID, instance_id: UUID) -> Advance | None:
        """Let a case hear a signal; None when it no longer waits for it, or has heard it.

        :raises ExecutionFailed: the case cannot go on with it
        """
        event = self._events.event(event_id)
        row = self._store.lock_instance(instance_id)
        if event is None or row is None or not self._events.hears(event, instance_id):
            return None
        if not self._events.insert_delivery(event_id, str(instance_id), instance_id, self.now):
            return None
        if row["suspension"] is not None:
            return self.keep_arrival(row, SIGNAL, event.name, event.payload)
        case = self._load(row)
        if case.interpreter.ended or not case.interpreter.deliver_signal(event.name, event.payload):
            return None
        return self._heard(row, case, event, EventKind.SIGNAL_DELIVERED)

    def begin_by_signal(self, event_id: UUID, start_id: UUID) -> CaseToBegin | None:
        """The case a signal begins at a start event; None when that start event is gone."""
        event, start = self._events.event(event_id), self._events.start(start_id)
        if event is None or start is None:
            return None
        return CaseToBegin(
            start_id=start_id,
            definition_key=start["definition_key"],
            at=Beginning(element=start["element_id"]),
            event=event,
        )

    def note_begun(self, begun: CaseToBegin, instance_id: UUID) -> bool:
        """Write down that an event has begun a case; False when it had done so before: begin nothing then."""
        event = begun.event
        if event is None:
            return True
        if not self._events.insert_delivery(event.id, str(begun.start_id), instance_id, self.now):
            return False
        if event.kind is ThrownKind.MESSAGE:
            self._events.settle(event.id, EventState.DELIVERED, at=self.now)
        return True

    # incidents

    def fail_event(self, event_id: UUID, error: str) -> None:
        """The case an event was for could not go on with it: an incident."""
        self._events.settle(event_id, EventState.FAILED, at=self.now, error=error)

    def overdue_events(self) -> bool:
        """Whether there are messages nobody came for in their time."""
        return bool(self._events.expired(self.now, 1))

    def expire_events(self, limit: int = 100) -> int:
        """Messages nobody came for in their time become incidents; how many there were."""
        expired = self._events.expired(self.now, limit)
        for event_id in expired:
            self._events.settle(event_id, EventState.EXPIRED, at=self.now, error="nobody came to wait for it")
        return len(expired)

    def awaited_events(self) -> list[EventJob]:
        """Jobs for kept messages whose receivers may have come just as they were sent, or begin by them since."""
        kept = self._events.awaited_messages(before=self.now - SETTLING, since=self.now - RECENT)
        return [event.job for event in kept if self._addressees(event) or self._begins(event)]

    def event_incidents(self, limit: int = 100) -> list[SentEvent]:
        """Messages a person has to look at."""
        return self._events.incidents(limit)

    def retry_event(self, event_id: UUID, *, keep: timedelta = KEPT_FOR) -> EventJob | None:
        """Let an undelivered message be looked at once more; None when it has been delivered. Enqueue the job."""
        event = self._events.event(event_id, lock=True)
        if event is None or not event.state.incident:
            return None
        self._events.postpone(event_id, expires_at=self.now + keep)
        return replace(event.job, attempt=event.attempts + 1)

    def give_event(self, event_id: UUID, instance_id: UUID) -> Advance | None:
        """A person says which case a message is for, whatever it carries; None when that case does not wait for it.

        :raises ExecutionFailed: the case cannot go on with it
        """
        event = self._events.event(event_id, lock=True)
        if event is None or not (event.state.incident or event.state is EventState.PENDING):
            return None
        return self._hand_over(event, instance_id, addressed=True)

    def drop_event(self, event_id: UUID) -> bool:
        """An undelivered message is for nobody; False when it has been delivered. What it carried is let go of."""
        event = self._events.event(event_id, lock=True)
        if event is None or not event.state.incident:
            return False
        self._events.settle(event_id, EventState.DROPPED, at=self.now)
        return True

    # inner

    def _publish(self, event: SentEvent) -> EventJob:
        self._events.insert_events([event])
        return event.job

    def _addressees(self, event: SentEvent) -> list[UUID]:
        """The cases a message may be for; those of its very conversation leave the others out."""
        found = self._events.waiting_for(event, digests([event.correlations, *self._carried(event)]))
        known = [row["instance_id"] for row in found if row["correlation"] is not None]
        return list(dict.fromkeys(known or [row["instance_id"] for row in found]))

    def _carried(self, event: SentEvent) -> Sequence[KeyValues]:
        """The values of its correlation keys, as each process that waits for it finds them in the payload."""
        return [
            carried_by(
                self._repository.compiled(key, sha256),
                event.name,
                event.payload,
                now=self.now,
                calendars=self._calendar,
            )
            for key, sha256 in self._events.waiting_definitions(event.name)
        ]

    def _hand_over(self, event: SentEvent, instance_id: UUID, *, addressed: bool = False) -> Advance | None:
        row = self._store.lock_instance(instance_id)
        if row is None or row["status"] != InstanceStatus.RUNNING.value:
            return None
        case = self._load(row)
        element = event.receiver.element if event.receiver else None
        taken = (
            case.interpreter.deliver_message(event.name, event.payload)
            if addressed
            else case.interpreter.correlate_message(event.name, event.payload, event.correlations, element)
        )
        if not taken:
            return None
        self._events.insert_delivery(event.id, str(instance_id), instance_id, self.now)
        self._events.settle(event.id, EventState.DELIVERED, at=self.now)
        return self._heard(row, case, event, EventKind.MESSAGE_DELIVERED)

    def _heard(self, row: Row, case: Case, event: SentEvent, kind: EventKind) -> Advance:
        delivered = Happening(
            event=kind,
            definition_key=row["definition_key"],
            actor=event.actor,
            payload={
                "message": event.name,
                "variables": sorted(event.payload),
                "event": str(event.id),
                "from": str(event.instance_id) if event.instance_id else None,
            },
        )
        return self._advance(as_instance(row), case, [delivered, *self._passed(case)])

    def _begins(self, event: SentEvent) -> list[Row]:
        """The start events a message is for."""
        receiver = event.receiver
        return [
            row
            for row in self._events.starts(StartKind.MESSAGE.value, event.name)
            if receiver is None
            or (receiver.process == row["definition_key"] and receiver.element in {None, row["element_id"]})
        ]

    def _begun_by(self, event: SentEvent) -> Delivery:
        starts = self._begins(event)
        if len(starts) > 1:
            told = "it begins " + " and ".join(f"{row['definition_key']}#{row['element_id']}" for row in starts)
            self._events.settle(event.id, EventState.AMBIGUOUS, at=self.now, error=told)
        elif not starts:
            self._events.postpone(event.id)
        if len(starts) != 1:
            return Delivery()
        [start] = starts
        at = Beginning(
            element=start["element_id"],
            message=event.name,
            variables=event.payload,
            correlations=event.correlations,
        )
        begins = CaseToBegin(start_id=start["id"], definition_key=start["definition_key"], at=at, event=event)
        return Delivery(begins=begins)
