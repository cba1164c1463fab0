"""Two officers complete one work item at once: one succeeds, the other is told by whom and when."""

import json
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import Rehearsal

from engine.workitem import WorkItem
from processes import signed_steps
from processes.cases import case_row
from processes.documents import DocumentRefused, DocumentRenderer
from processes.errors import StepOvertaken
from processes.numbers import draw_document_number
from processes.signed_steps import SignedStep
from processes.tables import CaseDocumentRow, NumberRow, SigningAttemptRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.submit_step import attempt_pdf
from signing.service import read_attachment

ROUNDS = 50
NAMES = {"head": "Əliyev Şükür İsmayıl oğlu", "deputy": "İbrahimova Xəyalə Çingiz qızı"}


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of the acts, begun at the same moment in threads of their own, gave or raised."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        barrier.wait(timeout=30)
        try:
            outcomes[index] = acts[index]()
        except Exception as error:  # noqa: BLE001 whatever it is, the test says it
            outcomes[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive(), "one of the two hangs"
    return outcomes


def test_of_two_officers_at_once_one_signs_and_the_other_is_told(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    winners = []
    for round_ in range(ROUNDS):
        item = rehearsal.item(case.case_id, ELEMENT)
        fields = {"text": f"Qeyd {round_ + 1}", "last": round_ == ROUNDS - 1}
        # every tenth round they race from the form on, in the others only to the signature: both have it open
        race_from_form = round_ % 10 == 0
        prepared = {} if race_from_form else {login: rehearsal.submit(item, login, fields) for login in NAMES}

        def act(login: str) -> Callable[[], SignedStep]:
            def signing() -> SignedStep:
                ready = prepared[login] if prepared else rehearsal.submit(item, login, fields)  # noqa: B023
                return rehearsal.sign(ready, login)

            return signing

        outcomes = dict(zip(NAMES, at_once(*(act(login) for login in NAMES)), strict=True))
        signed = {login: each for login, each in outcomes.items() if isinstance(each, SignedStep)}
        told = {login: each for login, each in outcomes.items() if isinstance(each, StepOvertaken)}
        assert (len(signed), len(told)) == (1, 1), outcomes
        ((winner, success),), (overtaken,) = signed.items(), told.values()
        assert (overtaken.by, overtaken.at) == (NAMES[winner], success.accepted_at)
        winners.append(winner)
    assert rehearsal.case(case.case_id).status == "completed"
    steps = rehearsal.rows(StepRecordRow, case_id=case.case_id)
    documents = rehearsal.rows(CaseDocumentRow, case_id=case.case_id)
    assert len(steps) == len(documents) == ROUNDS
    assert sorted(step.round for step in steps) == list(range(1, ROUNDS + 1))
    states = [row.state for row in rehearsal.rows(SigningAttemptRow, case_id=case.case_id)]
    assert states.count("signed") == ROUNDS
    assert "prepared" not in states, "no attempt is left behind"
    numbers = rehearsal.rows(NumberRow, register=f"documents of {case.number}")
    assert sorted(row.seq for row in numbers) == list(range(1, ROUNDS + 1)), "one number a step, without a gap"
    assert {row.state for row in numbers} == {"used"}


def test_a_number_that_another_document_gets_meanwhile_is_on_no_second_one(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, renders = rehearsal.office, DocumentRenderer.render
    deploy_minutes(office)
    case = rehearsal.start(KEY, "executive", "head")
    item, other = rehearsal.item(case.case_id, ELEMENT), uuid4()

    def rendered(*given: Any, **named: Any) -> Any:
        monkeypatch.undo()
        with office.unit_of_work() as uow:
            assert draw_document_number(uow, case_row(uow.session, case.case_id), other) == f"{case.number}/1"
            uow.commit()
        return renders(*given, **named)

    monkeypatch.setattr(DocumentRenderer, "render", rendered)
    prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})
    assert prepared.number == f"{case.number}/2"
    pdf = attempt_pdf(office, prepared.attempt_id, rehearsal.person("head"))
    assert json.loads(read_attachment(pdf, "step.json"))["number"] == prepared.number
    numbers = rehearsal.rows(NumberRow, register=f"documents of {case.number}")
    assert {row.seq: row.work_item_id for row in numbers} == {1: other, 2: item.id}, "none is lost, none drawn twice"


def test_a_document_that_cannot_be_rendered_draws_no_number(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)

    def refuses(*_given: Any, **_named: Any) -> Any:
        raise DocumentRefused("template", "no such face")

    monkeypatch.setattr(DocumentRenderer, "render", refuses)
    with pytest.raises(DocumentRefused):
        rehearsal.submit(item, "head", {"text": "Qeyd", "last": True})
    assert not rehearsal.rows(NumberRow, register=f"documents of {case.number}")


def test_one_officer_clicking_twice_signs_once_and_is_told_the_same_twice(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    for _ in range(5):
        item = rehearsal.item(case.case_id, ELEMENT)
        prepared = rehearsal.submit(item, "head", {"text": "Qeyd", "last": False})
        first, second = at_once(*[lambda: rehearsal.sign(prepared, "head")] * 2)  # noqa: B023
        assert isinstance(first, SignedStep), first
        assert first == second
    assert len(rehearsal.rows(CaseDocumentRow, case_id=case.case_id)) == 5


def test_a_second_click_between_whose_looks_the_first_one_signs_is_told_the_same(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    prepared = rehearsal.submit(rehearsal.item(case.case_id, ELEMENT), "head", {"text": "Qeyd", "last": True})
    looked, signed = signed_steps.item_of, []

    def looks(uow: UnitOfWork, item_id: UUID) -> WorkItem:
        monkeypatch.undo()
        signed.append(rehearsal.sign(prepared, "head"))
        return looked(uow, item_id)

    monkeypatch.setattr(signed_steps, "item_of", looks)
    assert [rehearsal.sign(prepared, "head")] == signed


def test_two_officers_who_submit_at_once_share_one_number(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    fields = {"text": "Qeyd", "last": True}
    prepared = at_once(*(lambda login=login: rehearsal.submit(item, login, fields) for login in NAMES))
    assert prepared[0].number == prepared[1].number == f"{case.number}/1"
    attempts = rehearsal.rows(SigningAttemptRow, work_item_id=item.id)
    assert sorted(row.attempt for row in attempts) == [1, 2]
