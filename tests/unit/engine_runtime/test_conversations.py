"""Which message belongs to which case, and which start event begins one (BPMN 2.0.2, 8.4.2 and 13.2)."""

from collections.abc import Callable

import pytest

from engine.spiff.interpreter import Interpreter
from engine.spiff.tokens import Beginning, StartKind, ThrownKind
from tests.unit.engine_runtime.conftest import NOW, Run, calendars, program
from tests.unit.engine_runtime.models import Model

Begin = Callable[..., Run]


def correlated(model: Model, *messages: str) -> Model:
    """The messages carry the key `order`, which has one property."""
    paths = "".join(
        f'<bpmn:correlationPropertyRetrievalExpression messageRef="message_{name}">'
        f"<bpmn:messagePath>number</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        for name in messages
    )
    model.root.append(
        f'<bpmn:collaboration id="talk"><bpmn:correlationKey id="order" name="order">'
        "<bpmn:correlationPropertyRef>which</bpmn:correlationPropertyRef></bpmn:correlationKey></bpmn:collaboration>"
        f'<bpmn:correlationProperty id="which" name="which">{paths}</bpmn:correlationProperty>'
    )
    return model


def customer() -> Model:
    """Sends an order and waits for its confirmation."""
    model = Model().path("start", "ask", "answer", "end")
    model.message("intermediateThrowEvent", "ask", "ordered")
    model.message("intermediateCatchEvent", "answer", "confirmed")
    return correlated(model, "ordered", "confirmed")


def test_the_message_sent_first_fills_the_key_the_answer_must_carry(run: Begin) -> None:
    case = run(customer(), number=7)
    [thrown] = case.case.take_thrown()
    case.store()
    assert (thrown.kind, thrown.correlations) == (ThrownKind.MESSAGE, {"order": {"which": 7}})
    [wait] = case.case.messages()
    assert (wait.message, wait.keys, wait.expected) == ("confirmed", ("order",), {"order": {"which": 7}})
    assert not case.case.correlate_message("confirmed", {"number": 8}, {})
    assert not case.case.correlate_message("confirmed", {}, {})
    assert not case.case.correlate_message("other", {"number": 7}, {})
    assert case.case.correlate_message("confirmed", {"number": 7, "price": 3}, {})
    assert case.case.ended
    assert case.case.variables == {"number": 7, "price": 3}


def test_who_sends_may_say_what_the_key_is(run: Begin) -> None:
    case = run(customer(), number=7)
    assert not case.case.correlate_message("confirmed", {}, {"order": {"which": 8}})
    assert case.case.correlate_message("confirmed", {}, {"order": {"which": 7}})


def test_a_message_addressed_to_a_case_needs_no_key(run: Begin) -> None:
    assert run(customer(), number=7).case.deliver_message("confirmed", {})


def test_a_message_received_first_fills_the_key_too(run: Begin) -> None:
    model = Model().path("start", "first", "second", "end")
    model.message("intermediateCatchEvent", "first", "ordered")
    model.message("intermediateCatchEvent", "second", "changed")
    case = run(correlated(model, "ordered", "changed"))
    assert case.case.correlate_message("ordered", {"number": "A"}, {})
    case.store()
    assert not case.case.correlate_message("changed", {"number": "B"}, {})
    assert case.case.correlate_message("changed", {"number": "A"}, {})


def test_a_subscription_takes_what_is_expected_from_the_data_as_they_are_now(run: Begin) -> None:
    subscription = (
        '<bpmn:correlationSubscription id="watch" correlationKeyRef="order">'
        '<bpmn:correlationPropertyBinding correlationPropertyRef="which"><bpmn:dataPath>mine + 1</bpmn:dataPath>'
        "</bpmn:correlationPropertyBinding></bpmn:correlationSubscription>"
    )
    model = Model().path("start", "and:fork", "user:change", "end")
    model.path("fork", "answer", "end:told")
    model.message("intermediateCatchEvent", "answer", "confirmed")
    model.flows.append(subscription)
    case = run(correlated(model, "confirmed"), mine=1).store()
    assert case.case.messages()[0].expected == {"order": {"which": 2}}
    case.do("change", mine=4).store()
    assert not case.case.correlate_message("confirmed", {"number": 2}, {})
    assert case.case.correlate_message("confirmed", {"number": 5}, {})


