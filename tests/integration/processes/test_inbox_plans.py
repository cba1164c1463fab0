"""The inbox stays quick however many items are open: SQLite's planner says that an index answers each slice."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.tables import WorkItemRow
from processes.database import create_engine
from processes.mandates import Mandate
from processes.queries import reach

NOW = datetime(2026, 3, 19, tzinfo=UTC)
ME, BODY = uuid4(), uuid4()


def mandate(role: str, *scope: str) -> Mandate:
    return Mandate(
        id=uuid4(), holder_id=ME, holder="Leyla", role=role, capacity="officer", body_id=BODY, scope=scope,
        valid_from=NOW, valid_to=None, acts_for_id=None, acts_for=None, ground_act="order", ground_number="1",
        ground_date=date(2026, 1, 1), ground_sha256=None, revoked_at=None,
    )  # fmt: skip


SLICES = [
    *reach.mine(),
    *reach.aside(),
    *reach.done(),
    *reach.group([mandate("clerk"), mandate("operator", "review")]),
]


@pytest.mark.parametrize("number", range(len(SLICES)))
def test_no_slice_reads_the_whole_table(sqlite_url: str, number: int) -> None:
    engine = create_engine(sqlite_url)
    known = sa.select(WorkItemRow.id).where(SLICES[number].condition).params(reach.parameters(ME, NOW, SLICES))
    query = known.compile(engine, compile_kwargs={"literal_binds": True})
    with Session(engine) as session:
        plan = [row[3] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {query}".replace(":", r"\:")))]
    engine.dispose()
    assert any(step.startswith("SEARCH engine_work_item USING") for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN engine_work_item")] == []


def test_two_mandates_of_one_group_are_one_slice() -> None:
    assert len(reach.group([mandate("clerk", "appeal"), mandate("clerk", "review"), mandate("clerk")])) == 1
    assert len(reach.group([mandate("clerk"), mandate("operator")])) == 2


def test_lists_of_one_shape_are_asked_for_by_one_statement() -> None:
    assert reach.group([mandate("clerk")]) == reach.group([mandate("operator")])
    assert reach.group([mandate("clerk")]) != reach.group([mandate("clerk", "appeal")])
    assert reach.group([mandate("clerk")], "others")[0].values != reach.group([mandate("clerk")], "all")[0].values
