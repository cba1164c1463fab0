"""Finished history leaves the tree at every commit, so a step costs the same in the 1,000th loop as in the first.

Variables belong to the process and joins count waiting tokens, so nothing asks the past. What stays of a workflow:
its root, the tasks that hold a token, their predictions, and the split before an activity with boundary events while
one of them waits. Each hangs under its nearest ancestor that stays; so a loop inside one parallel branch is shortened
too while its sibling waits, and of a running loop activity only the instances that still run are kept.
"""

# ruff: noqa: SLF001 - the tree of SpiffWorkflow's tasks is what this is about
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import EventSplit
from SpiffWorkflow.util.task import TaskState

OPEN = TaskState.NOT_FINISHED_MASK


def compact(case: Any) -> int:
    """Take finished history out of a case; returns how many tasks went."""
    removed = sum(_compact(workflow) for workflow in case.workflows())
    for task_id, workflow in list(case.subprocesses.items()):
        if workflow.completed or task_id not in workflow.parent_task.workflow.tasks:
            removed += len(workflow.tasks)
            del case.subprocesses[task_id]
    return removed


def _compact(workflow: Any) -> int:
    tasks = workflow.tasks
    root = workflow.task_tree
    stays = {root}
    for task in tasks.values():
        if task._state & OPEN or (isinstance(task.task_spec, EventSplit) and _is_open(task)):
            stays.add(task)
    if len(stays) == len(tasks):
        return 0
    kept = {root.id: root}
    order: list[tuple[Any, Any]] = [(root, tasks[child]) for child in reversed(root._children)]
    root._children = []
    while order:
        ancestor, task = order.pop()
        children = [tasks[child] for child in reversed(task._children)]
        if task in stays:
            kept[task.id] = task
            task._parent = ancestor.id
            ancestor._children.append(task.id)
            task._children = []
            ancestor = task
        order.extend((ancestor, child) for child in children)
    workflow.tasks = kept
    if workflow.last_task is not None and workflow.last_task.id not in kept:
        workflow.last_task = root
    return len(tasks) - len(kept)


def _is_open(split: Any) -> bool:
    """Whether the activity of a split, or an event on it, still waits; branches it has adopted do not count."""
    own = split.task_spec._outputs
    return any(child._state & OPEN and child.task_spec.name in own for child in split.children)


def size(case: Any) -> int:
    """Tasks in the trees of a case."""
    return sum(len(workflow.tasks) for workflow in case.workflows())


def find(case: Any, task_id: UUID) -> Any | None:
    """A task of the case by its id."""
    for workflow in case.workflows():
        found = workflow.tasks.get(task_id)
        if found is not None:
            return found
    return None
