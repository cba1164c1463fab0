"""Compensation: undoing what has been completed (BPMN 2.0.2, 10.7 and 13.5.5), and transactions that are cancelled.

Each scope keeps a record of its completed activities that can be compensated, beside the counters of the case; a
finished subprocess takes the records of its inside with it, as its snapshot. Throwing compensation takes records out,
each once, and hands them to a compensator: a task of the scope, off the diagram, that begins the handlers one after
the other, in the reverse order of completion.
"""

# ruff: noqa: D102, SLF001 - SpiffWorkflow's own kind: the methods keep its meanings
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask as SpiffSubWorkflowTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from engine.spiff.event_nodes import EndEvent, EventSubprocess, IntermediateThrowEvent, Throwing
from engine.spiff.events import Cancel, _border_of
from engine.spiff.flows import lead
from engine.spiff.records import COMPLETED, changed_since, fold, take
from engine.spiff.scopes import assign
from engine.spiff.specs import FlowNode, SubWorkflowTask, TransactionSubprocess
from engine.spiff.values import normalised

THROWER = "thrower"
TODO = "todo"
AWAITS = "awaits"
RECORD = "record"


class Compensation(EventDefinition):
    """What a compensation event throws: for one activity, or for all of its scope."""

    def __init__(self, activity: str | None, *, waits: bool) -> None:
        super().__init__("compensation")
        self.activity = activity
        self.waits = waits

    def throw(self, my_task: Any) -> None:
        """The event's node does it."""

    def catches(self, my_task: Any, event: Any = None) -> bool:  # noqa: ARG002 - handlers are begun, they do not listen
        return False


class _Throws(Throwing):
    """A throw event that compensates; it goes on at once, or when all handlers are done."""

    def _run_hook(self, my_task: Any) -> bool | None:  # type: ignore[override]
        if AWAITS in my_task.internal_data:
            return True
        waits = self.event_definition.waits
        running = compensate(my_task, self.event_definition.activity, waits=waits)
        if not running or not waits:
            return True
        my_task.internal_data[AWAITS] = running
        return None


class CompensationThrowEvent(_Throws, IntermediateThrowEvent):
    """An intermediate compensation event."""


class CompensationEndEvent(_Throws, EndEvent):
    """A compensation end event."""


class CancelEndEvent(EndEvent):
    """Cancels the transaction around it: all that runs in it ends, what it completed is compensated (13.5.6)."""

    def choose(self, my_task: Any) -> list[str]:  # noqa: ARG002
        """Its token goes nowhere."""
        return []

    def left(self, my_task: Any) -> None:
        cancel_transaction(my_task)


class CompensationBoundary(FlowNode, SimpleBpmnTask):
    """A compensation event on the border of an activity; it is triggered only when the activity is compensated."""

    kind = "boundaryEvent"
    begins_handlers = True

    def __init__(self, wf_spec: Any, bpmn_id: str) -> None:
        super().__init__(wf_spec, bpmn_id)
        self.bpmn_id = bpmn_id

    def test(self) -> None:
        """Nothing leads to it."""

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        for child in my_task.children:
            child.triggered = True  # compacted, it hangs under the compensator, whose spec does not lead to it


class Compensator(SimpleBpmnTask):
    """Begins the handlers of a scope one after the other and tells who has thrown when they are done."""

    begins_handlers = True

    def test(self) -> None:
        """Nothing leads to it."""

    def _update_hook(self, my_task: Any) -> None:
        if not my_task.has_state(TaskState.STARTED):
            my_task._set_state(TaskState.STARTED)
            self._begin_next(my_task)

    def handled(self, workflow: Any, child: Any) -> None:  # noqa: ARG002 - an event of SpiffWorkflow's
        """A handler is done."""
        my_task = child.parent
        while my_task is not None and my_task.task_spec is not self:
            my_task = my_task.parent
        if my_task is not None:
            self._begin_next(my_task)

    def _begin_next(self, my_task: Any) -> None:
        todo = my_task.internal_data[TODO]
        if not todo:
            my_task._set_state(TaskState.READY)
            return
        record = todo.pop(0)
        child = my_task._add_child(self._wf_spec.task_specs[record["handler"]], TaskState.FUTURE)
        child.triggered = True
        child.data = normalised(record.get("local") or {})
        if "inner" in record:
            child.internal_data[RECORD] = record
        _begin(child)

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        thrower = my_task.internal_data.get(THROWER)
        if thrower is None:
            return
        task = my_task.workflow.top_workflow.get_task_from_id(UUID(hex=thrower))
        if isinstance(task.task_spec, TransactionSubprocess):
            leave_transaction(task)
        elif task.has_state(TaskState.STARTED):
            task.internal_data[AWAITS] -= 1
            if not task.internal_data[AWAITS]:
                task._set_state(TaskState.READY)


