"""A suspended case stands still: nobody acts, no timer fires, and what was left of a deadline is left afterwards."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine.definition import ProcessPackage
from engine.errors import DefinitionSuspended, InstanceEnded, InstanceNotSuspended, InstanceSuspended
from engine.history import broken_links
from engine.instance import InstanceStatus
from engine.suspension import Hold
from engine.tables import TimerRow
from tests.integration.engine.conftest import NOW, Office
from tests.integration.engine.test_engine import begin, review, run_together
from tests.unit.engine_runtime.models import Model, variables

GROUND = "Prokurorluğun sorğusu"
SUSPENDED = datetime(2026, 4, 3, 6, 0, tzinfo=UTC)
"""a Friday: of seven working days until Wednesday, 8 April, three are left"""
RESUMED = datetime(2026, 4, 20, 6, 0, tzinfo=UTC)
"""a Monday"""
DUE_AGAIN = datetime(2026, 4, 23, 19, 59, 59, tzinfo=UTC)


def waiting() -> ProcessPackage:
    """Waits for a person, a service, a message and two clocks at once."""
    model = Model("waiting").lane("clerk", "work", "fetched", "told", "later", "soon")
    model.path("start", "and:split", "service:fetch", "user:fetched", "end:e1")
    model.path("split", "user:work", "end:e2")
    model.message("receiveTask", "hear", "news", messageRef="message_news")
    model.path("split", "hear", "user:told", "end:e3")
    model.timer("clock", None, timeDuration="PT10H")
    model.path("split", "clock", "user:later", "end:e4")
    model.timer("remind", "work", timeCycle="R2/PT3H")
    model.path("remind", "user:soon", "end:e5")
    return model.package(variables(number="", text=""))


def suspend(office: Office, case: UUID, at: datetime = SUSPENDED) -> None:
    with office(at) as engine:
        engine.suspend(case, by="supervisor", ground=GROUND)


def due_rows(database: sa.Engine) -> dict[str, datetime]:
    query = sa.select(TimerRow.element_id, TimerRow.due_at)
    with database.connect() as connection:
        return {row.element_id: row.due_at for row in connection.execute(query)}


def test_three_working_days_left_are_three_working_days_left_afterwards(office: Office, database: sa.Engine) -> None:
    case = begin(office, review())
    suspend(office, case)
    with office(RESUMED - timedelta(hours=1)) as engine:
        [item] = engine.open_items(case)
        assert item.due_at is None
        assert engine.due_timers() == []
    with office(RESUMED) as engine:
        advance = engine.resume(case, by="supervisor", ground="Sorğuya cavab gəlib")
    [moved] = advance.moved
    assert moved.stood_still is not None
    assert (moved.stood_still.left, moved.due_at) == (3, DUE_AGAIN)
    assert advance.instance.status is InstanceStatus.RUNNING
    assert due_rows(database) == {"review_late": DUE_AGAIN}
    with office(RESUMED) as engine:
        [item] = engine.open_items(case)
        assert item.due_at == DUE_AGAIN
        history = engine.history(case)
    assert broken_links(history) == []
    told = next(event for event in history if event.event == "instance.resumed")
    assert (told.actor, told.payload["ground"]) == ("supervisor", "Sorğuya cavab gəlib")
    assert told.payload["deadlines"][0]["left"] == 3


def test_a_later_step_with_its_own_beginning_does_not_count_the_pause(office: Office) -> None:
    case = begin(office, review())
    suspend(office, case)
    with office(RESUMED) as engine:
        engine.resume(case, by="supervisor", ground=GROUND)
        [item] = engine.open_items(case)
        advance = engine.complete(item.id, version=1, by="operator", variables={"outcome": "return"})
        [again] = advance.deadlines
        assert again.computed.stood_still == ()
        assert advance.instance.variables["pauses"] == [[SUSPENDED.isoformat(), RESUMED.isoformat()]]


def test_what_had_run_out_before_stays_run_out(office: Office) -> None:
    case = begin(office, review())
    late = NOW + timedelta(days=25)
    suspend(office, case, late)
    with office(late + timedelta(days=30)) as engine:
        advance = engine.resume(case, by="supervisor", ground=GROUND)
        assert advance.moved[0].stood_still is None
        assert advance.moved[0].due_at == advance.moved[0].before
        assert len(engine.due_timers()) == 1


def test_clocks_keep_their_seconds(office: Office, database: sa.Engine) -> None:
    case = begin(office, waiting())
    with office(NOW + timedelta(hours=3)) as engine:
        [timer] = engine.due_timers()
        engine.fire_timer(timer.id)
    suspend(office, case, NOW + timedelta(hours=4))
    with office(NOW + timedelta(hours=104)) as engine:
        assert engine.due_timers() == []
        engine.resume(case, by="supervisor", ground=GROUND)
    assert due_rows(database) == {"clock": NOW + timedelta(hours=110), "remind": NOW + timedelta(hours=106)}
    with office(NOW + timedelta(hours=110)) as engine:
        fired = [engine.fire_timer(timer.id) for timer in engine.due_timers()]
        assert len(fired) == 2
        assert sorted(item.element_id for item in engine.open_items(case)) == ["later", "soon", "soon", "work"]


def test_nobody_acts_in_a_suspended_case(office: Office) -> None:
    case = begin(office, review())
    suspend(office, case)
    with office(SUSPENDED) as engine:
        [item] = engine.open_items(case)
        for act in (
            lambda: engine.claim(item.id, version=1, by="operator"),
            lambda: engine.assign(item.id, version=1, to="ali", by="supervisor"),
            lambda: engine.complete(item.id, version=1, by="operator", variables={}),
            lambda: engine.suspend(case, by="supervisor", ground=GROUND),
        ):
            with pytest.raises(InstanceSuspended) as told:
                act()
            assert (told.value.by, told.value.since) == ("supervisor", SUSPENDED)
    with office(RESUMED) as engine:
        engine.resume(case, by="supervisor", ground=GROUND)
        with pytest.raises(InstanceNotSuspended):
            engine.resume(case, by="supervisor", ground=GROUND)
        engine.claim(item.id, version=1, by="operator")


def test_what_arrives_meanwhile_is_taken_when_the_case_goes_on(office: Office) -> None:
    case = begin(office, waiting())
    with office() as engine:
        [call] = engine.waiting_services(case)
    suspend(office, case, NOW)
    with office(NOW) as engine:
        assert engine.deliver_message(case, "gossip", {}) is None
        kept = engine.deliver_message(case, "news", {"text": "salam"})
        assert kept is not None
        assert kept.opened == ()
        assert engine.finish_service(case, call.task_id, {"number": "7"}) is not None
        assert engine.finish_service(case, call.task_id, {"number": "8"}) is None
        assert engine.waiting_services(case) == []
        assert [item.element_id for item in engine.open_items(case)] == ["work"]
        assert engine.deliver_message(case, "news", {"text": "ikinci"}) is not None
    with office(RESUMED) as engine:
        advance = engine.resume(case, by="supervisor", ground=GROUND)
        assert {item.element_id for item in advance.opened} == {"fetched", "told"}
        assert (advance.instance.variables["number"], advance.instance.variables["text"]) == ("7", "salam")
        events = [event.event for event in engine.history(case)]
        assert events.count("arrival.kept") == 3
        assert events.count("arrival.handed_in") == 2
        assert events.count("arrival.unclaimed") == 1
        assert broken_links(engine.history(case)) == []


def test_a_case_held_twice_goes_on_when_both_let_go(office: Office) -> None:
    case = begin(office, review())
    suspend(office, case)
    with office(SUSPENDED) as engine:
        engine.suspend(case, by="admin", ground=GROUND, hold=Hold.DEFINITION)
    with office(RESUMED) as engine:
        first = engine.resume(case, by="supervisor", ground=GROUND)
        assert first.instance.status is InstanceStatus.SUSPENDED
        last = engine.resume(case, by="admin", ground=GROUND, hold=Hold.DEFINITION)
        assert last.instance.status is InstanceStatus.RUNNING
        assert last.moved[0].due_at == DUE_AGAIN


def test_a_suspended_case_can_be_cancelled(office: Office) -> None:
    case = begin(office, review())
    suspend(office, case)
    with office(RESUMED) as engine:
        advance = engine.cancel(case, by="supervisor", ground=GROUND)
        assert advance.instance.status is InstanceStatus.CANCELLED
        assert advance.instance.suspension is None
        with pytest.raises(InstanceEnded):
            engine.suspend(case, by="supervisor", ground=GROUND)


def test_no_case_of_a_suspended_process_begins(office: Office) -> None:
    begin(office, review())
    with office() as engine:
        engine.suspend_definition("review", by="admin", ground=GROUND)
    with pytest.raises(DefinitionSuspended):
        begin(office, review())
    with office() as engine:
        with pytest.raises(DefinitionSuspended):
            engine.suspend_definition("review", by="admin", ground=GROUND)
        engine.resume_definition("review")
    begin(office, review())


def test_two_who_suspend_at_once_suspend_it_once(office: Office) -> None:
    case = begin(office, review())
    results: list[str] = []

    def one() -> None:
        try:
            suspend(office, case)
            results.append("suspended")
        except InstanceSuspended:
            results.append("was")

    run_together([Thread(target=one) for _ in range(4)])
    assert sorted(results) == ["suspended", "was", "was", "was"]
