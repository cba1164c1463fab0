"""Taking a token from where it stands and putting it before another node of the same scope."""

# ruff: noqa: SLF001 - the inner parts of SpiffWorkflow's tasks are what is being moved
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed
from engine.spiff.compaction import find
from engine.spiff.event_nodes import EventBasedGateway
from engine.spiff.loops import _Repeated
from engine.spiff.specs import BoundarySplit

HOLDING = TaskState.READY | TaskState.STARTED | TaskState.WAITING
NO_TARGET = frozenset({"startEvent", "boundaryEvent", ""})
JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


def movable(case: Any) -> Iterator[Any]:
    """The tasks that hold a token of the diagram, outer scopes first; an instance of a repeated activity moves with
    the whole, an event after an event-based gateway with the gateway.
    """
    for workflow in case.workflows():
        if workflow.completed:
            continue
        for task in workflow.tasks.values():
            spec = task.task_spec
            drawn = getattr(spec, "kind", "") and not getattr(spec, "is_listener", False)
            parent = task.parent.task_spec if task.parent is not None else None
            inside = isinstance(parent, _Repeated | EventBasedGateway) and task.parent._state == TaskState.STARTED
            if drawn and not inside and task.has_state(HOLDING):
                yield task


def targets(task: Any) -> list[str]:
    """The nodes of the task's scope a token may be put before, as the model names them.

    Not: what only an event reaches (start and boundary events, event subprocesses, compensation handlers), and joins,
    where a single token would wait for others that never come.
    """
    specs = task.workflow.spec.task_specs.values()
    return sorted(
        spec.name
        for spec in specs
        if getattr(spec, "kind", "") not in NO_TARGET
        and getattr(spec, "bpmn_id", None) == spec.name
        and spec._inputs
        and not (spec.kind in JOINS and len(spec._inputs) > 1)
    )


def move(case: Any, task_id: UUID, target: str) -> None:
    """Take the token away, with everything that hangs on it, and begin the target anew."""
    task = find(case, task_id)
    if task is None or task not in list(movable(case)):
        raise ExecutionFailed(None, f"no token {task_id} can be moved")
    if target not in targets(task):
        raise ExecutionFailed(target, "a token cannot be put there")
    workflow = task.workflow
    _take_away(task)
    specs = workflow.spec.task_specs
    entry = specs.get(f"{target}.BoundaryEventSplit", specs[target])
    begun = workflow.task_tree._add_child(entry, TaskState.FUTURE)
    begun.triggered = True
    begun.task_spec._predict(begun, mask=TaskState.NOT_FINISHED_MASK)
    begun.task_spec._update(begun)
    workflow.update_waiting_tasks()


def _take_away(task: Any) -> None:
    split = task.parent
    on_border: list[Any] = []
    if isinstance(split.task_spec, BoundarySplit) and split.task_spec.activity is task.task_spec:
        on_border = [one for one in split.children if one.task_spec.name in split.task_spec.events]
    for child in list(task.children):
        if child.has_state(TaskState.NOT_FINISHED_MASK) and not child.has_state(TaskState.PREDICTED_MASK):
            _take_away(child)
    task.cancel()
    for listener in on_border:
        if listener.has_state(TaskState.WAITING):
            listener.cancel()
