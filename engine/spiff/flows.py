"""Where tokens go when a node is done: its sequence flows, chosen as BPMN 2.0.2 13.3.1 and 13.4 have it.

SpiffWorkflow draws the tree of what may follow in advance and prunes it; here a task gets its followers only when it
is done, so the state holds tokens and nothing else, and a chain of thousands of nodes costs no recursion.
"""

# ruff: noqa: SLF001 - adding tasks to SpiffWorkflow's tree is what this is about
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFlow:
    """A sequence flow as the node it leaves sees it."""

    target: str
    """name of the spec it leads to"""
    condition: str | None = None
    is_default: bool = False


def lead(source: Any, target: Any, condition: str | None = None, *, is_default: bool = False) -> None:
    """Lay a flow from one spec to another, while the model is being compiled."""
    source._outputs.append(target.name)
    target._inputs.append(source.name)
    known: list[OutFlow] = source.__dict__.setdefault("flows", [])
    known.append(OutFlow(target=target.name, condition=None if is_default else condition, is_default=is_default))


def followers(my_task: Any) -> Sequence[str]:
    """Names of the specs a task that is done hands its token to."""
    spec = my_task.task_spec
    choose = getattr(spec, "choose", None)
    if choose is not None:
        names: Sequence[str] = choose(my_task)
        return names
    flows: Sequence[OutFlow] | None = spec.__dict__.get("flows")
    return spec._outputs if flows is None else all_that_hold(my_task, flows)


def all_that_hold(my_task: Any, flows: Sequence[OutFlow]) -> list[str]:
    """Every flow without condition, every one whose condition holds, and the default where none of these does.

    That is the implicit split after an activity or event, and what an inclusive gateway does.
    """
    met = [flow.condition is not None and holds(my_task, flow.condition) for flow in flows]
    none_met = not any(met)
    chosen = [
        flow.target for flow, is_met in zip(flows, met, strict=True) if is_met or _unasked(flow, none_met=none_met)
    ]
    if flows and not chosen:
        raise ExecutionFailed(my_task.task_spec.bpmn_id, "no condition of its flows is met and it has no default flow")
    return chosen


def first_that_holds(my_task: Any, flows: Sequence[OutFlow]) -> list[str]:
    """The first flow whose condition holds, else the default; an exclusive gateway's choice."""
    for flow in flows:
        if not flow.is_default and (flow.condition is None or holds(my_task, flow.condition)):
            return [flow.target]
    default = next((flow for flow in flows if flow.is_default), None)
    if default is None:
        raise ExecutionFailed(
            my_task.task_spec.bpmn_id, "no condition of the gateway is met and it has no default flow"
        )
    return [default.target]


def holds(my_task: Any, condition: str) -> bool:
    """What a condition says as the task sees the variables."""
    return bool(my_task.workflow.script_engine.evaluate(my_task, condition))


def _unasked(flow: OutFlow, *, none_met: bool) -> bool:
    return none_met if flow.is_default else flow.condition is None


def hand_on(my_task: Any) -> None:
    """Put a token on each flow a finished task takes. A spec's `left` is told then: what it throws may take them away.

    This stands in for `TaskSpec._on_complete`; see `repairs`.
    """
    spec = my_task.task_spec
    spec._on_complete_hook(my_task)
    scope = my_task.workflow.spec
    known, names = scope.task_specs, followers(my_task)
    for name in names if scope.ad_hoc is None else scope.ad_hoc.followers(my_task, names):
        my_task._add_child(known[name], TaskState.FUTURE)
    left = getattr(spec, "left", None)
    if left is not None:
        left(my_task)
    for child in my_task.children:
        if child._state == TaskState.FUTURE:
            child.task_spec._update(child)
    my_task.workflow._task_completed_notify(my_task)