def test_a_message_of_a_case_that_waits_for_it_itself_stays_there_and_reaches_one(run: Begin) -> None:
    model = Model().path("start", "and:fork", "user:a", "tell", "end")
    model.path("fork", "one", "end:after_one").path("fork", "two", "end:after_two")
    model.message("intermediateThrowEvent", "tell", "news")
    for name in ("one", "two"):
        model.message("intermediateCatchEvent", name, "news")
    model.root = model.root[:1]
    case = run(model).do("a")
    assert [thrown.caught for thrown in case.case.take_thrown()] == [True]
    assert [wait.element for wait in case.case.messages()] == ["two"]


def test_a_message_flow_leads_out_of_the_case(run: Begin) -> None:
    model = Model().path("start", "and:fork", "user:a", "tell", "end")
    model.path("fork", "hear", "end:two")
    model.message("intermediateThrowEvent", "tell", "news")
    model.message("intermediateCatchEvent", "hear", "news")
    pools = '<bpmn:participant id="us" processRef="p"/><bpmn:participant id="they"/>'
    flow = '<bpmn:messageFlow id="m" sourceRef="tell" targetRef="they"/>'
    model.root = [
        model.root[0],
        f'<bpmn:collaboration id="c">{pools}{flow}</bpmn:collaboration>',
    ]
    case = run(model).do("a")
    [thrown] = case.case.take_thrown()
    assert thrown.receiver is not None
    assert (thrown.caught, thrown.receiver.process, thrown.receiver.element) == (False, None, None)
    assert [wait.element for wait in case.case.messages()] == ["hear"]


def several_starts() -> Model:
    model = Model()
    model.path("start", "user:plain", "end")
    model.message("startEvent", "asked", "question")
    model.path("asked", "user:answer", "end:two")
    model.node(
        "startEvent",
        "daily",
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R/P1D</bpmn:timeCycle></bpmn:timerEventDefinition>",
    )
    model.path("daily", "user:look", "end:three")
    return model


def test_a_case_begins_at_the_start_event_that_has_happened(run: Begin) -> None:
    source = program(several_starts())
    assert [(one.element, one.kind) for one in source.starts] == [
        ("start", StartKind.NONE),
        ("asked", StartKind.MESSAGE),
        ("daily", StartKind.TIMER),
    ]
    assert Run(source).waiting == ["plain"]
    for element, waiting in (("asked", "answer"), ("daily", "look")):
        at = Beginning(element=element, message="question" if element == "asked" else None, variables={"text": "why"})
        case = Interpreter.start(source, variables={}, now=NOW, calendars=calendars, at=at)
        assert [task.element for task in case.human_tasks()] == [waiting]
        assert case.variables == ({"text": "why"} if element == "asked" else {})
        again = Interpreter.load(case.dump(), source, now=NOW, calendars=calendars)
        again.complete(again.human_tasks()[0].task_id, {})
        assert again.ended


@pytest.mark.parametrize("first", ["asked", "told"])
def test_without_a_plain_start_the_first_that_happens_begins_the_case(run: Begin, first: str) -> None:
    model = Model()
    for name in ("asked", "told"):
        model.message("startEvent", name, name)
        model.path(name, f"user:after_{name}", f"end:end_{name}")
    case = run(model).store()
    assert len(case.case.messages()) == 2
    assert case.case.deliver_message(first, {})
    assert case.store().case.messages() == []
    assert case.waiting == [f"after_{first}"]
    assert case.do(f"after_{first}").case.ended


def test_a_message_that_begins_a_case_opens_its_conversation() -> None:
    model = Model()
    model.message("startEvent", "asked", "ordered")
    model.message("intermediateCatchEvent", "changed", "changed")
    source = program(correlated(model.path("asked", "changed", "end"), "ordered", "changed"))
    at = Beginning(element="asked", message="ordered", variables={"number": 3})
    case = Interpreter.start(source, variables={}, now=NOW, calendars=calendars, at=at)
    assert not case.correlate_message("changed", {"number": 4}, {})
    assert case.correlate_message("changed", {"number": 3}, {})
