"""What a case throws: everybody in it who waits catches it, and it is told for other cases."""

from collections.abc import Callable

from engine.spiff.tokens import ThrownKind
from tests.unit.engine_runtime.conftest import Run
from tests.unit.engine_runtime.models import Model

Begin = Callable[..., Run]

ALARM = '<bpmn:signal id="alarm" name="alarm"/>'
OF_ALARM = '<bpmn:signalEventDefinition signalRef="alarm"/>'


def alarmed() -> Model:
    model = Model().path("start", "and:split", "user:work", "raise", "end")
    model.root.append(ALARM)
    model.node("intermediateThrowEvent", "raise", OF_ALARM)
    for name in ("one", "two"):
        model.path("split", name, f"end:end_{name}")
        model.node("intermediateCatchEvent", name, OF_ALARM)
    return model


def test_a_signal_reaches_everybody_who_waits_and_is_told_outside(run: Begin) -> None:
    case = run(alarmed(), reason="fire").store()
    assert sorted(wait.element for wait in case.case.signals()) == ["one", "two"]
    case.do("work")
    [thrown] = case.case.take_thrown()
    assert (thrown.kind, thrown.name, thrown.element) == (ThrownKind.SIGNAL, "alarm", "raise")
    assert thrown.caught
    assert thrown.variables == {"reason": "fire"}
    assert case.case.take_thrown() == []
    assert case.case.ended


def test_a_signal_from_elsewhere_reaches_everybody_too(run: Begin) -> None:
    case = run(alarmed()).store()
    assert not case.case.deliver_signal("other", {})
    assert case.case.deliver_signal("alarm", {})
    assert case.store().case.signals() == []
    assert case.waiting == ["work"]


def test_a_message_nobody_here_waits_for_is_told_outside(run: Begin) -> None:
    model = Model().path("start", "tell", "end")
    model.message("intermediateThrowEvent", "tell", "reply")
    case = run(model, answer=42)
    [thrown] = case.case.take_thrown()
    assert (thrown.kind, thrown.name, thrown.caught) == (ThrownKind.MESSAGE, "reply", False)
    assert thrown.variables == {"answer": 42}
