"""Where a case's advance is written down: its row, one revision on, and its hash-chained history."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.errors import ConcurrentChange
from engine.history import EventKind, Happening, HistoryEvent, append_event
from engine.instance import ProcessInstance, ServiceCall
from engine.store import ADVANCED, Store
from engine.workitem import WorkItem

SALT_BYTES = 16
SALT_DIGITS = 2 * SALT_BYTES


class Ledger:
    """Writes a case's events and its new revision, at one instant."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store = store
        self._now = now

    def open(self, instance: ProcessInstance) -> None:
        """A new case; its state comes with its first advance."""
        self._store.insert_instance({**instance_row(instance), "state": b""})

    def append(self, instance: ProcessInstance, happenings: Sequence[Happening]) -> ProcessInstance:
        """Append to the case's chain; the instance with its new head."""
        events: list[HistoryEvent] = []
        seq, head = instance.history_seq, instance.history_head
        salts = secrets.token_hex(SALT_BYTES * len(happenings))
        for happening, start in zip(happenings, range(0, len(salts), SALT_DIGITS), strict=True):
            salt = salts[start : start + SALT_DIGITS]
            event = append_event(
                happening, instance_id=instance.id, at=self._now, seq=seq + 1, previous=head, salt=salt
            )
            events.append(event)
            seq, head = event.seq, event.sha256
        self._store.insert_history(events)
        return replace(instance, history_seq=seq, history_head=head)

    def save(self, instance: ProcessInstance, **state: bytes) -> ProcessInstance:
        """The case, one revision on. Raises ConcurrentChange when it is no longer at the revision that was read."""
        advanced = replace(instance, revision=instance.revision + 1)
        row = instance_row(advanced)
        values: dict[str, Any] = {name: row[name] for name in ADVANCED}
        if not self._store.update_instance(instance.id, instance.revision, {**values, **state}):
            raise ConcurrentChange(instance.id, instance.revision)
        return advanced


def instance_row(instance: ProcessInstance) -> dict[str, Any]:
    """A case as a row, without its state."""
    return {
        "id": instance.id,
        "definition_key": instance.definition_key,
        "definition_version": instance.definition_version,
        "bindings": dict(instance.bindings),
        "status": instance.status.value,
        "revision": instance.revision,
        "variables": dict(instance.variables),
        "history_seq": instance.history_seq,
        "history_head": instance.history_head,
        "started_at": instance.started_at,
        "started_by": instance.started_by,
        "ended_at": instance.ended_at,
        "suspension": None if instance.suspension is None else dict(instance.suspension),
    }


def item_event(event: EventKind, item: WorkItem, actor: str | None = None, **facts: Any) -> Happening:
    """An event about a work item; `facts` say what else is to be known of it, the ground above all."""
    payload: dict[str, Any] = {"work_item": str(item.id), "visit": item.visit}
    if item.assignee:
        payload["assignee"] = item.assignee
    payload |= {name: value for name, value in facts.items() if value not in {None, ""}}
    return Happening(
        event=event, definition_key=item.definition_key, element_id=item.element_id, actor=actor, payload=payload
    )


def call_event(call: ServiceCall) -> Happening:
    """A service task began to wait for its handler."""
    return Happening(
        event=EventKind.SERVICE_CALLED,
        definition_key=call.definition_key,
        element_id=call.element_id,
        payload={"handler": call.handler, "task": str(call.task_id), "visit": call.visit},
    )
