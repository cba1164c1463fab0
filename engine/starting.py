"""Start events that begin cases by themselves: deployed with a version, they wait in rows until something happens.

A timer begins a case at its hour, a condition when it becomes true; messages and signals come by correspondence. A new
version's start events take the place of the old one's. A condition and a timer read the clock and the calendar, never
data: there is no case yet (BPMN 2.0.2, table 10.84).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from engine.correspondence import Correspondence
from engine.definition import ProcessDefinition
from engine.errors import DefinitionRefused, EngineError
from engine.expressions import ExpressionContext, compile_expression
from engine.findings import Finding, Severity
from engine.passing import CaseToBegin
from engine.prepared import Row
from engine.running_deadlines import calendar_of, zone_of
from engine.spiff.starts import start_triggers
from engine.spiff.timers import Cycle, is_literal, parse_cycle, parse_due, parse_duration
from engine.spiff.tokens import Beginning, StartKind, StartTrigger

DIAGRAM = "process.bpmn"
MANY_STEPS = 100_000
"""intervals a repetition may have missed before it was deployed"""


class Starting(Correspondence):
    """Keeps the start events of the newest versions, and tells which of them have happened."""

    def due_starts(self, limit: int = 100) -> list[UUID]:
        """Start events whose hour has come, or whose condition has just changed; each is to be taken by itself."""
        changed = [row["id"] for row in self._events.conditions() if self._holds(row) != row["holds"]]
        return [*self._events.due_starts(self.now, limit), *changed]

    def take_start(self, start_id: UUID) -> CaseToBegin | None:
        """Move a start event on, locked: the case it begins now; None when it does not or somebody was first."""
        row = self._events.start(start_id, lock=True)
        if row is None:
            return None
        begins = self._condition_met(row) if row["kind"] == StartKind.CONDITION else self._hour_come(row)
        if not begins:
            return None
        at = Beginning(element=row["element_id"])
        return CaseToBegin(start_id=start_id, definition_key=row["definition_key"], at=at, event=None)

    def _arm(self, definition: ProcessDefinition, place: Mapping[str, Any]) -> None:
        """Let the start events of a version wait, if it is the newest and they do not yet.

        :raises DefinitionRefused: a timer or condition cannot be read without a case
        """
        known = self._events.starts_of(definition.key)
        newest = self._repository.definition(definition.key).version == definition.version
        if not newest or any(row["definition_version"] == definition.version for row in known):
            return
        held = {row["element_id"] for row in known if row["holds"]}
        spec = self._repository.compiled(definition.key, definition.sha256).specs[definition.key]
        rows = [
            self._row(definition, trigger, place, holds=trigger.element in held)
            for trigger in start_triggers(spec)
            if trigger.kind is not StartKind.NONE
        ]
        if rows or known:
            self._events.replace_starts(definition.key, rows)

    def _row(
        self, definition: ProcessDefinition, trigger: StartTrigger, place: Mapping[str, Any], *, holds: bool
    ) -> dict[str, Any]:
        due, cycle = None, None
        try:
            if trigger.kind is StartKind.CONDITION:
                self._evaluate(trigger.expression or "", place)
            elif trigger.kind is StartKind.TIMER:
                due, cycle = self._first(trigger, place)
        except (EngineError, ValueError, OverflowError) as error:
            message = f"nothing can be read before the case begins but the clock and the calendar: {error}"
            raise DefinitionRefused(
                [
                    Finding(
                        file=DIAGRAM,
                        element=trigger.element,
                        rule="start-data",
                        severity=Severity.ERROR,
                        message=message,
                    )
                ]
            ) from error
        return {
            "id": uuid4(),
            "definition_key": definition.key,
            "definition_version": definition.version,
            "element_id": trigger.element,
            "kind": trigger.kind.value,
            "name": trigger.name,
            "expression": trigger.expression,
            "place": dict(place),
            "due_at": due,
            "cycle": cycle,
            "holds": holds and trigger.kind is StartKind.CONDITION,
        }

    def _first(self, trigger: StartTrigger, place: Mapping[str, Any]) -> tuple[datetime | None, list[Any] | None]:
        """When a start timer is due first, and how it goes on; a date that has passed begins nothing any more."""
        text = (trigger.expression or "").strip()
        value = text if is_literal(text) else self._evaluate(text, place)
        zone = zone_of(place)
        if trigger.repeats:
            cycle = _from_now(parse_cycle(str(value), self.now, zone), self.now)
            return (None if cycle.left == 0 else cycle.next), [cycle.left, str(cycle.every)]
        due = parse_due(value, self.now, zone)
        return (due if due >= self.now else None), None

    def _hour_come(self, row: Row) -> bool:
        if row["due_at"] is None or row["due_at"] > self.now:
            return False
        due, cycle = None, row["cycle"]
        if cycle is not None:
            left = None if cycle[0] is None else cycle[0] - 1
            due = None if left == 0 else parse_duration(cycle[1]).after(row["due_at"])
            cycle = [left, cycle[1]]
        self._events.update_start(row["id"], {"due_at": due, "cycle": cycle})
        return True

    def _condition_met(self, row: Row) -> bool:
        """It has become true; one that stays true begins nothing until it has been false."""
        holds = self._holds(row)
        if holds != row["holds"]:
            self._events.update_start(row["id"], {"holds": holds})
        return holds and not row["holds"]

    def _holds(self, row: Row) -> bool:
        return bool(self._evaluate(row["expression"] or "", row["place"]))

    def _evaluate(self, expression: str, place: Mapping[str, Any]) -> Any:
        calendar = self._calendar(calendar_of(place))
        context = ExpressionContext(now=self.now, time_zone=zone_of(place), calendar=calendar)
        return compile_expression(expression).evaluate(place, context)


def _from_now(cycle: Cycle, now: datetime) -> Cycle:
    """A repetition that began long ago goes on with its next time, not with all it has missed.

    :raises ValueError: it would never get on
    """
    due, left, steps = cycle.next, cycle.left, 0
    if cycle.every.after(now) <= now:
        raise ValueError("the interval of a repetition must not be empty")
    while due < now and left != 0:
        due, left, steps = cycle.every.after(due), None if left is None else left - 1, steps + 1
        if steps > MANY_STEPS:
            raise ValueError(f"the repetition began more than {MANY_STEPS:,} intervals ago")
    return Cycle(left, due, cycle.every)
