"""`karguzar trace`: a BPMN file or packages run in memory, with answers instead of people (DESIGN section 8)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from engine.deadlines import WorkingCalendar
from engine.definition import ProcessPackage
from engine.errors import EngineError, ExecutionFailed, WithFindings
from engine.exchange import Exchange
from engine.findings import Finding, errors_of
from engine.instance import RaisedError
from engine.lint import lint_bpmn
from engine.spiff.interpreter import Interpreter
from engine.spiff.program import Program, compile_bpmn, compile_package, link
from engine.spiff.raising import raise_error
from engine.spiff.tokens import Beginning, Token, WaitingMessage, WaitingSignal

OPENING = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""when a trace begins unless its caller says otherwise: a Monday morning"""
MAX_TIMERS = 1_000
"""timers that `skip_timers` jumps to: one that repeats for ever must not hang the trace"""
COMPACT_EVERY = 50
MAX_CASES = 200
"""cases of one trace: processes that begin each other must not hang it"""
MAX_STEPS = 10_000
"""answers one trace takes: a circle of answered tasks must not hang it either"""

TOLD = 10
"""findings that the error of a refused trace tells; all of them stand in its findings"""
MAX_TOLD = 500
"""characters of each"""

RAISES = "bpmn:error"
"""in a service task's answer: the code of the error it raises instead of being done; no variable has such a name"""

T = TypeVar("T", bound=Token)


@dataclass(frozen=True, slots=True, kw_only=True)
class BareFile:
    """A diagram outside a package, with the DMN files beside it."""

    bpmn: bytes
    decisions: Mapping[str, bytes] = field(default_factory=dict)


Source = bytes | BareFile | ProcessPackage | Sequence[ProcessPackage]


