"""How tokens move: gateways, loops, boundary events, subprocesses, and what stays of them in the state."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.errors import DefinitionRefused, ExecutionFailed
from engine.spiff.program import compile_bpmn
from tests.unit.engine_runtime.conftest import NOW, Run
from tests.unit.engine_runtime.models import HEAD, Model, variables

Begin = Callable[..., Run]


def forked(*branches: tuple[str, ...]) -> Model:
    """Branches between a parallel fork and its join."""
    model = Model().path("start", "and:fork")
    for branch in branches:
        model.path("fork", *branch, "join")
    return model.path("and:join", "user:after", "end")


def test_a_parallel_join_waits_for_every_flow(run: Begin) -> None:
    case = run(forked(("user:a",), ("user:b",), ("user:c",)))
    assert case.store().waiting == ["a", "b", "c"]
    assert case.do("b").store().waiting == ["a", "c"]
    assert case.do("a").store().waiting == ["c"]
    assert case.do("c").store().waiting == ["after"]
    assert case.do("after").case.ended


def test_a_second_round_through_a_join_needs_new_tokens(run: Begin) -> None:
    model = Model().path("start", "xor:entry", "and:fork", "user:a", "and:join", "xor:again", "end")
    model.path("fork", "user:b", "join")
    model.flows = [flow for flow in model.flows if 'sourceRef="again"' not in flow]
    model.flow("again", "end", "done")
    model.default("again", model.flow("again", "entry", ident="back"))
    case = run(model, done=False).do("a").do("b")
    assert case.waiting == ["a", "b"]
    assert case.do("b").waiting == ["a"], "the first round's token of branch a must not count again"
    assert case.do("a", done=True).case.ended


def test_two_tokens_on_one_flow_do_not_open_a_join(run: Begin) -> None:
    model = Model().path("start", "and:split", "xor:merge", "user:a", "and:join", "user:after", "end")
    model.path("split", "merge")
    model.path("split", "user:b", "join")
    case = run(model)
    assert case.waiting == ["a", "a", "b"]
    assert case.do("a").do("a").waiting == ["b"]
    assert case.store().do("b").waiting == ["after"]
    assert not case.do("after").case.ended, "the second token of flow a still waits at the join"


def test_an_inclusive_join_waits_for_the_tokens_that_can_reach_it(run: Begin) -> None:
    model = Model().path("start", "or:split")
    for name in ("a", "b", "c"):
        model.node("userTask", name)
        model.flow("split", name, f"{name} == 1")
        model.flow(name, "join")
    model.path("or:join", "user:after", "end")
    case = run(model, a=1, b=0, c=1)
    assert case.store().waiting == ["a", "c"]
    assert case.do("a").store().waiting == ["c"]
    assert case.do("c").store().waiting == ["after"]
    assert case.do("after").case.ended


def test_an_inclusive_join_does_not_wait_for_a_branch_that_left(run: Begin) -> None:
    model = Model().path("start", "and:split", "user:a", "or:join", "user:after", "end")
    model.path("split", "user:b", "xor:choice", "join")
    model.flows[-1] = ""
    model.default("choice", model.flow("choice", "join", ident="on"))
    model.path("user:elsewhere", "end:other")
    model.flow("choice", "elsewhere", "leave")
    case = run(model, leave=False).do("a")
    assert case.waiting == ["b"]
    assert case.do("b", leave=True).waiting == ["after", "elsewhere"]


def test_an_inclusive_gateway_without_a_match_fails_with_its_name(run: Begin) -> None:
    model = Model().path("start", "or:split", "end")
    model.flows[-1] = ""
    model.flow("split", "end", "x == 1")
    with pytest.raises(ExecutionFailed) as failed:
        run(model, x=2)
    assert failed.value.element == "split"


def test_the_first_event_after_an_event_gateway_wins(run: Begin) -> None:
    model = Model().path("start", "either:race")
    model.message("intermediateCatchEvent", "letter", "reply")
    model.timer("patience", None, timeDuration="P3D")
    model.timer("longer", None, timeDuration="P9D")
    model.path("race", "letter", "user:read", "end:read_end")
    model.path("race", "patience", "user:remind", "end:remind_end")
    model.path("race", "longer", "user:give_up", "end:give_up_end")
    case = run(model).store()
    assert [timer.due_at for timer in case.case.timers()] == [NOW + timedelta(days=3), NOW + timedelta(days=9)]
    assert case.case.advance(NOW + timedelta(days=4))[0].element == "patience"
    assert case.store().waiting == ["remind"]
    assert not case.case.deliver_message("reply", {})
    assert case.do("remind").case.ended
    other = run(model).store()
    assert other.case.deliver_message("reply", {"text": "yes"})
    assert other.waiting == ["read"]
    assert other.case.timers() == []
    assert other.case.variables == {"text": "yes"}


def overdue(*, interrupting: bool) -> Model:
    model = Model().path("start", "user:work", "user:next", "end")
    model.timer("late", "work", interrupting=interrupting, timeDuration="PT1H")
    return model.path("late", "user:chase", "end:chased")


def test_a_non_interrupting_boundary_timer_fires_once_and_leaves_the_work(run: Begin) -> None:
    case = run(overdue(interrupting=False)).store()
    case.case.advance(NOW + timedelta(hours=1))
    assert case.store().waiting == ["chase", "work"]
    assert case.case.advance(NOW + timedelta(days=99)) == []
    assert case.do("work").store().waiting == ["chase", "next"]
    assert case.do("next").store().waiting == ["chase"]
    assert not case.case.ended
    assert case.do("chase").case.ended


def test_an_interrupting_boundary_timer_takes_the_work_away(run: Begin) -> None:
    case = run(overdue(interrupting=True)).store()
    [work] = case.case.human_tasks()
    case.case.advance(NOW + timedelta(hours=1))
    assert case.store().waiting == ["chase"]
    with pytest.raises(ExecutionFailed):
        case.case.complete(work.task_id, {})
    assert case.do("chase").case.ended


def test_finishing_in_time_takes_the_timer_away(run: Begin) -> None:
    case = run(overdue(interrupting=False)).store().do("work").store()
    assert case.case.timers() == []
    assert case.do("next").case.ended


def test_a_boundary_branch_can_lead_back_before_the_work(run: Begin) -> None:
    model = Model().path("start", "xor:entry", "user:work", "end")
    model.timer("late", "work", interrupting=True, timeDuration="PT1H")
    model.path("late", "entry")
    case = run(model)
    for hour in range(1, 30):
        case.case.advance(NOW + timedelta(hours=hour))
        assert case.store().waiting == ["work"]
        assert case.case.size < 12
    assert case.case.human_tasks()[0].visit == 30
    assert case.do("work").case.ended


def test_a_repeating_reminder_and_the_branches_it_started(run: Begin) -> None:
    model = Model().path("start", "user:work", "end")
    model.timer("remind", "work", timeCycle="R3/PT1H")
    model.path("remind", "user:chase", "end:chased")
    case = run(model).store()
    fired = case.case.advance(NOW + timedelta(hours=2))
    assert [(timer.element, timer.due_at) for timer in fired] == [
        ("remind", NOW + timedelta(hours=1)),
        ("remind", NOW + timedelta(hours=2)),
    ]
    assert case.store().waiting == ["chase", "chase", "work"]
    case.case.advance(NOW + timedelta(days=9))
    assert case.store().waiting == ["chase", "chase", "chase", "work"]
    assert case.case.timers() == []
    assert case.do("work").store().waiting == ["chase", "chase", "chase"], "ending the work must not end the branches"
    assert case.do("chase").do("chase").do("chase").case.ended
    assert case.elements.count("remind") == 3


def test_a_loop_inside_a_parallel_branch_does_not_grow_while_its_sibling_waits(run: Begin) -> None:
    model = forked(("xor:entry", "user:a", "xor:again"), ("user:b",))
    model.flows = [flow for flow in model.flows if 'sourceRef="again"' not in flow]
    model.flow("again", "join", "done")
    model.default("again", model.flow("again", "entry", ident="back"))
    case = run(model, done=False)
    sizes, lengths = [], []
    for _ in range(60):
        case.do("a", done=False)
        sizes.append(len(case.case.dump()))
        case.store()
        lengths.append(case.case.size)
    assert max(lengths[5:]) == min(lengths[5:])
    assert sizes[-1] - sizes[10] < 20
    assert case.waiting == ["a", "b"]
    assert case.do("b").store().do("a", done=True).store().waiting == ["after"]


def test_a_loop_that_never_waits_is_stopped(run: Begin) -> None:
    model = Model().path("start", "xor:entry", "none:spin", "entry")
    with pytest.raises(ExecutionFailed, match="without waiting"):
        run(model)


def test_a_long_automatic_loop_stays_small(run: Begin) -> None:
    model = Model().path("start", "xor:entry")
    model.script("count", "n = n + 1")
    model.path("entry", "count", "xor:again", "user:after", "end")
    model.flows = [flow for flow in model.flows if 'sourceRef="again"' not in flow]
    model.flow("again", "after", "n >= 1500")
    model.default("again", model.flow("again", "entry", ident="back"))
    case = run(model, n=0)
    assert case.case.variables == {"n": 1500}
    assert case.case.size < 500


def test_an_embedded_subprocess_shares_its_parent_s_variables(run: Begin) -> None:
    inner = Model().path("start:s", "user:inside", "end:e")
    model = Model().path("start", "user:before")
    model.subprocess("part", inner)
    model.path("before", "part", "user:after", "end")
    case = run(model).do("before", x=1).store()
    assert case.waiting == ["inside"]
    assert case.case.human_tasks()[0].variables == {"x": 1}
    assert case.do("inside", y=2).store().waiting == ["after"]
    assert case.case.variables == {"x": 1, "y": 2}
    assert [mark.element_id for mark in case.case.markings() if mark.state == "active"] == ["after"]


def test_an_interrupted_subprocess_takes_its_steps_away(run: Begin) -> None:
    inner = Model().path("start:s", "user:inside", "end:e")
    model = Model().path("start")
    model.subprocess("part", inner)
    model.timer("late", "part", interrupting=True, timeDuration="PT1H")
    model.path("start", "part", "end").path("late", "user:chase", "end:c")
    case = run(model).store()
    case.case.advance(NOW + timedelta(hours=2))
    assert case.store().waiting == ["chase"]
    assert len(list(case.case._case.workflows())) == 1
    assert case.do("chase").case.ended


def test_an_error_inside_a_subprocess_leaves_by_its_boundary_only(run: Begin) -> None:
    inner = Model().path("start:s", "user:inside")
    inner.node("endEvent", "failed", '<bpmn:errorEventDefinition errorRef="no_money"/>')
    inner.path("inside", "failed")
    model = Model().path("start")
    model.root.append('<bpmn:error id="no_money" name="No money" errorCode="E1"/>')
    model.subprocess("part", inner)
    model.node("boundaryEvent", "caught", '<bpmn:errorEventDefinition errorRef="no_money"/>', attachedToRef="part")
    model.path("start", "part", "user:normal", "end").path("caught", "user:repair", "end:r")
    case = run(model).store().do("inside").store()
    assert case.waiting == ["repair"]
    assert case.do("repair").case.ended


def test_a_terminate_end_event_ends_everything(run: Begin) -> None:
    model = Model().path("start", "and:fork", "user:a", "end").path("fork", "user:b")
    model.node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
    model.path("b", "stop")
    case = run(model).store().do("b")
    assert case.case.ended
    assert case.waiting == []


def test_a_signal_reaches_those_who_wait_in_the_case(run: Begin) -> None:
    signal = '<bpmn:signalEventDefinition signalRef="go"/>'
    model = Model().path("start", "and:fork", "user:a")
    model.root.append('<bpmn:signal id="go" name="go"/>')
    model.node("intermediateThrowEvent", "shout", signal)
    model.node("intermediateCatchEvent", "hear", signal)
    model.path("a", "shout", "end").path("fork", "hear", "user:b", "end:two")
    case = run(model).store()
    assert case.waiting == ["a"]
    assert case.do("a").store().waiting == ["b"]


def test_a_called_process_gets_the_caller_s_variables_and_returns_what_both_declare(run: Begin) -> None:
    called = Model("called").path("start", "user:inside", "end").package(variables(shared="", own="initial"))
    model = Model("caller").path("start")
    model.call("call", "called")
    package = model.path("start", "call", "user:after", "end").package(variables(shared="", mine="kept"))
    case = run(package, called).store()
    [inside] = case.case.human_tasks()
    assert (inside.process, inside.variables["own"], inside.variables["mine"]) == ("called", "initial", "kept")
    case.do("inside", shared="returned", own="gone", mine="not declared there").store()
    assert case.waiting == ["after"]
    assert case.case.variables["shared"] == "returned"
    assert case.case.variables["mine"] == "kept"
    assert "own" not in case.case.variables
    assert {"inside", "call"} <= set(case.case.variables["completed_at"])


def test_a_branch_that_ends_last_does_not_bring_back_old_values(run: Begin) -> None:
    """The supervisor's overdue branch saw no outcome; when it ends after the review, the outcome stays."""
    model = Model().path("start", "user:review", "end")
    model.timer("late", "review", timeDuration="PT1H")
    model.path("late", "user:oversee", "end:overseen")
    case = run(model, outcome="").store()
    case.case.advance(NOW + timedelta(hours=2))
    case.store().do("review", outcome="accepted").store().do("oversee").store()
    assert case.case.ended
    assert case.case.variables == {"outcome": "accepted"}


