"""The state of a running case as bytes. The spec is not in it: it is compiled once a version and shared.

The bytes are JSON, `[version, counters, top, inner]`, every part in its fixed place. What people entered stands only
where variables stand and is never interpreted, so data that look like an engine's own (`{"typename": …}`, P3) are just
data. Tasks that are merely predicted are left out: what may follow is in the spec.

A change of this form is a new version: `STEPS` gets a function that brings the one before it forward, and
tests/unit/engine_runtime/states a stored case of the one before. Whatever is read is written in the newest version.
"""

# ruff: noqa: SLF001 - rebuilding SpiffWorkflow's tasks is what this is about
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.spiff.tree import new_task
from engine.spiff.workflow import CalledWorkflow, CaseWorkflow

VERSION = 2
_AHEAD = TaskState.PREDICTED_MASK | TaskState.FUTURE
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
        counters, top, inner = _newest(*orjson.loads(state))
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


def _newest(version: Any, *parts: Any) -> list[Any]:
    """The parts of a state, brought forward from the version they were written in."""
    found = list(parts)
    while version != VERSION:
        if version not in STEPS:
            raise StateUnreadable(f"state version {version!r} is not known")
        found = STEPS[version](found)
        version += 1
    return found


def _from_1(parts: list[Any]) -> list[Any]:
    """Version 2 leaves predictions out and keeps beside a workflow's tokens what constructs have to remember."""
    counters, top, inner = parts
    return [counters, _workflow_from_1(top), [[parent, name, _workflow_from_1(flow)] for parent, name, flow in inner]]


def _workflow_from_1(workflow: list[Any]) -> list[Any]:
    completed, success, data, correlations, rows = workflow
    numbers = {-1: -1}
    kept: list[list[Any]] = []
    for number, (ident, parent, state, *more) in enumerate(rows):
        if parent < 0 or (parent in numbers and not _is_predicted(state, rows[parent][2])):
            numbers[number] = len(kept)
            kept.append([ident or uuid4().hex, numbers[parent], state, *more])
    return [completed, success, data, correlations, {}, kept]


STEPS: Mapping[int, Callable[[list[Any]], list[Any]]] = {1: _from_1}
"""version → what brings its parts to the next version"""


def _is_predicted(state: int, parent: int) -> bool:
    """Whether a task in this state is a prediction; one that follows a task that is over has got its token."""
    return bool(state & _AHEAD) and not parent & TaskState.FINISHED_MASK


def _workflow_out(workflow: Any) -> list[Any]:
    rows: list[list[Any]] = []
    todo = [(-1, workflow.task_tree)]
    while todo:
        parent, task = todo.pop()
        children = [workflow.tasks[child] for child in reversed(task._children)]
        todo.extend((len(rows), child) for child in children if not _is_predicted(child._state, task._state))
        rows.append(
            [
                task.id.hex,
                parent,
                task._state,
                task.task_spec.name,
                task.triggered,
                task.internal_data or None,
                task.data or None,
            ]
        )
    return [workflow.completed, workflow.success, workflow.data, workflow.correlations, workflow.kept, rows]


def _workflow_in(workflow: Any, state: list[Any], case: CaseWorkflow) -> None:
    workflow.completed, workflow.success, workflow.data, workflow.correlations, workflow.kept, rows = state
    known = workflow.spec.task_specs
    tasks: list[Any] = []
    for ident, parent, task_state, name, triggered, internal, local in rows:
        task = new_task(workflow, known[name], UUID(hex=ident), task_state)
        task.triggered = triggered
        task.internal_data = internal or {}
        task.data = local or {}
        if parent >= 0:
            task._parent = tasks[parent].id
            tasks[parent]._children.append(task.id)
        tasks.append(task)
        if task_state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            case.event_manager.add_task(task)
        if task_state == TaskState.WAITING and getattr(task.task_spec, "meets", False):
            workflow.meeting[task.id] = task
    workflow.tasks = {task.id: task for task in tasks}
    workflow.task_tree = tasks[0]
    workflow.last_task = tasks[0]
