"""Events as nodes of the diagram, and the gateway and tasks that wait for them.

An event that catches waits as a WAITING task which the case's event manager knows. One that may happen again, on a
border it does not interrupt or at the start of an event subprocess, stays waiting: each time it happens, a task of its
own goes on from there.
"""

# ruff: noqa: D102, SLF001 - SpiffWorkflow's own kind: the methods keep its meanings
from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent, ThrowingEvent
from SpiffWorkflow.util.task import TaskState

from engine.spiff.events import Condition
from engine.spiff.messages import Message
from engine.spiff.specs import FlowNode, SubWorkflowTask
from engine.spiff.timers import definitions_in
from engine.spiff.tokens import Receiver

FIRED = "fired"
OPENING = "opening"
"""of an event-based gateway that is just beginning to wait"""


class Catching(FlowNode, CatchingEvent):
    """Waits until what it is defined by has happened."""

    event_definition: Any
    is_listener = False
    """whether it merely listens: no token waits in it"""
    repeats = False
    """whether it goes on waiting when it has happened: beside what it does not interrupt"""

    def __init__(self, wf_spec: Any, name: str, event_definition: Any, **more: Any) -> None:
        super().__init__(wf_spec, name, event_definition, **more)
        self.asks = any(isinstance(one, Condition) for one in definitions_in(event_definition))
        """whether it waits for a condition, which is asked whenever a variable may have changed"""
        wf_spec.asks |= self.asks

    def _update_hook(self, my_task: Any) -> bool:
        if my_task.internal_data.get(FIRED) or isinstance(self.event_definition, NoneEventDefinition):
            return True
        if my_task._state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)
            my_task.workflow.top_workflow.event_manager.add_task(my_task)
        return bool(self.event_definition.has_fired(my_task)) and self.happened(my_task)

    def begun(self, my_task: Any) -> bool:
        """Whether what has begun the case is this very event: then it has happened, and need not be waited for."""
        beginning = my_task.workflow.beginning
        if beginning is None or beginning.element != self.bpmn_id:
            return False
        my_task.workflow.beginning = None
        for one in definitions_in(self.event_definition):
            if isinstance(one, Message) and one.name == beginning.message:
                one.begin(my_task, beginning)
        return True

    def happened(self, my_task: Any) -> bool:  # noqa: ARG002 - for those who listen
        """Whether the waiting task itself goes on."""
        return True

    def catches(self, my_task: Any, event: Any) -> bool:
        return my_task._state == TaskState.WAITING and bool(self.event_definition.catches(my_task, event))

    def catch(self, my_task: Any, event: Any) -> None:
        self.event_definition.catch(my_task, event)

    def _run_hook(self, my_task: Any) -> bool:
        if not my_task.internal_data.get(FIRED):
            self.event_definition.update_task_data(my_task)
            self.event_definition.reset(my_task)
        return True

    def _on_cancel(self, my_task: Any) -> None:
        my_task.workflow.top_workflow.event_manager.remove_task(my_task)


class Throwing(FlowNode, ThrowingEvent):
    """Makes events happen, as soon as it is done and its token has gone on: what they interrupt may be that token."""

    event_definition: Any
    sends_to: Sequence[Receiver] = ()
    """where message flows lead to from it"""

    def _run_hook(self, my_task: Any) -> bool:  # noqa: ARG002 - thrown by `left`
        return True

    def left(self, my_task: Any) -> None:
        for definition in definitions_in(self.event_definition):
            definition.throw(my_task)


class StartEvent(Catching, BpmnSpecMixin):
    """Where a token begins. Of several with triggers the first that happens begins the process."""

    kind = "startEvent"

    def _update_hook(self, my_task: Any) -> bool:
        return self.begun(my_task) or super()._update_hook(my_task)

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        for sibling in my_task.parent.children:
            if (
                sibling is not my_task
                and isinstance(sibling.task_spec, StartEvent)
                and sibling._state == TaskState.WAITING
            ):
                sibling.cancel()

    def left(self, my_task: Any) -> None:
        self._wf_spec.start.listen(my_task.workflow.task_tree)


class EndEvent(Throwing, BpmnSpecMixin):
    """Where a token ends, after what it throws has been thrown."""

    kind = "endEvent"

    def left(self, my_task: Any) -> None:
        super().left(my_task)
        if any(isinstance(one, TerminateEventDefinition) for one in definitions_in(self.event_definition)):
            my_task.workflow.terminate()


class IntermediateCatchEvent(Catching, BpmnSpecMixin):
    """Waits for an event."""

    kind = "intermediateCatchEvent"

    def _update_hook(self, my_task: Any) -> bool:
        return self.begun(my_task) or super()._update_hook(my_task)

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        end_race(my_task)