def repeated(characteristics: str, *, sequential: bool = False) -> Model:
    model = Model().path("start")
    tag = "bpmn:multiInstanceLoopCharacteristics"
    loop = f'<{tag} isSequential="{str(sequential).lower()}">{characteristics}</{tag}>'
    model.node("userTask", "opinion", loop)
    return model.path("start", "opinion", "user:after", "end")


ITEMS = (
    "<bpmn:loopDataInputRef>people</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>answers</bpmn:loopDataOutputRef>"
    '<bpmn:inputDataItem id="person"/><bpmn:outputDataItem id="answer"/>'
)


def test_parallel_instances_in_progress_survive_a_restart(run: Begin) -> None:
    case = run(repeated(ITEMS), people=["ali", "vali", "leyla"]).store()
    assert case.waiting == ["opinion"] * 3
    assert [task.variables["person"] for task in case.case.human_tasks()] == ["ali", "vali", "leyla"]
    assert sorted(task.visit for task in case.case.human_tasks()) == [1, 2, 3]
    case.do("opinion", answer="yes").store()
    assert case.waiting == ["opinion"] * 2
    case.do("opinion", answer="no").store().do("opinion", answer="perhaps").store()
    assert case.waiting == ["after"]
    assert case.case.variables == {"people": ["ali", "vali", "leyla"], "answers": ["yes", "no", "perhaps"]}


