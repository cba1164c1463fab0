"""Signals, errors, escalations and conditions; only what comes from elsewhere carries variables."""

# ruff: noqa: D102 - SpiffWorkflow's own kind: the methods keep its meanings
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import item_aware_event as spiff
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import CancelEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent

from engine.errors import ExecutionFailed
from engine.expressions import compile_expression
from engine.spiff.occurrences import PAYLOAD, Occurrence, deliver, keep_payload
from engine.spiff.scopes import assign, visible
from engine.spiff.specs import BoundarySplit
from engine.spiff.tokens import Thrown, ThrownKind
from engine.spiff.values import normalised


class Signal(Occurrence, spiff.SignalEventDefinition):
    """A broadcast, matched by name; from another case it brings variables."""

    def catch(self, my_task: Any, event: Any = None) -> None:
        keep_payload(my_task, event)
        EventDefinition.catch(self, my_task, event)

    def throw(self, my_task: Any) -> None:
        top = my_task.workflow.top_workflow
        variables = normalised(visible(my_task))
        top.thrown.append(
            Thrown(
                kind=ThrownKind.SIGNAL,
                name=self.name or "",
                process=my_task.task_spec.process,
                element=my_task.task_spec.bpmn_id,
                variables=variables,
                correlations={},
                receiver=None,
                caught=deliver(top, BpmnEvent(self), to_all=True),
            )
        )

    def update_task_data(self, my_task: Any) -> None:
        assign(my_task, my_task.internal_data.pop(PAYLOAD, {}))


class _Upward(Occurrence):
    """Goes up from scope to scope (BPMN 2.0.2, 10.5.1 and 10.5.6), to the nearest event that catches it.

    In each scope its event subprocesses come first, then the border of the activity it is. SpiffWorkflow asks every
    event of the scope, so that a neighbour of the activity would hear it too.
    """

    code: str | None

    def throw(self, my_task: Any) -> None:
        self._rise(my_task, BpmnEvent(self), [])

    def _rise(self, my_task: Any, event: BpmnEvent, border: list[Any]) -> None:
        """From this border outwards; `border` is empty where an event throws, which has none."""
        scope = my_task.workflow
        heard = _hear(scope, event, border)
        while not heard and scope is not None:
            around = scope.parent_task
            heard = _hear(scope, event, scope.listeners()) or (
                around is not None and _hear(scope, event, _border_of(around))
            )
            scope = around.workflow if around is not None else None
        if not heard:
            self.uncaught(my_task)

    def uncaught(self, my_task: Any) -> None:
        """Nobody on the way up has caught it."""


def _hear(scope: Any, event: BpmnEvent, listeners: list[Any]) -> bool:
    """Let the nearest of the listeners that catch the event catch it; False where none does."""
    hearing = [task for task in listeners if task.task_spec.catches(task, event)]
    return bool(hearing) and deliver(scope.top_workflow, event, [min(hearing, key=_names_no_code)])


def _names_no_code(task: Any) -> bool:
    """An event that names the code is nearer than one that catches all."""
    definition = task.task_spec.event_definition
    return all(getattr(one, "code", None) is None for one in getattr(definition, "event_definitions", [definition]))


def _border_of(activity: Any) -> list[Any]:
    """The boundary events of a running activity; an instance of a repeated one has those of the whole."""
    for task in (activity, activity.parent):
        split = task.parent if task is not None else None
        if (
            split is not None
            and isinstance(split.task_spec, BoundarySplit)
            and split.task_spec.activity is task.task_spec
        ):
            return [one for one in split.children if one.task_spec.name in split.task_spec.events]
    return []


