"""The traps of SpiffWorkflow 3.2.0, by their numbers: each fails on the stock behaviour, which test_stock.py shows.

P6 (a migrated case's timers start anew) is tested where cases are migrated, on both databases.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine.errors import ExecutionFailed
from engine.spiff import compaction, interpreter
from tests.unit.engine_runtime.conftest import NOW, Run
from tests.unit.engine_runtime.models import Model, deadline, variables

Begin = Callable[..., Run]


def loop() -> Model:
    """A user task and a gateway that leads back to it."""
    model = Model().path("start", "xor:entry", "user:a", "xor:again", "end")
    model.flows[-1] = ""
    model.flow("again", "end", "done")
    model.default("again", model.flow("again", "entry", ident="back"))
    return model


@pytest.fixture
def uncompacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing were ever taken out of the tree."""
    monkeypatch.setattr(interpreter, "COMPACT_EVERY", 10**9)
    monkeypatch.setattr(compaction, "compact", lambda _case: 0)


@pytest.mark.usefixtures("uncompacted")
def test_p1_a_deep_case_is_not_reported_as_completed(run: Begin) -> None:
    case = run(loop(), done=False)
    for _ in range(520):
        case.do("a")
    workflow = case.case._case
    assert case.case.size > 1_500
    assert not case.case.ended
    assert not workflow.is_completed()
    ready = [task for task in TaskIterator(workflow.task_tree, state=TaskState.READY) if task.task_spec.name == "a"]
    assert len(ready) == 1
    assert len(list(BpmnTaskIterator(workflow.task_tree))) == case.case.size
    assert case.do("a", done=True).case.ended


@pytest.mark.usefixtures("uncompacted")
def test_p2_a_long_loop_does_not_run_out_of_stack(run: Begin) -> None:
    case = run(loop(), done=False)
    for _ in range(400):
        case.do("a")
    workflow = case.case._case
    deepest = max(workflow.tasks.values(), key=lambda task: task.depth)
    assert deepest.depth > 1_100
    assert deepest.is_descendant_of(workflow.task_tree)
    assert not workflow.task_tree.is_descendant_of(deepest)
    assert deepest.find_ancestor(workflow.spec.start.name) is workflow.task_tree
    assert deepest.find_ancestor("nowhere") is None


@pytest.mark.parametrize("poison", ["foo", "UUID", "timedelta", "BpmnWorkflow", None, 7])
def test_p3_a_citizen_s_json_cannot_break_the_state(run: Begin, poison: object) -> None:
    data = {"typename": poison, "value": "2026", "inner": [{"typename": "datetime", "days": 1}]}
    case = run(Model().path("start", "user:a", "user:b", "end"))
    case.do("a", answer=data, typename=poison).store()
    assert case.case.variables == {"answer": data, "typename": poison}
    assert case.do("b").case.ended


def test_p4_what_is_submitted_is_copied(run: Begin) -> None:
    submitted = {"rows": [{"amount": 1}]}
    case = run(Model().path("start", "user:a", "user:b", "end")).do("a", form=submitted)
    submitted["rows"][0]["amount"] = 999
    case.case.human_tasks()[0].variables["form"]["rows"][0]["amount"] = 998
    case.case.variables["form"]["rows"].clear()
    assert case.case.variables == {"form": {"rows": [{"amount": 1}]}}


def test_p4_a_script_that_derives_from_a_variable_leaves_it_alone(run: Begin) -> None:
    model = Model().path("start", "user:a")
    model.script("derive", "copy = form\nform = {'rows': []}")
    case = run(model.path("a", "derive", "end")).do("a", form={"rows": [1]})
    assert case.case.variables == {"copy": {"rows": [1]}, "form": {"rows": []}}


def with_event_subprocess() -> Model:
    model = Model().path("start", "user:a", "end")
    inner = Model()
    inner.message("startEvent", "asked", "question", isInterrupting="false")
    inner.path("asked", "user:answer", "end:answered")
    model.root = inner.root
    model.subprocess("inquiry", inner, triggeredByEvent="true")
    return model


def test_p5_an_event_subprocess_that_ran_leaves_the_shared_spec_alone(run: Begin) -> None:
    first = run(with_event_subprocess())
    before = list(first.program.specs["p"].start.outputs)
    assert first.case.deliver_message("question", {})
    assert first.waiting == ["a", "answer"]
    assert list(first.program.specs["p"].start.outputs) == before
    second = Run(first.program)
    assert second.waiting == ["a"]
    assert second.do("a").case.ended
    first.store().do("answer").do("a")
    assert first.case.ended


def test_p7_attributes_without_a_namespace_are_seen(run: Begin) -> None:
    case = run(with_event_subprocess())
    assert type(case.program.specs["p"].task_specs["inquiry"]).__name__ == "EventSubprocess"


def test_p8_a_script_s_failure_names_the_element_and_the_reason(run: Begin) -> None:
    model = Model().path("start", "user:a")
    model.script("divide", "x = 1 / y")
    case = run(model.path("a", "divide", "end"))
    with pytest.raises(ExecutionFailed) as failed:
        case.do("a", y=0)
    assert failed.value.element == "divide"
    assert "division" in failed.value.reason


def test_p9_a_task_of_no_type_is_nobody_s_work(run: Begin) -> None:
    case = run(Model().path("start", "none:hint", "service:send", "user:a", "end"))
    assert case.waiting == []
    assert [task.element for task in case.case.services()] == ["send"]
    assert case.serve("send").waiting == ["a"]


def test_p9_a_service_waits_over_a_restart_until_its_handler_is_done(run: Begin) -> None:
    case = run(Model().path("start", "service:send", "end")).store()
    [task] = case.case.services()
    assert case.case.finish_service(task.task_id, {"number": "5"})
    assert case.case.ended
    assert case.case.variables == {"number": "5"}
    assert not case.case.finish_service(task.task_id, {"number": "6"})


def test_p9_timers_read_the_case_s_clock_only(run: Begin) -> None:
    model = Model().path("start", "user:a", "end")
    model.timer("late", "a", timeDate="2031-01-01T00:00:00Z")
    model.path("late", "user:b", "end:two")
    case = run(model)
    assert case.case.advance(NOW + timedelta(days=900)) == []
    assert case.waiting == ["a"]
    assert [timer.element for timer in case.case.advance(NOW + timedelta(days=9_000))] == ["late"]
    assert case.waiting == ["a", "b"]


def test_p9_a_form_s_undeclared_fields_stay_out_of_the_state(run: Begin) -> None:
    package = Model("p").path("start", "user:a", "user:b", "end").package(variables(decision=""))
    case = run(package).do("a", decision="accept", essay="x" * 10_000)
    assert len(case.case.dump()) < 1_500
    assert case.case.variables["decision"] == "accept"
    assert "essay" not in case.case.variables


def test_logging_of_the_interpreter_is_off() -> None:
    assert logging.getLogger("spiff.task").level >= logging.WARNING
    assert logging.getLogger("spiff.workflow").level >= logging.WARNING
    assert Task._set_state.__module__ == "engine.spiff.repairs"


def test_a_deadline_timer_waits_for_the_named_deadline(run: Begin) -> None:
    model = Model("p").path("start", "user:fill", "user:review", "end")
    model.timer("late", "review", timeDate="deadline('review')")
    model.path("late", "end:over")
    case = run(model.package(deadline("review", "7 working days", starts="fill"))).do("fill")
    assert [timer.due_at.isoformat() for timer in case.case.timers()] == ["2026-04-08T19:59:59+00:00"]
