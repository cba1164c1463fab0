"""Scenarios played in memory: the package's own examples, with the clock, the deadlines and the forms' logic."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.deadlines import WorkingCalendar
from engine.definition import (
    ClockMove,
    ElementDefinition,
    ExpectedDeadline,
    ProcessPackage,
    Scenario,
    ServiceResult,
    Submission,
)
from engine.errors import EngineError
from engine.expressions import ExpressionContext
from engine.form_logic import submitted
from engine.spans import at_wall, later
from engine.spiff.interpreter import Interpreter
from engine.spiff.program import compile_package, link
from engine.spiff.tokens import HumanTask, Token
from engine.trace import RAISES, answer_service

SHOWN = frozenset({"userTask", "manualTask", "serviceTask", "callActivity"})
"""kinds of elements a scenario's path tells"""
MAX_SETTLING = 1_000
"""service tasks that may follow one another before a scenario is taken to run in a circle"""
SUBSTITUTE = "/substitute"
RECEIVED_AT = "received_at"
"""where a starter keeps the instant of receipt: the scenario's start, unless it says otherwise"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the scenario's body is."""

    calendar: str
    time_zone: str


BAKU = Place(calendar="AZ", time_zone="Asia/Baku")
ALMATY = Place(calendar="KZ", time_zone="Asia/Almaty")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """How a scenario went; it passed when there are no problems."""

    name: str
    outcome: str
    path: tuple[str, ...]
    deadlines: tuple[ExpectedDeadline, ...]
    """those that began to run, in order"""
    variables: Mapping[str, Any]
    problems: tuple[str, ...]


def run_scenario(
    packages: Mapping[str, ProcessPackage],
    package: ProcessPackage,
    scenario: Scenario,
    places: Mapping[str, Place] | None = None,
) -> tuple[str, ...]:
    """What did not come as the scenario says; empty when it passed. See `play_scenario`."""
    return play_scenario(packages, package, scenario, places).problems


def play_scenario(
    packages: Mapping[str, ProcessPackage],
    package: ProcessPackage,
    scenario: Scenario,
    places: Mapping[str, Place] | None = None,
) -> ScenarioRun:
    """Play a scenario of a package; `packages` (by key) holds those it may call.

    Services answer what the scenario's [[service]] says; so do the starter (element: the start event) and the
    recorders of user tasks. `places` says where bodies are; a body not in it is in Kazakhstan when the scenario speaks
    Kazakh, else in Azerbaijan. Never raises for what the package or the scenario does.
    """
    place = (places or {}).get(scenario.body) or (ALMATY if scenario.language == "kk" else BAKU)
    play = _Play(package=package, packages={**packages, package.key: package}, scenario=scenario, place=place)
    try:
        play.perform()
    except EngineError as error:
        play.problems.append(str(error))
        play.failed = True
    return play.judged()


