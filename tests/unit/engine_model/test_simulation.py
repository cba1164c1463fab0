"""Traces and scenarios in memory: answers instead of people, and what they tell."""

from datetime import datetime
from pathlib import Path

import pytest

from engine.deadlines import WorkingCalendar
from engine.errors import TermInvalid
from engine.package import package_from_files, read_package
from engine.simulation import TraceStatus, play_scenario, run_scenario, trace
from engine.spans import at_wall, later

from .builders import END, HEAD, MANIFEST, SCENARIO, START, bpmn, chain, flow

LOOP = bpmn(
    START
    + '<userTask id="fill"/><userTask id="review"/><exclusiveGateway id="g" default="g_fill"/>'
    + END
    + chain("s", "fill", "review", "g", "fill")
    + flow("g", "e", "outcome == 'accepted'")
)


def test_a_trace_goes_where_the_answers_lead():
    answers = {"fill": [{"n": 1}, {"n": 2}], "review": [{"outcome": "deficient"}, {"outcome": "accepted"}]}
    result = trace(LOOP, answers=answers, data={"who": "x"})
    assert result.as_json() == {
        "status": "completed",
        "path": ["s", "fill", "review", "g", "fill", "review", "g", "e"],
        "data": {"who": "x", "n": 2, "outcome": "accepted"},
        "error": None,
    }


def test_a_user_task_without_an_answer_waits():
    result = trace(LOOP, answers={"fill": {"n": 1}, "review": [{"outcome": "deficient"}]})
    assert result.status is TraceStatus.WAITING
    assert result.path == ("s", "fill", "review", "g", "fill")


def test_endless_answers_do_not_hang(monkeypatch):
    monkeypatch.setattr("engine.trace.MAX_STEPS", 800)
    result = trace(LOOP, answers={"fill": {}, "review": {"outcome": "deficient"}})
    assert result.status is TraceStatus.WAITING
    assert len(result.path) > 1_000


def test_a_failure_tells_the_element_and_the_way_there():
    model = bpmn(
        START
        + '<scriptTask id="a"><script>x = 1</script></scriptTask>'
        + '<scriptTask id="b"><script>y = x / 0</script></scriptTask>'
        + END
        + chain("s", "a", "b", "e")
    )
    result = trace(model)
    assert result.status is TraceStatus.FAILED
    assert result.path == ("s", "a")
    assert result.data == {"x": 1}
    assert result.error.startswith("b: ")
    assert "division by zero" in result.error


def test_a_failure_after_an_answer_is_told_as_well():
    model = bpmn(
        START
        + '<userTask id="u"/><scriptTask id="b"><script>y = missing</script></scriptTask>'
        + END
        + chain("s", "u", "b", "e")
    )
    result = trace(model, answers={"u": {}})
    assert (result.status, result.path) == (TraceStatus.FAILED, ("s", "u"))
    assert "missing" in result.error


def test_a_model_with_lint_errors_is_refused():
    result = trace(
        bpmn(
            START
            + '<adHocSubProcess id="g" ordering="Sequential"><serviceTask id="i"/></adHocSubProcess>'
            + END
            + chain("s", "g", "e")
        )
    )
    assert result.status is TraceStatus.REFUSED
    assert result.path == ()
    assert result.findings[0].element == "g"
    assert "ad-hoc" in result.error


TIMED = bpmn(
    START
    + '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>P30D</timeDuration></timerEventDefinition>'
    + "</intermediateCatchEvent>"
    + END
    + chain("s", "wait", "e")
)


def test_a_timer_waits_unless_the_clock_is_moved():
    assert trace(TIMED).status is TraceStatus.WAITING
    assert trace(TIMED, skip_timers=True).path == ("s", "wait", "e")


def test_a_timer_that_repeats_for_ever_does_not_hang(monkeypatch):
    monkeypatch.setattr("engine.trace.MAX_TIMERS", 100)
    model = bpmn(
        START
        + '<userTask id="u"/><boundaryEvent id="b" attachedToRef="u" cancelActivity="false"><timerEventDefinition>'
        + "<timeCycle>R/PT1H</timeCycle></timerEventDefinition></boundaryEvent>"
        + END
        + '<endEvent id="f"/>'
        + chain("s", "u", "e")
        + chain("b", "f")
    )
    result = trace(model, skip_timers=True)
    assert result.status is TraceStatus.WAITING
    assert result.path[:3] == ("s", "b", "f")


def test_a_service_answers_what_it_is_told_or_nothing():
    model = bpmn(START + '<serviceTask id="call"/>' + END + chain("s", "call", "e"))
    assert trace(model).as_json()["data"] == {}
    assert trace(model, answers={"call": {"price": 5}}).data == {"price": 5}


def test_a_message_arrives_with_its_answer():
    model = bpmn(
        '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent><receiveTask id="r" messageRef="m"/>'
        + END
        + chain("s", "r", "e"),
        '<message id="m" name="paid"/>',
    )
    assert trace(model).status is TraceStatus.WAITING
    result = trace(model, answers={"s": {"sum": 5}, "r": {"sum": 7}})
    assert (result.status, result.path, result.data["sum"]) == (TraceStatus.COMPLETED, ("s", "r", "e"), 7)


def test_several_processes_of_a_file_are_started_together():
    process = '<process id="{0}" isExecutable="true"><startEvent id="s{0}"/><endEvent id="e{0}"/>{1}</process>'
    model = (
        f"{HEAD}{process.format('a', flow('sa', 'ea'))}{process.format('b', flow('sb', 'eb'))}</definitions>".encode()
    )
    assert trace(model).path == ("sa", "ea")
    assert trace(model, processes=["b"]).path == ("sb", "eb")
    assert trace(model, processes=["a", "b"]).path == ("sa", "ea", "sb", "eb")
    assert trace(model, processes=["gone"]).status is TraceStatus.REFUSED


