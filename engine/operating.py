"""Operating a case: suspending and resuming it, and what arrives for it meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from engine.advancing import Case
from engine.deadlines import TermUnit, end_of_day, local_day, split_term
from engine.definition import ProcessDefinition
from engine.desk import Desk
from engine.errors import (
    DefinitionNotSuspended,
    DefinitionSuspended,
    InstanceEnded,
    InstanceNotSuspended,
    InstanceSuspended,
)
from engine.history import EventKind, Happening
from engine.instance import Advance, InstanceStatus, MovedDeadline, ProcessInstance
from engine.pauses import Pause, day_after, stood_still
from engine.prepared import Row
from engine.running_deadlines import calendar_of, zone_of
from engine.spiff import operated
from engine.store import as_instance
from engine.suspension import Hold, Suspension
from engine.workitem import WorkItem

SERVICE, MESSAGE, SIGNAL = "service", "message", "signal"
"""kinds of arrivals"""


class Operating(Desk):
    """What supervisors and administrators do to running cases. Each change is written into the case's history."""

    def suspend(self, instance_id: UUID, *, by: str, ground: str, hold: str = Hold.CASE) -> ProcessInstance:
        """Let a case stand still: nobody acts in it, no timer fires, no deadline runs.

        :raises InstanceNotFound, InstanceEnded:
        :raises InstanceSuspended: it is held in this way already
        """
        row = self._open(instance_id)
        instance = as_instance(row)
        kept = Suspension.from_json(row["suspension"]) if row["suspension"] else None
        if kept is not None and hold in kept.holds:
            raise InstanceSuspended(instance_id, since=kept.since, by=kept.by)
        if kept is None:
            kept = Suspension(
                since=self.now, by=by, ground=ground, holds=(Hold(hold),), dues=self._stop_dues(instance_id)
            )
            self._rows.delete_timers_of(instance_id)
        else:
            kept = replace(kept, holds=(*kept.holds, Hold(hold)))
        happening = Happening(
            event=EventKind.INSTANCE_SUSPENDED,
            definition_key=instance.definition_key,
            actor=by,
            payload={"ground": ground, "hold": str(hold)},
        )
        held = replace(instance, status=InstanceStatus.SUSPENDED, suspension=kept.as_json())
        return self._ledger.save(held, [happening])

    def resume(self, instance_id: UUID, *, by: str, ground: str, hold: str = Hold.CASE) -> Advance:
        """Take a hold off a case; when nothing else holds it, it goes on with everything that has arrived meanwhile.

        What was left of its timers and deadlines when it was suspended is left of them now.

        :raises InstanceNotFound, InstanceEnded:
        :raises InstanceNotSuspended: nothing holds it in this way
        """
        row = self._open(instance_id)
        instance = as_instance(row)
        kept = Suspension.from_json(row["suspension"]) if row["suspension"] else None
        if kept is None or hold not in kept.holds:
            raise InstanceNotSuspended(instance_id)
        left = tuple(each for each in kept.holds if each != hold)
        happening = Happening(
            event=EventKind.INSTANCE_RESUMED,
            definition_key=instance.definition_key,
            actor=by,
            payload={"ground": ground, "hold": str(hold), "since": kept.since.isoformat()},
        )
        if left:
            instance = replace(instance, suspension=replace(kept, holds=left).as_json())
            return Advance(instance=self._ledger.save(instance, [happening]))
        return self._go_on(row, kept, happening)

    def _go_on(self, row: Row, kept: Suspension, happening: Happening) -> Advance:
        case = self._load(row)
        operated.resume(case.interpreter, kept.began, Pause(start=kept.since, end=self.now))
        moved = self._restart_dues(case, kept)
        happening = replace(
            happening, payload={**(happening.payload or {}), "deadlines": [_told(one) for one in moved]}
        )
        # its timers have no rows: as if there had been none, all that wait are new
        case = replace(case, before=replace(case.before, timers={}))
        arrived = self._hand_in(case, row)
        running = replace(as_instance(row), status=InstanceStatus.RUNNING, suspension=None)
        waited = self._events.kept_messages(wait.message for wait in case.before.messages)
        advance = self._advance(running, case, [happening, *arrived])
        events = dict.fromkeys((*advance.events, *(event.job for event in waited)))
        return replace(advance, moved=tuple(moved), events=tuple(events))

    def keep_arrival(self, row: Row, kind: str, subject: str, variables: Mapping[str, Any]) -> Advance:
        """A service's result or a message came for a suspended case: it is kept for when the case goes on."""
        seq = len(self._rows.arrivals(row["id"])) + 1
        self._rows.insert_arrival(
            {
                "instance_id": row["id"],
                "seq": seq,
                "kind": kind,
                "subject": subject,
                "variables": dict(variables),
                "at": self.now,
            }
        )
        happening = Happening(
            event=EventKind.ARRIVAL_KEPT,
            definition_key=row["definition_key"],
            payload={"kind": kind, "subject": subject, "variables": sorted(variables)},
        )
        return Advance(instance=self._ledger.save(as_instance(row), [happening]))

    def has_arrived(self, instance_id: UUID, task_id: UUID) -> bool:
        """Whether the result of this service task is kept already."""
        return any(
            arrival["kind"] == SERVICE and arrival["subject"] == str(task_id)
            for arrival in self._rows.arrivals(instance_id)
        )

    def version_of(self, key: str, sha256: str) -> int:
        """The version of a process with this content. :raises DefinitionNotFound:"""
        return self._repository.bound({key: sha256})[key].version

    def instance(self, instance_id: UUID) -> ProcessInstance:
        """The case, not locked. :raises InstanceNotFound:"""
        return as_instance(self._found(self._store.instance(instance_id), instance_id))

    def suspension(self, instance_id: UUID) -> Suspension | None:
        """What holds a case, if anything does. :raises InstanceNotFound:"""
        kept = self._found(self._store.instance(instance_id), instance_id)["suspension"]
        return Suspension.from_json(kept) if kept else None

    # whole processes

    def suspend_definition(self, key: str, *, by: str, ground: str) -> None:
        """No case of the process may begin; running ones are for the caller to suspend, one by one.

        :raises DefinitionNotFound: :raises DefinitionSuspended:
        """
        self._repository.definition(key)
        self.require_not_held(key, change=True)
        self._rows.insert_definition_hold({"key": key, "since": self.now, "by": by, "ground": ground})

    def resume_definition(self, key: str) -> None:
        """Cases of the process may begin again. :raises DefinitionNotSuspended:"""
        if self._rows.definition_hold(key, change=True) is None:
            raise DefinitionNotSuspended(key)
        self._rows.delete_definition_hold(key)

    def require_not_held(self, key: str, *, change: bool = False) -> None:
        """A case of the process may begin. :raises DefinitionSuspended:"""
        hold = self._rows.definition_hold(key, change=change)
        if hold is not None:
            raise DefinitionSuspended(key, since=hold["since"], by=hold["by"])

    # inner

    def _open(self, instance_id: UUID) -> Row:
        row = self._found(self._store.lock_instance(instance_id), instance_id)
        if InstanceStatus(row["status"]).ended:
            raise InstanceEnded(instance_id)
        return row

    def _stop_dues(self, instance_id: UUID) -> dict[UUID, Any]:
        dues = {}
        for item in self._store.open_items(instance_id):
            if item.due_at is not None:
                dues[item.id] = item.due_at
                self._store.update_item(replace(item, due_at=None))
        return dues

    def _restart_dues(self, case: Case, kept: Suspension) -> list[MovedDeadline]:
        """The due dates of the open items again, each with what was left of it."""
        moved = []
        for item in self._store.open_items(case.instance_id):
            before = kept.dues.get(item.id)
            if before is None:
                continue
            pause = Pause(start=kept.began(item.id), end=self.now)
            zone, calendar = zone_of(item.data), self._calendar(calendar_of(item.data))
            unit = _unit(case.definitions, item)
            stood = stood_still(before, unit, pause, zone, calendar)
            due_on = day_after(stood, unit, calendar) if stood else local_day(before, zone)
            due_at = end_of_day(due_on, zone) if stood else before
            self._store.update_item(replace(item, due_at=due_at))
            moved.append(
                MovedDeadline(work_item_id=item.id, before=before, due_at=due_at, due_on=due_on, stood_still=stood)
            )
        return moved

    def _hand_in(self, case: Case, row: Row) -> list[Happening]:
        """What arrived while the case was suspended, in order; what nothing waits for any more is told."""
        happenings: list[Happening] = []
        for arrival in self._rows.arrivals(row["id"]):
            taken = not case.interpreter.ended and _handed_in(case, arrival)
            happenings.append(
                Happening(
                    event=EventKind.ARRIVAL_HANDED_IN if taken else EventKind.ARRIVAL_UNCLAIMED,
                    definition_key=row["definition_key"],
                    payload={"kind": arrival["kind"], "subject": arrival["subject"], "arrived": str(arrival["at"])},
                )
            )
            happenings += self._passed(case)
        self._rows.delete_arrivals(row["id"])
        return happenings


def _handed_in(case: Case, arrival: Row) -> bool:
    subject, variables = arrival["subject"], arrival["variables"]
    if arrival["kind"] == SERVICE:
        return case.interpreter.finish_service(UUID(subject), variables)
    if arrival["kind"] == SIGNAL:
        return case.interpreter.deliver_signal(subject, variables)
    return case.interpreter.deliver_message(subject, variables)


def _unit(definitions: Mapping[str, ProcessDefinition], item: WorkItem) -> TermUnit:
    deadline = definitions[item.definition_key].package.deadlines.get(item.deadline or "")
    return split_term(deadline.term)[1] if deadline else TermUnit.DAYS


def _told(moved: MovedDeadline) -> dict[str, Any]:
    """A moved deadline for the history."""
    facts = {
        "work_item": str(moved.work_item_id),
        "before": moved.before.isoformat(),
        "due_at": moved.due_at.isoformat(),
    }
    return facts | ({"left": moved.stood_still.left} if moved.stood_still else {})