@dataclass(slots=True, kw_only=True)
class _Play:
    """A scenario under way."""

    package: ProcessPackage
    packages: Mapping[str, ProcessPackage]
    scenario: Scenario
    place: Place
    problems: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    deadlines: list[ExpectedDeadline] = field(default_factory=list)
    opened: set[UUID] = field(default_factory=set)
    answered: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    case: Interpreter | None = None
    failed: bool = False

    @property
    def calendar(self) -> WorkingCalendar:
        return WorkingCalendar(self.place.calendar)

    def perform(self) -> None:
        """Start the case and do every step; stops at the first step that cannot be done."""
        case = self._start()
        self._settle(case)
        for number, step in enumerate(self.scenario.steps, 1):
            problem = self._submit(case, step) if isinstance(step, Submission) else self._wait(case, step)
            if problem is not None:
                self.problems.append(f"step {number}: {problem}")
                return
            self._settle(case)

    def _start(self) -> Interpreter:
        now = at_wall(self.scenario.starts, self.place.time_zone)
        program = link(compile_package(self.package), [compile_package(called) for called in self._called()])
        reserved = {
            "body": self.scenario.body,
            "calendar": self.place.calendar,
            "time_zone": self.place.time_zone,
            "language": self.scenario.language,
            "case_number": "SCENARIO-1",
            "completed_at": {},
        }
        fields = self._start_fields(now, reserved)
        start = next((one for one in self.package.elements.values() if one.kind == "startEvent"), None)
        starter = self._answer(self.package.key, start.id) if start else {}
        received = {RECEIVED_AT: now.isoformat()} if self.package.start.handler else {}
        variables = {**reserved, **received, **fields, **starter}
        self.case = Interpreter.start(program, variables=variables, now=now, calendars=WorkingCalendar)
        return self.case

    def _called(self) -> Iterator[ProcessPackage]:
        """Every package the case may come to, directly or through another."""
        pending, seen = list(self.package.calls), {self.package.key}
        while pending:
            key = pending.pop()
            if key not in seen and key in self.packages:
                seen.add(key)
                yield self.packages[key]
                pending.extend(self.packages[key].calls)

    def _start_fields(self, now: datetime, reserved: Mapping[str, Any]) -> Mapping[str, Any]:
        form = self.package.start.form
        if form is not None:
            initial = {name: one.initial for name, one in self.package.variables.items()}
            fields, problems = submitted(
                self.package.forms[form], self.scenario.fields, {**initial, **reserved}, self._context(now)
            )
            self.problems.extend(f"start: {problem}" for problem in problems)
            return fields
        for name in self.scenario.fields.keys() - self.package.variables.keys():
            self.problems.append(f"start: {name!r} is no declared variable")
        return self.scenario.fields

    def _context(self, now: datetime, deadline: Callable[[str], datetime] | None = None) -> ExpressionContext:
        return ExpressionContext(now=now, time_zone=self.place.time_zone, calendar=self.calendar, deadline=deadline)

    def _settle(self, case: Interpreter) -> None:
        """Let services answer until only people and timers are left; note what completed and which deadlines opened."""
        for _ in range(MAX_SETTLING):
            self._note(case)
            service = next(iter([] if case.ended else case.services()), None)
            if service is None:
                return
            answer_service(case, service.task_id, self._answer(service.process, service.element))
        self.problems.append(f"service tasks follow one another without end, at {service.element if service else '?'}")

    def _answer(self, process: str, element: str) -> Mapping[str, Any]:
        """What the scenario says an automatic step answers: in turn, the last one again and again."""
        given = [one for one in self.scenario.services if _meets(one, process, element, self.package.key)]
        if not given:
            return {}
        turn = self.answered[process, element]
        self.answered[process, element] += 1
        answer = given[min(turn, len(given) - 1)]
        return {**answer.variables, RAISES: answer.error} if answer.error else answer.variables

    def _note(self, case: Interpreter) -> None:
        self.path.extend(done.element for done in case.take_completed() if done.kind in SHOWN)
        for task in [] if case.ended else case.human_tasks():
            definition = self._element(task)
            if task.task_id in self.opened or definition is None or definition.deadline is None:
                continue
            self.opened.add(task.task_id)
            due = case.deadline(task.task_id, definition.deadline).computed.due_on
            self.deadlines.append(ExpectedDeadline(element=task.element, process=task.process, due=due.isoformat()))

    def _element(self, token: Token) -> ElementDefinition | None:
        package = self.packages.get(token.process)
        return package.elements.get(token.element) if package else None

    def _wait(self, case: Interpreter, move: ClockMove) -> str | None:
        """Move the clock, timer by timer, each with what follows from it."""
        zone = self.place.time_zone
        target = at_wall(move.until, zone) if move.until else later(case.now, move.advance or "", zone, self.calendar)
        if target < case.now:
            return f"the clock cannot go back from {case.now.isoformat()} to {target.isoformat()}"
        while not case.ended and (due := case.next_timer()) is not None and due <= target:
            case.advance(max(due, case.now))
            self._settle(case)
        if not case.ended:
            case.advance(target)
        return None

    def _submit(self, case: Interpreter, step: Submission) -> str | None:
        process = step.process or self.package.key
        waiting = [] if case.ended else case.human_tasks()
        task = next((one for one in waiting if (one.process, one.element) == (process, step.element)), None)
        if task is None:
            told = ", ".join(f"{one.process}/{one.element}" for one in waiting) or "nothing"
            return f"{process}/{step.element} does not wait; waiting: {told}"
        element = self._element(task)
        if element is None:
            return f"{process}/{step.element} is in no package"
        if element.role != step.by.removesuffix(SUBSTITUTE):
            return f"{step.element} is for {element.role}, not for {step.by}"
        return self._complete(case, task, element, step)

    def _complete(self, case: Interpreter, task: HumanTask, element: ElementDefinition, step: Submission) -> str | None:
        package = self.packages[task.process]
        form = package.forms.get(element.form or "")
        fields, problems = dict(step.fields), list[str]()
        if form is not None:
            context = self._context(case.now, lambda name: case.deadline(task.task_id, name).computed.due_at)
            fields, problems = submitted(form, step.fields, task.variables, context)
        if problems:
            return f"{step.element}: " + "; ".join(problems)
        recorded = self._answer(task.process, task.element)
        declared = {name: value for name, value in fields.items() if name in package.variables}
        case.complete(task.task_id, {**declared, **recorded})
        return None

    def judged(self) -> ScenarioRun:
        """The run, with what differs from what was promised."""
        ended = self.case is not None and self.case.ended
        outcome = "failed" if self.failed else "completed" if ended else "waiting"
        variables = self.case.variables if self.case is not None else {}
        if not self.problems:
            self.problems.extend(self._differences(outcome, variables))
        return ScenarioRun(
            name=self.scenario.name,
            outcome=outcome,
            path=tuple(self.path),
            deadlines=tuple(self.deadlines),
            variables=variables,
            problems=tuple(self.problems),
        )

    def _differences(self, outcome: str, variables: Mapping[str, Any]) -> Iterator[str]:
        expect = self.scenario.expect
        if outcome != expect.outcome:
            waiting = ", ".join(task.element for task in self.case.human_tasks()) if self.case else ""
            yield f"the outcome is {outcome}, not {expect.outcome}" + (f"; waiting: {waiting}" if waiting else "")
        if expect.path is not None and tuple(self.path) != expect.path:
            yield f"the path is {' → '.join(self.path)}, not {' → '.join(expect.path)}"
        for name, value in expect.variables.items():
            if variables.get(name) != value:
                yield f"{name} is {variables.get(name)!r}, not {value!r}"
        yield from self._deadline_differences()

    def _deadline_differences(self) -> Iterator[str]:
        """Each expected deadline is that element's next one that began to run."""
        ran: dict[tuple[str, str], list[str]] = defaultdict(list)
        for deadline in self.deadlines:
            ran[deadline.process or self.package.key, deadline.element].append(deadline.due)
        for expected in self.scenario.expect.deadlines:
            due = ran[expected.process or self.package.key, expected.element]
            found = due.pop(0) if due else "none"
            if found != expected.due:
                yield f"the deadline of {expected.element} is {found}, not {expected.due}"


def _meets(service: ServiceResult, process: str, element: str, root: str) -> bool:
    return service.element == element and (service.process or root) == process
