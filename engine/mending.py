"""Mending a case that cannot go on by itself: failed timers, failed services, wrong variables, a message by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine.history import EventKind, Happening
from engine.instance import Advance
from engine.migration import Migration
from engine.spiff import operated
from engine.store import as_instance


class Mending(Migration):
    """What is done about incidents. Each change is written into the case's history with who and why."""

    def hold_timer(self, timer_id: UUID) -> None:
        """A timer that fails is not asked again each second: its row goes, the case still waits for it."""
        self._store.replace_timers([timer_id], [])

    def wind_timer(self, instance_id: UUID, timer_id: UUID) -> bool:
        """Let a held timer be asked again; False when the case no longer waits for it, or is suspended."""
        row = self._open(instance_id)
        timer = self._load(row).before.timers.get(timer_id)
        if timer is None or row["suspension"] is not None:
            return False
        wound = {
            "id": timer_id,
            "instance_id": instance_id,
            "element_id": timer.element,
            "definition_key": timer.process,
            "due_at": timer.due_at,
        }
        self._store.replace_timers([timer_id], [wound])
        return True

    def skip(
        self, instance_id: UUID, task_id: UUID, variables: Mapping[str, Any], *, by: str, ground: str
    ) -> Advance | None:
        """Let a failed service task or timer be over with these variables; None when it waits no longer.

        :raises InstanceNotFound, InstanceEnded, InstanceSuspended: :raises ExecutionFailed: the model fails after it
        """
        row = self._open(instance_id)
        case = self._load_running(row)
        waiting = case.before.services.get(task_id) or case.before.timers.get(task_id)
        if waiting is None:
            return None
        accepted = case.interpreter.accepted(task_id, variables)
        operated.skip(case.interpreter, task_id, accepted)
        skipped = Happening(
            event=EventKind.INCIDENT_SKIPPED,
            definition_key=waiting.process,
            element_id=waiting.element,
            actor=by,
            payload={"ground": ground, "variables": accepted},
        )
        return self._advance(as_instance(row), case, [skipped])

    def correct(self, instance_id: UUID, variables: Mapping[str, Any], *, by: str, ground: str) -> Advance:
        """Set declared variables of the case; what waits stays as it is.

        :raises InstanceNotFound, InstanceEnded, InstanceSuspended:
        """
        row = self._open(instance_id)
        case = self._load_running(row)
        taken = operated.correct(case.interpreter, variables)
        corrected = Happening(
            event=EventKind.VARIABLES_CORRECTED,
            definition_key=row["definition_key"],
            actor=by,
            payload={"ground": ground, "variables": taken},
        )
        return self._advance(as_instance(row), case, [corrected])

    def awaited_messages(self, instance_id: UUID) -> list[str]:
        """Names of the messages a case waits for. :raises InstanceNotFound:"""
        case = self._load(self._found(self._store.instance(instance_id), instance_id))
        return sorted({wait.message for wait in case.before.messages})

    def note_message(self, instance_id: UUID, message: str, *, by: str, ground: str) -> None:
        """Somebody hands a message to the case by hand: who and why, before it is delivered.

        :raises InstanceNotFound, InstanceEnded:
        """
        row = self._open(instance_id)
        sent = Happening(
            event=EventKind.MESSAGE_SENT,
            definition_key=row["definition_key"],
            actor=by,
            payload={"ground": ground, "message": message},
        )
        self._ledger.save(as_instance(row), [sent])
