"""Which completed activities can still be compensated: plain records, kept with their scope and dumped with it.

A record is `{"activity", "handler", "local"}`, for a subprocess also `{"inner", "spec", "data"}`: who it was, the spec
that undoes it, the variables of its instance, and the snapshot of its inside.
"""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.tree import is_instance
from engine.spiff.values import normalised

COMPLETED = "completed"
"""what a scope keeps its records under"""
SNAPSHOT = "snapshot"
Record = dict[str, Any]


def remember(my_task: Any) -> None:
    """An activity has completed: note it if it can be compensated. What a handler does is not undone in its turn."""
    spec = my_task.task_spec
    if (spec.compensated_by is None and spec.undo is None) or _undoes(my_task):
        return
    if spec.compensated_by is not None:
        _note(my_task, {"activity": spec.bpmn_id, "handler": spec.compensated_by, "local": _local(my_task)})
        return
    snapshot = my_task.internal_data.pop(SNAPSHOT, None)
    if snapshot is not None:
        _note(my_task, _record(my_task, snapshot))


def take_snapshot(my_task: Any, inside: Any) -> None:
    """A subprocess has ended inside: keep with its task what compensating it will need."""
    if inside.kept.get(COMPLETED) or inside.spec.compensation is not None:
        my_task.internal_data[SNAPSHOT] = _snapshot(my_task, inside)


def release(my_task: Any) -> None:
    """A loop or multi-instance activity is completed, and with it its instances."""
    records = my_task.internal_data.pop(COMPLETED, [])
    if records:
        my_task.workflow.kept.setdefault(COMPLETED, []).extend(records)


def fold(workflow: Any) -> None:
    """A scope is being cancelled: what its running subprocesses have completed becomes a record of theirs."""
    running = [one for one in workflow.top_workflow.subprocesses.values() if one.parent_task.workflow is workflow]
    for inside in running:
        holder = inside.parent_task
        if not inside.completed and holder.has_state(TaskState.NOT_FINISHED_MASK):
            fold(inside)
            if inside.kept.get(COMPLETED) and holder.task_spec.undo is not None:
                _note(holder, _record(holder, _snapshot(holder, inside)))
    for task in workflow.tasks.values():
        if task.has_state(TaskState.NOT_FINISHED_MASK):
            release(task)


def take(workflow: Any, activity: str | None) -> list[Record]:
    """The records of a scope, or those of one activity, the latest first; each is compensated once."""
    records = workflow.kept.pop(COMPLETED, [])
    left = [one for one in records if activity is not None and one["activity"] != activity]
    if left:
        workflow.kept[COMPLETED] = left
    return [one for one in reversed(records) if activity is None or one["activity"] == activity]


def changed_since(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that are not what they were."""
    return {name: value for name, value in after.items() if name not in before or before[name] != value}


def _undoes(my_task: Any) -> bool:
    """Whether the task is a compensation handler, or an instance of one."""
    parent = my_task.parent
    return any(
        one is not None and getattr(one.task_spec, "begins_handlers", False)
        for one in (parent, parent.parent if parent is not None else None)
    )


def _record(my_task: Any, snapshot: Record) -> Record:
    spec = my_task.task_spec
    return {"activity": spec.bpmn_id, "handler": spec.undo, "local": _local(my_task), **snapshot}


def _snapshot(my_task: Any, inside: Any) -> Record:
    return {
        "inner": inside.kept.get(COMPLETED, []),
        "spec": inside.spec.name,
        "data": normalised(inside.data) if my_task.task_spec.opens_scope else None,
    }


def _local(my_task: Any) -> dict[str, Any] | None:
    return normalised(my_task.data) if my_task.data else None


def _note(my_task: Any, record: Record) -> None:
    """An instance's record waits with its activity until that is completed as a whole."""
    holder = my_task.parent.internal_data if is_instance(my_task) else my_task.workflow.kept
    holder.setdefault(COMPLETED, []).append(record)