class UndoSubprocess(SpiffSubWorkflowTask, SimpleBpmnTask):
    """Compensates a completed subprocess or called process: by its compensation event subprocess, or activity by
    activity. It runs the subprocess's spec once more, beginning at the compensator instead of the start.
    """

    kind = ""
    is_handler = False

    def __init__(self, wf_spec: Any, name: str, subworkflow_spec: str, *, opens_scope: bool) -> None:
        super().__init__(wf_spec, name, subworkflow_spec)
        self.opens_scope = opens_scope

    def test(self) -> None:
        """Nothing leads to it."""

    def start_workflow(self, my_task: Any) -> None:
        top = my_task.workflow.top_workflow
        record = my_task.internal_data[RECORD]
        inner = top.create_subprocess(my_task, record["spec"])
        inner.completed_event.connect(self._on_subworkflow_completed, my_task)
        if self.opens_scope:
            inner.data = normalised(record["data"])
        root = inner.task_tree
        root._drop_children(force=True)
        root._set_state(TaskState.COMPLETED)
        handler = inner.spec.compensation
        todo = [{"handler": handler}] if handler else list(reversed(record["inner"]))
        if handler:
            inner.kept[COMPLETED] = record["inner"]
        begin_compensator(inner, todo, inner.spec.undoing)

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        """What undoing has changed of a called process's variables comes back, like what calling it had."""
        if self.opens_scope:
            changed = changed_since(my_task.internal_data[RECORD]["data"], subworkflow.data)
            assign(my_task, {name: value for name, value in changed.items() if subworkflow.declares(name)})

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):
            super()._on_subworkflow_completed(subworkflow, my_task)


def begin_compensator(workflow: Any, todo: list[Any], name: str, thrower: Any = None) -> None:
    """Let a scope compensate these records, in their order."""
    task = workflow.task_tree._add_child(workflow.spec.task_specs[name], TaskState.FUTURE)
    task.triggered = True
    task.internal_data[TODO] = todo
    if thrower is not None:
        task.internal_data[THROWER] = thrower.id.hex
    _begin(task)


def _begin(task: Any) -> None:
    task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    task.task_spec._update(task)


def compensate(thrower: Any, activity: str | None, *, waits: bool) -> int:
    """Begin to compensate what an event means; tells how many scopes have something to do."""
    begun = 0
    for workflow in _scopes(thrower.workflow, named=activity is not None):
        todo = take(workflow, activity)
        if todo:
            begin_compensator(workflow, todo, workflow.spec.compensator, thrower if waits else None)
            begun += 1
    return begun


def _scopes(workflow: Any, *, named: bool) -> Iterator[Any]:
    """Where an event may compensate: its own scope, and those that lie around the event subprocess or the handler it
    is in, which a named activity may also be thrown at from deeper inside.
    """
    yield workflow
    while workflow.parent_task is not None and not workflow.has_own_scope:
        holder = workflow.parent_task.task_spec
        sees = isinstance(holder, EventSubprocess) or holder.is_handler
        workflow = workflow.parent_task.workflow
        if sees:
            yield workflow
        elif not named:
            return


def cancel_transaction(my_task: Any) -> None:
    """The transaction a cancel end event lies in is cancelled."""
    workflow = my_task.workflow
    while not isinstance(workflow.parent_task.task_spec, TransactionSubprocess):
        workflow = workflow.parent_task.workflow
    running = [task for task in workflow.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)]
    fold(workflow)
    for task in running:
        task.cancel()
    todo = take(workflow, None)
    if todo:
        begin_compensator(workflow, todo, workflow.spec.compensator, workflow.parent_task)
    else:
        leave_transaction(workflow.parent_task)


def leave_transaction(transaction: Any) -> None:
    """Everything is undone: the token leaves by the cancel event on the border, or ends here where there is none."""
    event = BpmnEvent(Cancel())
    border = _border_of(transaction)
    for one in border:
        if one.task_spec.catches(one, event):
            one.task_spec.catch(one, event)
            one.task_spec._update(one)
            return
    end = transaction.parent._add_child(transaction.workflow.spec.end, TaskState.FUTURE)
    end.triggered = True
    for task in [transaction, *(one for one in border if one.has_state(TaskState.WAITING))]:
        task.cancel()
    end.task_spec._update(end)


def add_boundaries(
    spec: Any, borders: dict[str, tuple[str, str]], handlers: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """The compensation events of a scope with their specs; a handler's token ends with it."""
    for boundary, handler in set(borders.values()):
        event = CompensationBoundary(spec, boundary)
        lead(event, handlers[handler])
        handlers[handler].__dict__.setdefault("flows", [])
        yield boundary, event


def wire_compensation(spec: Any, borders: dict[str, tuple[str, str]]) -> None:
    """Prepare a process or subprocess once its nodes are there; `borders`: activity → (boundary event, handler)."""
    compensator = Compensator(spec, f"{spec.name} (compensation)")
    undoing = Compensator(spec, f"{spec.name} (undoing)")
    undoing.connect(spec.end)
    spec.compensator, spec.undoing = compensator.name, undoing.name
    handlers = {handler for _, handler in borders.values()}
    begun = handlers | ({spec.compensation} if spec.compensation else set())
    for task_spec in list(spec.task_specs.values()):
        if isinstance(task_spec, SubWorkflowTask):
            undo = UndoSubprocess(spec, f"{task_spec.name} (undo)", task_spec.spec, opens_scope=task_spec.opens_scope)
            task_spec.undo = undo.name
            begun.add(undo.name)
        if isinstance(task_spec, FlowNode):
            task_spec.is_handler = task_spec.bpmn_id in handlers
        if isinstance(task_spec, FlowNode) and task_spec.bpmn_id in borders:
            task_spec.compensated_by = borders[task_spec.bpmn_id][0]
    for name in begun:
        for one in (compensator, undoing):
            spec.task_specs[name].completed_event.connect(one.handled)
