"""Faults of SpiffWorkflow 3.2.0 that no subclass can reach, put right once, before anything runs.

P1  its task iterators stop 1,000 tasks deep and then report a running process as completed;
P2  `Task.is_descendant_of` and `find_ancestor` recurse once a generation and die in long loops;
--  what may follow is predicted to the end of the model, by recursion: 250 tasks in a row die of it. Here a task gets
    its followers when it is done (see `flows`), and nothing is predicted;
--  `Task.cancel` forgets what waits under an open task, so its events would still be heard, and recurses;
--  log extras are built eagerly, 15 to 30 % of a step, and "NOTSET" counts as "verbose"; a new task reads the clock and
    looks for its thread.
"""

# ruff: noqa: SLF001 - the inner parts of SpiffWorkflow's tasks are what is being repaired
import logging
import sys
from typing import Any

from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine.spiff.flows import hand_on
from engine.spiff.tree import add_child

UNLIMITED = sys.maxsize


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
    TaskSpec._predict = _predict
    TaskSpec._on_complete = _on_complete
    for name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _depth_does_not_matter(_self: Any, _task: Any = None) -> None:
    """Depth was only counted to stop at it."""


def _predict(_self: Any, _task: Any, *_args: Any, **_more: Any) -> None:
    """Nothing is predicted."""


def _on_complete(_self: Any, task: Any) -> None:
    hand_on(task)


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
