"""What a multi-instance activity throws when an instance completes: its `behavior` (BPMN 2.0.2, table 10.28)."""

# ruff: noqa: SLF001 - catching is driven from outside SpiffWorkflow's tasks
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.util import BpmnEvent

from engine.spiff.events import Error, Escalation, _border_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """Events that a completing instance throws; they are caught at the border of the whole activity first."""

    always: tuple[Any, ...] = ()
    """event definitions thrown for each instance (None)"""
    first: tuple[Any, ...] = ()
    """thrown for the first one only (One)"""
    when: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    """condition, and what is thrown where it holds (Complex); every condition is asked for every instance"""

    def throw(self, child: Any, runtime: Mapping[str, int]) -> None:
        """Throw what a just completed instance `child` causes."""
        engine = child.workflow.script_engine
        thrown = [*self.always]
        if runtime["numberOfCompletedInstances"] == 1:
            thrown += self.first
        for condition, definitions in self.when:
            if engine.evaluate_with(child, condition, runtime):
                thrown += definitions
        for definition in thrown:
            _throw(definition, child)


def _throw(definition: Any, instance: Any) -> None:
    if isinstance(definition, Error | Escalation):
        event = BpmnEvent(definition)
        hearing = [one for one in _border_of(instance) if one.task_spec.catches(one, event)]
        for one in hearing:
            one.task_spec.catch(one, event)
            one.task_spec._update(one)
        if hearing:
            return
    definition.throw(instance)
