"""The flow nodes as this engine runs them: SpiffWorkflow's specs with our scopes, our clock and our joins."""

# ruff: noqa: D102, SLF001 - SpiffWorkflow's own kind: the methods keep its meanings
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs import defaults as bpmn
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, BpmnStartTask, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.util.task import TaskState

from engine.decisions import Decision
from engine.reading.calls import key_of
from engine.spiff.ad_hoc import AdHoc
from engine.spiff.flows import first_that_holds
from engine.spiff.records import remember, take_snapshot
from engine.spiff.scopes import COMPLETED_AT, assign, scope_of, visible
from engine.spiff.values import copied

CHOSEN = "chosen"


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
        self.asks = False
        """whether an event in it waits for a condition, which is asked whenever a variable may have changed"""
        self.io_specification = None
        self.svg = None
        self.start = StartTask(self, f"{name} (start)")
        self.end = self.last = EndJoin(self, f"{name} (end)")
        self.ad_hoc: AdHoc | None = None
        """of an ad-hoc subprocess: how it ends"""
        self.compensation: str | None = None
        """name of its compensation event subprocess"""
        self.compensator = self.undoing = ""
        """names of the specs that begin handlers, beside its tokens and instead of them"""


class StartTask(BpmnStartTask):
    """Where a scope begins: at its start events; when one has happened, its event subprocesses are listened for.

    A start event without trigger passes its token on; where there is none, the first that is triggered begins the
    scope. A scope without start events begins at every node that nothing leads to (BPMN 2.0.2, 10.5.2).
    """

    def __init__(self, wf_spec: Any, name: str) -> None:
        super().__init__(wf_spec, name)
        self.listeners: list[str] = []
        """specs that wait, as long as the scope runs, for what starts its event subprocesses"""
        self.plain: list[str] = []
        """start events without trigger, or the nodes a scope without start events begins at"""
        self.explicit = False
        """whether there are start events: of several without trigger the first begins the scope (10.5.2)"""
        self.triggered: list[str] = []
        self.instantiating: dict[str, str] = {}
        """event or receive task that may begin a case → where the token then begins: there, or at its gateway"""

    def test(self) -> None:
        """A scope may be empty."""

    def choose(self, my_task: Any) -> list[str]:
        chosen = my_task.workflow.beginning
        if chosen is not None:
            return [self.instantiating.get(chosen.element, chosen.element)]
        plain = self.plain[:1] if self.explicit else self.plain
        return plain or self.triggered or [self._wf_spec.end.name]

    def left(self, my_task: Any) -> None:
        """A scope without start events has begun."""
        if not any(getattr(task.task_spec, "kind", "") == "startEvent" for task in my_task.children):
            self.listen(my_task)

    def listen(self, my_task: Any) -> None:
        """The scope has begun: from now on what starts its event subprocesses is waited for."""
        for name in self.listeners:
            listener = my_task._add_child(self._wf_spec.task_specs[name], TaskState.FUTURE)
            listener.triggered = True
            listener.task_spec._update(listener)

    def lead_on(self) -> None:
        """Enter it as what leads to each place a token may begin at, for those who look upstream."""
        for name in self.starts:
            spec = self._wf_spec.task_specs[name]
            spec._inputs.append(self.name)
            if getattr(spec, "instantiates", False):
                events = [name] if spec.kind == "receiveTask" else spec._outputs
                self.instantiating.update(dict.fromkeys(events, name))

    @property
    def starts(self) -> list[str]:
        """Where a token may begin."""
        return [*self.plain, *self.triggered]


class EndJoin(SimpleBpmnTask):
    """Where tokens end: the last one completes the scope (BPMN 2.0.2, 13.5.6)."""

    meets = True
    waits_alike = True

    def _update_hook(self, my_task: Any) -> bool:
        workflow = my_task.workflow
        ad_hoc = self._wf_spec.ad_hoc
        newest_first = reversed(workflow.tasks.values())  # what is over stands in front
        holds = any(task.task_spec is not self and holds_scope(task) for task in newest_first)
        if not holds and (ad_hoc is None or ad_hoc.may_end(workflow)):
            for task in [task for task in workflow.meeting.values() if task.task_spec is self and task is not my_task]:
                task.cancel()
            return True
        if my_task._state != TaskState.WAITING:
            waiting = any(
                task.task_spec is self and task._state == TaskState.WAITING for task in workflow.meeting.values()
            )
            my_task._set_state(TaskState.CANCELLED if waiting else TaskState.WAITING)
        return False


