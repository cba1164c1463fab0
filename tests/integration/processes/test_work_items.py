"""Steps given on, delegated, set aside, made pressing, and what becomes of them when a mandate ends."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from rehearsal import ANSWERED, APPEAL, Rehearsal

from engine.workitem import Priority, WorkItem
from processes.errors import BadInput, NotPermitted, StepOvertaken
from processes.queries.assigning import assignment, colleagues
from processes.queries.inbox import Inbox, inbox
from processes.queries.inbox_filter import InboxFilter, Sort, Tab
from processes.tables import MandateRow, OutboxRow, PersonRow
from processes.use_cases.plan_work import FollowUpItem, PrioritiseItem, follow_up_item, prioritise_item
from processes.use_cases.return_lost_work import return_lost_work
from processes.use_cases.work_items import (
    AssignItem,
    ClaimItem,
    DelegateItem,
    HandBackItem,
    ReleaseItem,
    assign_item,
    claim_item,
    claim_items,
    delegate_item,
    hand_back_item,
    release_item,
)


def seen(rehearsal: Rehearsal, login: str, tab: Tab = Tab.MINE, **wanted: object) -> Inbox:
    return inbox(rehearsal.office, rehearsal.person(login), InboxFilter(tab=tab, **wanted))  # type: ignore[arg-type]


def lines(rehearsal: Rehearsal, login: str, tab: Tab = Tab.MINE) -> set[UUID]:
    return {line.item_id for line in seen(rehearsal, login, tab).lines}


def claimed(rehearsal: Rehearsal, item: WorkItem, login: str) -> WorkItem:
    return claim_item(rehearsal.office, ClaimItem(item_id=item.id, version=item.version, by=rehearsal.person(login)))


def revoke(rehearsal: Rehearsal, login: str) -> None:
    with rehearsal.office.unit_of_work() as uow:
        assert uow.update(MandateRow, {"holder_id": rehearsal.person(login)}, revoked_at=uow.now)
        uow.commit()


def events(rehearsal: Rehearsal, item: WorkItem) -> list[tuple[str, str | None, str | None]]:
    with rehearsal.office.reading() as uow:
        history = uow.engine.history(item.instance_id)
    return [
        (one.event, one.actor, (one.payload or {}).get("ground"))
        for one in history
        if one.event.startswith("item.") and (one.payload or {}).get("work_item") == str(item.id)
    ]


def answering(rehearsal: Rehearsal) -> WorkItem:
    """The step a resolution gave to executor1 by name."""
    case_id = rehearsal.play(APPEAL, ANSWERED, until="prepare_answer")
    return rehearsal.item(case_id, "prepare_answer")


def checking(rehearsal: Rehearsal) -> WorkItem:
    """A step that waits for any clerk."""
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    return rehearsal.item(case_id, "registration_check")


def agreeing(rehearsal: Rehearsal) -> WorkItem:
    """A step for any executor but who drafted the answer, executor1."""
    case_id = rehearsal.play(APPEAL, ANSWERED, until="agree_answer")
    return rehearsal.item(case_id, "agree_answer")


def test_what_a_resolution_gives_by_name_is_not_released_but_given_on_by_the_head(rehearsal: Rehearsal) -> None:
    item = answering(rehearsal)
    executor, other = rehearsal.person("executor1"), rehearsal.person("executor2")
    assert item.named
    with pytest.raises(NotPermitted) as refused:
        release_item(rehearsal.office, ReleaseItem(item_id=item.id, version=item.version, by=executor))
    assert refused.value.rule == "named"
    with pytest.raises(NotPermitted):
        colleagues(rehearsal.office, item.id, executor)
    request = DelegateItem(item_id=item.id, version=item.version, to=other, by=executor, ground="on leave")
    with pytest.raises(NotPermitted):
        delegate_item(rehearsal.office, request)
    given = AssignItem(
        item_id=item.id, version=item.version, to=other, by=rehearsal.person("head"), ground="executor1 is ill"
    )
    assert assign_item(rehearsal.office, given).assignee == str(other)
    assert events(rehearsal, item)[-1] == ("item.assigned", str(rehearsal.person("head")), "executor1 is ill")
    _a_step_given_by_name_waits_for_the_head_when_that_mandate_ends(rehearsal, item)


def test_a_step_is_not_for_whom_four_eyes_bar_but_delegated_and_handed_back(rehearsal: Rehearsal) -> None:
    item = agreeing(rehearsal)
    _nobody_is_offered_what_four_eyes_bar(rehearsal, item)
    item = claimed(rehearsal, item, "executor2")
    holder = rehearsal.person("executor2")
    asked = colleagues(rehearsal.office, item.id, holder)
    assert rehearsal.person("executor1") not in {each.id for each in asked.candidates}, "barred by four eyes"
    to = _another_executor(rehearsal)
    request = DelegateItem(item_id=item.id, version=item.version, to=to, by=holder, ground="knows the house")
    passed = delegate_item(rehearsal.office, request)
    assert (passed.assignee, passed.delegated_by) == (str(to), str(holder))
    assert item.id in lines(rehearsal, "executor2", Tab.ASIDE)
    stranger = HandBackItem(item_id=item.id, version=passed.version, by=rehearsal.person("clerk"), ground="")
    with pytest.raises(NotPermitted):
        hand_back_item(rehearsal.office, stranger)
    back = hand_back_item(
        rehearsal.office, HandBackItem(item_id=item.id, version=passed.version, by=to, ground="away tomorrow")
    )
    assert (back.assignee, back.delegated_by) == (str(holder), None)
    assert [each[0] for each in events(rehearsal, item)] == [
        "item.opened", "item.claimed", "item.delegated", "item.handed_back",
    ]  # fmt: skip
    assert events(rehearsal, item)[2:] == [
        ("item.delegated", str(holder), "knows the house"),
        ("item.handed_back", str(to), "away tomorrow"),
    ]
    _it_goes_back_to_the_group_when_its_holders_mandate_ends(rehearsal, item)


def _nobody_is_offered_what_four_eyes_bar(rehearsal: Rehearsal, item: WorkItem) -> None:
    assert item.id in lines(rehearsal, "executor2", Tab.GROUP)
    assert item.id not in lines(rehearsal, "executor1", Tab.GROUP)
    assert seen(rehearsal, "executor1").counts["group"] == 0
    names = {each.id for each in assignment(rehearsal.office, item.id, rehearsal.person("head")).candidates}
    assert rehearsal.person("executor1") not in names
    with pytest.raises(NotPermitted) as refused:
        assign_item(
            rehearsal.office,
            AssignItem(
                item_id=item.id,
                version=item.version,
                to=rehearsal.person("executor1"),
                by=rehearsal.person("head"),
                ground="?",
            ),
        )
    assert refused.value.rule == "four-eyes"


def _it_goes_back_to_the_group_when_its_holders_mandate_ends(rehearsal: Rehearsal, item: WorkItem) -> None:
    assert return_lost_work(rehearsal.office) == 0
    revoke(rehearsal, "executor2")
    assert return_lost_work(rehearsal.office) == 1
    with rehearsal.office.reading() as uow:
        assert uow.engine.work_item(item.id).assignee is None
    assert events(rehearsal, item)[-1] == ("item.released", "system", "the holder's mandate for the step has ended")
    assert rehearsal.audit("case:item:lost")[-1].details["from"] == str(rehearsal.person("executor2"))
    assert return_lost_work(rehearsal.office) == 0, "once is enough"


def _another_executor(rehearsal: Rehearsal) -> UUID:
    """A third executor of executor2's body, with a copy of that mandate."""
    with rehearsal.office.unit_of_work() as uow:
        mandate = uow.session.execute(
            sa.select(MandateRow).where(
                MandateRow.holder_id == rehearsal.person("executor2"), MandateRow.role == "executor"
            )
        ).scalar_one()
        model = uow.session.get_one(PersonRow, rehearsal.person("executor2"))
        person, values = uuid4(), {column.key: getattr(mandate, column.key) for column in MandateRow.__table__.columns}
        facts = {column.key: getattr(model, column.key) for column in PersonRow.__table__.columns}
        uow.insert(PersonRow, **{**facts, "id": person, "login": "newcomer", "name": "Yeni İcraçı"})
        uow.insert(MandateRow, **{**values, "id": uuid4(), "holder_id": person})
        uow.commit()
    return person


