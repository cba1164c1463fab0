"""What the law says of appeals: the barrier of complaints, anonymous and repeated ones, forwarding, extension."""

from typing import Any
from uuid import UUID

import pytest
from rehearsal import ANSWERED, APPEAL, Rehearsal

from engine.deadlines import WorkingCalendar
from engine.workitem import WorkItem
from processes.appeals import person_named, tracking_code
from processes.errors import InvalidStep, RouteBarred
from processes.forms import FieldFinding
from processes.handlers import ProposedStep, guards
from processes.queries.tracking import track
from processes.tables import AppealRow, CaseRow, DeadlineRow, OutboxRow, ResolutionRow, StepRecordRow

ABOUT_ITSELF = "complaint-about-the-body-itself"
FORWARDED = "forwarded-to-competent-body"
HEAD = "Əliyev Şükür İsmayıl oğlu"


def complaint(about_body: UUID | None = None, about_person: str | None = None) -> dict[str, Any]:
    """Changed start fields that make a complaint of a scenario's appeal."""
    about = {"complained_body": str(about_body)} if about_body else {"complained_person": about_person}
    return {"kind": "complaint", **about}


def refused(rehearsal: Rehearsal, item: WorkItem, login: str, fields: dict[str, Any]) -> set[str]:
    """What the form finds wrong."""
    with pytest.raises(InvalidStep) as error:
        rehearsal.submit(item, login, fields)
    return {each.code for each in error.value.findings if isinstance(each, FieldFinding) and each.severity == "error"}


def barred(rehearsal: Rehearsal, item: WorkItem, login: str, fields: dict[str, Any]) -> str:
    """Whom the process's guard names, were the form to let the fields pass."""
    with rehearsal.office.reading() as uow:
        case = uow.session.get_one(CaseRow, item.instance_id)
        proposed = ProposedStep(case=case, item=item, person_id=rehearsal.person(login), fields=fields)
        with pytest.raises(RouteBarred) as error:
            guards["appeal.route"](uow, proposed)
    return error.value.about


def test_the_table_never_leaves_a_complaint_with_the_body_it_is_about(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ABOUT_ITSELF, until="registration_check")
    with rehearsal.office.unit_of_work() as uow:
        variables = uow.engine.lock(case_id).variables
    assert (variables["competent_body"], variables["route_barred"]) == ("agency", True)
    assert rehearsal.audit("case:route:bar")[0].details == {"about": "executive", "instead": "agency"}


def test_nor_does_the_clerk_or_the_head_by_hand(rehearsal: Rehearsal) -> None:
    player = rehearsal.player(APPEAL, ABOUT_ITSELF)
    rehearsal.play_on(player, until="registration_check")
    item = rehearsal.item(player.case_id, "registration_check")
    fields = rehearsal.fields(APPEAL, ABOUT_ITSELF, "registration_check")
    for changed in ({"decision": "consider"}, {"decision": "consider", "kind": "application"}):
        assert refused(rehearsal, item, "clerk", fields | changed) == {"own-complaint"}
        assert barred(rehearsal, item, "clerk", {"clerk_decision": "consider"}) == "Şəfəq Rayon İcra Hakimiyyəti"
    # registered as something else, it still does not go to whom it is about
    rehearsal.sign(rehearsal.submit(item, "clerk", fields | {"kind": "application"}), "clerk")
    letter = rehearsal.fields(APPEAL, ABOUT_ITSELF, "sign_forwarding")
    item = rehearsal.item(player.case_id, "sign_forwarding")
    for codes in (["executive"], ["agency", "executive"]):
        bodies = {"bodies": [str(rehearsal.body(code)) for code in codes]}
        assert refused(rehearsal, item, "head", letter | bodies) & {"complained-body", "not-an-option"}
        assert barred(rehearsal, item, "head", bodies) == "Şəfəq Rayon İcra Hakimiyyəti"
    assert rehearsal.waiting(player.case_id) == ["sign_forwarding"]


def test_a_complaint_is_not_forwarded_to_another_body_it_is_about(rehearsal: Rehearsal) -> None:
    about = complaint(about_body=rehearsal.body("housing"))
    case_id = rehearsal.play(APPEAL, FORWARDED, until="sign_forwarding", **about)
    item = rehearsal.item(case_id, "sign_forwarding")
    letter = rehearsal.fields(APPEAL, FORWARDED, "sign_forwarding")
    assert refused(rehearsal, item, "head", letter) == {"complained-body"}
    assert barred(rehearsal, item, "head", letter) == "Mənzil-Kommunal Xidməti"
    rehearsal.sign(rehearsal.submit(item, "head", letter | {"bodies": [str(rehearsal.body("agency"))]}), "head")


