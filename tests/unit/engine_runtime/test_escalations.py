"""Escalations and errors go up from scope to scope, to the border of the activity they come from and to no other."""

from collections.abc import Callable

from tests.unit.engine_runtime.conftest import Run
from tests.unit.engine_runtime.models import Model

Begin = Callable[..., Run]


def thrown(model: Model, ident: str, code: str) -> str:
    model.root.append(f'<bpmn:escalation id="escalation_{code}" escalationCode="{code}"/>')
    return model.node(
        "intermediateThrowEvent", ident, f'<bpmn:escalationEventDefinition escalationRef="escalation_{code}"/>'
    )


def caught(model: Model, ident: str, on: str, code: str, *, interrupting: bool = False) -> str:
    declared = f'<bpmn:escalation id="escalation_{code}" escalationCode="{code}"/>'
    if declared not in model.root:
        model.root.append(declared)
    return model.node(
        "boundaryEvent",
        ident,
        f'<bpmn:escalationEventDefinition escalationRef="escalation_{code}"/>',
        attachedToRef=on,
        cancelActivity="true" if interrupting else "false",
    )


def review() -> Model:
    """A step whose lateness is told upwards."""
    model = Model("review").path("start", "and:split", "user:check", "end")
    model.path("split", "user:remind", "tell", "end:told")
    thrown(model, "tell", "late")
    return model


def caller() -> Model:
    model = Model("p").path("start", "call", "user:after", "end")
    model.call("call", "review")
    caught(model, "call_late", "call", "late")
    return model.path("call_late", "user:oversee", "end:overseen")


def test_a_call_s_escalation_opens_a_branch_beside_it_and_the_call_goes_on(run: Begin) -> None:
    case = run(caller(), review().package()).store().do("remind").store()
    assert case.waiting == ["check", "oversee"]
    assert case.do("check").store().waiting == ["after", "oversee"]
    assert case.do("after").store().waiting == ["oversee"]
    assert not case.case.ended
    assert case.do("oversee").case.ended


def test_an_escalation_nobody_catches_changes_nothing(run: Begin) -> None:
    case = run(review()).store().do("remind").store()
    assert case.waiting == ["check"]
    assert case.do("check").case.ended


def test_an_interrupting_escalation_takes_the_call_away(run: Begin) -> None:
    model = Model("p").path("start", "call", "user:after", "end")
    model.call("call", "review")
    caught(model, "call_late", "call", "late", interrupting=True)
    model.path("call_late", "user:oversee", "end:overseen")
    case = run(model, review().package()).store().do("remind").store()
    assert case.waiting == ["oversee"]
    assert case.do("oversee").case.ended


def test_only_the_border_it_comes_from_catches_it(run: Begin) -> None:
    model = Model("p").path("start", "and:split", "first", "end:done")
    model.path("split", "second", "end:finished")
    for name in ("first", "second"):
        model.call(name, "review")
        caught(model, f"{name}_late", name, "late")
        model.path(f"{name}_late", f"user:oversee_{name}", f"end:{name}_overseen")
    case = run(model, review().package()).store()
    second = [task for task in case.case.human_tasks() if task.element == "remind"][1]
    case.case.complete(second.task_id, {})
    assert [name for name in case.store().waiting if name.startswith("oversee")] == ["oversee_second"]


def test_an_event_on_a_neighbour_s_border_does_not_hear_it(run: Begin) -> None:
    """Thrown beside the activity, not inside it."""
    model = Model("p").path("start", "and:split", "user:work", "end")
    model.path("split", "user:remind", "tell", "end:told")
    thrown(model, "tell", "late")
    caught(model, "work_late", "work", "late")
    model.path("work_late", "user:oversee", "end:overseen")
    assert run(model).store().do("remind").store().waiting == ["work"]


def test_an_escalation_passes_a_border_that_waits_for_another(run: Begin) -> None:
    inner = Model("p").path("start:in", "call", "end:out")
    inner.call("call", "review")
    caught(inner, "call_other", "call", "other")
    inner.path("call_other", "user:elsewhere", "end:gone")
    model = Model("p").path("start", "stage", "end")
    model.subprocess("stage", inner)
    caught(model, "stage_late", "stage", "late")
    model.path("stage_late", "user:oversee", "end:overseen")
    model.root = inner.root + model.root
    case = run(model, review().package()).store().do("remind").store()
    assert case.waiting == ["check", "oversee"]


def test_the_border_of_a_repeated_call_catches_too(run: Begin) -> None:
    model = Model("p").path("start", "call", "end")
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    model.node("callActivity", "call", loop, calledElement="review")
    caught(model, "call_late", "call", "late")
    model.path("call_late", "user:oversee", "end:overseen")
    case = run(model, review().package()).store().do("remind").store()
    assert case.waiting == ["check", "check", "oversee", "remind"]


def test_an_error_is_caught_where_it_comes_from(run: Begin) -> None:
    failing = '<bpmn:errorEventDefinition errorRef="broken"/>'
    inner = Model("p").path("start:in", "user:try_it", "failed")
    inner.node("endEvent", "failed", failing)
    model = Model("p").path("start", "and:split", "stage", "end:done")
    model.path("split", "user:work", "end:finished")
    model.subprocess("stage", inner)
    model.root.append('<bpmn:error id="broken" errorCode="broken"/>')
    for name in ("stage", "work"):
        model.node("boundaryEvent", f"{name}_broken", failing, attachedToRef=name)
        model.path(f"{name}_broken", f"user:mend_{name}", f"end:{name}_mended")
    assert run(model).store().do("try_it").store().waiting == ["mend_stage", "work"]