def test_what_is_set_aside_comes_back_on_its_day_or_when_it_is_overdue(rehearsal: Rehearsal) -> None:
    item = checking(rehearsal)
    assert seen(rehearsal, "clerk").late == 0
    item = claimed(rehearsal, item, "clerk")
    for days in (-1, 0, 400):
        on = rehearsal.office.clock().date() + timedelta(days=days)
        with pytest.raises(BadInput):
            follow_up_item(
                rehearsal.office,
                FollowUpItem(item_id=item.id, version=item.version, on=on, hides=False, by=rehearsal.person("clerk")),
            )
    tomorrow = rehearsal.office.clock().date() + timedelta(days=1)
    clerk = rehearsal.person("clerk")
    wanted = FollowUpItem(item_id=item.id, version=item.version, on=tomorrow, hides=True, by=clerk)
    aside = follow_up_item(rehearsal.office, wanted)
    assert item.id not in lines(rehearsal, "clerk")
    assert item.id in lines(rehearsal, "clerk", Tab.ASIDE)
    rehearsal.later(days=1)
    (line,) = [line for line in seen(rehearsal, "clerk").lines if line.item_id == item.id]
    assert line.follow_up_due
    far = FollowUpItem(item_id=item.id, version=aside.version, on=tomorrow + timedelta(days=60), hides=True, by=clerk)
    follow_up_item(rehearsal.office, far)
    assert item.id not in lines(rehearsal, "clerk")
    rehearsal.later(days=20)
    assert item.id in lines(rehearsal, "clerk"), "overdue: no reminder hides it"
    release_item(
        rehearsal.office,
        ReleaseItem(item_id=item.id, version=rehearsal.item(item.instance_id, "registration_check").version, by=clerk),
    )
    assert lines(rehearsal, "clerk") == set()
    assert seen(rehearsal, "clerk").late == 1, "it waits for the group, and is overdue all the same"


