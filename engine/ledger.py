"""Where a case's advance is written down: its row, one revision on, and its hash-chained history."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.errors import ConcurrentChange
from engine.history import EventKind, Happening, chained
from engine.instance import ProcessInstance, ServiceCall
from engine.store import Store
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

    def save(
        self,
        instance: ProcessInstance,
        happenings: Sequence[Happening] = (),
        *,
        state: bytes | None = None,
        **changes: Any,
    ) -> ProcessInstance:
        """What happened, at the end of the case's chain, and the case with these changes, one revision on.

        Raises ConcurrentChange when it is no longer at the revision that was read.
        """
        salts = secrets.token_hex(SALT_BYTES * len(happenings))
        salted = [
            (happening, salts[start : start + SALT_DIGITS])
            for happening, start in zip(happenings, range(0, len(salts), SALT_DIGITS), strict=True)
        ]
        seq, head = instance.history_seq, instance.history_head
        events = list(chained(salted, instance_id=instance.id, at=self._now, seq=seq, previous=head))
        self._store.insert_history(events)
        if events:
            seq, head = events[-1]["seq"], events[-1]["sha256"]
        revision = instance.revision + 1
        advanced = replace(instance, **changes, revision=revision, history_seq=seq, history_head=head)
        values = _advanced(advanced)
        if state is not None:
            values["state"] = state
        if not self._store.update_instance(instance.id, instance.revision, values):
            raise ConcurrentChange(instance.id, instance.revision)
        return advanced


def instance_row(instance: ProcessInstance) -> dict[str, Any]:
    """A case as a row, without its state."""
    return {
        "id": instance.id,
        "definition_key": instance.definition_key,
        "definition_version": instance.definition_version,
        "bindings": dict(instance.bindings),
        "started_at": instance.started_at,
        "started_by": instance.started_by,
        **_advanced(instance),
    }


def _advanced(instance: ProcessInstance) -> dict[str, Any]:
    """The columns store.ADVANCED, which every change writes."""
    return {
        "status": instance.status.value,
        "revision": instance.revision,
        "variables": instance.variables,
        "history_seq": instance.history_seq,
        "history_head": instance.history_head,
        "ended_at": instance.ended_at,
        "suspension": instance.suspension,
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
