"""ISO 8601 dates, durations and repetitions, and expressions, as timers read them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.deadlines import WorkingCalendar
from engine.errors import ExecutionFailed
from engine.spiff.operated import recount
from engine.spiff.timers import parse_cycle, parse_duration, parse_instant
from tests.unit.engine_runtime.conftest import NOW, Run
from tests.unit.engine_runtime.models import Model

Begin = Callable[..., Run]
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("PT10M", START + timedelta(minutes=10)),
        ("P1D", START + timedelta(days=1)),
        ("P2W", START + timedelta(days=14)),
        ("P1M", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("P1Y1M", datetime(2027, 2, 28, 12, tzinfo=UTC)),
        ("P1M1DT1H", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("pt1.5s", START + timedelta(seconds=1.5)),
        ("PT90M", START + timedelta(minutes=90)),
    ],
)
def test_durations(text: str, due: datetime) -> None:
    duration = parse_duration(text)
    assert duration.after(START) == due
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize("text", ["", "P", "PT", "P1H", "1D", "P1DT", "P-1D", "PT1", "P99999999999D", "P1M1Y"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|long"):
        parse_duration(text)


def test_instants_without_a_zone_are_the_case_s_local_time() -> None:
    local = datetime(2026, 3, 19, 5, 0, tzinfo=UTC)
    assert parse_instant("2026-03-19T09:00", "Asia/Baku") == local
    assert parse_instant("2026-03-19T05:00:00Z", "Asia/Baku") == local
    assert parse_instant(date(2026, 3, 19), "Asia/Baku") == datetime(2026, 3, 18, 20, 0, tzinfo=UTC)
    assert parse_instant("2026-03-19", "UTC") == datetime(2026, 3, 19, tzinfo=UTC)
    with pytest.raises(ValueError, match="no date"):
        parse_instant(17, "UTC")


def test_repetitions() -> None:
    assert parse_cycle("R3/PT1H", NOW, "UTC").next == NOW + timedelta(hours=1)
    assert parse_cycle("R/2026-05-01T00:00/P1D", NOW, "UTC").left is None
    assert parse_cycle("R2/2026-05-01T00:00/P1D", NOW, "UTC").next == datetime(2026, 5, 1, tzinfo=UTC)
    assert parse_cycle("R2/P1D/2026-05-01", NOW, "UTC").next == datetime(2026, 4, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="repetition"):
        parse_cycle("R2", NOW, "UTC")


def waiting(**when: str) -> Model:
    model = Model().path("start")
    model.timer("wait", None, **when)
    return model.path("start", "wait", "end")


@pytest.mark.parametrize(
    ("when", "due"),
    [
        ({"timeDuration": "PT10M"}, NOW + timedelta(minutes=10)),
        ({"timeDuration": "'PT10M'"}, NOW + timedelta(minutes=10)),
        ({"timeDuration": "term"}, NOW + timedelta(days=2)),
        ({"timeDate": "2026-05-01T00:00:00Z"}, datetime(2026, 5, 1, tzinfo=UTC)),
        ({"timeDate": "day"}, datetime(2026, 4, 30, 20, tzinfo=UTC)),
        ({"timeDate": "working_days(7)"}, datetime(2026, 4, 7, 20, tzinfo=UTC)),
        ({"timeCycle": "R1/PT3H"}, NOW + timedelta(hours=3)),
    ],
)
def test_a_timer_waits_for_a_literal_or_an_expression(run: Begin, when: dict[str, str], due: datetime) -> None:
    case = run(waiting(**when), term="P2D", day="2026-05-01", time_zone="Asia/Baku", calendar="AZ").store()
    assert [timer.due_at for timer in case.case.timers()] == [due]
    assert case.case.next_timer() == due
    assert case.case.advance(due - timedelta(seconds=1)) == []
    assert not case.case.ended
    case.case.advance(due)
    assert case.case.ended


@pytest.mark.parametrize("when", [{"timeDuration": "'soon'"}, {"timeDate": "17"}, {"timeCycle": "'often'"}])
def test_a_timer_that_cannot_be_read_names_its_element(run: Begin, when: dict[str, str]) -> None:
    with pytest.raises(ExecutionFailed) as failed:
        run(waiting(**when))
    assert failed.value.element == "wait"


def test_a_deadline_nobody_declared_is_told(run: Begin) -> None:
    with pytest.raises(ExecutionFailed, match="no deadline 'review'"):
        run(waiting(timeDate="deadline('review')"))


def test_firing_something_that_does_not_wait_changes_nothing(run: Begin) -> None:
    case = run(Model().path("start", "user:a", "end"))
    assert not case.case.fire(case.case.human_tasks()[0].task_id)
    assert case.waiting == ["a"]


def test_two_timers_of_one_event_wait_apart(run: Begin) -> None:
    inner = (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT5H</bpmn:timeDuration></bpmn:timerEventDefinition>"
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT2H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )
    model = Model().path("start", "user:work", "end")
    model.node("boundaryEvent", "either", inner, attachedToRef="work")
    case = run(model.path("either", "user:late", "end:two")).store()
    assert [timer.due_at for timer in case.case.timers()] == [NOW + timedelta(hours=2)]
    case.case.advance(NOW + timedelta(hours=2))
    assert case.store().waiting == ["late"]


def test_a_repetition_that_interrupts_or_stands_in_the_flow_lets_one_token_pass(run: Begin) -> None:
    model = Model().path("start", "user:work", "end")
    model.timer("late", "work", interrupting=True, timeCycle="R5/PT1H")
    case = run(model.path("late", "user:chase", "end:two")).store()
    assert len(case.case.advance(NOW + timedelta(hours=9))) == 1
    assert case.store().waiting == ["chase"]


@pytest.mark.parametrize(("fired", "interrupting"), [(0, False), (1, False), (0, True)])
def test_a_repetition_that_follows_the_calendar_moves_with_it(run: Begin, *, fired: int, interrupting: bool) -> None:
    """The first working day turns out to be a day off."""
    model = Model().path("start", "user:work", "end")
    cycle = "'R3/' + str(working_days(1)) + 'T10:00:00/P7D'"
    model.timer("remind", "work", interrupting=interrupting, timeCycle=cycle)
    case = run(model.path("remind", "user:chase", "end:two")).store()
    [before] = case.case.timers()
    for _ in range(fired):
        case.case.advance(case.case.timers()[0].due_at)
    off = before.due_at.date()
    changed = WorkingCalendar("AZ", {off: False})
    case.store()
    case.case._engine.calendars = lambda _code: changed
    [told] = recount(case.case, lambda code, _at: WorkingCalendar(code, {}))
    assert told[0] == "remind"
    [after] = case.store().case.timers()
    assert after.due_at == before.due_at + timedelta(days=7 * fired + 1)
    case.case._engine.calendars = lambda _code: changed
    assert recount(case.case, lambda code, _at: WorkingCalendar(code, {})) == []
