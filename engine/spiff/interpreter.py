"""A case running in memory, without SpiffWorkflow's types: the engine's service and the simulation both drive this.

    case = Interpreter.start(program, variables={…}, now=instant, calendars=calendars)
    case.human_tasks(); case.complete(task_id, {…}); case.services(); case.finish_service(task_id, {…})
    case.advance(later); case.ended; state = case.dump()

Every call runs the case on until only people, services, timers and messages are left to wait for.
"""

# ruff: noqa: SLF001 - the one place that drives SpiffWorkflow's tasks
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.definition import RESERVED_VARIABLES
from engine.errors import ExecutionFailed
from engine.history import Marking, MarkingState
from engine.reading.calls import key_of
from engine.running_deadlines import RunningDeadline
from engine.spiff import codec, compaction, waiting
from engine.spiff.events import Signal
from engine.spiff.messages import Message, MessageEvent
from engine.spiff.occurrences import deliver
from engine.spiff.program import Program
from engine.spiff.scopes import COMPLETED_AT, assign, may_set, visible
from engine.spiff.scripting import Calendars, ScriptEngine, ToldAt
from engine.spiff.tokens import (
    NOTHING,
    Beginning,
    Carried,
    CompletedElement,
    HumanTask,
    Standing,
    Thrown,
    WaitingMessage,
    WaitingService,
    WaitingSignal,
    WaitingTimer,
)
from engine.spiff.values import copied, normalised
from engine.spiff.workflow import CaseWorkflow, in_state

MAX_STEPS = 20_000
"""automatic tasks one call may run: beyond it the model loops without waiting for anybody"""
COMPACT_EVERY = 100
HUMAN_KINDS = frozenset({"userTask", "manualTask"})