class IntermediateThrowEvent(Throwing, BpmnSpecMixin):
    """Makes an event happen."""

    kind = "intermediateThrowEvent"


class SendTask(Throwing, BpmnSpecMixin):
    """Sends a message."""

    kind = "sendTask"


class ReceiveTask(Catching, BpmnSpecMixin):
    """Waits for a message."""

    kind = "receiveTask"
    instantiates = False

    def _update_hook(self, my_task: Any) -> bool:
        return self.begun(my_task) or super()._update_hook(my_task)

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        end_race(my_task)


class EventBasedGateway(FlowNode, BpmnSpecMixin):
    """The flow whose event happens first. Its events wait under it, and it is done when one of them has happened."""

    kind = "eventBasedGateway"
    instantiates = False

    def _run_hook(self, my_task: Any) -> bool | None:
        """None means STARTED: its events are waited for. One of them may have happened already."""
        my_task._set_state(TaskState.STARTED)
        my_task.internal_data[OPENING] = True
        for target in self.outputs:
            my_task._add_child(target, TaskState.FUTURE)
        for child in my_task.children:
            if child._state == TaskState.FUTURE:
                child.task_spec._update(child)
        del my_task.internal_data[OPENING]
        return True if any(child._state == TaskState.READY for child in my_task.children) else None

    def choose(self, my_task: Any) -> list[str]:  # noqa: ARG002
        """Its token has gone on with the event."""
        return []


class ParallelEventGateway(FlowNode, BpmnSpecMixin):
    """At the start of a process: the first of its events begins the case, which waits for all others (13.2)."""

    kind = "eventBasedGateway"
    instantiates = True


def end_race(my_task: Any) -> None:
    """An event after an event-based gateway has happened: the others go, and the gateway is done."""
    gateway = my_task.parent
    if isinstance(gateway.task_spec, EventBasedGateway) and gateway._state == TaskState.STARTED:
        for sibling in gateway.children:
            if sibling is not my_task:
                sibling.cancel()
        if OPENING not in gateway.internal_data:
            gateway._set_state(TaskState.COMPLETED)
            gateway.workflow.top_workflow.note_completed(gateway)


class BoundaryEvent(Catching, BpmnSpecMixin):
    """An event on the border of an activity; an interrupting one takes the activity away as soon as it happens."""

    kind = "boundaryEvent"
    is_listener = True

    def __init__(
        self, wf_spec: Any, bpmn_id: str, event_definition: Any, *, cancel_activity: bool, **more: Any
    ) -> None:
        super().__init__(wf_spec, bpmn_id, event_definition, **more)
        self.cancel_activity = cancel_activity
        self.repeats = not cancel_activity

    def happened(self, my_task: Any) -> bool:
        if self.cancel_activity:
            return True
        self.event_definition.update_task_data(my_task)
        beside = my_task.parent._add_child(self, TaskState.FUTURE)
        beside.triggered = True
        beside.internal_data[FIRED] = True
        beside.task_spec._update(beside)
        if not self.event_definition.rearm(my_task):
            my_task.cancel()
        return False

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        if self.cancel_activity:
            split = my_task.parent
            for sibling in split.children:
                attached = sibling.task_spec is split.task_spec.activity
                listens = sibling._state == TaskState.WAITING and isinstance(sibling.task_spec, BoundaryEvent)
                if (attached or listens) and sibling is not my_task and not sibling.has_state(TaskState.FINISHED_MASK):
                    sibling.cancel()


class EventSubprocess(SubWorkflowTask):
    """A subprocess that an event starts. Its own start event passes the token on: a `SubprocessListener` has waited."""


class SubprocessListener(Catching, SimpleBpmnTask):
    """Waits, as long as its scope runs, for what starts an event subprocess (BPMN 2.0.2, 10.3.5 and 13.5.4).

    It stands for the start event inside, and tells that event's id; the shared spec is never rewired (P5).
    """

    kind = "startEvent"
    is_listener = True

    def __init__(self, wf_spec: Any, start: str, event_definition: Any, subprocess: str, *, interrupting: bool) -> None:
        super().__init__(wf_spec, f"{subprocess} (listener)", event_definition)
        self.bpmn_id = start
        self.subprocess = subprocess
        self.interrupting = interrupting
        self.repeats = not interrupting

    def happened(self, my_task: Any) -> bool:
        workflow = my_task.workflow
        self.event_definition.update_task_data(my_task)
        if self.interrupting:
            for task in [task for task in workflow.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)]:
                task.cancel()
        elif not self.event_definition.rearm(my_task):
            my_task.cancel()
        begun = workflow.task_tree._add_child(self._wf_spec.task_specs[self.subprocess], TaskState.FUTURE)
        begun.triggered = True
        begun.task_spec._update(begun)
        return False
