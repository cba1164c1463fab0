"""The life of a work item: READY, RESERVED, COMPLETED or EXITED, and who loses a race."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError, StaleWorkItem, WorkItemClosed, WorkItemReserved
from engine.workitem import Priority, WorkItem, WorkItemState

NOW = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)
ITEM = WorkItem(
    id=UUID(int=1),
    instance_id=UUID(int=2),
    definition_key="operator-review",
    definition_version=1,
    element_id="review",
    role="operator",
    scope="agency",
    data={},
    created_at=NOW,
)


def test_an_item_is_claimed_and_released():
    claimed = ITEM.claimed(version=1, by="leyla", at=NOW)
    assert (claimed.state, claimed.assignee, claimed.claimed_at, claimed.version) == (
        WorkItemState.RESERVED, "leyla", NOW, 2)  # fmt: skip
    released = claimed.released(version=2)
    assert (released.state, released.assignee, released.claimed_at, released.version) == (
        WorkItemState.READY, None, None, 3)  # fmt: skip


def test_claiming_twice_by_the_same_person_changes_nothing():
    claimed = ITEM.claimed(version=1, by="leyla", at=NOW)
    assert claimed.claimed(version=2, by="leyla", at=NOW) is claimed
    assert ITEM.released(version=1) is ITEM


def test_of_two_officers_the_second_is_told_what_changed():
    claimed = ITEM.claimed(version=1, by="leyla", at=NOW)
    with pytest.raises(StaleWorkItem) as caught:
        claimed.claimed(version=1, by="murad", at=NOW)
    assert caught.value.current is claimed
    with pytest.raises(WorkItemReserved):
        claimed.claimed(version=2, by="murad", at=NOW)
    with pytest.raises(WorkItemReserved):
        claimed.completed(version=2, by="murad", at=NOW)


def test_a_supervisor_assigns_over_a_claim():
    assigned = ITEM.claimed(version=1, by="leyla", at=NOW).assigned(version=2, to="murad", at=NOW)
    assert (assigned.assignee, assigned.state, assigned.version) == ("murad", WorkItemState.RESERVED, 3)


def test_completing_an_unclaimed_item_makes_it_ones_own():
    done = ITEM.completed(version=1, by="leyla", at=NOW)
    assert (done.state, done.assignee, done.claimed_at, done.ended_at) == (WorkItemState.COMPLETED, "leyla", NOW, NOW)
    assert not done.state.open


@pytest.mark.parametrize("closed", [ITEM.completed(version=1, by="a", at=NOW), ITEM.exited(at=NOW)])
def test_nothing_more_happens_to_a_closed_item(closed):
    for act in (
        lambda: closed.claimed(version=2, by="a", at=NOW),
        lambda: closed.released(version=2),
        lambda: closed.assigned(version=2, to="a", at=NOW),
        lambda: closed.completed(version=2, by="a", at=NOW),
        lambda: closed.exited(at=NOW),
    ):
        with pytest.raises(WorkItemClosed):
            act()


ACTS = st.sampled_from(["claim", "release", "assign", "complete", "exit"])


@given(st.lists(st.tuples(ACTS, st.sampled_from(["leyla", "murad"]), st.integers(1, 6)), max_size=12))
def test_versions_only_rise_and_a_closed_item_stays_closed(history):
    item = ITEM
    for act, who, version in history:
        before = item
        try:
            item = {
                "claim": lambda i=item, v=version, w=who: i.claimed(version=v, by=w, at=NOW),
                "release": lambda i=item, v=version: i.released(version=v),
                "assign": lambda i=item, v=version, w=who: i.assigned(version=v, to=w, at=NOW),
                "complete": lambda i=item, v=version, w=who: i.completed(version=v, by=w, at=NOW),
                "exit": lambda i=item: i.exited(at=NOW),
            }[act]()
        except EngineError:
            continue
        assert before.state.open
        assert item is before or item.version == before.version + 1
        assert (item.assignee is None) == (item.state is WorkItemState.READY or item.state is WorkItemState.EXITED) or (
            item.state is WorkItemState.EXITED
        )


def test_a_delegated_item_comes_back_to_whom_it_was_first_given():
    held = ITEM.claimed(version=1, by="leyla", at=NOW)
    passed = held.delegated(version=2, to="murad", at=NOW).delegated(version=3, to="aysel", at=NOW)
    assert (passed.assignee, passed.delegated_by, passed.version) == ("aysel", "leyla", 4)
    back = passed.handed_back(version=4, at=NOW)
    assert (back.assignee, back.delegated_by, back.state) == ("leyla", None, WorkItemState.RESERVED)
    assert passed.delegated(version=4, to="leyla", at=NOW).delegated_by is None


def test_what_nobody_holds_is_not_delegated_and_what_was_not_delegated_is_not_handed_back():
    with pytest.raises(WorkItemReserved):
        ITEM.delegated(version=1, to="murad", at=NOW)
    with pytest.raises(WorkItemReserved):
        ITEM.claimed(version=1, by="leyla", at=NOW).handed_back(version=2, at=NOW)


def test_a_reminder_is_the_holders_own_and_goes_with_them():
    held = ITEM.claimed(version=1, by="leyla", at=NOW).followed_up(version=2, at=NOW, hides=True)
    assert (held.follow_up_at, held.follow_up_hides, held.version) == (NOW, True, 3)
    assert held.followed_up(version=3, at=NOW, hides=True) is held
    assert held.followed_up(version=3, at=None, hides=True).follow_up_hides is False
    assert held.released(version=3).follow_up_at is None
    assert held.assigned(version=3, to="murad", at=NOW).follow_up_hides is False


def test_a_priority_stays_whoever_holds_the_item():
    pressing = ITEM.prioritised(version=1, priority=Priority.URGENT)
    assert pressing.prioritised(version=2, priority=Priority.URGENT) is pressing
    assert pressing.claimed(version=2, by="leyla", at=NOW).released(version=3).priority == Priority.URGENT


@pytest.mark.parametrize("change", ["prioritised", "followed_up", "delegated", "handed_back"])
def test_a_closed_item_is_arranged_no_more(change):
    done = ITEM.completed(version=1, by="leyla", at=NOW)
    arguments = {
        "prioritised": {"priority": Priority.HIGH},
        "followed_up": {"at": NOW, "hides": False},
        "delegated": {"to": "x", "at": NOW},
        "handed_back": {"at": NOW},
    }
    with pytest.raises(WorkItemClosed):
        getattr(done, change)(version=2, **arguments[change])