def test_a_complaint_about_an_executor_is_not_given_to_that_executor(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(
        APPEAL, ANSWERED, until="resolution", **complaint(about_person="Ramin Həsənov, baş məsləhətçi")
    )
    item = rehearsal.item(case_id, "resolution")
    fields = rehearsal.fields(APPEAL, ANSWERED, "resolution")
    first, second = (str(rehearsal.person(login)) for login in ("executor1", "executor2"))
    for lead, others in ((first, [second]), (second, [first])):
        with pytest.raises(RouteBarred) as barred:
            rehearsal.submit(item, "head", fields | {"lead_executor": lead, "co_executors": others})
        assert barred.value.about == "Həsənov Ramin Zaur oğlu"
    rehearsal.sign(rehearsal.submit(item, "head", fields | {"lead_executor": second, "co_executors": []}), "head")
    (resolution,) = rehearsal.rows(ResolutionRow, case_id=case_id)
    assert str(resolution.lead_id) == second
    item = rehearsal.item(case_id, "prepare_answer")
    answer = rehearsal.fields(APPEAL, ANSWERED, "prepare_answer")
    rehearsal.sign(rehearsal.submit(item, "executor2", answer), "executor2")
    with pytest.raises(RouteBarred):
        rehearsal.submit(rehearsal.item(case_id, "agree_answer"), "executor1", {"decision": "agree"})


def test_a_complaint_about_the_head_is_not_signed_by_the_head(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution", **complaint(about_person=HEAD))
    item = rehearsal.item(case_id, "resolution")
    fields = rehearsal.fields(APPEAL, ANSWERED, "resolution")
    with pytest.raises(RouteBarred) as barred:
        rehearsal.submit(item, "head", fields)
    assert barred.value.about == HEAD
    rehearsal.sign(rehearsal.submit(item, "deputy", fields), "deputy")


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (HEAD, "head"),
        ("Şükür Əliyev", "head"),
        ("əliyev şükür, rayon icra hakimiyyətinin başçısı", "head"),
        ("Әсел Нұрланова", "akimat.clerk"),
        ("Əliyev Vüqar İsmayıl oğlu", None),
        ("Naməlum şəxs", None),
        ("  , ", None),
        (None, None),
    ],
)
def test_who_a_complaint_names_is_found_among_the_officers(
    rehearsal: Rehearsal, named: str | None, found: str | None
) -> None:
    with rehearsal.office.reading() as uow:
        assert person_named(uow.session, named) == (rehearsal.person(found) if found else None)


def test_an_anonymous_appeal_is_told_so_and_left_unconsidered(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, "anonymous-not-considered")
    (appeal,) = rehearsal.rows(AppealRow, case_id=case_id)
    assert (appeal.anonymous, appeal.status, appeal.applicant_key) == (True, "not_considered", None)
    deadlines = {row.name: row for row in rehearsal.rows(DeadlineRow, case_id=case_id)}
    assert deadlines["nonconsideration"].due_on.isoformat() == "2026-05-25"
    assert deadlines["nonconsideration"].state == "kept"
    tracked = track(rehearsal.office, tracking_code(rehearsal.office, case_id))
    assert tracked.status == "not_considered"


def test_a_fourth_appeal_after_three_answers_is_marked_repeated(rehearsal: Rehearsal) -> None:
    cases = [rehearsal.play(APPEAL, ANSWERED, until="registration_check", copy=f"-{n}") for n in range(3)]
    with rehearsal.office.unit_of_work() as uow:
        for case_id in cases:
            assert not uow.engine.lock(case_id).variables["repeated"]
            uow.update(AppealRow, {"case_id": case_id}, status="answered")
        uow.commit()
    again = {"applicant_name": " MƏLİKOVA  Səidə Yaşar qızı "}
    for copy, changed, repeated in (
        ("-again", again, True),
        ("-other-topic", {"topic": "social"}, False),
        ("-other-person", {"applicant_name": "Quliyev Rəşad Elman oğlu"}, False),
    ):
        case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check", copy=copy, **changed)
        with rehearsal.office.unit_of_work() as uow:
            assert uow.engine.lock(case_id).variables["repeated"] is repeated, copy


def test_a_forwarded_appeal_is_registered_there_with_its_own_clock_and_the_citizen_told(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, FORWARDED)
    (there,) = rehearsal.rows(CaseRow, parent_case_id=case_id)
    assert there.body_id == rehearsal.body("housing")
    assert there.number == "M-HOUSING-2026-000001"
    (appeal,) = rehearsal.rows(AppealRow, case_id=case_id)
    assert appeal.status == "forwarded"
    (copy,) = rehearsal.rows(AppealRow, case_id=there.id)
    assert (copy.channel, copy.applicant_key) == ("inter_departmental", appeal.applicant_key)
    assert rehearsal.waiting(there.id) == ["registration_check"]
    (deadline,) = rehearsal.rows(DeadlineRow, case_id=there.id)
    calendar = WorkingCalendar("AZ", {})
    assert deadline.due_on == calendar.add_working_days(there.started_at.date(), 3)
    tracked = track(rehearsal.office, tracking_code(rehearsal.office, case_id))
    assert tracked.status == "forwarded"
    notices = rehearsal.rows(OutboxRow, case_id=case_id)
    assert len({notice.key for notice in notices}) == len(notices) >= 2


def test_an_extension_moves_the_term_once_and_says_why(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, "extended-signed-by-substitute", until="agree_answer")
    answers = [row for row in rehearsal.rows(DeadlineRow, case_id=case_id) if row.name == "answer"]
    first, *later = sorted(answers, key=lambda row: row.due_on)
    assert first.recomputations[0]["reason"] == "extension"
    assert first.recomputations[0]["days"] == 10
    assert {row.due_on > first.due_on for row in later} == {True}
    steps = [row.element_id for row in rehearsal.rows(StepRecordRow, case_id=case_id)]
    assert steps.count("sign_extension") == 1
    (appeal,) = rehearsal.rows(AppealRow, case_id=case_id)
    assert appeal.status == "extended"
