"""The engine's door on both databases: deploy, start, complete, services, timers, messages, cancellation."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from engine.definition import ProcessPackage
from engine.definitions import DefinitionCache
from engine.errors import (
    DefinitionNotFound,
    EngineError,
    ExecutionFailed,
    InstanceEnded,
    InstanceNotFound,
    StaleWorkItem,
    WorkItemClosed,
    WorkItemNotFound,
    WorkItemReserved,
)
from engine.history import broken_links
from engine.instance import InstanceStatus
from engine.tables import TimerRow
from engine.workitem import WorkItemState
from tests.integration.engine.conftest import NOW, Office
from tests.unit.engine_runtime.models import Model, deadline, variables

RESERVED = {"body": "agency", "calendar": "AZ", "time_zone": "Asia/Baku", "language": "az", "case_number": "R-1"}


def review() -> ProcessPackage:
    """Review with a deadline, its overdue branch, publication by a service."""
    model = Model("review").lane("operator", "review", "publish").lane("supervisor", "oversee")
    model.path("start", "xor:entry", "user:review", "xor:decided", "service:publish", "end:published")
    model.node("userTask", "review", task={"form": "review", "deadline": "review", "document": "generic"})
    model.flows[3] = ""
    model.flow("decided", "publish", "outcome == 'accept'")
    model.default("decided", model.flow("decided", "entry", ident="again"))
    model.timer("review_late", "review", timeDate="deadline('review')")
    model.path("review_late", "service:mark_late", "user:oversee", "end:overseen")
    return model.package(variables(outcome="", service_number="") + deadline("review", "7 working days"))


def caller() -> ProcessPackage:
    model = Model("submission").lane("clerk", "fill", "thank")
    model.path("start", "user:fill")
    model.call("review_call", "review")
    model.path("fill", "review_call", "user:thank", "end")
    model.node("userTask", "thank", task={"assignee": "helper", "fourEyesWith": "fill"})
    return model.package(variables(outcome="", helper=""))


def run_together(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ascii_id(text: str) -> str:
    return f"{len(text)}-{ord(text[0]):x}"


def begin(office: Office, *packages: ProcessPackage, **given: object) -> UUID:
    case = uuid4()
    with office() as engine:
        for package in packages:
            engine.deploy(package, by="designer")
        engine.start(packages[-1].key, instance_id=case, variables={**RESERVED, **given}, by="clerk")
    return case


def test_deploying_the_same_content_again_gives_the_same_version(office: Office) -> None:
    with office() as engine:
        first = engine.deploy(review(), by="designer")
        assert engine.deploy(review(), by="designer") == first
    model = Model("review").path("start", "end")
    with office() as engine:
        second = engine.deploy(model.package(), by="designer")
        assert (first.version, second.version) == (1, 2)
        assert [one.version for one in engine.definitions()] == [2]
        assert engine.definition("review", 1).sha256 == first.sha256
        with pytest.raises(DefinitionNotFound):
            engine.definition("unknown")


def test_a_deployed_package_is_read_back_from_the_database(office: Office, definitions: DefinitionCache) -> None:
    with office() as engine:
        deployed = engine.deploy(review(), by="designer")
    definitions.__init__()  # type: ignore[misc] - as after a restart
    with office() as engine:
        assert engine.definition("review").package == deployed.package


def test_a_step_opens_with_its_deadline_scope_and_form(office: Office) -> None:
    case = uuid4()
    with office() as engine:
        engine.deploy(review(), by="designer")
        advance = engine.start("review", instance_id=case, variables=RESERVED, by="clerk")
    [item] = advance.opened
    assert (item.element_id, item.role, item.scope, item.form, item.visit) == (
        "review",
        "operator",
        "agency",
        "review",
        1,
    )
    assert item.state is WorkItemState.READY
    [running] = advance.deadlines
    assert (running.name, running.law, running.start_event) == ("review", "C12", "review")
    assert running.computed.due_on.isoformat() == "2026-04-08"
    assert item.due_at == running.computed.due_at
    with office() as engine:
        assert engine.open_items(case) == [item]
        assert engine.work_item(item.id) == item


def test_a_case_from_start_to_end(office: Office) -> None:
    case = begin(office, review())
    with office() as engine:
        [item] = engine.open_items(case)
        advance = engine.complete(item.id, version=1, by="operator", variables={"outcome": "return", "note": "secret"})
    assert [one.state for one in advance.closed] == [WorkItemState.COMPLETED]
    assert [(one.element_id, one.visit) for one in advance.opened] == [("review", 2)]
    with office() as engine:
        [item] = engine.open_items(case)
        advance = engine.complete(item.id, version=1, by="operator", variables={"outcome": "accept"})
    [call] = advance.services
    assert (call.element_id, call.handler, call.variables["outcome"]) == ("publish", "do.publish", "accept")
    assert not advance.ended
    with office() as engine:
        assert engine.waiting_services(case) == [call]
        advance = engine.finish_service(case, call.task_id, {"service_number": "17", "undeclared": 1})
        assert advance is not None
        assert advance.ended
        assert advance.instance.status is InstanceStatus.COMPLETED
        assert advance.instance.variables["service_number"] == "17"
        assert "undeclared" not in advance.instance.variables
        assert "note" not in advance.instance.variables
    with office() as engine:
        assert engine.finish_service(case, call.task_id, {}) is None
        history = engine.history(case)
        assert broken_links(history) == []
        assert [event.event for event in history][-1] == "instance.ended"
        assert [event.seq for event in history] == list(range(1, len(history) + 1))
        [done] = [
            event
            for event in history
            if event.actor == "operator" and event.payload["variables"]["outcome"] == "accept"
        ]
        assert done.element_id == "review"
        markings = {mark.element_id: (mark.state, mark.visits) for mark in engine.markings(case)}
        assert markings["review"] == ("done", 2)
        assert "oversee" not in markings


def test_an_overdue_step_goes_to_the_supervisor_and_stays_with_the_operator(office: Office) -> None:
    case = begin(office, review())
    late = NOW + timedelta(days=21)
    with office() as engine:
        assert engine.due_timers() == []
    with office(late) as engine:
        [timer] = engine.due_timers()
        advance = engine.fire_timer(timer.id)
        assert advance is not None
        assert [call.element_id for call in advance.services] == ["mark_late"]
        assert engine.due_timers() == []
        assert engine.fire_timer(timer.id) is None
    with office(late) as engine:
        assert engine.finish_service(case, advance.services[0].task_id, {}) is not None
        assert {item.element_id for item in engine.open_items(case)} == {"review", "oversee"}
        marks = {mark.element_id: mark.state for mark in engine.markings(case)}
        assert marks["review"] == marks["oversee"] == "active"
    with office(late) as engine:
        items = {item.element_id: item for item in engine.open_items(case)}
        advance = engine.complete(items["review"].id, version=1, by="operator", variables={"outcome": "accept"})
        assert engine.finish_service(case, advance.services[0].task_id, {}) is not None
        final = engine.complete(items["oversee"].id, version=1, by="supervisor", variables={})
        assert final.ended
        assert final.instance.variables["outcome"] == "accept"


def test_a_timer_that_is_not_due_does_not_fire(office: Office, database: sa.Engine) -> None:
    begin(office, review())
    with database.connect() as connection:
        timer = connection.scalar(sa.select(TimerRow.id))
    with office() as engine:
        assert engine.fire_timer(timer) is None


def test_a_repeating_timer_keeps_its_row_and_moves_on(office: Office, database: sa.Engine) -> None:
    model = Model("repeating").lane("clerk", "a", "chase").path("start", "user:a", "end")
    model.timer("remind", "a", timeCycle="R2/PT1H")
    begin(office, model.path("remind", "user:chase", "end:chased").package())
    seen = []
    for hours in (1, 2, 3):
        with office(NOW + timedelta(hours=hours)) as engine:
            seen += [(timer.id, timer.due_at, engine.fire_timer(timer.id)) for timer in engine.due_timers()]
    assert [due for _, due, _ in seen] == [NOW + timedelta(hours=1), NOW + timedelta(hours=2)]
    assert seen[0][0] == seen[1][0]
    assert [[item.element_id for item in advance.opened] for _, _, advance in seen if advance] == [["chase"], ["chase"]]
    with database.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(TimerRow)) == 0


def test_each_instance_of_a_step_is_an_item_of_its_own(office: Office) -> None:
    tag = "bpmn:multiInstanceLoopCharacteristics"
    items = (
        "<bpmn:loopDataInputRef>people</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>answers</bpmn:loopDataOutputRef>"
        '<bpmn:inputDataItem id="person"/><bpmn:outputDataItem id="answer"/>'
    )
    model = Model("agreeing").lane("clerk", "agree").path("start")
    model.node("userTask", "agree", f"<{tag}>{items}</{tag}>", task={"assignee": "person"})
    package = model.path("start", "agree", "end").package(variables(people=["ali", "vali"], answers=[]))
    case = begin(office, package)
    with office() as engine:
        opened = engine.open_items(case)
        assert sorted((item.assignee, item.visit) for item in opened) == [("ali", 1), ("vali", 2)]
        for item in opened:
            advance = engine.complete(item.id, version=1, by=str(item.assignee), variables={"answer": item.assignee})
        assert advance.ended
        assert sorted(advance.instance.variables["answers"]) == ["ali", "vali"]


def test_completing_takes_the_timers_away(office: Office, database: sa.Engine) -> None:
    case = begin(office, review())
    with office() as engine:
        [item] = engine.open_items(case)
        engine.complete(item.id, version=1, by="operator", variables={"outcome": "accept"})
    with database.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(TimerRow)) == 0


def test_a_called_process_lives_in_the_case_of_its_caller(office: Office) -> None:
    case = begin(office, review(), caller(), helper="vali")
    with office() as engine:
        [fill] = engine.open_items(case)
        advance = engine.complete(fill.id, version=1, by="ali", variables={})
        [item] = advance.opened
        assert (item.definition_key, item.element_id, item.instance_id) == ("review", "review", case)
        advance = engine.complete(item.id, version=1, by="operator", variables={"outcome": "accept"})
        advance = engine.finish_service(case, advance.services[0].task_id, {"service_number": "5"})
        assert advance is not None
        [thank] = advance.opened
    assert (thank.definition_key, thank.assignee, thank.state) == ("submission", "vali", WorkItemState.RESERVED)
    assert thank.four_eyes_with == "fill"
    assert advance.instance.variables["outcome"] == "accept"
    assert "service_number" not in advance.instance.variables
    assert set(advance.instance.variables["completed_at"]) >= {"fill", "review", "publish", "review_call"}
    assert set(advance.instance.bindings) == {"review", "submission"}


def test_a_running_case_stays_with_the_version_it_was_bound_to(office: Office) -> None:
    case = begin(office, review(), caller())
    with office() as engine:
        engine.deploy(Model("review").path("start", "end").package(), by="designer")
        [fill] = engine.open_items(case)
        advance = engine.complete(fill.id, version=1, by="ali", variables={})
        assert [item.definition_version for item in advance.opened] == [1]


def test_a_case_whose_called_process_is_not_deployed_does_not_start(office: Office) -> None:
    with pytest.raises(DefinitionNotFound):
        begin(office, caller())


def test_claiming_releasing_and_assigning(office: Office) -> None:
    case = begin(office, review())
    with office() as engine:
        [item] = engine.open_items(case)
        claimed = engine.claim(item.id, version=1, by="ali")
        assert (claimed.state, claimed.assignee, claimed.version) == (WorkItemState.RESERVED, "ali", 2)
    with office() as engine:
        with pytest.raises(StaleWorkItem) as stale:
            engine.claim(item.id, version=1, by="vali")
        assert stale.value.current == claimed
        with pytest.raises(WorkItemReserved):
            engine.complete(item.id, version=2, by="vali", variables={})
        assert engine.assign(item.id, version=2, to="vali", by="head").assignee == "vali"
        assert engine.release(item.id, version=3, by="vali").assignee is None
        events = [event.event for event in engine.history(case)]
        assert events[-3:] == ["item.claimed", "item.assigned", "item.released"]
        assert broken_links(engine.history(case)) == []


def test_what_cannot_be_found_or_is_over_is_told(office: Office) -> None:
    case = begin(office, review())
    with office() as engine:
        [item] = engine.open_items(case)
        engine.complete(item.id, version=1, by="operator", variables={"outcome": "accept"})
        with pytest.raises(WorkItemClosed):
            engine.complete(item.id, version=2, by="operator", variables={})
        with pytest.raises(WorkItemNotFound):
            engine.complete(uuid4(), version=1, by="operator", variables={})
        with pytest.raises(InstanceNotFound):
            engine.lock(uuid4())


def test_a_failing_model_changes_nothing(office: Office) -> None:
    model = Model("broken").lane("clerk", "a").path("start", "user:a", "xor:x", "end")
    model.flows[-1] = ""
    model.flow("x", "end", "outcome == 'known'")
    case = begin(office, model.package(variables(outcome="")))
    with office() as engine:
        [item] = engine.open_items(case)
    with pytest.raises(ExecutionFailed) as failed, office() as engine:
        engine.complete(item.id, version=1, by="ali", variables={"outcome": "unknown"})
    assert failed.value.element == "x"
    with office() as engine:
        assert engine.open_items(case) == [item]


def test_cancelling_needs_a_ground_and_takes_everything_away(office: Office, database: sa.Engine) -> None:
    case = begin(office, review())
    with office() as engine:
        advance = engine.cancel(case, by="head", ground="withdrawn by the applicant")
        assert advance.ended
        assert [item.state for item in advance.closed] == [WorkItemState.EXITED]
        assert engine.lock(case).status is InstanceStatus.CANCELLED
        assert engine.open_items(case) == []
        with pytest.raises(InstanceEnded):
            engine.cancel(case, by="head", ground="again")
        assert [event.payload for event in engine.history(case) if event.event == "instance.cancelled"] == [
            {"ground": "withdrawn by the applicant"}
        ]
    with database.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(TimerRow)) == 0


def test_a_message_reaches_the_case_that_waits_for_it(office: Office) -> None:
    model = Model("waiting").lane("clerk", "read").path("start")
    model.message("intermediateCatchEvent", "letter", "reply")
    model.path("start", "letter", "user:read", "end")
    case = begin(office, model.package(variables(answer="")))
    with office() as engine:
        assert engine.open_items(case) == []
        assert engine.deliver_message(case, "other", {}) is None
        advance = engine.deliver_message(case, "reply", {"answer": "yes", "unknown": 1})
        assert advance is not None
        assert advance.instance.variables["answer"] == "yes"
        assert [item.element_id for item in advance.opened] == ["read"]
        assert engine.deliver_message(case, "reply", {}) is None


def test_an_interrupted_step_exits_and_its_late_service_changes_nothing(office: Office) -> None:
    model = Model("interrupted").lane("clerk", "a", "b")
    model.path("start", "and:fork", "user:a", "end:one")
    model.path("fork", "service:s", "end:two")
    model.timer("stop", "a", interrupting=True, timeDuration="PT1H")
    model.timer("stop_service", "s", interrupting=True, timeDuration="PT1H")
    model.path("stop", "user:b", "end:three").path("stop_service", "end:four")
    case = begin(office, model.package())
    with office() as engine:
        [call] = engine.waiting_services(case)
        [item] = engine.open_items(case)
    with office(NOW + timedelta(hours=2)) as engine:
        advances = [engine.fire_timer(timer.id) for timer in engine.due_timers()]
        closed = [one for advance in advances if advance for one in advance.closed]
        assert [(one.id, one.state) for one in closed] == [(item.id, WorkItemState.EXITED)]
        assert engine.finish_service(case, call.task_id, {}) is None
        with pytest.raises(WorkItemClosed):
            engine.complete(item.id, version=2, by="ali", variables={})
        assert [one.element_id for one in engine.open_items(case)] == ["b"]


def test_two_deployments_at_once_get_two_versions(office: Office) -> None:
    models = [
        Model("busy").path("start", f"user:step_{number}", "end").lane("clerk", f"step_{number}") for number in range(6)
    ]
    packages = [model.package() for model in [*models, *models]]
    barrier, versions = Barrier(len(packages)), []

    def deploy(package: ProcessPackage) -> None:
        barrier.wait()
        with office() as engine:
            versions.append(engine.deploy(package, by="designer").version)

    run_together([Thread(target=deploy, args=(package,)) for package in packages])
    assert sorted(set(versions)) == [1, 2, 3, 4, 5, 6]
    assert len(versions) == len(packages)


@pytest.mark.parametrize("text", ["\x00", "🙂" * 100, "\u202eabc", "ə" * 40_000, '{"typename": "UUID"}'], ids=ascii_id)
def test_whatever_a_citizen_writes_is_kept(office: Office, text: str) -> None:
    case = begin(office, review())
    with office() as engine:
        [item] = engine.open_items(case)
        engine.complete(item.id, version=1, by="operator", variables={"outcome": text})
    with office() as engine:
        assert engine.lock(case).variables["outcome"] == text
        assert engine.open_items(case)[0].data["outcome"] == text
        assert broken_links(engine.history(case)) == []


def test_of_two_officers_one_wins(office: Office) -> None:
    case = begin(office, review())
    with office() as engine:
        [item] = engine.open_items(case)
    barrier, outcomes = Barrier(2), []

    def submit(person: str) -> None:
        barrier.wait()
        try:
            with office() as engine:
                engine.complete(item.id, version=1, by=person, variables={"outcome": "accept"})
            outcomes.append("done")
        except EngineError as error:
            outcomes.append(error.code)

    run_together([Thread(target=submit, args=(person,)) for person in ("ali", "vali")])
    assert sorted(outcomes) == ["done", "engine.work_item_closed"]
    with office() as engine:
        assert broken_links(engine.history(case)) == []
