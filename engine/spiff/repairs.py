"""Faults of SpiffWorkflow 3.2.0 that no subclass can reach, put right once, before anything runs.

P1  its task iterators stop 1,000 tasks deep and then report a running process as completed;
P2  `Task.is_descendant_of` and `find_ancestor` recurse once a generation and die in long loops;
--  what may follow is predicted to the end of the model, by recursion: 250 tasks in a row die of it. Here a task gets
    its followers when it is done (see `flows`), and nothing is predicted;
--  `Task.cancel` forgets what waits under an open task, so its events would still be heard, and recurses;
--  log extras are built eagerly, 15 to 30 % of a step, and "NOTSET" counts as "verbose"; a new task reads the clock and
    looks for its thread;
--  each change of a task's state goes through assignments, checks of the model and events that no node of BPMN has.
"""

# ruff: noqa: SLF001 - the inner parts of SpiffWorkflow's tasks are what is being repaired
import logging
import sys
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine.spiff.flows import hand_on
from engine.spiff.tree import add_child

UNLIMITED = sys.maxsize
_DONE = TaskState.COMPLETED | TaskState.CANCELLED


def apply_repairs() -> None:
    """Replace the faulty functions; calling it again changes nothing."""
    for iterator in (TaskIterator, BpmnTaskIterator):
        names = iterator.__init__.__code__.co_varnames
        defaults = list(iterator.__init__.__defaults__)
        first = iterator.__init__.__code__.co_argcount - len(defaults)
        defaults[names.index("max_depth") - first] = UNLIMITED
        iterator.__init__.__defaults__ = tuple(defaults)
        iterator._update_depth = _depth_does_not_matter
        iterator._handle_leaf_depth = _depth_does_not_matter
    Task.is_descendant_of = _is_descendant_of
    Task.find_ancestor = _find_ancestor
    Task._set_state = _set_state
    Task._add_child = add_child
    Task.cancel = _cancel
    Task.run = _run
    Task.complete = _complete
    Task._ready = _ready
    TaskSpec._predict = _predict
    TaskSpec._on_complete = _on_complete
    TaskSpec._update = _update
    TaskSpec._update_hook = _update_hook
    TaskSpec._on_ready_hook = _on_ready_hook
    TaskSpec._on_complete_hook = _on_complete_hook
    BpmnTaskSpec._update_hook = _update_hook
    BpmnTaskSpec._on_complete_hook = _on_complete_hook
    for name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _depth_does_not_matter(_self: Any, _task: Any = None) -> None:
    """Depth was only counted to stop at it."""


def _predict(_self: Any, _task: Any, *_args: Any, **_more: Any) -> None:
    """Nothing is predicted."""


def _on_complete(_self: Any, task: Any) -> None:
    hand_on(task)


def _run(self: Any) -> bool | None:
    """Without assignments after it, which no node of BPMN has; a task that fails is in error, as in SpiffWorkflow."""
    try:
        result: bool | None = self.task_spec._run_hook(self)
    except Exception:
        self.error()
        raise
    if result is None:
        self._set_state(TaskState.STARTED)
    elif result is False:
        self.error()
    else:
        self._state = TaskState.COMPLETED
        hand_on(self)
    return result


def _complete(self: Any) -> None:
    self._state = TaskState.COMPLETED
    hand_on(self)


def _ready(self: Any) -> None:
    """Without assignments before it, and without a check of the model: that was when it was deployed."""
    if not self._state & _DONE:
        self._state = TaskState.READY
        self.task_spec._on_ready_hook(self)


def _update(self: Any, task: Any) -> None:
    if self._update_hook(task):
        task._ready()


def _update_hook(_self: Any, task: Any) -> bool:
    """Data stand in a task only where it is an instance of a loop (see `scopes`); no node reads or writes others."""
    parent = task.workflow.tasks.get(task._parent)
    if parent is not None and parent.data:
        task._inherit_data()
    return True


def _on_ready_hook(_self: Any, _task: Any) -> None:
    """Nobody listens to it."""


def _on_complete_hook(self: Any, task: Any) -> None:
    """Only who waits for an instance of a loop or of compensation listens."""
    if self.completed_event.hard_subscribers:
        self.completed_event.emit(task.workflow, task)


def _is_descendant_of(self: Any, task: Any) -> bool:
    ancestor = self.parent
    while ancestor is not None:
        if ancestor is task:
            return True
        ancestor = ancestor.parent
    return False


def _find_ancestor(self: Any, spec_name: str) -> Any:
    ancestor = self.parent
    while ancestor is not None and ancestor.task_spec.name != spec_name:
        ancestor = ancestor.parent
    return ancestor


def _cancel(self: Any) -> None:
    found, todo = [], [self]
    while todo:
        task = todo.pop()
        if task._state & TaskState.NOT_FINISHED_MASK:
            found.append(task)
        todo.extend(task.children)
    for task in found:
        if task._state & TaskState.NOT_FINISHED_MASK:
            task._state = TaskState.CANCELLED
            task.task_spec._on_cancel(task)


def _set_state(self: Any, value: int) -> None:
    """As SpiffWorkflow's, without the log record that nobody reads; our history tells what happened."""
    self._state = value
    if value == TaskState.WAITING and getattr(self.task_spec, "meets", False):
        self.workflow.meeting[self.id] = self