def test_a_completion_condition_ends_the_remaining_instances(run: Begin) -> None:
    condition = "<bpmn:completionCondition>answer == 'no'</bpmn:completionCondition>"
    case = run(repeated(ITEMS + condition), people=["ali", "vali", "leyla"]).store()
    case.do("opinion", answer="no").store()
    assert case.waiting == ["after"]


def test_sequential_instances_come_one_after_the_other(run: Begin) -> None:
    case = run(repeated(ITEMS, sequential=True), people=["ali", "vali"]).store()
    seen = []
    for answer in ("yes", "no"):
        [task] = case.case.human_tasks()
        seen.append((task.variables["person"], task.variables["loopCounter"]))
        case.do("opinion", answer=answer).store()
    assert seen == [("ali", 1), ("vali", 2)]
    assert case.waiting == ["after"]
    assert case.case.variables["answers"] == ["yes", "no"]


@pytest.mark.parametrize("sequential", [False, True])
def test_no_items_no_instances(run: Begin, sequential: bool) -> None:
    case = run(repeated(ITEMS, sequential=sequential), people=[])
    assert case.waiting == ["after"]


def test_a_number_of_instances(run: Begin) -> None:
    model = repeated("<bpmn:loopCardinality>count + 1</bpmn:loopCardinality>")
    case = run(model, count=1).store()
    assert sorted(task.variables["loopCounter"] for task in case.case.human_tasks()) == [1, 2]


