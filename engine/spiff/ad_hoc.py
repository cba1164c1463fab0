"""Ad-hoc subprocesses: activities without an order of their own (BPMN 2.0.2, 10.3.5 and 13.3.5).

What nothing leads to is enabled from the start: people's tasks are offered, automatic activities run. Whenever an
activity is done the completion condition is asked. While it does not hold, people's tasks are offered again; once it
holds nothing new begins, and what still runs is cancelled, or waited for. Without a condition each is done once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.reading.document import ACTIVITIES
from engine.spiff.tree import is_instance

OVER = "ad_hoc_over"
"""kept by the scope once its condition holds"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHoc:
    """How an ad-hoc subprocess ends."""

    condition: str | None
    cancels: bool
    """whether what still runs is cancelled"""

    def followers(self, my_task: Any, names: Sequence[str]) -> Sequence[str]:
        """Where a token goes on from a finished task of the subprocess."""
        if not _is_activity(my_task):
            return names
        workflow = my_task.workflow
        if self._is_over(my_task):
            if self.cancels:
                for task in [one for one in workflow.tasks.values() if one.has_state(TaskState.NOT_FINISHED_MASK)]:
                    task.cancel()
            return [workflow.spec.end.name]
        return [*names, *_offers(workflow)] if self.condition is not None else names

    def may_end(self, workflow: Any) -> bool:
        """Whether it is completed once nothing runs in it: not while its condition does not hold."""
        return self.condition is None or OVER in workflow.kept

    def _is_over(self, my_task: Any) -> bool:
        workflow = my_task.workflow
        if self.condition is not None and OVER not in workflow.kept:
            if not workflow.script_engine.evaluate(my_task, self.condition):
                return False
            workflow.kept[OVER] = True
        return OVER in workflow.kept


def _is_activity(my_task: Any) -> bool:
    """Whether an activity as a whole is done: not a gateway, nor one of an activity's instances."""
    if is_instance(my_task):
        return False
    spec = my_task.task_spec
    return getattr(spec, "holds_instances", False) or getattr(spec, "kind", "") in ACTIVITIES


def _offers(workflow: Any) -> list[str]:
    """People's tasks that nothing leads to and that nobody has before him: they can be chosen again."""
    known = workflow.spec.task_specs
    open_ones = {task.task_spec.name for task in workflow.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)}
    found = []
    for entry in workflow.spec.start.plain:
        activity = getattr(known[entry], "activity", None) or known[entry]
        asked = known[activity.task_spec] if getattr(activity, "holds_instances", False) else activity
        if asked.manual and not {entry, activity.name} & open_ones:
            found.append(entry)
    return found
