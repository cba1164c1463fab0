"""Faults of SpiffWorkflow 3.2.0 that no subclass can reach, put right once, before anything runs.

P1  its task iterators stop 1,000 tasks deep and then report a running process as completed;
P2  `Task.is_descendant_of` and `find_ancestor` recurse once a generation and die in long loops;
--  log extras are built eagerly, 15 to 30 % of a step, and "NOTSET" counts as "verbose".
"""

# ruff: noqa: SLF001 - the inner parts of SpiffWorkflow's tasks are what is being repaired
import logging
import sys
from typing import Any

from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator

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
    for name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _depth_does_not_matter(_self: Any, _task: Any = None) -> None:
    """Depth was only counted to stop at it."""


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


def _set_state(self: Any, value: int) -> None:
    """As SpiffWorkflow's, without the log record that nobody reads; our history tells what happened."""
    self._state = value
