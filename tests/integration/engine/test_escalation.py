"""A missed term of a called process goes to the caller's supervisor and holds nothing up, through the door."""

from datetime import timedelta

from tests.integration.engine.conftest import NOW, Office
from tests.integration.engine.test_engine import begin
from tests.unit.engine_runtime.models import Model, deadline, variables

CODE = '<bpmn:escalation id="review_late" escalationCode="review-late"/>'
DEFINITION = '<bpmn:escalationEventDefinition escalationRef="review_late"/>'


def test_a_missed_term_is_seen_to_beside_the_case_and_awaited_at_its_end(office: Office) -> None:
    review = Model("review").lane("operator", "review")
    review.path("start", "user:review", "end")
    review.node("userTask", "review", task={"deadline": "review"})
    review.timer("review_overdue", "review", timeDate="deadline('review')")
    review.path("review_overdue", "service:mark", "tell", "end:told")
    review.node("intermediateThrowEvent", "tell", DEFINITION)
    review.root.append(CODE)

    stage = Model("p").path("start:begin", "review_call", "end:reviewed")
    stage.call("review_call", "review")
    stage.node("boundaryEvent", "late", DEFINITION, attachedToRef="review_call", cancelActivity="false")
    stage.path("late", "user:oversee", "end:overseen")
    caller = Model("submission").lane("supervisor", "oversee").lane("archivist", "file_it")
    caller.path("start", "stage", "user:file_it", "end")
    caller.subprocess("stage", stage)
    caller.root.append(CODE)

    case = begin(office, review.package(deadline("review", "7 working days")), caller.package(variables(outcome="")))
    with office(NOW + timedelta(days=60)) as engine:
        [timer] = engine.due_timers()
        fired = engine.fire_timer(timer.id)
        assert fired is not None
        [mark] = fired.services
        advance = engine.finish_service(case, mark.task_id, {})
        assert advance is not None
        [oversight] = advance.opened
        assert (oversight.definition_key, oversight.element_id, oversight.role) == (
            "submission",
            "oversee",
            "supervisor",
        )
    with office(NOW + timedelta(days=61)) as engine:
        items = {item.element_id: item for item in engine.open_items(case)}
        assert set(items) == {"review", "oversee"}
        after = engine.complete(items["review"].id, version=1, by="operator", variables={})
        assert (after.opened, after.ended) == ((), False)
        marks = {mark.element_id: str(mark.state) for mark in engine.markings(case)}
        assert (marks["review_call"], marks["late"], marks["oversee"]) == ("done", "done", "active")
        last = engine.complete(items["oversee"].id, version=1, by="supervisor", variables={})
        assert [item.element_id for item in last.opened] == ["file_it"]
        passed = [event.element_id for event in engine.history(case) if event.event == "element.completed"]
        assert passed.index("tell") < passed.index("late") < passed.index("review_call") < passed.index("oversee")
