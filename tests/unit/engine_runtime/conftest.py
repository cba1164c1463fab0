"""Cases in memory."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.deadlines import WorkingCalendar
from engine.definition import ProcessPackage
from engine.spiff.interpreter import Interpreter
from engine.spiff.program import Program, compile_bpmn, compile_package, link
from tests.unit.engine_runtime.models import Model

NOW = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)
RESERVED = {"body": "agency", "calendar": "AZ", "time_zone": "Asia/Baku", "language": "az", "case_number": "R-1"}


def calendars(code: str) -> WorkingCalendar:
    return WorkingCalendar(code, {})


def program(model: Model, *called: ProcessPackage) -> Program:
    """A bare model as a program; variables are free."""
    return link(compile_bpmn(model.xml()), [compile_package(package) for package in called])


class Run:
    """A case with short names for what a test does to it."""

    def __init__(self, source: Program, **variables: Any) -> None:
        self.program = source
        self.case = Interpreter.start(source, variables=variables, now=NOW, calendars=calendars)
        self.path: list[str] = []

    @property
    def waiting(self) -> list[str]:
        return sorted(task.element for task in self.case.human_tasks())

    def do(self, element: str, **variables: Any) -> "Run":
        task = next(task for task in self.case.human_tasks() if task.element == element)
        self.case.complete(task.task_id, variables)
        return self

    def serve(self, element: str, **variables: Any) -> "Run":
        task = next(task for task in self.case.services() if task.element == element)
        assert self.case.finish_service(task.task_id, variables)
        return self

    def store(self) -> "Run":
        """Through the bytes and back."""
        self.path += [element.element for element in self.case.take_completed()]
        state = self.case.dump()
        self.case = Interpreter.load(state, self.program, now=self.case.now, calendars=calendars)
        return self

    @property
    def elements(self) -> list[str]:
        """Everything that has completed."""
        self.path += [element.element for element in self.case.take_completed()]
        return self.path


@pytest.fixture
def run() -> Callable[..., Run]:
    """`run(model, x=1)` starts a bare model; `run(package, …)` a package with its called packages."""

    def begin(
        source: Model | ProcessPackage, *called: ProcessPackage, given: Mapping[str, Any] | None = None, **more: Any
    ) -> Run:
        variables = {**(given or {}), **more}
        if isinstance(source, Model):
            return Run(program(source, *called), **variables)
        linked = link(compile_package(source), [compile_package(package) for package in called])
        return Run(linked, **{**RESERVED, **variables})

    return begin
