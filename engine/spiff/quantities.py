"""startQuantity and completionQuantity: how many tokens an activity takes in and gives out (BPMN 2.0.2, table 10.3)."""

# ruff: noqa: D102, SLF001 - SpiffWorkflow's own kind: the methods keep its meanings
from dataclasses import replace
from typing import Any

from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.util.task import TaskState

from engine.spiff.flows import all_that_hold, lead
from engine.spiff.specs import StartTask

ONCE = 1


class Gather(SimpleBpmnTask):
    """Stands before an activity and lets one token on for each `quantity` that arrive."""

    meets = True
    waits_alike = True

    def __init__(self, wf_spec: Any, name: str, quantity: int) -> None:
        super().__init__(wf_spec, name)
        self.quantity = quantity

    def _update_hook(self, my_task: Any) -> bool:
        waiting = [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task._state == TaskState.WAITING and task is not my_task
        ]
        if len(waiting) + 1 < self.quantity:
            my_task._set_state(TaskState.WAITING)
            return False
        for task in waiting[: self.quantity - 1]:
            task.cancel()
            my_task.workflow._remove_task(task.id)
        return True


class Spread(SimpleBpmnTask):
    """Stands behind an activity and sends `quantity` tokens down each flow."""

    def __init__(self, wf_spec: Any, name: str, quantity: int) -> None:
        super().__init__(wf_spec, name)
        self.quantity = quantity

    def choose(self, my_task: Any) -> list[str]:
        return all_that_hold(my_task, self.__dict__["flows"]) * self.quantity


def insert_quantities(spec: Any, wanted: dict[str, tuple[int, int]]) -> None:
    """Put the gatherers and spreaders into a process; `wanted` is activity id → (startQuantity, completionQuantity)."""
    for activity, (start, completion) in wanted.items():
        task_spec = spec.task_specs.get(activity)
        if task_spec is None:
            continue  # it lies in another subprocess
        if start > ONCE:
            _before(spec.task_specs.get(f"{activity}.BoundaryEventSplit", task_spec), start, activity)
        if completion > ONCE:
            _after(task_spec, completion)


def _before(entry: Any, quantity: int, activity: str) -> None:
    gather = Gather(entry._wf_spec, f"{activity} (gather)", quantity)
    for source in {spec.name: spec for spec in entry.inputs}.values():
        _replace(source, entry.name, gather.name)
    gather._inputs = list(entry._inputs)
    gather._outputs = [entry.name]
    entry._inputs = [gather.name]


def _after(task_spec: Any, quantity: int) -> None:
    spread = Spread(task_spec._wf_spec, f"{task_spec.name} (spread)", quantity)
    spread.bpmn_id = task_spec.bpmn_id
    spread._outputs, spread.__dict__["flows"] = task_spec._outputs, task_spec.__dict__["flows"]
    for target in {spec.name: spec for spec in spread.outputs}.values():
        target._inputs = [spread.name if name == task_spec.name else name for name in target._inputs]
    task_spec._outputs, task_spec.__dict__["flows"] = [], []
    lead(task_spec, spread)


def _replace(source: Any, old: str, new: str) -> None:
    source._outputs = [new if name == old else name for name in source._outputs]
    if isinstance(source, StartTask):
        source.plain = [new if name == old else name for name in source.plain]
    else:
        flows = source.__dict__["flows"]
        source.__dict__["flows"] = [replace(flow, target=new) if flow.target == old else flow for flow in flows]