class Error(_Upward, spiff.ErrorEventDefinition):
    """A failure, matched by code, caught on the way up; where nothing catches it, the case fails.

    One that a handler raises is caught on the border of its own task first, and brings variables.
    """

    def raise_at(self, activity: Any, payload: dict[str, Any]) -> None:
        """It happens in the running activity itself."""
        self._rise(activity, BpmnEvent(self, payload=payload), _border_of(activity))

    def catch(self, my_task: Any, event: Any = None) -> None:
        keep_payload(my_task, event)
        EventDefinition.catch(self, my_task, event)

    def update_task_data(self, my_task: Any) -> None:
        assign(my_task, my_task.internal_data.pop(PAYLOAD, {}))

    def uncaught(self, my_task: Any) -> None:
        raise ExecutionFailed(my_task.task_spec.bpmn_id, f"nothing catches the error {self.code or self.name!r}")


class Escalation(_Upward, spiff.EscalationEventDefinition):
    """A notice to the level above, matched by code; where nothing catches it, everything goes on."""


class Cancel(_Upward, CancelEventDefinition):
    """Takes the transaction it happens in away, to the cancel event on its border."""


class Terminate(Occurrence, TerminateEventDefinition):
    """Ends its own scope; see `EndEvent`."""

    def throw(self, my_task: Any) -> None:
        """The end event does it, after all else it throws."""


class Condition(Occurrence, ConditionalEventDefinition):
    """A condition that becomes true (BPMN 2.0.2, 10.5.5): it must have been false in between to happen again.

    A variable that does not exist yet makes it false.
    """

    WAS = "condition_was"

    def has_fired(self, my_task: Any) -> bool:
        known = visible(my_task)
        exists = all(name in known for name in compile_expression(self.expression or "").names)
        now = exists and bool(my_task.workflow.script_engine.evaluate(my_task, self.expression))
        before = my_task.internal_data.get(self.WAS, {})
        my_task.internal_data[self.WAS] = {**before, self.expression: now}
        return now and not before.get(self.expression, False)

    def reset(self, my_task: Any) -> None:
        """Whether it is true now is what matters when it may happen again."""

    def catches(self, my_task: Any, event: Any = None) -> bool:  # noqa: ARG002 - nobody throws it
        return False


class Multiple(Occurrence, MultipleEventDefinition):
    """Several triggers, any or (parallel multiple) all of which; what has been seen is kept as plain numbers."""

    SEEN = "seen"

    def seen(self, my_task: Any) -> list[int]:
        return list(my_task.internal_data.get(self.SEEN, []))

    def _note(self, my_task: Any, number: int) -> None:
        my_task.internal_data[self.SEEN] = [*self.seen(my_task), number]

    def has_fired(self, my_task: Any) -> bool:
        for number, definition in enumerate(self.event_definitions):
            if number not in self.seen(my_task) and definition.has_fired(my_task):
                self._note(my_task, number)
            my_task.internal_data.pop("event_fired", None)
        seen = self.seen(my_task)
        return len(seen) == len(self.event_definitions) if self.parallel else bool(seen)

    def catches(self, my_task: Any, event: Any = None) -> bool:
        open_ones = (one for number, one in enumerate(self.event_definitions) if number not in self.seen(my_task))
        return any(one.catches(my_task, event) for one in open_ones)

    def catch(self, my_task: Any, event: Any = None) -> None:
        for number, definition in enumerate(self.event_definitions):
            if number not in self.seen(my_task) and definition.catches(my_task, event):
                definition.catch(my_task, event)
                my_task.internal_data.pop("event_fired", None)
                self._note(my_task, number)
                return

    def update_task_data(self, my_task: Any) -> None:
        assign(my_task, my_task.internal_data.pop(PAYLOAD, {}))

    def reset(self, my_task: Any) -> None:
        my_task.internal_data.pop(self.SEEN, None)

    def rearm(self, my_task: Any) -> bool:
        """Of those that cannot happen again, such as a date, none is waited for any more."""
        seen = self.seen(my_task)
        self.reset(my_task)
        alive = [number not in seen or one.rearm(my_task) for number, one in enumerate(self.event_definitions)]
        return all(alive) if self.parallel else any(alive)
