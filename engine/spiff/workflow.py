"""The running tree of tasks: SpiffWorkflow's workflows, knowing our clock, our scopes and what has been passed."""

# ruff: noqa: ARG002, D102, SLF001 - these are SpiffWorkflow's own kind: its methods keep their signatures and meanings
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.spiff.repairs import apply_repairs
from engine.spiff.scopes import COMPLETED_AT, scope_of
from engine.spiff.tokens import Beginning, CompletedElement, Thrown

apply_repairs()

Declares = Callable[[str, str], bool]
"""(process, variable) -> may the process hold it"""

SEVERAL = 2
NOT_NOTED = frozenset({"endEvent", "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"})
"""elements whose completion starts no deadline, so `completed_at` leaves them out"""


class _Workflow:
    """What the case's own workflow and the processes inside it have in common.

    `kept` is what a construct has to remember in its scope beyond its tokens: JSON, stored with the case.
    """

    spec: Any
    tasks: dict[UUID, Any]
    meeting: dict[UUID, Any]
    """tasks that have waited for other tokens to come"""
    task_tree: Any
    data: dict[str, Any]
    completed: bool
    completed_event: Any
    last_task: Any
    top_workflow: Any
    beginning: Beginning | None = None
    """the start event it begins at, until it has"""

    def declares(self, name: str) -> bool:
        return bool(self.top_workflow.program_declares(self.spec.process, name))

    def _task_completed_notify(self, task: Any) -> None:
        self.last_task = task
        if task.task_spec is self.spec.last:
            self.terminate()
        if self.completed:
            self.completed_event(self)
        else:
            self.update_waiting_tasks()

    def terminate(self) -> None:
        """Nothing in this scope goes on or listens any longer; it is completed, and what is around it goes on."""
        self.completed = True
        for task in [task for task in self.tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)]:
            task.cancel()

    def listeners(self) -> list[Any]:
        """Tasks that wait, as long as this scope runs, for what starts its event subprocesses."""
        names = self.spec.start.listeners
        return [task for task in self.task_tree.children if task.task_spec.name in names] if names else []

    def update_waiting_tasks(self) -> None:
        """Let the joins look again at what can still come; events are asked when something happens."""
        if not self.meeting:
            return
        self.meeting = {task.id: task for task in self.meeting.values() if self._waits(task)}
        found = list(self.meeting.values())
        asked = set()
        for task in found if len(found) < SEVERAL else [task for task in in_order(self) if task.id in self.meeting]:
            alike = task.task_spec.name if task.task_spec.waits_alike else task.id
            if task._state == TaskState.WAITING and alike not in asked:
                asked.add(alike)
                task.task_spec._update(task)

    def _waits(self, task: Any) -> bool:
        return task._state == TaskState.WAITING and task.id in self.tasks

    def is_completed(self) -> bool:
        """Unlike SpiffWorkflow's, never a guess from a search: it is completed when its last task is (P1)."""
        return self.completed

    def _mark_complete(self, task: Any) -> None:
        self.completed = True


class CalledWorkflow(_Workflow, BpmnSubWorkflow):
    """A called process or an embedded subprocess that runs inside a case."""

    def __init__(self, spec: Any, parent_task_id: UUID, top_workflow: Any, **kwargs: Any) -> None:
        self.parent_task = top_workflow.get_task_from_id(parent_task_id)
        self.kept: dict[str, Any] = {}
        self.meeting = {}
        self.has_own_scope: bool = self.parent_task.task_spec.opens_scope
        super().__init__(spec, parent_task_id, top_workflow, **kwargs)

    @property
    def parent_workflow(self) -> Any:
        return self.parent_task.workflow


class CaseWorkflow(_Workflow, BpmnWorkflow):
    """A case: the root process. It reads the instant it was given and keeps book of what tokens have passed."""

    has_own_scope = True
    parent_task = None

    def __init__(
        self,
        spec: Any,
        subprocess_specs: Any,
        *,
        engine: Any,
        declares: Declares,
        now: datetime,
        beginning: Beginning | None = None,
        **kwargs: Any,
    ) -> None:
        self.asks = any(spec.asks for spec in subprocess_specs.values())
        self.now = now
        self.beginning = beginning
        self.program_declares = declares
        self.passed: list[CompletedElement] = []
        self.thrown: list[Thrown] = []
        self.entered: dict[str, dict[str, int]] = {}
        self.done: dict[str, dict[str, int]] = {}
        self.kept: dict[str, Any] = {}
        self.meeting = {}
        super().__init__(spec, subprocess_specs, script_engine=engine, **kwargs)

    def create_subprocess(self, my_task: Any, spec_name: str) -> Any:
        workflow = CalledWorkflow(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = workflow
        return workflow

    def get_task_from_id(self, task_id: UUID) -> Any:
        for workflow in self.workflows():
            if task_id in workflow.tasks:
                return workflow.tasks[task_id]
        return super().get_task_from_id(task_id)

    def workflows(self) -> list[Any]:
        """The case's own workflow and those inside it, outermost first."""
        return [self, *self.subprocesses.values()]

    def listening(self) -> Iterator[Any]:
        """The tasks that wait for events, in the order of the trees: the same before and after a restart."""
        known = self.event_manager.tasks
        for workflow in self.workflows():
            if any(task.workflow is workflow for task in known.values()):
                yield from (task for task in in_state(workflow, TaskState.WAITING) if task.id in known)

    def update_conditions(self) -> None:
        """Ask the conditions that are waited for again, wherever in the case: a variable may have changed."""
        if self.asks:
            for task in [task for task in self.listening() if task.task_spec.asks]:
                if task._state == TaskState.WAITING:
                    task.task_spec._update(task)

    def visits(self, task: Any) -> int:
        """How often tokens have reached the element so far."""
        return self.entered.get(task.task_spec.process, {}).get(task.task_spec.bpmn_id, 0)

    def note_entered(self, task: Any) -> None:
        """Number the visit of a task that has just become ready or has begun."""
        if "visit" not in task.internal_data:
            counts = self.entered.setdefault(task.task_spec.process, {})
            counts[task.task_spec.bpmn_id] = visit = counts.get(task.task_spec.bpmn_id, 0) + 1
            task.internal_data["visit"] = visit

    def note_completed(self, task: Any) -> None:
        """Write a completion down, before what follows can look at `completed_at`."""
        spec = task.task_spec
        self.note_entered(task)
        counts = self.done.setdefault(spec.process, {})
        counts[spec.bpmn_id] = counts.get(spec.bpmn_id, 0) + 1
        self.passed.append(
            CompletedElement(
                process=spec.process,
                element=spec.bpmn_id,
                kind=spec.kind,
                visit=task.internal_data["visit"],
                at=self.now,
                task_id=task.id,
            )
        )
        scope = scope_of(task)
        if spec.kind not in NOT_NOTED and isinstance(scope.data.get(COMPLETED_AT), dict):
            scope.data[COMPLETED_AT] = {**scope.data[COMPLETED_AT], spec.bpmn_id: self.now.isoformat()}


def in_order(workflow: Any) -> list[Any]:
    """The tasks of a workflow: parents before their children, siblings in their order."""
    order, todo = [], [workflow.task_tree]
    while todo:
        task = todo.pop()
        order.append(task)
        todo.extend(workflow.tasks[child] for child in reversed(task._children))
    return order


def in_state(workflow: Any, state: int) -> list[Any]:
    """Its tasks in these states, in the order of the tree: the same before and after a restart."""
    found = [task for task in workflow.tasks.values() if task._state & state]
    return found if len(found) < SEVERAL else [task for task in in_order(workflow) if task._state & state]
