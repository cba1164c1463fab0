"""Messages and signals between cases on both databases, job by job, as the office's jobs do it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from engine.errors import DefinitionRefused
from engine.history import broken_links
from engine.instance import Advance, EventJob
from engine.passing import CaseToBegin, EventState
from engine.service import Engine
from tests.integration.engine.conftest import NOW, Office
from tests.unit.engine_runtime.conftest import RESERVED
from tests.unit.engine_runtime.models import Model, variables

KEY = (
    '<bpmn:collaboration id="talk"><bpmn:correlationKey id="order" name="order">'
    "<bpmn:correlationPropertyRef>which</bpmn:correlationPropertyRef></bpmn:correlationKey></bpmn:collaboration>"
)
NUMBERS = variables(number=0, price=0)


def carrying(model: Model, *messages: str) -> Model:
    """The messages carry the key `order`: the variable `number`."""
    paths = "".join(
        f'<bpmn:correlationPropertyRetrievalExpression messageRef="message_{name}">'
        "<bpmn:messagePath>number</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        for name in messages
    )
    model.root.append(KEY + f'<bpmn:correlationProperty id="which" name="which">{paths}</bpmn:correlationProperty>')
    return model


def customer() -> Model:
    model = Model("customer").path("start", "ask", "answer", "user:pay", "end").lane("clerk", "pay")
    model.message("intermediateThrowEvent", "ask", "ordered")
    model.message("intermediateCatchEvent", "answer", "confirmed")
    return carrying(model, "ordered", "confirmed")


def supplier() -> Model:
    model = Model("supplier")
    model.message("startEvent", "asked", "ordered")
    model.script("calculate", "price = number * 10")
    model.message("endEvent", "confirm", "confirmed")
    return carrying(model.path("asked", "calculate", "confirm"), "ordered", "confirmed")


def waiter(process: str = "waiter", *, keyed: bool = False) -> Model:
    model = Model(process).path("start", "hear", "user:work", "end").lane("clerk", "work")
    model.message("intermediateCatchEvent", "hear", "news")
    return carrying(model, "news") if keyed else model


def begin(engine: Engine, key: str, **given: object) -> UUID:
    case = uuid4()
    engine.start(key, instance_id=case, variables={**RESERVED, **given}, by="somebody")
    return case


def start(engine: Engine, begins: CaseToBegin) -> Advance | None:
    case = uuid4()
    if not engine.note_begun(begins, case):
        return None
    return engine.start(begins.definition_key, instance_id=case, variables=RESERVED, by="engine", at=begins.at)


def deliver(office: Office, job: EventJob) -> Advance | None:
    """The job of a message, in a transaction of its own."""
    with office() as engine:
        delivery = engine.deliver_event(job.event_id)
        return start(engine, delivery.begins) if delivery.begins else delivery.advance


def state(office: Office, job: EventJob) -> EventState:
    with office() as engine:
        event = engine.event(job.event_id)
        assert event is not None
        return event.state


def test_an_order_begins_a_case_and_its_answer_finds_the_customer(office: Office) -> None:
    with office() as engine:
        engine.deploy(customer().package(NUMBERS), by="designer")
        engine.deploy(supplier().package(NUMBERS), by="designer")
        other = begin(engine, "customer", number=8)
        case = uuid4()
        asked = engine.start("customer", instance_id=case, variables={**RESERVED, "number": 7}, by="somebody")
    [order] = asked.events
    served = deliver(office, order)
    assert served is not None
    assert served.ended
    assert served.instance.started_by == "engine"
    [confirmation] = served.events
    answered = deliver(office, confirmation)
    assert answered is not None
    assert answered.instance.id == case
    assert answered.instance.variables["price"] == 70
    assert [item.element_id for item in answered.opened] == ["pay"]
    assert deliver(office, order) is None, "a message is delivered once"
    assert deliver(office, confirmation) is None
    assert state(office, confirmation) is EventState.DELIVERED
    with office() as engine:
        assert engine.open_items(other) == []
        history = engine.history(case)
        event = engine.event(confirmation.event_id)
    assert broken_links(history) == []
    [told] = [one for one in history if one.event == "message.delivered"]
    assert told.payload is not None
    assert told.payload["from"] == str(served.instance.id)
    assert event is not None
    assert event.payload == {}, "what it carried is the receiver's now"


def test_a_message_nobody_waits_for_is_kept_until_somebody_does(office: Office) -> None:
    with office() as engine:
        engine.deploy(waiter().package(NUMBERS), by="designer")
        job = engine.publish_message("news", {"number": 3}, by="somebody")
    assert deliver(office, job) is None
    assert state(office, job) is EventState.PENDING
    with office() as engine:
        waiting = engine.start("waiter", instance_id=uuid4(), variables=RESERVED, by="somebody")
    [again] = waiting.events
    assert (again.event_id, again.id != job.id) == (job.event_id, True)
    advance = deliver(office, again)
    assert advance is not None
    assert advance.instance.variables["number"] == 3


def test_a_message_nobody_comes_for_becomes_an_incident_that_can_be_tried_again(office: Office) -> None:
    with office() as engine:
        job = engine.publish_message("news", {}, by="somebody", keep=timedelta(hours=1))
    assert deliver(office, job) is None
    with office(NOW + timedelta(minutes=59)) as engine:
        assert engine.expire_events() == 0
    with office(NOW + timedelta(hours=1)) as engine:
        assert engine.overdue_events()
        assert engine.expire_events() == 1
        [incident] = engine.event_incidents()
        assert (incident.id, incident.state) == (job.event_id, EventState.EXPIRED)
        engine.deploy(waiter().package(), by="designer")
        begin(engine, "waiter")
        retried = engine.retry_event(job.event_id)
    assert retried is not None
    assert deliver(office, retried) is not None
    with office() as engine:
        assert engine.retry_event(job.event_id) is None


def test_a_message_that_might_be_for_several_cases_is_given_to_one_by_a_person(office: Office) -> None:
    with office() as engine:
        engine.deploy(waiter().package(), by="designer")
        one, two = begin(engine, "waiter"), begin(engine, "waiter")
        job = engine.publish_message("news", {}, by="somebody")
    assert deliver(office, job) is None
    assert state(office, job) is EventState.AMBIGUOUS
    with office() as engine:
        assert engine.give_event(job.event_id, uuid4()) is None
        given = engine.give_event(job.event_id, two)
        assert given is not None
        assert engine.open_items(one) == []
        assert engine.give_event(job.event_id, one) is None


def test_of_two_that_wait_the_one_whose_key_fits_gets_it(office: Office) -> None:
    subscription = (
        '<bpmn:correlationSubscription id="watch" correlationKeyRef="order"><bpmn:correlationPropertyBinding '
        'correlationPropertyRef="which"><bpmn:dataPath>number</bpmn:dataPath></bpmn:correlationPropertyBinding>'
        "</bpmn:correlationSubscription>"
    )
    model = waiter(keyed=True)
    model.flows.append(subscription)
    with office() as engine:
        engine.deploy(model.package(NUMBERS), by="designer")
        cases = {number: begin(engine, "waiter", number=number) for number in (1, 2, 3)}
        by_payload = engine.publish_message("news", {"number": 2, "price": 5}, by="somebody")
        by_key = engine.publish_message("news", {"price": 6}, {"order": {"which": 3}}, by="somebody")
        for_nobody = engine.publish_message("news", {"number": 9}, by="somebody")
    assert deliver(office, for_nobody) is None
    assert state(office, for_nobody) is EventState.PENDING
    for job, number, price in ((by_payload, 2, 5), (by_key, 3, 6)):
        advance = deliver(office, job)
        assert advance is not None
        assert (advance.instance.id, advance.instance.variables["price"]) == (cases[number], price)


def test_what_came_just_as_somebody_began_to_wait_is_found_a_moment_later(office: Office) -> None:
    """Each of the two transactions looked before the other had committed: neither has seen the other."""
    with office() as engine:
        engine.deploy(waiter().package(), by="designer")
        job = engine.publish_message("news", {}, by="somebody")
    assert deliver(office, job) is None
    with office() as engine:
        begin(engine, "waiter")
        assert engine.awaited_events() == []
    with office(NOW + timedelta(seconds=5)) as engine:
        [again] = engine.awaited_events()
    assert deliver(office, again) is not None
    with office(NOW + timedelta(seconds=9)) as engine:
        assert engine.awaited_events() == []


def test_a_case_that_cannot_go_on_with_a_message_stays_as_it_was(office: Office) -> None:
    model = Model("broken").path("start", "hear")
    model.message("intermediateCatchEvent", "hear", "news")
    model.script("divide", "number = 1 / number")
    with office() as engine:
        engine.deploy(model.path("hear", "divide", "end").package(NUMBERS), by="designer")
        case = begin(engine, "broken")
        job = engine.publish_message("news", {}, by="somebody")
    with office() as engine:
        savepoint = engine._store._session.begin_nested()
        with pytest.raises(Exception, match="divide"):
            engine.deliver_event(job.event_id)
        savepoint.rollback()
        engine.fail_event(job.event_id, "divide: by zero")
    with office() as engine:
        [incident] = engine.event_incidents()
        assert (incident.state, incident.error) == (EventState.FAILED, "divide: by zero")
        assert engine.lock(case).revision == 1


def signalling(process: str, tag: str, ident: str) -> Model:
    model = Model(process)
    model.root.append('<bpmn:signal id="alarm" name="alarm"/>')
    model.node(tag, ident, '<bpmn:signalEventDefinition signalRef="alarm"/>')
    return model


def test_a_signal_reaches_all_who_waited_when_it_was_thrown_and_begins_a_case(office: Office) -> None:
    shouting = signalling("guard", "intermediateThrowEvent", "shout").path("start", "shout", "end")
    waking = signalling("sleeper", "intermediateCatchEvent", "wake").path("start", "wake", "end")
    coming = signalling("brigade", "startEvent", "alarmed").path("alarmed", "user:drive", "end").lane("clerk", "drive")
    with office() as engine:
        for model in (shouting, waking, coming):
            engine.deploy(model.package(), by="designer")
        cases = sorted(begin(engine, "sleeper") for _ in range(3))
    with office(NOW + timedelta(minutes=1)) as engine:
        advance = engine.start("guard", instance_id=uuid4(), variables=RESERVED, by="somebody")
        [job] = advance.events
    with office(NOW + timedelta(minutes=2)) as engine:
        late = begin(engine, "sleeper")
        first = engine.hearers(job.event_id, None, limit=2)
        assert (list(first.instances), len(first.starts)) == (cases[:2], 1)
        rest = engine.hearers(job.event_id, first.after, limit=2)
        assert (list(rest.instances), rest.starts, rest.after) == (cases[2:], (), None)
        assert engine.hearers(job.event_id, None).instances == ()
    for case in cases:
        with office() as engine:
            heard = engine.deliver_signal(job.event_id, case)
            assert heard is not None
            assert heard.ended
            assert engine.deliver_signal(job.event_id, case) is None
    with office() as engine:
        assert engine.deliver_signal(job.event_id, late) is None
        begins = engine.begin_by_signal(job.event_id, first.starts[0])
        assert begins is not None
        begun = start(engine, begins)
        assert begun is not None
        assert [item.element_id for item in begun.opened] == ["drive"]
        assert start(engine, begins) is None, "a signal begins one case at a start event"


def timed(kind: str, text: str, process: str = "daily") -> Model:
    model = Model(process).path("start", "user:other", "end").lane("clerk", "work", "other")
    inner = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    model.node("startEvent", "morning", inner)
    return model.path("morning", "user:work", "end:done")


@pytest.mark.parametrize(
    ("kind", "text", "hours"),
    [
        ("timeDuration", "PT2H", [2]),
        ("timeDate", "2026-03-19T10:30:00+04:00", [1]),
        ("timeDate", "2026-03-19T08:30:00+04:00", []),
        ("timeCycle", "R3/PT1H", [1, 2, 3]),
        ("timeCycle", "R2/2026-03-19T04:00:00Z/PT1H", []),
        ("timeCycle", "R4/2026-03-19T04:00:00Z/PT1H", [1, 2]),
        ("timeCycle", "R/PT3H", [3, 6]),
    ],
)
def test_a_start_timer_begins_cases_at_its_hours(office: Office, kind: str, text: str, hours: list[int]) -> None:
    with office() as engine:
        engine.deploy(timed(kind, text).package(), by="designer", place={"time_zone": "Asia/Baku", "calendar": "AZ"})
    begun = []
    for hour in range(8):
        with office(NOW + timedelta(hours=hour)) as engine:
            for due in engine.due_starts():
                begins = engine.take_start(due)
                assert begins is not None
                advance = start(engine, begins)
                assert advance is not None
                assert [item.element_id for item in advance.opened] == ["work"]
                begun.append(hour)
                assert engine.take_start(due) is None
    assert begun == hours


def test_a_new_version_s_start_timers_take_the_place_of_the_old_one_s(office: Office) -> None:
    with office() as engine:
        engine.deploy(timed("timeDuration", "PT1H").package(), by="designer")
        engine.deploy(timed("timeDuration", "PT2H").package(), by="designer")
        engine.deploy(timed("timeDuration", "PT2H").package(), by="designer")
        engine.deploy(timed("timeDuration", "PT1H").package(), by="designer")
    with office(NOW + timedelta(hours=1)) as engine:
        assert engine.due_starts() == [], "the first version's content again does not make it the newest"
    with office(NOW + timedelta(hours=2)) as engine:
        assert len(engine.due_starts()) == 1
        engine.deploy(Model("daily").path("start", "end").package(), by="designer")
        assert engine.due_starts() == []


def conditional(text: str) -> Model:
    model = Model("reminder")
    inner = (
        f"<bpmn:conditionalEventDefinition><bpmn:condition>{text}</bpmn:condition></bpmn:conditionalEventDefinition>"
    )
    model.node("startEvent", "become", inner)
    return model.path("become", "user:work", "end").lane("clerk", "work")


def test_a_condition_begins_a_case_when_it_becomes_true(office: Office) -> None:
    with office() as engine:
        engine.deploy(
            conditional("today() == date('2026-03-21') or today() == date('2026-03-24')").package(), by="designer"
        )
    begun = []
    for hour in range(0, 24 * 9, 6):
        with office(NOW + timedelta(hours=hour)) as engine:
            begun += [hour for due in engine.due_starts() if (one := engine.take_start(due)) and start(engine, one)]
    assert len(begun) == 2


def test_a_condition_that_reads_data_is_refused(office: Office) -> None:
    with office() as engine, pytest.raises(DefinitionRefused, match="start-data"):
        engine.deploy(conditional("amount == 3").package(variables(amount=0)), by="designer")
