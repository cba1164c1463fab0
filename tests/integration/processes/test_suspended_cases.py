"""Cases that a supervisor suspends, resumes or cancels, as the office sees it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import ANSWERED, APPEAL, Rehearsal
from test_interrupted import EVERYTHING, InterruptedStore

from archive.service import SearchQuery
from processes.errors import (
    CaseEnded,
    CaseNotSuspended,
    CaseSuspended,
    GroundTooShort,
    NotPermitted,
    StepOvertaken,
)
from processes.queries.case_page import case_page
from processes.service_tasks import perform
from processes.tables import (
    AppealEventRow,
    AppealRow,
    DeadlineRow,
    NumberRow,
    OutboxRow,
    ParkedJobRow,
    SigningAttemptRow,
    StepRecordRow,
)
from processes.use_cases.cancel_case import CancelCase, cancel_case
from processes.use_cases.drafts import SaveDraft, save_draft
from processes.use_cases.fire_timers import fire_timers
from processes.use_cases.resume_case import ResumeCase, resume_case
from processes.use_cases.suspend_case import SuspendCase, suspend_case
from processes.use_cases.work_items import ClaimItem, claim_item

GROUND = "Prokurorluğun sorğusuna görə"


def suspend(rehearsal: Rehearsal, case_id: UUID, by: str = "supervisor", ground: str = GROUND) -> None:
    suspend_case(rehearsal.office, SuspendCase(case_id=case_id, by=rehearsal.person(by), ground=ground))


def resume(rehearsal: Rehearsal, case_id: UUID, by: str = "supervisor") -> None:
    resume_case(rehearsal.office, ResumeCase(case_id=case_id, by=rehearsal.person(by), ground="Sorğuya cavab gəlib"))


def cancel(rehearsal: Rehearsal, case_id: UUID, by: str = "supervisor") -> None:
    cancel_case(rehearsal.office, CancelCase(case_id=case_id, by=rehearsal.person(by), ground=GROUND))


def begun(rehearsal: Rehearsal) -> tuple[UUID, Any]:
    """A minute that waits to be written, due tomorrow."""
    rehearsal.at(datetime.fromisoformat("2026-04-01T06:00:00+00:00"))
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    return case.case_id, rehearsal.item(case.case_id, ELEMENT)


def test_a_deadline_keeps_what_is_left_of_it_and_says_so(rehearsal: Rehearsal) -> None:
    case_id, item = begun(rehearsal)
    suspend(rehearsal, case_id)
    assert rehearsal.case(case_id).status == "suspended"
    assert [row.state for row in rehearsal.rows(DeadlineRow, case_id=case_id)] == ["suspended"]
    rehearsal.later(days=12)
    assert fire_timers(rehearsal.office) == 0
    resume(rehearsal, case_id)
    [deadline] = rehearsal.rows(DeadlineRow, case_id=case_id)
    assert (deadline.state, deadline.due_on) == ("running", date(2026, 4, 14))
    assert rehearsal.item(case_id, ELEMENT).due_at == deadline.due_at
    page = case_page(rehearsal.office, case_id, rehearsal.person("supervisor"))
    [shown] = page.deadlines
    assert "suspended 01.04.2026 – 13.04.2026 with 1 working day left: 14.04.2026" in shown.derivation["en"]
    assert "1 iş günü qalırdı: 14.04.2026" in shown.derivation["az"]
    assert "dayandırılmışdı" in shown.recomputations[0].reason["az"]
    assert "тоқтатылды" in shown.recomputations[0].reason["kk"]
    told = [(entry.operation, entry.ground) for entry in page.timeline if entry.kind == "operated"]
    assert told == [("instance.suspended", GROUND), ("instance.resumed", "Sorğuya cavab gəlib")]
    for action in ("case:instance:suspend", "case:instance:resume"):
        [line] = rehearsal.audit(action)
        assert line.actor == str(rehearsal.person("supervisor"))
    rehearsal.later(days=2)
    assert fire_timers(rehearsal.office) == 1
    assert item.id != case_id


def test_nobody_acts_in_a_suspended_case_and_drafts_are_kept(rehearsal: Rehearsal) -> None:
    case_id, item = begun(rehearsal)
    office, head = rehearsal.office, rehearsal.person("head")
    held = claim_item(office, ClaimItem(item_id=item.id, version=1, by=head))
    suspend(rehearsal, case_id)
    for act in (
        lambda: claim_item(office, ClaimItem(item_id=item.id, version=held.version, by=head)),
        lambda: rehearsal.submit(held, "head", {"text": "Qeyd", "last": True}),
    ):
        with pytest.raises(StepOvertaken) as told:
            act()
        assert (told.value.state, told.value.by) == ("suspended", "Qasımov Tural Nizami oğlu")
    save_draft(office, SaveDraft(item_id=item.id, by=head, fields={"text": "Yarımçıq"}, remarks=()))
    resume(rehearsal, case_id)
    prepared = rehearsal.submit(held, "head", {"text": "Qeyd", "last": True})
    rehearsal.sign(prepared, "head")
    assert rehearsal.case(case_id).status == "completed"


def test_a_signature_into_a_suspended_case_is_kept_without_effect(rehearsal: Rehearsal) -> None:
    case_id, item = begun(rehearsal)
    office = rehearsal.office
    prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})
    office.blobs = InterruptedStore(office.blobs, lambda: suspend(rehearsal, case_id))  # type: ignore[assignment]
    with pytest.raises(StepOvertaken) as told:
        rehearsal.sign(prepared, "head")
    assert told.value.state == "suspended"
    with office.reading() as uow:
        [kept] = uow.archive.search(SearchQuery(case_id=case_id), EVERYTHING).documents
    assert (kept.id, kept.status) == (prepared.attempt_id, "without effect")
    assert not rehearsal.rows(StepRecordRow, case_id=case_id)
    resume(rehearsal, case_id)
    rehearsal.sign(rehearsal.submit(item, "head", {"text": "Qeyd", "last": True}), "head")
    assert rehearsal.case(case_id).status == "completed"


def test_only_a_supervisor_of_the_body_operates_and_says_why(rehearsal: Rehearsal) -> None:
    case_id, _ = begun(rehearsal)
    for login in ("head", "clerk", "admin"):
        with pytest.raises(NotPermitted):
            suspend(rehearsal, case_id, by=login)
    assert len(rehearsal.audit("case:instance:refused")) == 3
    with pytest.raises(GroundTooShort):
        suspend(rehearsal, case_id, ground="  səhv   ")
    with pytest.raises(CaseNotSuspended):
        resume(rehearsal, case_id)
    suspend(rehearsal, case_id)
    with pytest.raises(CaseSuspended) as told:
        suspend(rehearsal, case_id)
    assert told.value.by == "Qasımov Tural Nizami oğlu"
    cancel(rehearsal, case_id)
    for act in (suspend, resume, cancel):
        with pytest.raises(CaseEnded):
            act(rehearsal, case_id)


def test_cancelling_ends_steps_documents_and_deadlines_and_tells_the_citizen(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check", applicant_email="vetendas@example.az")
    number = rehearsal.case(case_id).number
    [item] = [rehearsal.item(case_id, element) for element in rehearsal.waiting(case_id)]
    prepared = rehearsal.submit(item, "clerk", rehearsal.fields(APPEAL, ANSWERED, "registration_check"))
    suspend(rehearsal, case_id)
    cancel(rehearsal, case_id)
    case = rehearsal.case(case_id)
    assert (case.status, case.number) == ("cancelled", number)
    assert {row.state for row in rehearsal.rows(DeadlineRow, case_id=case_id)} <= {"kept", "cancelled", "breached"}
    [attempt] = rehearsal.rows(SigningAttemptRow, id=prepared.attempt_id)
    assert (attempt.state, attempt.pdf) == ("abandoned", None)
    [drawn] = rehearsal.rows(NumberRow, work_item_id=item.id)
    assert drawn.state == "annulled"
    [appeal] = rehearsal.rows(AppealRow, case_id=case_id)
    assert appeal.status == "cancelled"
    events = sorted(rehearsal.rows(AppealEventRow, case_id=case_id), key=lambda row: row.seq)
    assert [row.event for row in events][-2:] == ["suspended", "cancelled"]
    assert events[-1].facts == {"ground": GROUND}
    [mail] = [row for row in rehearsal.rows(OutboxRow, case_id=case_id) if row.key.startswith("cancelled")]
    assert (mail.recipient, GROUND in mail.body) == ("vetendas@example.az", True)


def test_a_job_that_comes_to_a_suspended_case_is_begun_anew_when_it_goes_on(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    player = rehearsal.player(APPEAL, ANSWERED)
    rehearsal.at(player.at)
    player.act()
    [(case_id, task_id, _)] = rehearsal._waiting()
    suspend(rehearsal, case_id)
    assert perform(office, case_id, task_id) is None
    assert perform(office, case_id, task_id) is None
    assert len(rehearsal.rows(ParkedJobRow)) == 1
    enqueued: list[tuple[str, ...]] = []
    office.enqueue = lambda _session, workflow, arguments, job: enqueued.append((workflow, *arguments, job))
    resume(rehearsal, case_id)
    [(workflow, case, task, job)] = enqueued
    assert (workflow, case, task) == ("service_task", str(case_id), str(task_id))
    assert job.startswith(f"{case_id}:{task_id}:")
    assert rehearsal.rows(ParkedJobRow) == []
    assert perform(office, case_id, task_id) is not None
