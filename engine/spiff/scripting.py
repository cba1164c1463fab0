"""What SpiffWorkflow calls its script engine, on the house's expression language: nothing of a model is eval'd."""

# ruff: noqa: ARG002, D102 - SpiffWorkflow's own kind: the methods keep its signatures and meanings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine

from engine.deadlines import WorkingCalendar
from engine.decisions import Decision
from engine.definition import ProcessPackage
from engine.errors import EngineError, ExecutionFailed
from engine.expressions import ExpressionContext, compile_expression, compile_script
from engine.running_deadlines import RunningDeadline, calendar_of, run_deadline, zone_of
from engine.spiff.scopes import assign, visible

Calendars = Callable[[str], WorkingCalendar]
"""calendar code → the calendar with its overrides"""


class ToldAt:
    """Around what is done for a task: an engine error becomes an ExecutionFailed that names the task's element."""

    __slots__ = ("task",)

    def __init__(self, task: Any = None) -> None:
        self.task = task

    def __enter__(self) -> None:
        """Nothing to be made ready."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        told = None if error is None else self.told(error)
        if told is not None:
            raise told from error

    def told(self, error: BaseException | None) -> ExecutionFailed | None:
        """What is raised instead of an error, if anything is."""
        element = getattr(getattr(self.task, "task_spec", None), "bpmn_id", None)
        if isinstance(error, ExecutionFailed):
            return ExecutionFailed(error.element or element, error.reason)
        return ExecutionFailed(element, str(error)) if isinstance(error, EngineError) else None


class Environment(BasePythonScriptEngineEnvironment):
    """The few places where SpiffWorkflow evaluates over bare data: message correlations."""

    def __init__(self, context: Callable[[Mapping[str, Any]], ExpressionContext]) -> None:
        super().__init__()
        self.context = context

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        return compile_expression(expression).evaluate(context, self.context(context))

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        context.update(compile_script(script).run(context, self.context(context)))
        return True

    def call_service(self, context: Any, **_kwargs: Any) -> Any:
        """No service is called inside the interpreter; a service task waits for its handler."""
        raise ExecutionFailed(None, "a service task is carried out by its handler, outside the interpreter")


class ScriptEngine(PythonScriptEngine):
    """Evaluates for a task: its variables, the case's zone, calendar and deadlines, and the instant of its workflow.

    Where SpiffWorkflow's own would turn a failing service into a NameError (P8), errors pass as they are.
    """

    def __init__(self, packages: Mapping[str, ProcessPackage], calendars: Calendars, now: datetime) -> None:
        super().__init__(Environment(self.context))
        self.packages = packages
        self.calendars = calendars
        self.now = now

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return self.evaluate_with(task, expression, {})

    def evaluate_with(self, task: Any, expression: str, more: Mapping[str, Any]) -> Any:
        """The value of an expression over the variables the task sees and these names besides."""
        names = visible(task) | dict(more)
        with ToldAt(task):
            return compile_expression(expression or "").evaluate(names, self.context(names, task.workflow.spec.process))

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        names = visible(task)
        with ToldAt(task):
            assign(task, compile_script(script or "").run(names, self.context(names, task.workflow.spec.process)))
        return True

    def decide(self, task: Any, decision: Decision) -> dict[str, Any]:
        """What the decision says for the variables the task sees."""
        names = visible(task)
        with ToldAt(task):
            return decision.decide(names, self.context(names, task.workflow.spec.process))

    def call_service(self, task: Any, **kwargs: Any) -> Any:
        return self.environment.call_service(task.data, **kwargs)

    def zone_of(self, task: Any) -> str:
        """The case's time zone."""
        return zone_of(visible(task))

    def initial_variables(self, process: str) -> dict[str, Any]:
        """The declared variables of a process as they begin."""
        package = self.packages.get(process)
        return {name: one.initial for name, one in package.variables.items()} if package else {}

    def context(self, names: Mapping[str, Any], process: str = "") -> ExpressionContext:
        """The circumstances of an evaluation over these variables."""
        return ExpressionContext(
            now=self.now,
            time_zone=zone_of(names),
            calendar=self.calendars(calendar_of(names)),
            deadline=lambda name: self.deadline(process, name, names).computed.due_at,
        )

    def deadline(self, process: str, name: str, names: Mapping[str, Any]) -> RunningDeadline:
        """A named deadline of a process, counted for these variables."""
        package = self.packages.get(process)
        if package is None or name not in package.deadlines:
            raise ExecutionFailed(None, f"process {process!r} has no deadline {name!r}")
        calendar = self.calendars(calendar_of(names))
        return run_deadline(package.deadlines[name], names, now=self.now, calendar=calendar)