class Interpreter:
    """One case. Not shared between threads; the program is."""

    def __init__(self, program: Program, case: CaseWorkflow, engine: ScriptEngine) -> None:
        self.program = program
        self._case = case
        self._engine = engine

    @classmethod
    def start(
        cls,
        program: Program,
        *,
        variables: Mapping[str, Any],
        now: datetime,
        calendars: Calendars,
        at: Beginning | None = None,
    ) -> Self:
        """Begin a case: the declared variables with their initial values, then those given, if declared or reserved.

        A bare file declares nothing, so it takes all. `at`: the start event that has happened; without it the one
        that needs no trigger begins, and where all need one the case waits for the first. Raises ExecutionFailed or
        ExpressionError where the model fails.
        """
        engine = ScriptEngine(program.packages, calendars, now)
        with Translated():
            case = _case_factory(program, engine, now)(beginning=at)
        case.data = _opening_variables(program, engine, variables)
        if at is not None and at.element not in {*case.spec.start.starts, *case.spec.start.instantiating}:
            raise ExecutionFailed(at.element, f"the process {program.process!r} has no such start event")
        interpreter = cls(program, case, engine)
        interpreter._run()
        return interpreter

    @classmethod
    def load(cls, state: bytes, program: Program, *, now: datetime, calendars: Calendars) -> Self:
        """Take up a dumped case at an instant; timers that are due wait to be fired. Raises StateUnreadable."""
        engine = ScriptEngine(program.packages, calendars, now)
        return cls(program, codec.load(state, program.specs, _case_factory(program, engine, now)), engine)

    def dump(self) -> bytes:
        """The state with finished history compacted away. Collect `take_completed()` before the case is dropped."""
        compaction.compact(self._case)
        return codec.dump(self._case)

    @property
    def now(self) -> datetime:
        """The instant it stands at."""
        return self._case.now

    @property
    def ended(self) -> bool:
        """Whether its end events have been reached, or it was cancelled."""
        return bool(self._case.completed)

    def running(self) -> set[str]:
        """What the processes that run in it go by, the root among them."""
        return {workflow.spec.process for workflow in self._case.workflows() if not workflow.completed}

    @property
    def variables(self) -> dict[str, Any]:
        """A copy of the root process's variables."""
        return copied(self._case.data)

    @property
    def size(self) -> int:
        """How many tasks its trees hold: history that could not be compacted shows here."""
        return compaction.size(self._case)

    def standing(self) -> Standing:
        """All it waits for, at one look; what is new of it is to be copied by who keeps it."""
        return NOTHING if self.ended else waiting.standing(self._case)

    def human_tasks(self) -> list[HumanTask]:
        """User and manual tasks that wait for a person, in the order of the model; with variables of their own."""
        return [waiting.apart(task) for task in self.standing().humans.values()]

    def services(self) -> list[WaitingService]:
        """Service tasks that wait for their handler; with variables of their own."""
        return [waiting.apart(task) for task in self.standing().services.values()]

    def timers(self) -> list[WaitingTimer]:
        """Timers that wait, the earliest first; one that waits for several things tells its earliest."""
        found = self.standing().timers.values()
        return sorted(found, key=lambda timer: (timer.due_at, timer.process, timer.element, timer.visit))

    def messages(self) -> list[WaitingMessage]:
        """Messages the case waits for."""
        return list(self.standing().messages)

    def signals(self) -> list[WaitingSignal]:
        """Signals the case waits for."""
        return list(self.standing().signals)

    def accepted(self, task_id: UUID, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Of these variables those the task may set: declared ones, and an instance's own."""
        task = compaction.find(self._case, task_id)
        return {name: normalised(value, name=name) for name, value in variables.items() if may_set(task, name)}

    def complete(self, task_id: UUID, variables: Mapping[str, Any]) -> None:
        """A person has finished a human task. Only declared variables are taken. Raises ExecutionFailed."""
        task = self._waiting(task_id, TaskState.READY)
        with Translated(task):
            assign(task, variables)
            task.run()
        self._run()

    def finish_service(self, task_id: UUID, variables: Mapping[str, Any]) -> bool:
        """A handler has done its work; False when the task no longer waits (interrupted or done: too late)."""
        task = compaction.find(self._case, task_id)
        if task is None or task._state != TaskState.STARTED:
            return False
        with Translated(task):
            assign(task, variables)
            task.complete()
        self._run()
        return True

    def advance(self, now: datetime) -> list[WaitingTimer]:
        """Move the clock and fire what has become due, in the order it fell due; tells what fired."""
        fired: list[WaitingTimer] = []
        while (due := next(iter(self.timers()), None)) is not None and due.due_at <= now:
            self._move_clock(max(due.due_at, self.now))
            self.fire(due.task_id)
            fired.append(due)
            if len(fired) > MAX_STEPS:
                raise ExecutionFailed(due.element, "a timer repeats without end")
        self._move_clock(now)
        return fired

    def fire(self, task_id: UUID) -> bool:
        """Let one timer look at the clock; False when it no longer waits."""
        task = self._case.event_manager.tasks.get(task_id)
        if task is None:
            return False
        with Translated(task):
            task.task_spec._update(task)
        self._run()
        return True

    def deliver_message(self, message: str, variables: Mapping[str, Any], *, to: UUID | None = None) -> bool:
        """Hand in a message for this case, whatever it carries, to one waiting task if it is told.

        False when nothing waits for it.
        """
        tasks = None if to is None else [task for task in self._case.listening() if task.id == to]
        return self._hand_in(MessageEvent(Message(message), _payload(variables), addressed=True), tasks)

    def correlate_message(
        self, message: str, variables: Mapping[str, Any], correlations: Carried, element: str | None = None
    ) -> bool:
        """Hand in a message if it belongs to a conversation of this case (BPMN 2.0.2, 8.4.2); False when it does not.

        `correlations`: what its sender says of its keys; what the payload holds of them is found here. `element`: the
        only node that may receive it.
        """
        return self._hand_in(MessageEvent(Message(message), _payload(variables), correlations, element=element))

    def deliver_signal(self, name: str, variables: Mapping[str, Any]) -> bool:
        """Hand in a signal from elsewhere: everything that waits for it catches it; False when nothing does."""
        return self._hand_in(BpmnEvent(Signal(name), payload=_payload(variables)), to_all=True)

    def _hand_in(self, event: BpmnEvent, tasks: Iterable[Any] | None = None, *, to_all: bool = False) -> bool:
        with Translated():
            caught = deliver(self._case, event, tasks, to_all=to_all)
        if caught:
            self._run()
        return caught

    def cancel(self) -> None:
        """End the case here and now; nothing waits any longer."""
        with Translated():
            self._case.cancel()

    def next_timer(self) -> datetime | None:
        """When the earliest timer is due."""
        return min((timer.due_at for timer in self.timers()), default=None)

    def take_completed(self) -> list[CompletedElement]:
        """What has completed since this was last asked, in order; for the history."""
        taken, self._case.passed = self._case.passed, []
        return taken

    def take_thrown(self) -> list[Thrown]:
        """The messages and signals it has thrown since this was last asked, in order; for whoever else waits."""
        taken, self._case.thrown = self._case.thrown, []
        return taken

    def markings(self) -> list[Marking]:
        """Every element a token has reached, for the diagram."""
        active = {
            (key_of(task.task_spec.process), task.task_spec.bpmn_id)
            for task in self._tasks(TaskState.READY | TaskState.STARTED | TaskState.WAITING)
            if not getattr(task.task_spec, "is_listener", False) or task.has_state(TaskState.READY)
        }
        visits = Counter[tuple[str, str]]()
        for process, seen in self._case.entered.items():
            visits.update({(key_of(process), element): count for element, count in seen.items()})
        return [
            Marking(
                definition_key=process,
                element_id=element,
                state=MarkingState.ACTIVE if (process, element) in active else MarkingState.DONE,
                visits=visits[process, element] or 1,
            )
            for process, element in sorted({*visits, *active})
        ]

    def evaluate(self, task_id: UUID, expression: str) -> Any:
        """The value of an expression as the task sees it. Raises ExpressionError, ExecutionFailed."""
        task = compaction.find(self._case, task_id)
        if task is None:
            raise ExecutionFailed(None, f"no task {task_id}")
        with Translated(task):
            return self._engine.evaluate(task, expression)

    def deadline(self, task_id: UUID, name: str) -> RunningDeadline:
        """A named deadline of the task's process, counted from what the case has seen."""
        task = compaction.find(self._case, task_id)
        if task is None:
            raise ExecutionFailed(None, f"no task {task_id}")
        with Translated(task):
            return self._engine.deadline(task.task_spec.process, name, visible(task))

    def _move_clock(self, now: datetime) -> None:
        self._case.now = self._engine.now = now

    def _waiting(self, task_id: UUID, state: int) -> Any:
        task = compaction.find(self._case, task_id)
        if task is None or task._state != state or not task.task_spec.manual:
            raise ExecutionFailed(None, f"no human task {task_id} waits")
        return task

    def _tasks(self, state: int) -> Iterator[Any]:
        """Tasks of the diagram in these states, outer processes first."""
        for workflow in self._case.workflows():
            if not workflow.completed:
                yield from (task for task in in_state(workflow, state) if _drawn(task))

    def _run(self) -> None:
        """Run automatic tasks until everything waits: each token one step a round, inner processes first."""
        steps = compacted = 0
        self._ask_conditions()
        while ready := self._automatic():
            for task in ready:
                if task._state == TaskState.READY and not task.workflow.completed:
                    with Translated(task):
                        task.run()
                    self._ask_conditions()
            steps += len(ready)
            if steps > MAX_STEPS:
                raise ExecutionFailed(ready[0].task_spec.bpmn_id, "the process goes on without waiting for anybody")
            if steps - compacted >= max(COMPACT_EVERY, len(ready)):
                compaction.compact(self._case)
                compacted = steps
        self._case.bpmn_events.clear()

    def _ask_conditions(self) -> None:
        if self._case.asks:
            with Translated():
                self._case.update_conditions()

    def _automatic(self) -> list[Any]:
        """Ready tasks that need nobody."""
        running = [workflow for workflow in self._case.workflows() if not workflow.completed]
        if len(running) > 1:
            running.sort(key=lambda workflow: -workflow.depth)
        return [
            task for workflow in running for task in in_state(workflow, TaskState.READY) if not task.task_spec.manual
        ]


class Translated(ToldAt):
    """Turns what SpiffWorkflow raises into ExecutionFailed, too."""

    __slots__ = ()

    def told(self, error: BaseException | None) -> ExecutionFailed | None:
        """What is raised instead, with SpiffWorkflow's own word on where."""
        if not isinstance(error, SpiffWorkflowException | RecursionError):
            return super().told(error)
        spec = getattr(error, "task_spec", None) or getattr(self.task, "task_spec", None)
        return ExecutionFailed(getattr(spec, "bpmn_id", None), str(error).strip(". ") or type(error).__name__)


def _case_factory(program: Program, engine: ScriptEngine, now: datetime) -> Callable[..., CaseWorkflow]:
    def make(**kwargs: Any) -> CaseWorkflow:
        spec = program.specs[program.process]
        return CaseWorkflow(spec, program.specs, engine=engine, declares=program.declares, now=now, **kwargs)

    return make


def _opening_variables(program: Program, engine: ScriptEngine, variables: Mapping[str, Any]) -> dict[str, Any]:
    names: dict[str, Any] = engine.initial_variables(program.process)
    if program.process in program.packages:
        names |= {name: {} if name == COMPLETED_AT else variables.get(name) for name in RESERVED_VARIABLES}
    names |= {name: value for name, value in variables.items() if program.declares(program.process, name)}
    return {name: normalised(value, name=name) for name, value in names.items()}


def _drawn(task: Any) -> bool:
    return getattr(task.task_spec, "kind", "") != ""


def _payload(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: normalised(value, name=name) for name, value in variables.items()}
