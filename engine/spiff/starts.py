"""What begins cases of a process: its start events, told without SpiffWorkflow's types."""

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from engine.spiff.event_nodes import StartEvent
from engine.spiff.events import Signal
from engine.spiff.messages import Message
from engine.spiff.timers import CycleTimer, FirstOfCycle, definitions_in
from engine.spiff.tokens import StartKind, StartTrigger


def start_triggers(spec: Any) -> list[StartTrigger]:
    """Each trigger of each start event of a process, in the order of the model; any one of an event's begins a case."""
    begin = [name for name in spec.start.starts if isinstance(spec.task_specs[name], StartEvent)]
    return [
        _trigger(start.bpmn_id, definition)
        for start in (spec.task_specs[name] for name in [*begin, *spec.start.instantiating])
        for definition in definitions_in(start.event_definition)
    ]


def _trigger(element: str, definition: Any) -> StartTrigger:
    if isinstance(definition, NoneEventDefinition):
        return StartTrigger(element=element, kind=StartKind.NONE)
    if isinstance(definition, Message):
        return StartTrigger(element=element, kind=StartKind.MESSAGE, name=definition.name)
    if isinstance(definition, Signal):
        return StartTrigger(element=element, kind=StartKind.SIGNAL, name=definition.name)
    if isinstance(definition, ConditionalEventDefinition):
        return StartTrigger(element=element, kind=StartKind.CONDITION, expression=definition.expression)
    repeats = isinstance(definition, FirstOfCycle | CycleTimer)
    return StartTrigger(element=element, kind=StartKind.TIMER, expression=definition.expression, repeats=repeats)