def test_a_pressing_step_stands_first_where_one_asks_for_it_and_a_selection_is_claimed(rehearsal: Rehearsal) -> None:
    first = checking(rehearsal)
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check", copy="second")
    second = rehearsal.item(case_id, "registration_check")
    request = PrioritiseItem(
        item_id=second.id, version=second.version, priority=Priority.URGENT, by=rehearsal.person("head"), ground="fire"
    )
    with pytest.raises(NotPermitted):
        prioritise_item(rehearsal.office, replace(request, by=rehearsal.person("clerk")))
    prioritise_item(rehearsal.office, request)
    assert (whole := seen(rehearsal, "clerk", Tab.GROUP)).counts["group"] == whole.paging.total >= 2
    assert [key for key, _ in whole.processes] == [APPEAL]
    found = seen(rehearsal, "clerk", Tab.GROUP, sort=Sort.PRIORITY).lines
    assert [line.item_id for line in found][:2] == [second.id, first.id]
    assert [line.priority for line in found][:2] == [Priority.URGENT, Priority.NORMAL]
    assert events(rehearsal, second)[-1] == ("item.prioritised", str(rehearsal.person("head")), "fire")
    clerk = rehearsal.person("clerk")
    stale = ClaimItem(item_id=first.id, version=first.version + 7, by=clerk)
    result = claim_items(rehearsal.office, [stale, ClaimItem(item_id=second.id, version=second.version + 1, by=clerk)])
    assert result.done == 1
    assert [type(error) for error in result.refused] == [StepOvertaken]


def _a_step_given_by_name_waits_for_the_head_when_that_mandate_ends(rehearsal: Rehearsal, item: WorkItem) -> None:
    revoke(rehearsal, "executor2")
    assert return_lost_work(rehearsal.office, rehearsal.person("executor2")) == 1
    assert item.id not in lines(rehearsal, "executor1", Tab.GROUP), "a resolution's step is not for the group"
    with rehearsal.office.reading() as uow:
        lost = uow.engine.work_item(item.id)
    with pytest.raises(NotPermitted) as refused:
        claimed(rehearsal, lost, "executor1")
    assert refused.value.rule == "named"
    told = [row.body for row in rehearsal.rows(OutboxRow, case_id=item.instance_id) if str(item.id) in row.body]
    assert told, "the head is told, with the way to give it on"
    executor = rehearsal.person("executor1")
    given = AssignItem(
        item_id=item.id, version=lost.version, to=executor, by=rehearsal.person("head"), ground="executor2 has left"
    )
    assert assign_item(rehearsal.office, given).assignee == str(executor)
