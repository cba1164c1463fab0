"""Incidents, messages, moved tokens, migrations and changes of many cases, as the office sees them."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from minutes import ELEMENT, KEY, MANIFEST, MODEL, deploy_minutes
from rehearsal import ANSWERED, APPEAL, Rehearsal

from engine.operations import MigrationPlan
from processes.errors import (
    CaseChanged,
    CaseSuspended,
    MessageNotAwaited,
    MigrationImpossible,
    NotPermitted,
    ProcessSuspended,
)
from processes.incidents import watched
from processes.queries.incidents import incidents
from processes.service_tasks import perform, record
from processes.tables import BulkCaseRow, BulkRow, DeadlineRow, DraftRow, IncidentRow, SigningAttemptRow
from processes.use_cases.drafts import SaveDraft, save_draft
from processes.use_cases.fire_timers import fire_timers
from processes.use_cases.migrate_case import MigrateCase, migrate_case
from processes.use_cases.move_token import MoveToken, move_token
from processes.use_cases.resume_process import ResumeProcess, resume_process
from processes.use_cases.retry_incident import RetryIncident, retry_incident
from processes.use_cases.run_bulk import run_bulk
from processes.use_cases.send_message import SendMessage, send_message
from processes.use_cases.skip_incident import SkipIncident, skip_incident
from processes.use_cases.start_bulk import BulkAction, StartBulk, start_bulk
from processes.use_cases.suspend_case import SuspendCase, suspend_case
from processes.use_cases.suspend_process import SuspendProcess, suspend_process
from processes.use_cases.work_items import ClaimItem, claim_item

GROUND = "Qaydalar dəyişdirilib"
STARTS = datetime.fromisoformat("2026-04-01T06:00:00+00:00")
SECOND = (
    MODEL.replace("write_minute", "draft_minute")
    .replace('"given_up"', '"dropped"')
    .replace(">given_up<", ">dropped<")
    .replace("given_up_end", "dropped_end")
)
"""the same under other names"""
SECOND_MANIFEST = MANIFEST.replace("write_minute", "draft_minute").replace("1 working day", "2 working days")
PLAN = MigrationPlan(version=2, mapping={KEY: {"write_minute": "draft_minute", "given_up": "dropped"}})
MESSAGE_MODEL = MODEL.replace(
    '<sequenceFlow id="start_write" sourceRef="start" targetRef="write_minute"/>',
    '<receiveTask id="hear" messageRef="m"/><sequenceFlow id="s1" sourceRef="start" targetRef="hear"/>'
    '<sequenceFlow id="start_write" sourceRef="hear" targetRef="write_minute"/>',
).replace("<process ", '<message id="m" name="news"/><process ', 1)
BROKEN_TIMER = MODEL.replace(
    '<sequenceFlow id="given_up_end" sourceRef="given_up" targetRef="end_given_up"/>',
    '<exclusiveGateway id="why"/><sequenceFlow id="g1" sourceRef="given_up" targetRef="why"/>'
    '<sequenceFlow id="given_up_end" sourceRef="why" targetRef="end_given_up">'
    "<conditionExpression>last</conditionExpression></sequenceFlow>",
)
"""nothing is true where its timer leads, as long as `last` is false"""


def begin(rehearsal: Rehearsal, model: str = MODEL, manifest: str = MANIFEST) -> UUID:
    rehearsal.at(STARTS)
    deploy_minutes(rehearsal.office, model, manifest)
    return rehearsal.start(KEY, "executive", "head").case_id


# incidents


def failing(rehearsal: Rehearsal) -> tuple[UUID, UUID, UUID]:
    """A service task that has failed twice; case, task and incident."""
    player = rehearsal.player(APPEAL, ANSWERED)
    rehearsal.at(player.at)
    player.act()
    [(case_id, task_id, _)] = rehearsal._waiting()
    for _ in range(2):
        with pytest.raises(ConnectionError), watched(rehearsal.office, "service_task", str(case_id), str(task_id)):
            raise ConnectionError("the registry does not answer")
    [row] = rehearsal.rows(IncidentRow)
    assert (row.kind, row.state, row.times, row.case_id) == ("service", "open", 2, case_id)
    assert row.cause == "ConnectionError: the registry does not answer"
    return case_id, task_id, row.id


def test_a_failed_service_is_retried_and_its_incident_closes_by_success(rehearsal: Rehearsal) -> None:
    office, supervisor = rehearsal.office, rehearsal.person("supervisor")
    case_id, task_id, incident = failing(rehearsal)
    [shown] = incidents(office, supervisor)
    assert (shown.case_id, shown.times, shown.step is not None) == (case_id, 2, True)
    assert [each.id for each in incidents(office, rehearsal.person("admin"))] == [incident]
    with pytest.raises(NotPermitted):
        retry_incident(office, RetryIncident(incident_id=incident, by=rehearsal.person("clerk"), ground=GROUND))
    enqueued: list[tuple[str, ...]] = []
    office.enqueue = lambda _session, workflow, arguments, job: enqueued.append((workflow, *arguments, job))
    retry = RetryIncident(incident_id=incident, by=supervisor, ground=GROUND)
    retry_incident(office, retry)
    with pytest.raises(CaseChanged):
        retry_incident(office, retry)
    assert enqueued == [("service_task", str(case_id), str(task_id), f"retry:{incident}:2")]
    with watched(office, "service_task", str(case_id), str(task_id)):
        effect = perform(office, case_id, task_id)
        assert effect is not None
        assert record(office, office.unit_of_work(), case_id, task_id, effect) == "done"
    [row] = rehearsal.rows(IncidentRow)
    assert (row.state, row.closed_how) == ("closed", "succeeded")
    assert incidents(office, supervisor) == []
    [line] = rehearsal.audit("case:incident:retry")
    assert (line.actor, line.details["ground"]) == (str(supervisor), GROUND)


def test_a_failed_service_is_passed_over_with_a_ground_and_variables(rehearsal: Rehearsal) -> None:
    case_id, task_id, incident = failing(rehearsal)
    skip = SkipIncident(incident_id=incident, by=rehearsal.person("supervisor"), ground=GROUND)
    skip_incident(rehearsal.office, skip)
    with pytest.raises(CaseChanged):
        skip_incident(rehearsal.office, skip)
    assert task_id not in [task for _, task, _ in rehearsal._waiting()]
    [row] = rehearsal.rows(IncidentRow)
    assert (row.state, row.closed_how, row.ground) == ("closed", "skipped", GROUND)
    assert record(rehearsal.office, rehearsal.office.unit_of_work(), case_id, task_id, {}) == "too late"
    with rehearsal.office.reading() as uow:
        skipped = [event for event in uow.engine.history(case_id) if event.event == "incident.skipped"]
    assert [(event.actor, event.payload["ground"]) for event in skipped if event.payload] == [
        (str(rehearsal.person("supervisor")), GROUND)
    ]


def test_a_timer_that_fails_is_held_and_asked_again_by_a_retry(rehearsal: Rehearsal) -> None:
    office, supervisor = rehearsal.office, rehearsal.person("supervisor")
    case_id = begin(rehearsal, BROKEN_TIMER)
    rehearsal.later(days=5)
    assert fire_timers(office) == 0
    assert fire_timers(office) == 0
    [row] = rehearsal.rows(IncidentRow)
    assert (row.kind, row.times, row.element_id, row.case_id) == ("timer", 1, "given_up", case_id)
    retry_incident(office, RetryIncident(incident_id=row.id, by=supervisor, ground=GROUND))
    assert fire_timers(office) == 0
    [row] = rehearsal.rows(IncidentRow)
    assert (row.state, row.times) == ("open", 2)
    with office.unit_of_work() as uow:
        uow.engine.correct(case_id, {"last": True}, by=str(supervisor), ground=GROUND)
        uow.commit()
    retry_incident(office, RetryIncident(incident_id=row.id, by=supervisor, ground=GROUND))
    assert fire_timers(office) == 1
    [row] = rehearsal.rows(IncidentRow)
    assert (row.state, row.closed_how) == ("closed", "succeeded")
    assert rehearsal.case(case_id).status == "completed"


def test_a_failed_timer_on_a_border_is_passed_over(rehearsal: Rehearsal) -> None:
    case_id = begin(rehearsal, BROKEN_TIMER)
    rehearsal.later(days=5)
    fire_timers(rehearsal.office)
    [row] = rehearsal.rows(IncidentRow)
    skip_incident(rehearsal.office, SkipIncident(incident_id=row.id, by=rehearsal.person("supervisor"), ground=GROUND))
    assert rehearsal.waiting(case_id) == [ELEMENT]
    assert fire_timers(rehearsal.office) == 0


# messages, tokens, versions


def test_a_message_is_handed_to_a_case_that_waits_for_it(rehearsal: Rehearsal) -> None:
    office, supervisor = rehearsal.office, rehearsal.person("supervisor")
    case_id = begin(rehearsal, MESSAGE_MODEL)
    message = SendMessage(case_id=case_id, message="news", payload={"last": True}, by=supervisor, ground=GROUND)
    with pytest.raises(NotPermitted):
        send_message(office, SendMessage(case_id=case_id, message="news", by=rehearsal.person("head"), ground=GROUND))
    with pytest.raises(MessageNotAwaited):
        send_message(office, SendMessage(case_id=case_id, message="gossip", by=supervisor, ground=GROUND))
    send_message(office, message)
    assert rehearsal.waiting(case_id) == [ELEMENT]
    with pytest.raises(MessageNotAwaited):
        send_message(office, message)
    [line] = rehearsal.audit("case:instance:message")
    assert line.details["message"] == "news"
    with office.reading() as uow:
        assert uow.engine.instance(case_id).variables["last"] is True
        events = [event.event for event in uow.engine.history(case_id)]
    assert events.count("message.sent") == 1


def test_a_token_is_moved_once_and_only_by_who_saw_the_case_as_it_is(rehearsal: Rehearsal) -> None:
    office, supervisor = rehearsal.office, rehearsal.person("supervisor")
    case_id = begin(rehearsal)
    item = rehearsal.item(case_id, ELEMENT)
    prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})
    with office.reading() as uow:
        revision = uow.engine.instance(case_id).revision
    request = MoveToken(
        case_id=case_id, token_id=item.id, target="write_minute", revision=revision, by=supervisor, ground=GROUND
    )
    move_token(office, request)
    with pytest.raises(CaseChanged):
        move_token(office, request)
    again = rehearsal.item(case_id, ELEMENT)
    assert (again.id != item.id, again.visit) == (True, 2)
    [attempt] = rehearsal.rows(SigningAttemptRow, id=prepared.attempt_id)
    assert attempt.state == "abandoned"
    states = sorted(row.state for row in rehearsal.rows(DeadlineRow, case_id=case_id))
    assert states == ["cancelled", "running"]


def test_a_migrated_step_keeps_its_claim_draft_and_deadline(rehearsal: Rehearsal) -> None:
    office, admin, head = rehearsal.office, rehearsal.person("admin"), rehearsal.person("head")
    case_id = begin(rehearsal)
    item = rehearsal.item(case_id, ELEMENT)
    claim_item(office, ClaimItem(item_id=item.id, version=1, by=head))
    save_draft(office, SaveDraft(item_id=item.id, by=head, fields={"text": "Yarımçıq"}, remarks=()))
    prepared = rehearsal.submit(rehearsal.item(case_id, ELEMENT), "head", {"text": "Qeyd", "last": True})
    deploy_minutes(office, SECOND, SECOND_MANIFEST)
    with pytest.raises(NotPermitted):
        migrate_case(office, MigrateCase(case_id=case_id, plan=PLAN, by=rehearsal.person("supervisor"), ground=GROUND))
    with pytest.raises(MigrationImpossible) as told:
        migrate_case(office, MigrateCase(case_id=case_id, plan=MigrationPlan(version=2), by=admin, ground=GROUND))
    assert [getattr(each, "element", "") for each in told.value.obstacles] == [ELEMENT]
    migrate_case(office, MigrateCase(case_id=case_id, plan=PLAN, by=admin, ground=GROUND))
    moved = rehearsal.item(case_id, "draft_minute")
    assert (moved.id, moved.assignee, moved.due_at) == (item.id, str(head), item.due_at)
    [draft] = rehearsal.rows(DraftRow, work_item_id=item.id)
    assert draft.fields["text"] == "Yarımçıq"
    [attempt] = rehearsal.rows(SigningAttemptRow, id=prepared.attempt_id)
    assert (attempt.state, attempt.ended_reason) == ("abandoned", "the process has a new version")
    assert [row.state for row in rehearsal.rows(DeadlineRow, case_id=case_id)] == ["running"]
    rehearsal.sign(rehearsal.submit(moved, "head", {"text": "Qeyd", "last": True}), "head")
    assert rehearsal.case(case_id).status == "completed"


# many cases


def many(rehearsal: Rehearsal, count: int) -> list[UUID]:
    first = begin(rehearsal)
    return [first, *(rehearsal.start(KEY, "executive", "head").case_id for _ in range(count - 1))]


def bulk(rehearsal: Rehearsal, action: BulkAction, cases: list[UUID], by: str = "supervisor", **more: object) -> UUID:
    request = StartBulk(action=action, case_ids=cases, by=rehearsal.person(by), ground=GROUND, parameters=dict(more))
    return start_bulk(rehearsal.office, request)


def states(rehearsal: Rehearsal, bulk_id: UUID) -> list[tuple[str, str | None]]:
    rows = sorted(rehearsal.rows(BulkCaseRow, bulk_id=bulk_id), key=lambda row: row.seq)
    return [(row.state, row.code) for row in rows]


def test_many_cases_are_changed_one_by_one_and_failures_are_listed(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    cases = many(rehearsal, 4)
    with office.unit_of_work() as uow:
        uow.engine.suspend(cases[1], by="test", ground=GROUND)
        uow.commit()
    bulk_id = bulk(rehearsal, BulkAction.SUSPEND, [*cases, cases[0]])
    assert run_bulk(office, bulk_id) == "done"
    assert states(rehearsal, bulk_id) == [
        ("done", None), ("failed", "case-suspended"), ("done", None), ("done", None)
    ]  # fmt: skip
    [row] = rehearsal.rows(BulkRow, id=bulk_id)
    assert row.finished_at is not None
    assert len(rehearsal.audit("case:instance:suspend")) == 3
    others = bulk(rehearsal, BulkAction.CANCEL, cases, by="admin")
    run_bulk(office, others)
    assert set(states(rehearsal, others)) == {("failed", "not-permitted")}
    with pytest.raises(NotPermitted):
        bulk(rehearsal, BulkAction.CANCEL, cases, by="clerk")


def test_many_cases_are_migrated_and_moved(rehearsal: Rehearsal) -> None:
    cases = many(rehearsal, 3)
    deploy_minutes(rehearsal.office, SECOND, SECOND_MANIFEST)
    mapping = {KEY: {"write_minute": "draft_minute", "given_up": "dropped"}}
    migrating = bulk(rehearsal, BulkAction.MIGRATE, cases, by="admin", version=2, mapping=mapping)
    run_bulk(rehearsal.office, migrating)
    assert states(rehearsal, migrating) == [("done", None)] * 3
    moving = bulk(rehearsal, BulkAction.MOVE, cases, **{"from": "draft_minute", "to": "end_written"})
    run_bulk(rehearsal.office, moving)
    assert {rehearsal.case(case).status for case in cases} == {"completed"}


def test_a_whole_process_is_suspended_and_resumed(rehearsal: Rehearsal) -> None:
    office, admin = rehearsal.office, rehearsal.person("admin")
    cases = many(rehearsal, 3)
    own = bulk(rehearsal, BulkAction.SUSPEND, cases[:1])
    run_bulk(office, own)
    with pytest.raises(NotPermitted):
        suspend_process(office, SuspendProcess(key=KEY, by=rehearsal.person("supervisor"), ground=GROUND))
    held = suspend_process(office, SuspendProcess(key=KEY, by=admin, ground=GROUND))
    with pytest.raises(ProcessSuspended):
        rehearsal.start(KEY, "executive", "head")
    with pytest.raises(ProcessSuspended):
        suspend_process(office, SuspendProcess(key=KEY, by=admin, ground=GROUND))
    run_bulk(office, held)
    assert {rehearsal.case(case).status for case in cases} == {"suspended"}
    rehearsal.later(days=12)
    released = resume_process(office, ResumeProcess(key=KEY, by=admin, ground=GROUND))
    run_bulk(office, released)
    assert [rehearsal.case(case).status for case in cases] == ["suspended", "running", "running"]
    with pytest.raises(CaseSuspended):
        suspend_case(office, SuspendCase(case_id=cases[0], by=rehearsal.person("supervisor"), ground=GROUND))
    rehearsal.start(KEY, "executive", "head")
    assert {row.due_at - STARTS > timedelta(days=12) for row in rehearsal.rows(DeadlineRow, case_id=cases[1])} == {True}


RUN = """
import sys
from pathlib import Path
from uuid import UUID
from processes.bootstrap import bootstrap
from processes.settings import Settings
from processes.use_cases.run_bulk import run_bulk
run_bulk(bootstrap(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2])), UUID(sys.argv[3]))
"""


@pytest.mark.slow
def test_killed_in_the_middle_it_changes_each_case_once(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    cases = many(rehearsal, 30)
    bulk_id = bulk(rehearsal, BulkAction.SUSPEND, cases)
    settings = office.settings
    arguments = [sys.executable, "-c", RUN, str(settings.home), settings.database_url, str(bulk_id)]
    with subprocess.Popen(arguments) as process:
        for _ in range(600):
            done = sum(state == "done" for state, _ in states(rehearsal, bulk_id))
            if done >= 3 or process.poll() is not None:
                break
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    left = sum(state == "waiting" for state, _ in states(rehearsal, bulk_id))
    assert left > 0, "it was faster than the kill"
    run_bulk(office, bulk_id)
    assert states(rehearsal, bulk_id) == [("done", None)] * 30
    assert len(rehearsal.audit("case:instance:suspend")) == 30
    assert {rehearsal.case(case).status for case in cases} == {"suspended"}
