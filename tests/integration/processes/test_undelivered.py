"""Messages nobody has got, start events that could not begin their case, and jobs whose workers died with them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from rehearsal import Rehearsal
from test_messages import SPRING, begin, deploy, until, working

from engine.tables import InstanceRow, ThrownEventRow
from processes.dead_jobs import tell_dead_jobs
from processes.errors import CaseChanged, GroundTooShort, MessageNotAwaited, NotPermitted
from processes.handing_over import hand_over, tend_events
from processes.jobs import idle, status_table
from processes.office import Office
from processes.organisation import bodies
from processes.queries.incidents import incidents
from processes.queries.messages import undelivered, undelivered_message_page
from processes.tables import IncidentRow
from processes.use_cases.drop_message import DropMessage, drop_message
from processes.use_cases.fire_starts import fire_starts
from processes.use_cases.give_message import GiveMessage, give_message
from processes.use_cases.retry_incident import RetryIncident, retry_incident
from processes.use_cases.retry_message import RetryMessage, retry_message
from tests.unit.engine_runtime.models import Model

GROUND = "Göndərənlə razılaşdırılıb"


def listener(name: str = "listener") -> Model:
    model = Model(name).path("start", "hear", "end")
    model.message("intermediateCatchEvent", "hear", "news")
    return model


def published(office: Office, **payload: Any) -> UUID:
    """A message of the agency that has looked for its receiver."""
    with office.unit_of_work() as uow:
        body = uow.session.execute(sa.text("SELECT id FROM process_body WHERE code = 'agency'")).scalar()
        job = uow.engine.publish_message("news", payload, by="somebody", scope=str(UUID(str(body))))
        uow.commit()
    hand_over(office, office.unit_of_work(), job.event_id)
    return job.event_id


def status(rehearsal: Rehearsal, case_id: UUID) -> str:
    [row] = rehearsal.rows(InstanceRow, id=case_id)
    return str(row.status)


def test_a_message_that_two_cases_wait_for_is_given_to_the_one_that_is_meant(rehearsal: Rehearsal) -> None:
    office, supervisor = rehearsal.office, rehearsal.person("supervisor")
    deploy(office, listener())
    one, other = (begin(office, rehearsal, "listener") for _ in range(2))
    event_id = published(office, number=7)
    [shown] = undelivered(office, supervisor)
    assert (shown.id, shown.name, shown.state, shown.carries) == (event_id, "news", "ambiguous", {"number": 7})
    found = undelivered_message_page(office, event_id, supervisor)
    assert found is not None
    assert {case.id for case in found[1]} == {one, other}
    with pytest.raises(NotPermitted):
        undelivered(office, rehearsal.person("clerk"))
    give = GiveMessage(event_id=event_id, case_id=other, by=supervisor, ground=GROUND)
    for refused in ("clerk", "head"):
        with pytest.raises(NotPermitted):
            give_message(office, replace(give, by=rehearsal.person(refused)))
    with pytest.raises(GroundTooShort):
        give_message(office, replace(give, ground="az"))
    give_message(office, give)
    with pytest.raises(CaseChanged):
        give_message(office, give)
    assert (status(rehearsal, one), status(rehearsal, other)) == ("running", "completed")
    assert undelivered(office, supervisor) == []
    with office.reading() as uow:
        [noted] = [event for event in uow.engine.history(other) if event.event == "message.sent"]
    assert (noted.actor, noted.payload) == (str(supervisor), {"ground": GROUND, "message": "news"})
    [line] = rehearsal.audit("case:message:give")
    assert (line.actor, line.details["case"]) == (str(supervisor), str(other))


def test_a_message_nobody_came_for_looks_again_or_is_dropped(rehearsal: Rehearsal) -> None:
    office, admin = rehearsal.office, rehearsal.person("admin")
    rehearsal.at(SPRING)
    event_id = published(office, number=7)
    rehearsal.later(days=8)
    tend_events(office)
    enqueued: list[tuple[str, ...]] = []
    office.enqueue = lambda _session, workflow, arguments, job: enqueued.append((workflow, *arguments, job))
    retry_message(office, RetryMessage(event_id=event_id, by=admin, ground=GROUND))
    [(workflow, argument, _)] = enqueued
    assert (workflow, argument) == ("deliver_message", str(event_id))
    with pytest.raises(CaseChanged):
        drop_message(office, DropMessage(event_id=event_id, by=admin, ground=GROUND))
    rehearsal.later(days=8)
    tend_events(office)
    deploy(office, listener())
    case_id = begin(office, rehearsal, "listener")
    drop_message(office, DropMessage(event_id=event_id, by=admin, ground=GROUND))
    [row] = rehearsal.rows(ThrownEventRow, id=event_id)
    assert (row.state, row.payload) == ("dropped", {})
    assert status(rehearsal, case_id) == "running"
    assert undelivered_message_page(office, event_id, admin) is None
    [line] = rehearsal.audit("case:message:drop")
    assert line.details["ground"] == GROUND


def test_a_case_that_does_not_wait_for_it_gets_nothing(rehearsal: Rehearsal) -> None:
    office, supervisor = rehearsal.office, rehearsal.person("supervisor")
    deploy(office, listener(), Model("deaf").lane("clerk", "a").path("start", "user:a", "end"))
    for _ in range(2):
        begin(office, rehearsal, "listener")
    event_id = published(office)
    deaf = begin(office, rehearsal, "deaf")
    with pytest.raises(MessageNotAwaited):
        give_message(office, GiveMessage(event_id=event_id, case_id=deaf, by=supervisor, ground=GROUND))
    with office.reading() as uow:
        assert all(event.event != "message.sent" for event in uow.engine.history(deaf))


def test_a_start_timer_that_cannot_begin_its_case_is_an_incident_and_is_begun_by_a_retry(rehearsal: Rehearsal) -> None:
    office, admin = rehearsal.office, rehearsal.person("admin")
    rehearsal.at(SPRING)
    model = Model("weekly")
    cycle = "<bpmn:timerEventDefinition><bpmn:timeCycle>R2/P7D</bpmn:timeCycle></bpmn:timerEventDefinition>"
    model.node("startEvent", "monday", cycle)
    deploy(office, model.path("monday", "end"))
    rehearsal.later(days=7)
    assert fire_starts(office) == 0
    assert fire_starts(office) == 0
    [shown] = incidents(office, admin)
    assert (shown.kind, shown.name, shown.times) == ("job", "begin_by_start", 1)
    assert "[start] body" in shown.cause
    assert shown.process is not None
    assert shown.step == {"en": "monday"}
    with office.reading() as uow:
        name = next(name for each in bodies(uow.session) for name in each.functions)
    fixed = Model("weekly")
    fixed.node("startEvent", "monday", cycle)
    deploy(office, fixed.path("monday", "end"), manifest=f'[start]\nbody = "{name}"\n')
    with working(office):
        retry_incident(office, RetryIncident(incident_id=shown.id, by=admin, ground=GROUND))
        until(lambda: idle(office))
    assert [row.status for row in rehearsal.rows(InstanceRow, definition_key="weekly")] == ["completed"]
    assert [row.closed_how for row in rehearsal.rows(IncidentRow)] == ["succeeded"]


def test_a_signal_that_a_case_cannot_go_on_with_is_an_incident_of_that_case(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    model = Model("broken")
    model.root.append('<bpmn:signal id="alarm" name="alarm"/>')
    model.node("intermediateCatchEvent", "wake", '<bpmn:signalEventDefinition signalRef="alarm"/>')
    model.script("divide", "number = 1 / number")
    deploy(office, model.path("start", "wake", "divide", "end"))
    case_id = begin(office, rehearsal, "broken")
    with working(office):
        with office.unit_of_work() as uow:
            job = uow.engine.publish_signal("alarm", {}, by="somebody")
            office.enqueue(uow.session, "broadcast_signal", (str(job.event_id),), job.id)
            uow.commit()
        until(lambda: idle(office))
    [row] = rehearsal.rows(IncidentRow)
    assert (row.kind, row.job, row.case_id, row.state) == ("job", "hear_signal", case_id, "open")
    assert status(rehearsal, case_id) == "running"


def test_a_job_whose_workers_died_with_it_is_an_incident_once(rehearsal: Rehearsal) -> None:
    office, admin = rehearsal.office, rehearsal.person("admin")
    document = str(uuid4())
    with office.unit_of_work() as uow:
        office.enqueue(uow.session, "validate_document", (document,), "dying")
        uow.session.execute(sa.text(f"UPDATE {status_table(office)} SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'"))
        uow.commit()
    assert tell_dead_jobs(office) == 1
    assert tell_dead_jobs(office) == 0
    [shown] = incidents(office, admin)
    assert (shown.name, shown.state, shown.at.tzinfo) == ("validate_document", "open", UTC)
    assert "dying" in shown.cause
    [row] = rehearsal.rows(IncidentRow)
    assert (row.arguments, row.subject) == ([document], f"validate_document:{document}")
    enqueued: list[tuple[str, ...]] = []
    office.enqueue = lambda _session, workflow, arguments, job: enqueued.append((workflow, *arguments, job))
    retry_incident(office, RetryIncident(incident_id=shown.id, by=admin, ground=GROUND))
    assert enqueued == [("validate_document", document, f"retry:{shown.id}:1")]
    assert rehearsal.office.clock() - shown.at < timedelta(minutes=5)
    assert isinstance(shown.at, datetime)
