"""What a case waits for, as plain facts: looked up in one go, since every step asks before and after."""

# ruff: noqa: SLF001 - the states of SpiffWorkflow's tasks are what is looked at
from dataclasses import replace
from typing import Any, TypeVar

from SpiffWorkflow.util.task import TaskState

from engine.spiff.events import Signal
from engine.spiff.messages import Message
from engine.spiff.scopes import visible
from engine.spiff.timers import definitions_of, earliest
from engine.spiff.tokens import (
    HumanTask,
    Standing,
    WaitingMessage,
    WaitingService,
    WaitingSignal,
    WaitingTimer,
)
from engine.spiff.values import copied
from engine.spiff.workflow import CaseWorkflow, in_state

SERVICE = "serviceTask"
Task = TypeVar("Task", HumanTask, WaitingService)


def standing(case: CaseWorkflow) -> Standing:
    """All that a case waits for. The variables are the case's own: who keeps one copies it with `apart`."""
    humans: dict[Any, HumanTask] = {}
    services: dict[Any, WaitingService] = {}
    for workflow in case.workflows():
        if not workflow.completed:
            for task in in_state(workflow, TaskState.READY | TaskState.STARTED):
                kind = getattr(task.task_spec, "kind", "")
                if task._state == TaskState.READY:
                    if kind and task.task_spec.manual:
                        humans[task.id] = HumanTask(**token(task), variables=visible(task))
                elif kind == SERVICE:
                    services[task.id] = WaitingService(**token(task), variables=visible(task))
    timers, messages, signals = _listening(case)
    return Standing(humans=humans, services=services, timers=timers, messages=messages, signals=signals)


def _listening(
    case: CaseWorkflow,
) -> tuple[dict[Any, WaitingTimer], tuple[WaitingMessage, ...], tuple[WaitingSignal, ...]]:
    """The events it waits for."""
    timers: dict[Any, WaitingTimer] = {}
    if not case.event_manager.tasks:
        return timers, (), ()
    messages: list[WaitingMessage] = []
    signals: list[WaitingSignal] = []
    for task in case.event_manager.tasks.values():
        definitions = definitions_of(task)
        due = earliest(definitions, task)
        if due is not None:
            timers[task.id] = WaitingTimer(**token(task), due_at=due)
        messages += [_message(task, one) for one in definitions if isinstance(one, Message)]
        signals += [
            WaitingSignal(**token(task), signal=one.name, repeats=task.task_spec.repeats)
            for one in definitions
            if isinstance(one, Signal)
        ]
    return timers, tuple(messages), tuple(signals)


def apart(task: Task) -> Task:
    """The same with a copy of its variables: nothing that is done with them reaches the case (P4)."""
    return replace(task, variables=copied(task.variables))


def token(task: Any) -> dict[str, Any]:
    """What any waiting task tells of itself."""
    spec = task.task_spec
    return {
        "task_id": task.id,
        "process": spec.process,
        "element": spec.bpmn_id,
        "kind": spec.kind,
        "visit": task.internal_data.get("visit") or task.workflow.top_workflow.visits(task) + 1,
    }


def _message(task: Any, one: Message) -> WaitingMessage:
    return WaitingMessage(
        **token(task),
        message=one.name,
        keys=tuple(one.keys),
        expected=one.expected(task),
        repeats=task.task_spec.repeats,
    )
