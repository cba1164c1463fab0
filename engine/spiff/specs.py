"""The flow nodes as this engine runs them: SpiffWorkflow's specs with our scopes, our clock and our joins."""

# ruff: noqa: D102, SLF001 - SpiffWorkflow's own kind: the methods keep its meanings
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs import defaults as bpmn
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, BpmnStartTask, SimpleBpmnTask, _EndJoin
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.util.task import TaskState

from engine.decisions import Decision
from engine.spiff.messages import Message
from engine.spiff.scopes import COMPLETED_AT, assign, scope_of, visible
from engine.spiff.timers import definitions_of
from engine.spiff.tokens import Beginning


class ProcessSpec(BpmnProcessSpec):
    """A process or embedded subprocess. Its inner tasks have names no element can have, so an element may be "End"."""

    def __init__(self, name: str, process: str, description: str, filename: str | None) -> None:
        WorkflowSpec.__init__(self, name=name, filename=filename)
        self.process = process
        """id of the process it is, or lies in"""
        self.description = description
        self.bpmn_start_events: list[Any] = []
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.subscriptions: Mapping[str, Mapping[str, str]] = {}
        """correlation key → property → expression over the process's data"""
        self.io_specification = None
        self.svg = None
        self.start = StartTask(self, f"{name} (start)")
        self.end = _EndJoin(self, f"{name} (join)")
        self.last = SimpleBpmnTask(self, f"{name} (end)")
        self.end.connect(self.last)


class StartTask(BpmnStartTask):
    """Where a process begins. Starting an event subprocess adds a task; it never rewires the shared spec (P5)."""

    def connect_or_add_trigger(self, task_spec: Any, sp_spec: Any) -> None:
        super().connect_or_add_trigger(task_spec, sp_spec)
        if sp_spec.name in self.trigger_specs:
            task_spec._inputs.append(self.name)
            task_spec.connect(self._wf_spec.end)

    def _predict_hook(self, my_task: Any) -> None:
        state = TaskState.FUTURE if my_task.has_state(TaskState.DEFINITE_MASK) else my_task.state
        my_task._sync_children(self._beginnings(my_task.workflow.beginning), state)

    def _beginnings(self, chosen: Beginning | None) -> list[Any]:
        """Each start event begins instances of its own (BPMN 2.0.2, 13.2): the one that has happened; else the one
        that waits for nothing; else all, and the first that happens is the one.
        """
        starts = [output for output in self.outputs if isinstance(output, StartEvent)]
        if chosen is not None:
            begun = [start for start in starts if start.bpmn_id == chosen.element]
        else:
            begun = [start for start in starts if isinstance(start.event_definition, NoneEventDefinition)] or starts
        return [output for output in self.outputs if output in begun or output not in starts]

    def trigger_wf(self, my_task: Any, spec_name: str) -> Any:
        child = my_task._add_child(self._wf_spec.task_specs[spec_name], TaskState.FUTURE)
        child.triggered = True
        child.task_spec._update(child)
        return child.id


class FlowNode:
    """A node of the diagram: its visits are numbered, its completions written down, its boundary events ended."""

    kind = ""
    bpmn_id: str
    _wf_spec: Any

    @property
    def process(self) -> str:
        return str(self._wf_spec.process)

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)  # type: ignore[misc]
        my_task.workflow.top_workflow.note_entered(my_task)

    def _on_complete_hook(self, my_task: Any) -> None:
        my_task.workflow.top_workflow.note_completed(my_task)
        super()._on_complete_hook(my_task)  # type: ignore[misc]
        end_boundary_events(my_task)


def end_boundary_events(my_task: Any) -> None:
    """An activity is over: the boundary events that still wait on it go, what they have already started stays."""
    split = my_task.parent
    if (
        split is not None
        and isinstance(split.task_spec, BoundarySplit)
        and split.task_spec.activity is my_task.task_spec
    ):
        for sibling in split.children:
            if isinstance(sibling.task_spec, bpmn.BoundaryEvent) and not sibling.has_state(TaskState.FINISHED_MASK):
                sibling.cancel()


class BoundarySplit(BoundaryEventSplit):
    """Stands before an activity with boundary events. There is no join after it: the events and the activity end
    each other themselves, so a finished boundary branch leaves nothing behind that others would have to wait for.
    """

    activity: Any = None


class BoundaryEvent(FlowNode, bpmn.BoundaryEvent):
    """An event on the border of an activity; an interrupting one takes the activity away as soon as it happens."""

    kind = "boundaryEvent"

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        if self.cancel_activity:
            split = my_task.parent
            for sibling in split.children:
                attached = sibling.task_spec is split.task_spec.activity or isinstance(sibling.task_spec, BoundaryEvent)
                if attached and sibling is not my_task and not sibling.has_state(TaskState.FINISHED_MASK):
                    sibling.cancel()


class UserTask(FlowNode, bpmn.UserTask):
    """Waits for a person."""

    kind = "userTask"


