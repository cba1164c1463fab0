"""The state of a running case as bytes. The spec is not in it: it is compiled once a version and shared.

The bytes are JSON, `[version, counters, top, inner]`, every part in its fixed place. What people entered stands only
where variables stand and is never interpreted, so data that look like an engine's own (`{"typename": …}`, P3) are just
data. Predicted tasks get new ids when read; what a row elsewhere refers to (items, timers, services) keeps its id.
"""

# ruff: noqa: SLF001 - rebuilding SpiffWorkflow's tasks is what this is about
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.spiff.workflow import CalledWorkflow, CaseWorkflow, in_order

VERSION = 1
_PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE
MakeCase = Callable[..., CaseWorkflow]


class StateUnreadable(EngineError):
    """The stored state of a case cannot be read."""

    code = "engine.state_unreadable"


def dump(case: CaseWorkflow) -> bytes:
    """The state of a case as bytes."""
    top = _workflow_out(case)
    inner = [
        [workflow.parent_task.id.hex, workflow.spec.name, _workflow_out(workflow)]
        for workflow in case.subprocesses.values()  # a process comes after the one that called it
    ]
    return orjson.dumps([VERSION, [case.entered, case.done], top, inner])


def load(state: bytes, specs: Mapping[str, Any], make: MakeCase) -> CaseWorkflow:
    """The case again; `make` builds an empty one. Raises StateUnreadable."""
    try:
        version, counters, top, inner = orjson.loads(state)
        if version != VERSION:
            raise StateUnreadable(f"state version {version!r} is not known")
        case = make(deserializing=True)
        case.entered, case.done = counters
        _workflow_in(case, top, case)
        for parent, name, rows in inner:
            holder = case.get_task_from_id(UUID(hex=parent))
            workflow = CalledWorkflow(specs[name], holder.id, case, deserializing=True)
            _workflow_in(workflow, rows, case)
            case.subprocesses[holder.id] = workflow
            workflow.completed_event.connect(holder.task_spec._on_subworkflow_completed, holder)
    except (ValueError, TypeError, LookupError) as error:
        raise StateUnreadable(f"the stored state cannot be read: {type(error).__name__}: {error}") from error
    return case


def _workflow_out(workflow: Any) -> list[Any]:
    order = in_order(workflow)
    numbers = {task.id: number for number, task in enumerate(order)}
    rows = [
        [
            None if task._state & _PREDICTED else task.id.hex,
            -1 if task._parent is None else numbers[task._parent],
            task._state,
            task.task_spec.name,
            task.triggered,
            task.internal_data or None,
            task.data or None,
        ]
        for task in order
    ]
    return [workflow.completed, workflow.success, workflow.data, workflow.correlations, rows]


def _workflow_in(workflow: Any, state: list[Any], case: CaseWorkflow) -> None:
    workflow.completed, workflow.success, workflow.data, workflow.correlations, rows = state
    known = workflow.spec.task_specs
    tasks: list[Any] = []
    for ident, parent, task_state, name, triggered, internal, local in rows:
        task = Task.__new__(Task)
        task.id = UUID(hex=ident) if ident else uuid4()
        task.workflow = workflow
        task._parent = None if parent < 0 else tasks[parent].id
        task._children = []
        task._state = task_state
        task.task_spec = known[name]
        task.triggered = triggered
        task.internal_data = internal or {}
        task.data = local or {}
        task.thread_id = 0
        task.last_state_change = 0.0
        if parent >= 0:
            tasks[parent]._children.append(task.id)
        tasks.append(task)
        if task_state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            case.event_manager.add_task(task)
    workflow.tasks = {task.id: task for task in tasks}
    workflow.task_tree = tasks[0]
    workflow.last_task = tasks[0]
