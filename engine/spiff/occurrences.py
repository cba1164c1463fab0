"""What everything that can happen has in common, and how what happens reaches the tasks that wait for it."""

# ruff: noqa: D102, SLF001 - SpiffWorkflow's own kind: the methods keep its signatures and meanings
from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent

PAYLOAD = "payload"
"""what an event from elsewhere brings, kept until the task that has caught it goes on"""


class Occurrence(EventDefinition):
    """An event definition, with what the house asks of it beside what SpiffWorkflow does."""

    def catch(self, my_task: Any, event: Any = None) -> None:
        EventDefinition.catch(self, my_task, event)

    def update_task_data(self, my_task: Any) -> None:
        """Within a case the variables are shared, so an event carries nothing."""

    def reset(self, my_task: Any) -> None:
        my_task.internal_data.pop("event_fired", None)

    def rearm(self, my_task: Any) -> bool:
        """Whether it may happen to the same listener again; it then begins to wait anew."""
        self.reset(my_task)
        return True


def deliver(case: Any, event: BpmnEvent, tasks: Iterable[Any] | None = None, *, to_all: bool = False) -> bool:
    """Let a waiting task catch the event, the first in the order of the model or all; False where nothing waits for it.

    What one of them interrupts hears it no longer. `tasks`: those that are asked, unless it is the whole case.
    """
    caught = False
    for task in list(case.listening()) if tasks is None else tasks:
        if task.task_spec.catches(task, event):
            task.task_spec.catch(task, event)
            task.task_spec._update(task)
            caught = True
            if not to_all:
                break
    return caught


def keep_payload(my_task: Any, event: Any) -> None:
    """Keep what the event brings, beside what another trigger of the same task has brought."""
    if event is not None and event.payload:
        my_task.internal_data[PAYLOAD] = {**my_task.internal_data.get(PAYLOAD, {}), **event.payload}
