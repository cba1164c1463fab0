"""Where variables live. BPMN 2.0.2 10.4: they belong to a process, not to a token.

A process and every process it calls has one scope, kept in the workflow's `data`; an embedded subprocess shares its
parent's. Only the instances of a multi-instance activity hold variables of their own (their item), in the task's
`data`. So a supervisor's overdue branch that ends last cannot bring back values it saw weeks ago, and a task
carries no copy of the case's data.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.spiff.values import normalised

COMPLETED_AT = "completed_at"
"""the reserved variable that tells when each element last completed"""


def scope_of(task: Any) -> Any:
    """The workflow whose `data` holds the variables this task sees."""
    workflow = task.workflow
    while not workflow.has_own_scope:
        workflow = workflow.parent_workflow
    return workflow


def local_variables(task: Any) -> Iterator[dict[str, Any]]:
    """Variables of the multi-instance instances this task is, or lies in, innermost first."""
    workflow = task.workflow
    if task.data:
        yield task.data
    while not workflow.has_own_scope:
        holder = workflow.parent_task
        if holder.data:
            yield holder.data
        workflow = holder.workflow


def visible(task: Any) -> dict[str, Any]:
    """Every variable the task sees. The values are the scope's own: read them, or copy them with `normalised`."""
    names: dict[str, Any] = dict(scope_of(task).data)
    if not task.data and task.workflow.has_own_scope:
        return names
    for local in reversed(list(local_variables(task))):
        names.update(local)
    return names


def may_set(task: Any, name: str) -> bool:
    """Whether a variable of that name would be written: an instance's own, or one the process declares."""
    return any(name in local for local in local_variables(task)) or scope_of(task).declares(name)


def held(task: Any, name: str) -> Any:
    """The variable itself, to be changed in its place; None where the task may not set it or there is none."""
    if not may_set(task, name):
        return None
    holder = next((local for local in local_variables(task) if name in local), scope_of(task).data)
    return holder.get(name)


def assign(task: Any, values: Mapping[str, Any]) -> None:
    """Write variables: to the instance's own where it has one of that name, else to the process, if declared there."""
    scope, inner = scope_of(task), list(local_variables(task))
    for name, value in values.items():
        holder = next((local for local in inner if name in local), None) if inner else None
        if holder is not None:
            holder[name] = normalised(value, name=name)
        elif scope.declares(name):
            scope.data[name] = normalised(value, name=name)