def holds_scope(task: Any) -> bool:
    """Whether the scope cannot end because of this task: it is not over, and more than a mere listener."""
    listens = task.has_state(TaskState.WAITING) and getattr(task.task_spec, "is_listener", False)
    return task.has_state(TaskState.NOT_FINISHED_MASK) and not listens


class FlowNode:
    """A node of the diagram: its visits are numbered, its completions written down, its boundary events ended."""

    kind = ""
    bpmn_id: str
    _wf_spec: Any
    compensated_by: str | None = None
    """name of the spec that begins its compensation handler"""
    is_handler = False
    """whether it is there for compensation only"""
    undo: str | None = None
    """of a subprocess: name of the spec that compensates its inside"""

    @property
    def process(self) -> str:
        return str(self._wf_spec.process)

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)  # type: ignore[misc]
        my_task.workflow.top_workflow.note_entered(my_task)

    def _on_complete_hook(self, my_task: Any) -> None:
        my_task.workflow.top_workflow.note_completed(my_task)
        remember(my_task)
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
            if sibling.task_spec.name in split.task_spec.events and sibling.has_state(TaskState.WAITING):
                sibling.cancel()


class BoundarySplit(BoundaryEventSplit):
    """Stands before an activity with boundary events. There is no join after it: the events and the activity end
    each other themselves, so a finished boundary branch leaves nothing behind that others would have to wait for.
    """

    activity: Any = None

    @property
    def events(self) -> list[str]:
        """Names of the events on the activity's border."""
        return [name for name in self._outputs if name != self.activity.name]

    def _run_hook(self, my_task: Any) -> bool:  # noqa: ARG002 - it has nothing to do
        return True


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
        name = self.named_in(top.subprocess_specs)
        if name not in top.subprocess_specs:
            raise WorkflowTaskException(f"the process {name!r} is not known", task=my_task)
        top.note_entered(my_task)
        inner = top.create_subprocess(my_task, name)
        inner.completed_event.connect(self._on_subworkflow_completed, my_task)
        self.open_scope(my_task, inner)
        inner.task_tree.run()

    def named_in(self, specs: Mapping[str, Any]) -> str:
        """What it starts goes by among these."""
        del specs
        return str(self.spec)

    def open_scope(self, my_task: Any, inner: Any) -> None:
        """Nothing to do: the variables are shared."""

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        """Nothing to do: the variables are shared."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):  # it may have been interrupted by its own last event
            take_snapshot(my_task, subworkflow)
            super()._on_subworkflow_completed(subworkflow, my_task)


class TransactionSubprocess(SubWorkflowTask, bpmn.TransactionSubprocess):
    """A transaction; its cancel event is its own boundary's business."""

    kind = "transaction"


class AdHocSubprocess(SubWorkflowTask):
    """An ad-hoc subprocess: its activities have no order of their own."""

    kind = "adHocSubProcess"


class CallActivity(SubWorkflowTask, bpmn.CallActivity):
    """Calls another process: it gets the caller's variables, and those both declare come back."""

    kind = "callActivity"
    opens_scope = True

    def named_in(self, specs: Mapping[str, Any]) -> str:
        """By its binding where versions are known; in memory there is one of each process."""
        return str(self.spec) if self.spec in specs else key_of(self.spec)

    def open_scope(self, my_task: Any, inner: Any) -> None:
        top = my_task.workflow.top_workflow
        inner.data = copied({**top.script_engine.initial_variables(inner.spec.process), **visible(my_task)})

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        theirs = subworkflow.data
        assign(my_task, {name: value for name, value in theirs.items() if subworkflow.declares(name)})
        scope = scope_of(my_task)
        if isinstance(scope.data.get(COMPLETED_AT), dict):
            scope.data[COMPLETED_AT] = {**scope.data[COMPLETED_AT], **theirs.get(COMPLETED_AT, {})}


class ExclusiveGateway(FlowNode, BpmnSpecMixin):
    """One of its outgoing flows: the first, in the order of the model, whose condition holds (BPMN 2.0.2, 13.4.2)."""

    kind = "exclusiveGateway"

    def _run_hook(self, my_task: Any) -> bool:
        my_task.internal_data[CHOSEN] = first_that_holds(my_task, self.__dict__.get("flows", ()))
        return True

    def choose(self, my_task: Any) -> list[str]:
        return list(my_task.internal_data.pop(CHOSEN))
