"""Tasks of the tree, made without what nobody asks of them: numbers of threads, times of change, predictions."""

# ruff: noqa: SLF001 - making SpiffWorkflow's tasks is what this is about
from typing import Any
from uuid import UUID, uuid4

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


def new_task(workflow: Any, spec: Any, ident: UUID, state: int) -> Any:
    """A task that stands nowhere yet."""
    task = Task.__new__(Task)
    task.id = ident
    task.workflow = workflow
    task._parent = None
    task._children = []
    task._state = state
    task.task_spec = spec
    task.triggered = False
    task.internal_data = {}
    task.data = {}
    task.thread_id = 0
    task.last_state_change = 0.0
    return task


def is_instance(task: Any) -> bool:
    """Whether a task is an instance of a loop or multi-instance activity; what follows one hangs under it, too."""
    parent = task.parent
    return (
        parent is not None
        and getattr(parent.task_spec, "holds_instances", False)
        and parent.task_spec.task_spec == task.task_spec.name
    )


def add_child(parent: Any, spec: Any, state: int = TaskState.MAYBE) -> Any:
    """A task after another; this stands in for `Task._add_child`, see `repairs`."""
    workflow = parent.workflow
    task = new_task(workflow, spec, uuid4(), state)
    task._parent = parent.id
    parent._children.append(task.id)
    workflow.tasks[task.id] = task
    if state == TaskState.READY:
        task._ready()
    return task