class ManualTask(FlowNode, bpmn.ManualTask):
    """Waits for a person to say that it is done."""

    kind = "manualTask"


class NoneTask(FlowNode, bpmn.NoneTask):
    """A task of no type: nobody is asked, the token passes (P9)."""

    kind = "task"

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = False


class ScriptTask(FlowNode, bpmn.ScriptTask):
    """Assignments in the expression language."""

    kind = "scriptTask"


class ServiceTask(FlowNode, bpmn.ServiceTask):
    """Waits, STARTED, until its handler has done the work outside the transaction and says so."""

    kind = "serviceTask"

    def _run_hook(self, my_task: Any) -> None:
        """None means STARTED."""


class BusinessRuleTask(FlowNode, bpmn.NoneTask):
    """Asks a decision."""

    kind = "businessRuleTask"

    def __init__(self, wf_spec: Any, bpmn_id: str, decision: Decision, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = False
        self.decision = decision

    def _run_hook(self, my_task: Any) -> bool:
        engine = my_task.workflow.script_engine
        assign(my_task, engine.decide(my_task, self.decision))
        return True


class SubWorkflowTask(FlowNode, bpmn.SubWorkflowTask):
    """An embedded subprocess: it shares its parent's variables."""

    kind = "subProcess"
    opens_scope = False

    def start_workflow(self, my_task: Any) -> None:
        top = my_task.workflow.top_workflow
        if self.spec not in top.subprocess_specs:
            raise WorkflowTaskException(f"the process {self.spec!r} is not known", task=my_task)
        top.note_entered(my_task)
        inner = top.create_subprocess(my_task, self.spec)
        inner.completed_event.connect(self._on_subworkflow_completed, my_task)
        self.open_scope(my_task, inner)
        inner.task_tree.run()

    def open_scope(self, my_task: Any, inner: Any) -> None:
        """Nothing to do: the variables are shared."""

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        """Nothing to do: the variables are shared."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):  # it may have been interrupted by its own last event
            super()._on_subworkflow_completed(subworkflow, my_task)


class TransactionSubprocess(SubWorkflowTask, bpmn.TransactionSubprocess):
    """A transaction; its cancel event is its own boundary's business."""

    kind = "transaction"


class EventSubprocess(SubWorkflowTask, bpmn.EventSubprocess):
    """A subprocess that an event starts."""


class CallActivity(SubWorkflowTask, bpmn.CallActivity):
    """Calls another process: it gets the caller's variables, and those both declare come back."""

    kind = "callActivity"
    opens_scope = True

    def open_scope(self, my_task: Any, inner: Any) -> None:
        top = my_task.workflow.top_workflow
        inner.data = {**top.script_engine.initial_variables(self.spec), **deepcopy(visible(my_task))}

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        theirs = subworkflow.data
        assign(my_task, {name: value for name, value in theirs.items() if subworkflow.declares(name)})
        scope = scope_of(my_task)
        if isinstance(scope.data.get(COMPLETED_AT), dict):
            scope.data[COMPLETED_AT] = {**scope.data[COMPLETED_AT], **theirs.get(COMPLETED_AT, {})}


class StartEvent(FlowNode, bpmn.StartEvent):
    """Where a token begins."""

    kind = "startEvent"

    def _update_hook(self, my_task: Any) -> Any:
        beginning = my_task.workflow.beginning
        if beginning is None or beginning.element != self.bpmn_id:
            return super()._update_hook(my_task)
        my_task.workflow.beginning = None
        for one in definitions_of(my_task):
            if isinstance(one, Message) and one.name == beginning.message:
                one.begin(my_task, beginning)
        return True

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        for sibling in my_task.parent.children:
            waits = isinstance(sibling.task_spec, StartEvent) and not sibling.has_state(TaskState.FINISHED_MASK)
            if waits and sibling is not my_task:
                sibling.cancel()


class EndEvent(FlowNode, bpmn.EndEvent):
    """Where a token ends."""

    kind = "endEvent"


class IntermediateCatchEvent(FlowNode, bpmn.IntermediateCatchEvent):
    """Waits for an event."""

    kind = "intermediateCatchEvent"


class IntermediateThrowEvent(FlowNode, bpmn.IntermediateThrowEvent):
    """Makes an event happen."""

    kind = "intermediateThrowEvent"


class SendTask(FlowNode, bpmn.SendTask):
    """Sends a message."""

    kind = "sendTask"


class ReceiveTask(FlowNode, bpmn.ReceiveTask):
    """Waits for a message."""

    kind = "receiveTask"


class ExclusiveGateway(FlowNode, bpmn.ExclusiveGateway):
    """One of its outgoing flows."""

    kind = "exclusiveGateway"


class EventBasedGateway(FlowNode, bpmn.EventBasedGateway):
    """The flow whose event happens first."""

    kind = "eventBasedGateway"

    def _run_hook(self, my_task: Any) -> bool:
        outputs = self.outputs
        my_task._sync_children(
            [outputs[number] for number in self.event_definition.seen(my_task)[:1]], TaskState.FUTURE
        )
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True
