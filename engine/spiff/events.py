"""Signals, errors and escalations; within a case the variables are shared, so they carry none."""

# ruff: noqa: D102, SLF001 - SpiffWorkflow's own kind: the methods keep its meanings
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions import item_aware_event as spiff
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent

from engine.spiff.scopes import visible
from engine.spiff.specs import BoundarySplit
from engine.spiff.tokens import Thrown, ThrownKind
from engine.spiff.values import normalised


class _Plain:
    """Within a case the variables are shared, so the event carries nothing."""

    def catch(self, my_task: Any, event: Any = None) -> None:
        EventDefinition.catch(self, my_task, event)

    def update_task_data(self, my_task: Any) -> None:
        """Nothing was carried."""

    def reset(self, my_task: Any) -> None:
        EventDefinition.reset(self, my_task)


class Signal(_Plain, spiff.SignalEventDefinition):
    """A broadcast, matched by name."""

    def throw(self, my_task: Any) -> None:
        top = my_task.workflow.top_workflow
        caught = top.event_manager.catch(BpmnEvent(self), internal=False) > 0
        top.thrown.append(
            Thrown(
                kind=ThrownKind.SIGNAL,
                name=self.name or "",
                process=my_task.task_spec.process,
                element=my_task.task_spec.bpmn_id,
                variables=normalised(visible(my_task)),
                correlations={},
                receiver=None,
                caught=caught,
            )
        )


class _Upward(_Plain):
    """Goes up from scope to scope (BPMN 2.0.2, 10.5.1): only the border of the activity it comes out of may catch it.

    SpiffWorkflow asks every event of the scope, so that a neighbour of the activity would hear it too.
    """

    def throw(self, my_task: Any) -> None:
        event = BpmnEvent(self)
        scope = my_task.workflow
        while scope.parent_task is not None:
            hearing = [one for one in _border_of(scope.parent_task) if one.task_spec.catches(one, event)]
            for one in hearing:
                one.task_spec.catch(one, event)
                one.task_spec._update(one)
            if hearing:
                return
            scope = scope.parent_task.workflow


def _border_of(activity: Any) -> list[Any]:
    """The boundary events of a running activity; an instance of a repeated one has those of the whole."""
    for task in (activity, activity.parent):
        split = task.parent if task is not None else None
        if (
            split is not None
            and isinstance(split.task_spec, BoundarySplit)
            and split.task_spec.activity is task.task_spec
        ):
            return [one for one in split.children if isinstance(one.task_spec, BoundaryEvent)]
    return []


class Error(_Upward, spiff.ErrorEventDefinition):
    """A failure, matched by code, caught on the way up."""


class Escalation(_Upward, spiff.EscalationEventDefinition):
    """A notice to the level above, matched by code."""


class Multiple(MultipleEventDefinition):
    """Several triggers; what has been seen is kept as plain numbers, so the state needs no objects."""

    def seen(self, my_task: Any) -> list[int]:
        return list(my_task.internal_data.get("seen", []))

    def _note(self, my_task: Any, number: int) -> None:
        my_task.internal_data["seen"] = [*self.seen(my_task), number]

    def has_fired(self, my_task: Any) -> bool:
        for number, definition in enumerate(self.event_definitions):
            if number not in self.seen(my_task) and hasattr(definition, "due_at"):
                if definition.has_fired(my_task):
                    self._note(my_task, number)
                my_task.internal_data.pop("event_fired", None)
        seen = self.seen(my_task)
        return len(seen) == len(self.event_definitions) if self.parallel else bool(seen)

    def catch(self, my_task: Any, event: Any = None) -> None:
        for number, definition in enumerate(self.event_definitions):
            if definition.catches(my_task, event) and number not in self.seen(my_task):
                definition.catch(my_task, event)
                definition.update_task_data(my_task)
                my_task.internal_data.pop("event_fired", None)
                self._note(my_task, number)

    def reset(self, my_task: Any) -> None:
        my_task.internal_data.pop("seen", None)
        EventDefinition.reset(self, my_task)
