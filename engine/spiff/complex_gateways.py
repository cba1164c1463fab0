"""Complex gateways (BPMN 2.0.2, 10.6.5 and 13.4.5).

Waiting for start, the gateway asks its activationCondition whenever something has arrived; once it holds, one token of
each incoming flow that has one is consumed and the outgoing conditions decide where tokens go. Then it waits for reset:
for the flows that brought nothing yet, unless, as at an inclusive gateway, nothing can come on them any more. While it
waits for reset a marker stands for it in the tree: a task of the gateway that holds no token.
"""

# ruff: noqa: SLF001 - SpiffWorkflow's own kind: the methods keep its meanings
from collections import Counter
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.util.task import TaskState

from engine.spiff.joins import FLOW, RESET, InclusiveGateway, live_tasks
from engine.spiff.specs import CHOSEN


class ComplexGateway(InclusiveGateway):
    """Its two phases; `flows` tells which incoming sequence flow comes from which element."""

    kind = "complexGateway"
    waits_alike = False
    activation: str | None = None
    incoming_flows: tuple[tuple[str, str], ...] = ()
    """(id of an incoming sequence flow, id of the element it leaves)"""

    def _update_hook(self, my_task: Any) -> bool:
        if RESET in my_task.internal_data:
            return self._reset(my_task)
        my_task.internal_data.setdefault(FLOW, my_task.parent.task_spec.name)
        my_task._set_state(TaskState.WAITING)
        marker = next((task for task in self._here(my_task) if RESET in task.internal_data), None)
        if marker is not None:
            return self._wake(marker)
        waiting = [my_task, *(task for task in self._here(my_task) if task is not my_task)]
        tokens = Counter(task.internal_data[FLOW] for task in waiting)
        if not self._activated(my_task, tokens):
            return False
        consumed = self._take(waiting, Counter(self._inputs), spare=my_task)
        self._begin_reset(my_task, consumed)
        return True

    def _here(self, my_task: Any) -> list[Any]:
        """Tokens that wait at the gateway, and its marker."""
        return [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task._state == TaskState.WAITING
        ]

    def _wake(self, marker: Any) -> bool:
        """A token has come while the gateway waits for reset; the token itself never goes on."""
        self._update(marker)
        return False

    def _activated(self, my_task: Any, tokens: Counter[str]) -> bool:
        if self.activation is None:
            return True
        names: dict[str, Any] = {"activationCount": tokens.total(), "waitingForStart": True}
        left = Counter({name.split(" ")[0]: count for name, count in tokens.items()})
        sources = Counter(source for _, source in self.incoming_flows)
        for flow, source in self.incoming_flows:
            sources[source] -= 1
            names[flow] = left[source] if not sources[source] else min(left[source], 1)
            left[source] -= names[flow]
        return bool(my_task.workflow.script_engine.evaluate_with(my_task, self.activation, names))

    def _take(self, waiting: list[Any], wanted: Counter[str], spare: Any = None) -> Counter[str]:
        """Consume a token of each wanted flow that has one; `spare` is consumed by going on."""
        taken: Counter[str] = Counter()
        for task in waiting:
            flow = task.internal_data[FLOW]
            if taken[flow] < wanted[flow]:
                taken[flow] += 1
                if task is not spare:
                    task.cancel()
                    task.workflow._remove_task(task.id)
        return taken

    def _begin_reset(self, my_task: Any, consumed: Counter[str]) -> None:
        left = Counter(self._inputs) - consumed
        if left:
            marker = my_task.workflow.task_tree._add_child(self, TaskState.FUTURE)
            marker.triggered = True
            marker.internal_data[RESET] = sorted(consumed.elements())
            marker._set_state(TaskState.WAITING)

    def _reset(self, marker: Any) -> bool:
        """Whether tokens go on from the reset; the gateway then waits for start again."""
        left = Counter(self._inputs) - Counter(marker.internal_data[RESET])
        waiting = [task for task in self._here(marker) if RESET not in task.internal_data]
        tokens = Counter(task.internal_data[FLOW] for task in waiting)
        if self._awaits(marker, [flow for flow in left if tokens[flow] < left[flow]], tokens):
            marker._set_state(TaskState.WAITING)
            return False
        taken = self._take(waiting, left)
        if taken and self._chosen(marker, starting=False):
            return True
        marker.cancel()
        marker.workflow._remove_task(marker.id)
        for task in waiting:
            if task.has_state(TaskState.WAITING):
                self._update(task)
        return False

    def _awaits(self, marker: Any, empty: list[str], tokens: Counter[str]) -> bool:
        served = [flow for flow in self._inputs if tokens[flow] or flow in marker.internal_data[RESET]]
        awaited = self._upstream(empty) - self._upstream(flow for flow in served if flow not in empty)
        return any(task.task_spec.name in awaited for task in live_tasks(marker.workflow))

    def _chosen(self, my_task: Any, *, starting: bool) -> list[str]:
        """Where tokens go: flows whose condition holds, the default if none does, at the start unconditional ones."""
        evaluate, phase = my_task.workflow.script_engine.evaluate_with, {"waitingForStart": starting}
        flows = self.__dict__.get("flows", ())
        met = [flow for flow in flows if flow.condition is not None and evaluate(my_task, flow.condition, phase)]
        unasked = [flow for flow in flows if flow.condition is None and (not met if flow.is_default else starting)]
        return [flow.target for flow in flows if flow in met or flow in unasked]

    def _run_hook(self, my_task: Any) -> bool:
        chosen = self._chosen(my_task, starting=RESET not in my_task.internal_data)
        if not chosen:
            raise WorkflowTaskException("no condition of the gateway is met and it has no default flow", task=my_task)
        my_task.internal_data[CHOSEN] = chosen
        return True
