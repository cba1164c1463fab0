"""Stale, double and foreign submissions: exactly one counts, and everybody else is told who did what and when."""

import itertools
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from rehearsal import ANSWERED, APPEAL, Rehearsal

from processes.database import LOCK_WAIT_SECONDS
from processes.errors import AttemptExpired, NotFound, NotPermitted, StepOvertaken
from processes.tables import AttachmentRow, CaseDocumentRow, DraftRow, MandateRow, NumberRow, SigningAttemptRow
from processes.use_cases.abandon_attempt import expire_attempts
from processes.use_cases.attach_file import AttachFile, attach_file
from processes.use_cases.drafts import SaveDraft, save_draft
from processes.use_cases.sign_step import SignStep, sign_step
from processes.use_cases.work_items import AssignItem, ClaimItem, ReleaseItem, assign_item, claim_item, release_item

HEAD = "Əliyev Şükür İsmayıl oğlu"


def test_signing_twice_tells_the_same_again(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    prepared = rehearsal.submit(item, "clerk", rehearsal.fields(APPEAL, ANSWERED, "registration_check"))
    first = rehearsal.sign(prepared, "clerk")
    assert rehearsal.sign(prepared, "clerk") == first
    assert len(rehearsal.rows(CaseDocumentRow, case_id=case_id, element_id="registration_check")) == 1


def test_a_form_submitted_twice_leaves_only_the_newer_document_to_sign(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    fields = rehearsal.fields(APPEAL, ANSWERED, "registration_check")
    older, newer = (rehearsal.submit(item, "clerk", fields) for _ in range(2))
    assert older.number == newer.number, "the step keeps its number over its attempts"
    with pytest.raises(AttemptExpired):
        rehearsal.sign(older, "clerk")
    rehearsal.sign(newer, "clerk")
    states = {row.id: row.state for row in rehearsal.rows(SigningAttemptRow, case_id=case_id)}
    assert states == {older.attempt_id: "abandoned", newer.attempt_id: "signed"}


def test_who_comes_second_is_told_who_was_first_and_when(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    item = rehearsal.item(case_id, "resolution")
    fields = rehearsal.fields(APPEAL, ANSWERED, "resolution")
    heads, deputys = rehearsal.submit(item, "head", fields), rehearsal.submit(item, "deputy", fields)
    signed = rehearsal.sign(heads, "head")
    for act in (
        lambda: rehearsal.sign(deputys, "deputy"),
        lambda: rehearsal.submit(item, "deputy", fields),
        lambda: save_draft(rehearsal.office, SaveDraft(item_id=item.id, by=rehearsal.person("deputy"), fields=fields)),
    ):
        with pytest.raises(StepOvertaken) as told:
            act()
        assert (told.value.by, told.value.state) == (HEAD, "completed")
        assert told.value.at == signed.accepted_at
    assert not rehearsal.audit("case:item:refused"), "to be late is no offence"
    assert {row.state for row in rehearsal.rows(SigningAttemptRow, work_item_id=item.id)} == {"signed", "abandoned"}
    assert [row.state for row in rehearsal.rows(NumberRow, work_item_id=item.id)] == ["used"]


def test_a_form_opened_before_somebody_claimed_the_item_is_stale(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    item = rehearsal.item(case_id, "resolution")
    claimed = claim_item(
        rehearsal.office, ClaimItem(item_id=item.id, version=item.version, by=rehearsal.person("head"))
    )
    fields = rehearsal.fields(APPEAL, ANSWERED, "resolution")
    with pytest.raises(StepOvertaken) as told:
        rehearsal.submit(item, "head", fields)
    assert (told.value.by, told.value.at, told.value.state) == (HEAD, claimed.claimed_at, "changed")
    rehearsal.sign(rehearsal.submit(claimed, "head", fields), "head")


def test_an_item_given_to_somebody_else_while_one_signs_is_overtaken(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, "returned-at-agreement", until="agree_answer")
    item = rehearsal.item(case_id, "agree_answer")
    drafted_by = {row.person_id for row in rehearsal.rows(SigningAttemptRow, case_id=case_id)}
    signer = next(each for each in ("executor1", "executor2") if rehearsal.person(each) not in drafted_by)
    _make_an_executor(rehearsal, "clerk", like=signer)
    prepared = rehearsal.submit(item, signer, {"decision": "agree"})
    order = AssignItem(
        item_id=item.id,
        version=item.version,
        to=rehearsal.person("clerk"),
        by=rehearsal.person("head"),
        ground="Məzuniyyət",
    )
    assign_item(rehearsal.office, order)
    with pytest.raises(StepOvertaken) as told:
        rehearsal.sign(prepared, signer)
    assert told.value.state == "changed"
    assert rehearsal.waiting(case_id) == ["agree_answer"]


def _make_an_executor(rehearsal: Rehearsal, login: str, *, like: str) -> None:
    """Whoever drafted the answer cannot be given its agreement: somebody else needs the role."""
    (mandate,) = rehearsal.rows(MandateRow, holder_id=rehearsal.person(like), role="executor")
    values = {column.key: getattr(mandate, column.key) for column in MandateRow.__table__.columns}
    with rehearsal.office.unit_of_work() as uow:
        uow.insert(MandateRow, **{**values, "id": uuid4(), "holder_id": rehearsal.person(login)})
        uow.commit()


def test_somebody_elses_work_item_is_refused_and_noted(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    item = rehearsal.item(case_id, "resolution")
    office, fields = rehearsal.office, rehearsal.fields(APPEAL, ANSWERED, "resolution")
    acts: list[Callable[[str, UUID], object]] = [
        lambda login, _: rehearsal.submit(item, login, fields),
        lambda _, by: save_draft(office, SaveDraft(item_id=item.id, by=by, fields={})),
        lambda _, by: attach_file(office, AttachFile(item_id=item.id, by=by, field="x", name="a.txt", content=b"a")),
        lambda _, by: claim_item(office, ClaimItem(item_id=item.id, version=item.version, by=by)),
    ]
    logins = ("clerk", "housing.head", "archivist", "admin")
    for login, act in itertools.product(logins, acts):
        before = office.clock()
        with pytest.raises(NotPermitted) as refused:
            act(login, rehearsal.person(login))
        assert refused.value.rule == "mandate"
        assert (office.clock() - before).total_seconds() < LOCK_WAIT_SECONDS, "a refusal waits for nobody's lock"
    lines = rehearsal.audit("case:item:refused")
    assert [(line.actor, line.subject, line.details) for line in lines] == [
        (str(rehearsal.person(login)), str(item.id), {"code": "not-permitted", "rule": "mandate"})
        for login, _ in itertools.product(logins, acts)
    ]
    assert not rehearsal.rows(SigningAttemptRow, work_item_id=item.id)
    assert not rehearsal.rows(DraftRow)
    assert not rehearsal.rows(AttachmentRow, work_item_id=item.id)


def test_an_item_reserved_for_a_colleague_is_refused(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="prepare_answer")
    item = rehearsal.item(case_id, "prepare_answer")
    assert item.assignee == str(rehearsal.person("executor1"))
    with pytest.raises(NotPermitted) as refused:
        rehearsal.submit(item, "executor2", rehearsal.fields(APPEAL, ANSWERED, "prepare_answer"))
    assert refused.value.rule == "assignment"
    with pytest.raises(NotPermitted):
        release_item(
            rehearsal.office, ReleaseItem(item_id=item.id, version=item.version, by=rehearsal.person("executor2"))
        )
    assert rehearsal.audit("case:item:refused")[-1].details == {"code": "not-permitted", "rule": "assignment"}


def test_another_persons_prepared_document_cannot_be_signed(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    item = rehearsal.item(case_id, "resolution")
    prepared = rehearsal.submit(item, "head", rehearsal.fields(APPEAL, ANSWERED, "resolution"))
    request = SignStep(
        attempt_id=prepared.attempt_id, by=rehearsal.person("deputy"), pin=rehearsal.accounts["deputy"].pin
    )
    with pytest.raises(NotFound, match="no document waits"):
        sign_step(rehearsal.office, request)
    rehearsal.sign(prepared, "head")


def test_files_are_not_added_to_a_signed_step(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    rehearsal.sign(rehearsal.submit(item, "clerk", rehearsal.fields(APPEAL, ANSWERED, "registration_check")), "clerk")
    late = AttachFile(item_id=item.id, by=rehearsal.person("clerk"), field="note", name="a.txt", content=b"late")
    with pytest.raises(StepOvertaken):
        attach_file(rehearsal.office, late)
    assert not rehearsal.rows(AttachmentRow, work_item_id=item.id)


def test_a_prepared_document_expires_and_the_step_goes_on_with_its_number(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    item = rehearsal.item(case_id, "registration_check")
    fields = rehearsal.fields(APPEAL, ANSWERED, "registration_check")
    prepared = rehearsal.submit(item, "clerk", fields)
    rehearsal.later(minutes=16)
    with pytest.raises(AttemptExpired):
        rehearsal.sign(prepared, "clerk")
    assert expire_attempts(rehearsal.office) == 1
    assert expire_attempts(rehearsal.office) == 0
    anew = rehearsal.submit(item, "clerk", fields)
    assert anew.number == prepared.number
    rehearsal.sign(anew, "clerk")
    with rehearsal.office.reading() as uow:
        unused = uow.session.scalar(
            sa.select(sa.func.count())
            .select_from(NumberRow)
            .where(NumberRow.case_id == case_id, NumberRow.state == "drawn")
        )
    assert unused == 0
