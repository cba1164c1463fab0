"""Gateways where tokens meet. A waiting token is a WAITING task that knows its flow; a firing gateway consumes them.

SpiffWorkflow asks the finished history which branches have arrived; a second round through the same gateway can then
be satisfied by tokens of the first, and history can never be dropped. Here the tokens themselves are counted.
"""

# ruff: noqa: ARG002, D102, SLF001 - these are SpiffWorkflow's own kind: its methods keep their signatures and meanings
from collections import Counter
from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.spiff.flows import all_that_hold
from engine.spiff.specs import CHOSEN, BoundarySplit, FlowNode

FLOW = "flow"
RESET = "reset"
"""of a complex gateway that waits for its reset: marks a task that stands for the gateway and holds no token"""


class TokenJoin(FlowNode):
    """What parallel and inclusive gateways have in common."""

    _inputs: list[str]
    meets = False
    """whether its waiting tasks look again when something in their scope is done; else each looks when it comes"""
    waits_alike = True
    """whether what one of its waiting tasks finds holds for all"""

    def may_fire(self, my_task: Any, tokens: Counter[str]) -> bool:
        raise NotImplementedError

    def _update_hook(self, my_task: Any) -> bool:
        my_task.internal_data.setdefault(FLOW, my_task.parent.task_spec.name)
        waiting = [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task._state == TaskState.WAITING and task is not my_task
        ]
        tokens = Counter(task.internal_data[FLOW] for task in [my_task, *waiting])
        if not self.may_fire(my_task, tokens):
            my_task._set_state(TaskState.WAITING)
            return False
        self._consume(my_task, waiting)
        return True

    def _consume(self, my_task: Any, waiting: Iterable[Any]) -> None:
        """One token of each incoming flow; those beyond stay for the next time."""
        left = Counter(self._inputs)
        left[my_task.internal_data[FLOW]] -= 1
        for task in waiting:
            if left[task.internal_data[FLOW]] > 0:
                left[task.internal_data[FLOW]] -= 1
                task.cancel()
                my_task.workflow._remove_task(task.id)


class ParallelGateway(TokenJoin, BpmnSpecMixin):
    """Waits for a token on each incoming flow (BPMN 2.0.2, 13.4.1)."""

    kind = "parallelGateway"

    def may_fire(self, my_task: Any, tokens: Counter[str]) -> bool:
        return all(tokens[flow] >= count for flow, count in Counter(self._inputs).items())

    def _run_hook(self, my_task: Any) -> bool:
        return True


class InclusiveGateway(TokenJoin, BpmnSpecMixin):
    """Waits while a token elsewhere can still reach an incoming flow that has none (BPMN 2.0.2, 13.4.3)."""

    kind = "inclusiveGateway"
    meets = True

    def may_fire(self, my_task: Any, tokens: Counter[str]) -> bool:
        empty = self._upstream(flow for flow in self._inputs if not tokens[flow])
        if not empty:
            return True
        awaited = empty - self._upstream(flow for flow in self._inputs if tokens[flow])
        return not any(task.task_spec.name in awaited for task in live_tasks(my_task.workflow) if task is not my_task)

    def _upstream(self, flows: Iterable[str]) -> set[str]:
        """Names of all specs from which a token can get to these incoming flows without passing this gateway."""
        found: set[str] = set()
        todo = list(flows)
        while todo:
            name = todo.pop()
            if name not in found and name != self.name:
                found.add(name)
                spec = self._wf_spec.task_specs[name]
                todo.extend(spec._inputs)
                if isinstance(spec, BoundarySplit):
                    todo.append(spec.activity.name)  # while it runs, an event on its border may still send a token
        return found

    def _run_hook(self, my_task: Any) -> bool:
        my_task.internal_data[CHOSEN] = all_that_hold(my_task, self.__dict__.get("flows", ()))
        return True

    def choose(self, my_task: Any) -> list[str]:
        return list(my_task.internal_data.pop(CHOSEN))


def live_tasks(workflow: Any) -> list[Any]:
    """The tasks that hold a token: neither predictions nor boundary events that merely listen."""
    return [
        task
        for task in workflow.tasks.values()
        if task.has_state(TaskState.DEFINITE_MASK)
        and not (task._state == TaskState.FUTURE and not task.parent.has_state(TaskState.FINISHED_MASK))
        and not (task._state == TaskState.WAITING and getattr(task.task_spec, "is_listener", False))
        and RESET not in task.internal_data
    ]
