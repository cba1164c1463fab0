"""The inbox stays quick however many items are open: SQLite's planner says that an index answers each slice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.tables import WorkItemRow
from processes.database import create_engine
from processes.mandates import Mandate
from processes.queries import inbox_numbers, reach
from processes.queries.inbox_filter import Asking, Tab
from processes.queries.inbox_numbers import Counting, Part, counting, held

NOW = datetime(2026, 3, 19, tzinfo=UTC)
ME, BODY = uuid4(), uuid4()


def mandate(role: str, *scope: str) -> Mandate:
    return Mandate(
        id=uuid4(), holder_id=ME, holder="Leyla", role=role, capacity="officer", body_id=BODY, scope=scope,
        valid_from=NOW, valid_to=None, acts_for_id=None, acts_for=None, ground_act="order", ground_number="1",
        ground_date=date(2026, 1, 1), ground_sha256=None, revoked_at=None,
    )  # fmt: skip


def substitute(role: str) -> Mandate:
    return replace(mandate(role), acts_for_id=uuid4(), absent_id=uuid4())


def an_item(number: int) -> dict[str, Any]:
    """An overdue work item that ME has claimed; its case is of no interest, and the database does not ask here."""
    return {
        "id": uuid4(), "instance_id": uuid4(), "definition_key": "appeal", "definition_version": 1,
        "element_id": "check", "role": "clerk", "scope": str(BODY), "signature": "personal", "visit": 1,
        "state": "reserved", "version": 1, "assignee": str(ME), "data": {}, "created_at": NOW,
        "due_at": NOW - timedelta(days=1, hours=number), "named": False, "priority": 0, "follow_up_hides": False,
    }  # fmt: skip


SLICES = [
    *reach.mine(),
    *reach.aside(),
    *reach.done(),
    *reach.group([mandate("clerk"), mandate("operator", "review")]),
]


@pytest.mark.parametrize("number", range(len(SLICES)))
def test_no_slice_reads_the_whole_table(sqlite_url: str, number: int) -> None:
    engine = create_engine(sqlite_url)
    known = sa.select(reach.ITEM.c.id).where(SLICES[number].condition).params(reach.parameters(ME, NOW, SLICES))
    query = known.compile(engine, compile_kwargs={"literal_binds": True})
    with Session(engine) as session:
        plan = [row[3] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {query}".replace(":", r"\:")))]
    engine.dispose()
    assert any(step.startswith("SEARCH engine_work_item USING") for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN engine_work_item")] == []


def test_items_are_counted_in_the_indexes_alone(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    lists = {Tab.MINE: SLICES[:1], Tab.GROUP: SLICES[-2:], Tab.SUBSTITUTE: reach.substitution([substitute("head")])}
    parts = tuple(Part(one) for slices in lists.values() for one in slices)
    asked = reach.parameters(ME, NOW, [part.slice for part in parts])
    query = str(counting(parts).params(asked).compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    engine.dispose()
    read = [step for step in plan if step.startswith("SEARCH engine_work_item")]
    assert len(read) == len(parts)
    assert [step for step in read if "USING COVERING INDEX" not in step] == []


def test_a_number_is_exact_up_to_where_it_is_counted(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_numbers, "COUNTED", 2)
    inbox_numbers._prepared.cache_clear()
    engine = create_engine(sqlite_url)
    with Session(engine) as session:
        session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        for number in range(4):
            session.execute(sa.insert(WorkItemRow).values(**an_item(number)))
        uow = Mock(session=session, now=NOW)
        by = Asking(uow, ME)
        asked = Counting({Tab.MINE: reach.mine(), Tab.ASIDE: reach.aside()}, Tab.MINE, reach.mine())
        found = asked.numbers(*by.together(asked.asked(by)))
        assert held(by) == 3
    engine.dispose()
    inbox_numbers._prepared.cache_clear()
    assert found.tabs == {Tab.MINE: 3, Tab.ASIDE: 0}, "two, and that there are more"
    assert found.late == 3
    assert found.today == 0
    assert found.processes == ["appeal"]


def test_two_mandates_of_one_group_are_one_slice() -> None:
    assert len(reach.group([mandate("clerk", "appeal"), mandate("clerk", "review"), mandate("clerk")])) == 1
    assert len(reach.group([mandate("clerk"), mandate("operator")])) == 2


def test_lists_of_one_shape_are_asked_for_by_one_statement() -> None:
    assert reach.group([mandate("clerk")]) == reach.group([mandate("operator")])
    assert reach.group([mandate("clerk")]) != reach.group([mandate("clerk", "appeal")])
    assert reach.group([mandate("clerk")], "others")[0].values != reach.group([mandate("clerk")], "all")[0].values
