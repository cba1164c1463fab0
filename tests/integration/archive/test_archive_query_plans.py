"""Every list is answered by an index: SQLite's query planner says so itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.blobs.memory import MemoryBlobStore
from archive.documents import Accession
from archive.search import SearchQuery, SearchSort
from archive.service import Archive
from processes.database import create_engine

NOW = datetime(2026, 3, 19, tzinfo=UTC)
SOMEBODY = Visibility(
    owners=frozenset({"housing"}), levels={"housing": frozenset({"open"})}, cases=frozenset({uuid4()})
)


@pytest.fixture
def archive(sqlite_url: str) -> Iterator[tuple[Archive, list[list[str]]]]:
    """An archive, and the plan of every query it has made."""
    engine = create_engine(sqlite_url)
    plans: list[list[str]] = []

    def explain(connection: sa.Connection, cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()  # type: ignore[arg-type]
            plans.append([row[3] for row in rows])

    blobs = MemoryBlobStore(lambda: NOW)
    with Session(engine) as session:
        opened = Archive(session, blobs=blobs, now=NOW)
        for number in range(50):
            accession = Accession(
                id=uuid4(),
                case_id=uuid4(),
                owner="housing",
                number=f"R-{number}",
                type="answer",
                title="Cavab",
                text="su",
                blob=blobs.put(bytes([number])),
            )
            opened.accession(accession, actor="x")
        sa.event.listen(engine, "before_cursor_execute", explain)
        yield opened, plans
    engine.dispose()


def read_everything(plans: list[list[str]]) -> list[str]:
    """Steps that read a whole table of ours."""
    return [step for plan in plans for step in plan if step.startswith("SCAN archive_") and "VIRTUAL TABLE" not in step]


def test_lists_of_documents(archive: tuple[Archive, list[list[str]]]) -> None:
    opened, plans = archive
    document = opened.search(SearchQuery(), SOMEBODY).documents[0]
    plans.clear()
    opened.document(document.id)
    opened.documents([document.id])
    opened.case_documents(document.case_id or uuid4())
    opened.find_by_sha256(document.sha256)
    opened.revisions(document.id)
    opened.custody(document.id)
    opened.holds(document.id)
    opened.files(uuid4())
    opened.series(uuid4())
    opened.file_documents(uuid4())
    opened.review_lists.due(on=date(2030, 1, 1))
    assert len(plans) >= 11
    assert read_everything(plans) == []


@pytest.mark.parametrize(
    "query",
    [
        SearchQuery(),
        SearchQuery(text="su"),
        SearchQuery(text="su", sort=SearchSort.RELEVANCE),
        SearchQuery(text='"su cavab"'),
        SearchQuery(text="ca*", owner="housing", type="answer"),
        SearchQuery(signer="Aygün"),
        SearchQuery(number="R-3"),
        SearchQuery(case_id=uuid4()),
        SearchQuery(file_id=uuid4()),
        SearchQuery(retention_class="five-years"),
    ],
    ids=lambda query: query.text or "no text",
)
def test_searches(archive: tuple[Archive, list[list[str]]], query: SearchQuery) -> None:
    opened, plans = archive
    opened.search(query, SOMEBODY)
    assert read_everything(plans) == []


def test_the_newest_hits_come_without_sorting_all(archive: tuple[Archive, list[list[str]]]) -> None:
    opened, plans = archive
    opened.search(SearchQuery(text="su"), SOMEBODY)
    newest = plans[0]
    assert any("VIRTUAL TABLE" in step for step in newest)
    assert not any("ORDER BY" in step for step in newest)