def test_a_standard_loop_repeats_while_its_condition_holds(run: Begin) -> None:
    model = Model().path("start")
    tag, condition = "bpmn:standardLoopCharacteristics", "<bpmn:loopCondition>more</bpmn:loopCondition>"
    loop = f'<{tag} loopMaximum="400">{condition}</{tag}>'
    model.node("userTask", "try", loop)
    case = run(model.path("start", "try", "user:after", "end"), more=True)
    sizes = set()
    for _ in range(50):
        case.do("try", more=True).store()
        sizes.add(case.case.size)
    assert len(sizes) == 1
    assert case.do("try", more=False).store().waiting == ["after"]


def test_elements_may_be_called_start_and_end(run: Begin) -> None:
    case = run(Model().path("start:Start", "user:Root", "end:End"))
    assert case.do("Root").case.ended
    assert case.elements == ["Start", "Root", "End"]


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        (b"<not-xml", "xml-syntax"),
        (b'<!DOCTYPE d [<!ENTITY e "x">]><d>&e;</d>', "xml-doctype"),
        (
            f"{HEAD}<bpmn:process id='p'><bpmn:startEvent id='s'/>"
            f"<bpmn:sequenceFlow id='f' sourceRef='s' targetRef='x'/></bpmn:process></bpmn:definitions>".encode(),
            "interpreter",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_with_a_finding(xml: bytes, rule: str) -> None:
    from engine.errors import WithFindings

    with pytest.raises(WithFindings) as refused:
        compile_bpmn(xml)
    assert [finding.rule for finding in refused.value.findings] == [rule]


def test_a_called_process_that_is_not_there_is_told(run: Begin) -> None:
    model = Model().path("start")
    model.call("call", "missing")
    with pytest.raises(ExecutionFailed) as failed:
        run(model.path("start", "call", "end"))
    assert failed.value.element == "call"
    assert issubclass(DefinitionRefused, Exception)


def test_nobody_s_form_changes_the_reserved_variables(run: Begin) -> None:
    package = Model("p").path("start", "user:a", "user:b", "end").package(variables(x=""))
    case = run(package).do("a", x="1", body="another body", completed_at={}, calendar="KZ").store()
    assert case.case.variables["body"] == "agency"
    assert case.case.variables["calendar"] == "AZ"
    assert set(case.case.variables["completed_at"]) == {"start", "a"}
    assert case.case.variables["x"] == "1"
