"""Two officers complete one work item at once: one succeeds, the other is told by whom and when."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import Rehearsal

from engine.workitem import WorkItem
from processes import signed_steps
from processes.errors import StepOvertaken
from processes.signed_steps import SignedStep
from processes.tables import CaseDocumentRow, NumberRow, SigningAttemptRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

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
