"""Running cases on a new version (P6: clocks go on as they were), and tokens that are moved by hand."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from engine.definition import ProcessPackage
from engine.errors import ConcurrentChange, DefinitionNotFound, ExecutionFailed, InstanceEnded, MigrationRefused
from engine.history import broken_links
from engine.operations import MigrationPlan
from engine.tables import TimerRow
from engine.workitem import WorkItemState
from tests.integration.engine.conftest import NOW, Office
from tests.integration.engine.test_engine import begin, review
from tests.integration.engine.test_suspension import DUE_AGAIN, RESUMED, suspend
from tests.unit.engine_runtime.models import Model, deadline, variables

GROUND = "Qaydalar dəyişdirilib"


def first(late: str = "PT24H") -> ProcessPackage:
    model = Model("work").lane("clerk", "write", "check", "chase")
    model.path("start", "user:write", "user:check", "end")
    model.timer("slow", "write", timeDuration=late)
    model.path("slow", "user:chase", "end:chased")
    model.node("userTask", "write", task={"deadline": "writing"})
    return model.package(variables(text="") + deadline("writing", "3 working days"))


def second() -> ProcessPackage:
    """`write` is called `draft` there and belongs to the head; a second clock is on it; `stamp` is new."""
    model = Model("work").lane("clerk", "check", "chase").lane("head", "draft", "remind")
    model.path("start", "user:draft", "user:check", "none:stamp", "end")
    model.timer("tardy", "draft", timeDuration="PT99H")
    model.path("tardy", "user:chase", "end:chased")
    model.timer("reminder", "draft", timeDuration="PT5H")
    model.path("reminder", "user:remind", "end:reminded")
    return model.package(variables(text="", stamped=False))


MAPPING = {"work": {"write": "draft", "slow": "tardy"}}
PLAN = MigrationPlan(version=2, mapping=MAPPING)


def deploy(office: Office, *packages: ProcessPackage) -> None:
    with office() as engine:
        for package in packages:
            engine.deploy(package, by="designer")


def clocks(database: sa.Engine) -> dict[str, timedelta]:
    with database.connect() as connection:
        rows = connection.execute(sa.select(TimerRow.element_id, TimerRow.due_at))
        return {row.element_id: row.due_at - NOW for row in rows}


def test_a_step_keeps_id_claim_and_deadline_and_its_clock_what_it_waits_for(
    office: Office, database: sa.Engine
) -> None:
    case = begin(office, first())
    deploy(office, second())
    with office(NOW + timedelta(hours=2)) as engine:
        [item] = engine.open_items(case)
        held = engine.claim(item.id, version=1, by="ali")
    at = NOW + timedelta(hours=10)
    with office(at) as engine:
        preview = engine.preview_migration(case, PLAN)
        assert preview.obstacles == ()
        assert preview.changes is not None
        assert [timer.element for timer in preview.changes.timers_new] == ["reminder"]
        assert preview.changes.opened == preview.changes.closed == ()
        assert preview.kept_timers == (("slow", NOW + timedelta(hours=24)),)
        assert preview.added_variables == ("stamped",)
        [changed] = preview.items
        assert (changed.before.role, changed.after.role) == ("clerk", "head")
    assert clocks(database) == {"slow": timedelta(hours=24)}
    with office(at) as engine:
        advance = engine.migrate(case, PLAN, by="admin", ground=GROUND)
        assert advance.opened == advance.closed == ()
        assert (advance.instance.definition_version, advance.instance.variables["stamped"]) == (2, False)
    assert clocks(database) == {"tardy": timedelta(hours=24), "reminder": timedelta(hours=15)}
    with office(at) as engine:
        [now] = engine.open_items(case)
        assert (now.id, now.assignee, now.due_at, now.created_at) == (item.id, "ali", item.due_at, item.created_at)
        assert (now.element_id, now.role, now.definition_version) == ("draft", "head", 2)
        assert (now.version, held.version) == (3, 2)
        assert engine.instance(case).definition_version == 2
        advance = engine.complete(item.id, version=3, by="ali", variables={"text": "salam"})
        [check] = advance.opened
        assert engine.complete(check.id, version=1, by="ali", variables={}).ended
        history = engine.history(case)
    assert broken_links(history) == []
    told = next(event for event in history if event.event == "instance.migrated")
    assert (told.actor, told.payload["ground"], told.payload["to"]) == ("admin", GROUND, 2)
    assert "stamp" in [event.element_id for event in history]
    assert clocks(database) == {}


def test_a_clock_that_has_fired_is_not_wound_again(office: Office, database: sa.Engine) -> None:
    case = begin(office, first())
    deploy(office, second())
    late = NOW + timedelta(hours=25)
    with office(late) as engine:
        [timer] = engine.due_timers()
        engine.fire_timer(timer.id)
        engine.migrate(case, PLAN, by="admin", ground=GROUND)
        assert sorted(item.element_id for item in engine.open_items(case)) == ["chase", "draft"]
    assert clocks(database) == {"reminder": timedelta(hours=30)}


def test_a_border_the_new_version_lacks_goes_with_its_clocks(office: Office, database: sa.Engine) -> None:
    case = begin(office, first())
    plain = Model("work").lane("clerk", "write").path("start", "user:write", "end")
    deploy(office, plain.package(variables(text="")))
    with office() as engine:
        engine.migrate(case, MigrationPlan(version=2), by="admin", ground=GROUND)
        [item] = engine.open_items(case)
        assert engine.complete(item.id, version=2, by="ali", variables={}).ended
    assert clocks(database) == {}


def test_a_token_without_a_place_is_refused_with_the_reason(office: Office) -> None:
    case = begin(office, first())
    deploy(office, second())
    other = Model("work").lane("clerk", "check").path("start", "service:write", "user:check", "end")
    deploy(office, other.package(variables(text="")))
    with office() as engine:
        [obstacle] = engine.preview_migration(case, MigrationPlan(version=2)).obstacles
        assert (obstacle.process, obstacle.element, obstacle.reason) == ("work", "write", "missing")
        [obstacle] = engine.preview_migration(case, MigrationPlan(version=3)).obstacles
        assert obstacle.reason == "kind"
        before = engine.instance(case)
        with pytest.raises(MigrationRefused):
            engine.migrate(case, MigrationPlan(version=2), by="admin", ground=GROUND)
        with pytest.raises(DefinitionNotFound):
            engine.migrate(case, MigrationPlan(version=9), by="admin", ground=GROUND)
        assert engine.instance(case) == before


def called_first() -> ProcessPackage:
    return Model("inner").lane("clerk", "ask").path("start", "user:ask", "end").package(variables(answer=""))


def called_second() -> ProcessPackage:
    model = Model("inner").lane("clerk", "question").path("start", "user:question", "none:thank", "end")
    return model.package(variables(answer="", thanked=False))


def outer(*more: str) -> ProcessPackage:
    model = Model("outer").lane("clerk", "fill")
    model.call("asking", "inner")
    return model.path("start", "asking", *more, "user:fill", "end").package(variables(answer=""))


def test_a_called_process_goes_along(office: Office) -> None:
    case = begin(office, called_first(), outer())
    deploy(office, called_second(), outer("none:pause"))
    plan = MigrationPlan(version=2, mapping={"inner": {"ask": "question"}})
    with office() as engine:
        [obstacle] = engine.preview_migration(case, MigrationPlan(version=2)).obstacles
        assert (obstacle.process, obstacle.element) == ("inner", "ask")
        engine.migrate(case, plan, by="admin", ground=GROUND)
        [item] = engine.open_items(case)
        assert (item.definition_key, item.element_id, item.definition_version) == ("inner", "question", 2)
        advance = engine.complete(item.id, version=2, by="ali", variables={"answer": "42"})
        assert [one.element_id for one in advance.opened] == ["fill"]
        assert advance.instance.variables["answer"] == "42"
    with office() as engine:
        stays = MigrationPlan(version=2, called={"inner": 1})
        again = uuid4()
        engine.start("outer", instance_id=again, variables={"body": "agency"}, by="clerk")
        with pytest.raises(MigrationRefused):
            engine.migrate(again, stays, by="admin", ground=GROUND)


def parallel(*ends: str) -> ProcessPackage:
    model = Model("both").lane("clerk", "left", "right", "after")
    model.path("start", "and:split", "user:left", "and:join", *ends, "user:after", "end")
    return model.path("split", "user:right", "join").package()


def test_tokens_that_wait_at_a_join_and_the_counted_visits_are_carried(office: Office) -> None:
    case = begin(office, parallel())
    deploy(office, parallel("none:more"))
    with office() as engine:
        items = {item.element_id: item for item in engine.open_items(case)}
        engine.complete(items["left"].id, version=1, by="ali", variables={})
        engine.migrate(case, MigrationPlan(version=2), by="admin", ground=GROUND)
        advance = engine.complete(items["right"].id, version=2, by="ali", variables={})
        assert [(item.element_id, item.visit) for item in advance.opened] == [("after", 1)]


def test_a_suspended_case_is_migrated_and_keeps_what_was_left(office: Office, database: sa.Engine) -> None:
    case = begin(office, review())
    suspend(office, case)
    changed = review()
    model = Model("review").lane("operator", "look").lane("supervisor", "oversee")
    model.path("start", "user:look", "end")
    model.timer("review_late", "look", timeDate="deadline('review')")
    model.path("review_late", "user:oversee", "end:overseen")
    model.node("userTask", "look", task={"deadline": "review"})
    deploy(office, model.package(variables(outcome="") + deadline("review", "7 working days")))
    del changed
    with office(RESUMED - timedelta(days=3)) as engine:
        engine.migrate(
            case, MigrationPlan(version=2, mapping={"review": {"review": "look"}}), by="admin", ground=GROUND
        )
    assert clocks(database) == {}
    with office(RESUMED) as engine:
        engine.resume(case, by="supervisor", ground=GROUND)
        [item] = engine.open_items(case)
        assert (item.element_id, item.due_at) == ("look", DUE_AGAIN)
    assert clocks(database) == {"review_late": DUE_AGAIN - NOW}


# moving


def token_of(office: Office, case: UUID, element: str) -> UUID:
    with office() as engine:
        return next(one.token.task_id for one in engine.movable(case) if one.token.element == element)


def test_a_token_is_moved_and_everything_on_it_goes_along(office: Office, database: sa.Engine) -> None:
    case = begin(office, first())
    task = token_of(office, case, "write")
    with office(NOW + timedelta(hours=1)) as engine:
        [movable] = engine.movable(case)
        assert set(movable.targets) == {"write", "check", "chase", "end", "chased"}
        preview = engine.preview_move(case, task, "check")
        assert [one.element for one in preview.closed] == ["write"]
        assert [one.element for one in preview.opened] == ["check"]
        assert [one.element for one in preview.timers_gone] == ["slow"]
        assert preview.timers_new == preview.deadlines == ()
        assert [item.element_id for item in engine.open_items(case)] == ["write"]
        revision = engine.instance(case).revision
        advance = engine.move_token(case, task, "check", revision=revision, by="supervisor", ground=GROUND)
        assert [(item.element_id, item.state) for item in advance.closed] == [("write", WorkItemState.EXITED)]
        [check] = advance.opened
        with pytest.raises(ConcurrentChange):
            engine.move_token(case, check.id, "write", revision=revision, by="supervisor", ground=GROUND)
        back = engine.preview_move(case, check.id, "write")
        assert [(one.name, one.computed.term.amount) for one in back.deadlines] == [("writing", 3)]
        assert [one.due_at for one in back.timers_new] == [NOW + timedelta(hours=25)]
        moved = next(event for event in engine.history(case) if event.event == "token.moved")
        assert (moved.actor, moved.payload) == ("supervisor", {"ground": GROUND, "from": "write", "to": "check"})
        assert engine.complete(check.id, version=1, by="ali", variables={}).ended
        with pytest.raises(InstanceEnded):
            engine.move_token(case, check.id, "write", revision=0, by="supervisor", ground=GROUND)
    assert clocks(database) == {}


def test_a_token_goes_only_where_it_can_go_on(office: Office) -> None:
    case = begin(office, parallel())
    task = token_of(office, case, "left")
    with office() as engine:
        assert set(next(one.targets for one in engine.movable(case) if one.token.task_id == task)) == {
            "left", "right", "after", "end", "split",
        }  # fmt: skip
        for target in ("join", "start", "nowhere"):
            with pytest.raises(ExecutionFailed):
                engine.preview_move(case, task, target)


def test_a_whole_called_process_is_left_by_moving_its_caller(office: Office) -> None:
    case = begin(office, called_first(), outer())
    task = token_of(office, case, "asking")
    with office() as engine:
        revision = engine.instance(case).revision
        advance = engine.move_token(case, task, "fill", revision=revision, by="supervisor", ground=GROUND)
        assert [item.element_id for item in advance.closed] == ["ask"]
        assert [item.element_id for item in advance.opened] == ["fill"]
        assert engine.complete(advance.opened[0].id, version=1, by="ali", variables={}).ended