def test_a_package_is_traced_with_its_declared_variables(files):
    package = package_from_files(files())
    result = trace(package, answers={"check": {"outcome": "accepted", "undeclared": 1}})
    assert result.status is TraceStatus.COMPLETED
    assert result.path == ("s", "check", "g", "sc", "e")
    assert result.data["note"] == "accepted"
    assert "undeclared" not in result.data


def played(files, text=SCENARIO, manifest=MANIFEST):
    package = package_from_files(files(**{"scenarios/accepted.toml": text, "process.toml": manifest}))
    return play_scenario({}, package, package.scenarios["accepted"])


def test_a_scenario_computes_the_forms_fields_and_the_deadlines(files):
    run = played(files)
    assert run.problems == ()
    assert (run.outcome, run.path) == ("completed", ("check",))
    assert [(deadline.element, deadline.due) for deadline in run.deadlines] == [("check", "2026-04-08")]


@pytest.mark.parametrize(
    ("find", "put", "told"),
    [
        ('path = ["check"]', 'path = ["check", "mark"]', "the path is check, not check → mark"),
        ('due = "2026-04-08"', 'due = "2026-04-09"', "is 2026-04-08, not 2026-04-09"),
        ('note = "accepted"', 'note = "no"', "note is 'accepted', not 'no'"),
        ('outcome = "completed"', 'outcome = "waiting"', "the outcome is completed, not waiting"),
        ('element = "check"\nby', 'element = "gone"\nby', "p/gone does not wait; waiting: p/check"),
        ('by = "clerk"\nfields', 'by = "head"\nfields', "is for clerk, not for head"),
        ('"accept" }', '"refuse" }', "Say why."),
        ("decision =", "desicion =", "the form has no field 'desicion'"),
        ('"3 working days"', '"three days"', "write <number>"),
        ('advance = "3 working days"', 'until = "2026-03-01T09:00"', "the clock cannot go back"),
        ('by = "clerk"\n[[step]]', 'by = "clerk"\n[fields]\nodd = 1\n[[step]]', "'odd' is no declared variable"),
    ],
)
def test_what_comes_otherwise_than_promised_is_told(files, find, put, told):
    assert find in SCENARIO
    (problem, *_) = played(files, SCENARIO.replace(find, put, 1)).problems
    assert told in problem


def test_a_missing_required_field_is_told(files):
    text = SCENARIO.replace('fields = { decision = "accept" }', "")
    assert "the field 'decision' is required" in played(files, text).problems[0]


def test_a_passed_deadline_starts_the_overdue_branch_and_services_answer(files):
    text = (
        SCENARIO.replace('"3 working days"', '"8 working days"').replace('["check"]', '["mark", "check"]')
        + '\n[[service]]\nelement = "mark"\nvariables = { note = "late" }\n'
    )
    assert played(files, text).problems == ()


def test_a_service_of_a_scenario_raises_an_error(files):
    text = (
        SCENARIO.replace('"3 working days"', '"8 working days"') + '\n[[service]]\nelement = "mark"\nerror = "GONE"\n'
    )
    run = played(files, text)
    assert (run.outcome, run.problems) == ("failed", ("mark: nothing catches the error 'GONE'",))


def test_a_scenario_in_kazakh_runs_on_the_calendar_of_kazakhstan(files):
    text = SCENARIO.replace('language = "az"', 'language = "kk"').replace("2026-04-08", "2026-04-02")
    assert played(files, text).problems == ()


def test_a_failing_model_fails_the_scenario_calmly(files):
    manifest = MANIFEST.replace("initial = 7", "initial = 0")
    run = played(files, manifest=manifest)
    assert run.outcome == "failed"
    assert "whole number" in run.problems[0]


SHIPPED = Path(__file__).parents[3] / "bpmn"
FOLDERS = sorted(path.parent for path in SHIPPED.glob("*/process.toml"))
PACKAGES = {package.key: package for package in map(read_package, FOLDERS)}


@pytest.mark.parametrize(
    ("package", "scenario"),
    [(package, scenario) for package in PACKAGES.values() for scenario in package.scenarios.values()],
    ids=[f"{package.key}/{name}" for package in PACKAGES.values() for name in package.scenarios],
)
def test_every_scenario_of_the_shipped_packages_passes(package, scenario):
    assert run_scenario(PACKAGES, package, scenario) == ()


AZ = WorkingCalendar("AZ")
MORNING = at_wall(datetime.fromisoformat("2026-03-19T09:30"), "Asia/Baku")


@pytest.mark.parametrize(
    ("span", "wall"),
    [
        ("30 minutes", "2026-03-19T10:00"),
        ("20 hours", "2026-03-20T05:30"),
        ("2 days", "2026-03-21T09:30"),
        ("1 week", "2026-03-26T09:30"),
        ("1 month", "2026-04-19T09:30"),
        ("7 working days", "2026-04-08T09:30"),
    ],
)
def test_the_clock_moves_on_the_wall_of_the_bodys_zone(span, wall):
    assert later(MORNING, span, "Asia/Baku", AZ) == at_wall(datetime.fromisoformat(wall), "Asia/Baku")


@pytest.mark.parametrize("span", ["", "soon", "-1 days", "2 fortnights", "99999 days"])
def test_an_unreadable_span_is_told(span):
    with pytest.raises(TermInvalid):
        later(MORNING, span, "Asia/Baku", AZ)