class TraceStatus(StrEnum):
    """How a trace ended."""

    COMPLETED = "completed"
    WAITING = "waiting"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceResult:
    """What a trace saw."""

    status: TraceStatus
    path: tuple[str, ...] = ()
    """element ids in the order they completed"""
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The shape of `karguzar trace --format json`."""
        return {"status": self.status.value, "path": list(self.path), "data": dict(self.data), "error": self.error}


class TraceStopped(EngineError):
    """The trace was stopped from outside; the cause tells by what."""

    code = "engine.trace_stopped"

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__()
        self.path = path
        """what had completed by then"""


class TracedCase(Interpreter):
    """A case that stands still where the model fails or its time is up, so that its path up to there can be told."""

    failure: Exception | None = None

    def _run(self) -> None:
        try:
            super()._run()
        except Exception as error:  # noqa: BLE001 - `_Run` raises it again, once it has noted the path
            self.failure = error


def trace(
    source: Source,
    *,
    data: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    processes: Collection[str] = (),
    skip_timers: bool = False,
    now: datetime = OPENING,
) -> TraceResult:
    """Run a file's processes together, or a package (the first of several) with those it may call.

    What one throws is handed to the others; a message or signal start event of any process of the file begins a case.
    Never raises for what the model, the data or the answers do. `answers`: element id → an object, or a list with one
    per visit; an element that waits for a message or signal gets it with its answer, and one that goes on waiting (on a
    border it does not interrupt, say) gets a single object once. What has no answer stays waiting; a service task
    without one answers nothing and goes on, and with `"bpmn:error": code` in it raises that error.

    :raises TraceStopped: whatever else is raised meanwhile, an alarm of the caller's for instance
    """
    try:
        programs, startable = _programs(source, processes)
    except WithFindings as error:
        told = "; ".join(str(finding)[:MAX_TOLD] for finding in error.findings[:TOLD])
        return TraceResult(status=TraceStatus.REFUSED, error=told, findings=error.findings)
    run = _Run(answers=answers or {}, startable=startable)
    try:
        for program in programs:
            run.begin(program, data or {}, now)
        run.drive(skip_timers=skip_timers)
    except EngineError as error:
        return run.result(error)
    except Exception as error:
        raise TraceStopped(tuple(run.path)) from error
    return run.result()


def answer_service(case: Interpreter, task_id: UUID, answer: Mapping[str, Any]) -> None:
    """A service task is done with these variables, or raises the error that the answer names beside them."""
    variables = {name: value for name, value in answer.items() if name != RAISES}
    if RAISES in answer:
        raise_error(case, task_id, RaisedError(code=str(answer[RAISES]), variables=variables))
    else:
        case.finish_service(task_id, variables)


def _programs(source: Source, processes: Collection[str]) -> tuple[list[Program], list[Program]]:
    """What is to be started, and what an event may start; raises WithFindings."""
    source = BareFile(bpmn=source) if isinstance(source, bytes) else source
    if isinstance(source, BareFile):
        errors = errors_of(lint_bpmn(source.bpmn, decisions=source.decisions))
        if errors:
            raise WithFindings(errors)
        compiled = compile_bpmn(source.bpmn, source.decisions)
        known = {process: link(compiled, process=process) for process in compiled.processes}
        chosen = [known.get(one) or link(compiled, process=one) for one in processes or compiled.processes[:1]]
        return chosen, list(known.values())
    packages = [source] if isinstance(source, ProcessPackage) else list(source)
    root, *called = [compile_package(package) for package in packages]
    chosen = [link(root, called, process=process) for process in processes or [packages[0].key]]
    return chosen, [link(root, called, process=process) for process in root.processes]


@dataclass(slots=True, kw_only=True)
class _Run:
    """A trace under way."""

    answers: Mapping[str, Any]
    startable: Sequence[Program]
    """what a message or signal of another process may begin"""
    cases: list[TracedCase] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    exchange: Exchange = field(init=False)
    visits: dict[tuple[UUID, int], int] = field(default_factory=dict)
    """of the tokens that have been looked at; one that goes on waiting is the same token at its next visit"""
    highest: dict[str, int] = field(default_factory=dict)
    """number of the last visit of an element that has been looked at"""

    def __post_init__(self) -> None:
        self.exchange = Exchange(programs=self.startable, begin=self._begun)

    def begin(self, program: Program, data: Mapping[str, Any], now: datetime, at: Beginning | None = None) -> None:
        if len(self.cases) >= MAX_CASES:
            raise ExecutionFailed(at.element if at else None, f"the processes begin more than {MAX_CASES} cases")
        self.cases.append(TracedCase.start(program, variables=data, now=now, calendars=WorkingCalendar, at=at))
        self._note()

    def _begun(self, program: Program, at: Beginning) -> None:
        self.begin(program, {}, max(case.now for case in self.cases), at)

    def _note(self) -> None:
        """Write down what has completed and been thrown; raise what has failed."""
        for case in self.cases:
            self.exchange.collect(case)
            self.path.extend(completed.element for completed in case.take_completed())
            if case.failure is not None:
                raise case.failure

    def drive(self, *, skip_timers: bool) -> None:
        """Answer what can be answered, then jump to timers if asked to, until neither moves anything."""
        timers = steps = 0
        while steps < MAX_STEPS:
            if self._hand_over() or self._answer():
                steps += 1
            elif skip_timers and timers < MAX_TIMERS and self._jump():
                timers += 1
            else:
                return
            self._compact(steps + timers)

    def _compact(self, steps: int) -> None:
        """Let go of finished history now and then, so that a long loop costs the same a step."""
        if steps % COMPACT_EVERY == 0:
            for case in self.cases:
                case.dump()

    def _hand_over(self) -> bool:
        handed = self.exchange.hand_over(self.cases)
        if handed:
            self._note()
        return handed

    def _answer(self) -> bool:
        for case in self.cases:
            for service in [] if case.ended else case.services():
                answer_service(case, service.task_id, self._answer_to(service) or {})
                self._note()
                return True
            for task, answer in self._answered([] if case.ended else case.human_tasks()):
                case.complete(task.task_id, answer)
                self._note()
                return True
            for wait, answer in self._answered([] if case.ended else case.messages()):
                case.deliver_message(wait.message, answer, to=wait.task_id)
                self._note()
                return True
            for signal, answer in self._answered([] if case.ended else case.signals()):
                case.deliver_signal(signal.signal, answer)
                self._note()
                return True
        return False

    def _answered(self, waiting: Iterable[T]) -> Iterator[tuple[T, Mapping[str, Any]]]:
        for task in waiting:
            answer = self._answer_to(task)
            if answer is not None:
                yield task, answer

    def _answer_to(self, task: Token) -> Mapping[str, Any] | None:
        given = self.answers.get(task.element)
        if isinstance(given, list):
            visit = self._visit(task)
            given = given[visit - 1] if visit <= len(given) else None
        elif isinstance(task, WaitingMessage | WaitingSignal) and task.repeats and task.visit > 1:
            given = None  # what goes on waiting gets a single answer once
        return given if isinstance(given, Mapping) else None

    def _visit(self, task: Token) -> int:
        """Which visit of its element this is in all cases of the trace together."""
        seen = (task.task_id, task.visit)
        if seen not in self.visits:
            several = sum(case.program.process == task.process for case in self.cases) > 1
            number = self.highest.get(task.element, 0) + 1 if several else task.visit
            self.visits[seen] = number
            self.highest[task.element] = max(number, self.highest.get(task.element, 0))
        return self.visits[seen]

    def _jump(self) -> bool:
        """Move every case's clock to the earliest timer of all."""
        due = [instant for case in self.cases if not case.ended and (instant := case.next_timer()) is not None]
        if not due:
            return False
        for case in self.cases:
            if not case.ended:
                case.advance(max(min(due), case.now))
                self._note()
        return True

    def result(self, error: EngineError | None = None) -> TraceResult:
        data: dict[str, Any] = {}
        for case in self.cases:
            data |= case.variables
        status = TraceStatus.COMPLETED if all(case.ended for case in self.cases) else TraceStatus.WAITING
        return TraceResult(
            status=TraceStatus.FAILED if error else status,
            path=tuple(self.path),
            data=data,
            error=str(error) if error else None,
        )
