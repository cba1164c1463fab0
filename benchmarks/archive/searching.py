"""What a person waits for who searches a million documents: the newest hits, the best hits, the facets over them."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.search import Search, SearchQuery, SearchSort
from benchmarks.archive import crowd
from benchmarks.archive.ingest import ingest
from benchmarks.archive.words import language
from benchmarks.engine import databases
from benchmarks.run import Clock, Figures, Run
from processes.database import create_engine
from processes.migrate import migrate

DOCUMENTS, QUICK_DOCUMENTS = crowd.MOST, 20_000
OPEN = frozenset({"open"})
EVERYDAY = OPEN | {"official_use"}
ALL = EVERYDAY | {"commercial_secret"}
PEOPLE = (
    Visibility.everything(),
    Visibility(owners=frozenset({crowd.body(0)}), levels={crowd.body(0): ALL}),
    Visibility(
        owners=frozenset({crowd.body(20), crowd.body(21)}),
        levels={crowd.body(20): EVERYDAY, crowd.body(21): EVERYDAY},
        cases=frozenset(crowd.case(number) for number in range(100, 3_900, 19)),
    ),
    Visibility.public(),
)
"""a supervisor, the archivist of a large body, an officer of two small ones who signed in 200 cases, the public"""


def measure(run: Run) -> Figures:
    """p95 in ms on each database, apart for what nothing has as typed; what both have a part in, of the slower one."""
    count = QUICK_DOCUMENTS if run.quick else DOCUMENTS
    figures: Figures = {"documents": count}
    figures["sqlite"] = _database(run, "sqlite", databases.sqlite(run.folder, "archive"), count)
    Path(run.folder / "archive.db").unlink()
    with databases.postgresql() as url:
        if url is None:
            run.say("  archive on PostgreSQL: not measured, there is no server")
        else:
            figures["postgresql"] = _database(run, "postgresql", url, count)
    found = [figures[name] for name in ("sqlite", "postgresql") if name in figures]
    for name in ("relevance_p95_ms", "facets_p95_ms"):
        # among fewer documents it would be another figure
        figures[name] = max(each[name] for each in found) if count == DOCUMENTS else None
    figures["ingest_per_second"] = min(each["ingest_per_second"] for each in found)
    return figures


def _database(run: Run, name: str, url: str, count: int) -> Figures:
    database = create_engine(url)
    try:
        migrate(database)
        crowd.populate(database, count)
        return search(run, name, database) | ingest(run, name, database)
    finally:
        database.dispose()


def search(run: Run, name: str, database: sa.Engine) -> Figures:
    """The times of one database, each over the same questions of the same people."""
    wanted = list(islice(questions(), run.times(240, 60)))
    clocks = {figure: Clock() for figure in (*ASKED, "forgiving")}
    wanted += [(SearchQuery(text=slipped(query.text)), visible) for query, visible in wanted if query.text.isalpha()]
    for query, visible in (*wanted[:5], *wanted):
        for figure, asked in ASKED.items():
            clock = Clock()
            with database.connect().execution_options(readonly=True) as connection, Session(connection) as session:
                forgave = clock.measure(lambda: asked(session, query, visible))  # noqa: B023 - called at once
            clocks["forgiving" if forgave else figure].note(clock.wall[0], clock.cpu[0])
    if len(clocks["newest"].wall) < len(wanted) // 3 or not clocks["forgiving"].wall:
        raise RuntimeError("hardly any question found anything as it was asked: this measures nothing")
    figures: Figures = {}
    for figure, clock in clocks.items():
        figures |= {
            f"{figure}_p95_ms": round(clock.p95(), 1),
            f"{figure}_p50_ms": round(clock.middle(), 1),
            f"{figure}_cpu_p95_ms": round(Clock(wall=clock.cpu).p95(), 1),
            f"{figure}_cpu_ms": round(1000 / clock.per_cpu_second, 1),
        }
        told = (figures[f"{figure}_{each}_ms"] for each in ("p50", "p95", "cpu", "cpu_p95"))
        run.say("  {} on {}: p50 {} ms, p95 {} ms; of the processor here {} ms, p95 {} ms".format(figure, name, *told))
    return figures


def _newest(session: Session, query: SearchQuery, visible: Visibility) -> bool:
    search = Search(session, query, visible)
    search.hits()
    return search.called_for_forgiving


def _relevance(session: Session, query: SearchQuery, visible: Visibility) -> bool:
    return _newest(session, replace(query, sort=SearchSort.RELEVANCE), visible)


def _facets(session: Session, query: SearchQuery, visible: Visibility) -> bool:
    search = Search(session, query, visible)
    search.facets()
    return search.called_for_forgiving


ASKED = {"newest": _newest, "relevance": _relevance, "facets": _facets}


def slipped(word: str) -> str:
    """A word with two of its letters in each other's place."""
    return f"{word[:2]}{word[3:4]}{word[2:3]}{word[4:]}"


def questions() -> Iterator[tuple[SearchQuery, Visibility]]:
    """Queries of many kinds in turns, each by the next of the people, without end and always the same."""
    chance = random.Random(4711)
    people = cycle(PEOPLE)
    for words in cycle([language(name) for name in ("az", "kk", "ru")]):
        one, other = (chance.choice(words.sentences).written.split() for _ in range(2))
        year = chance.randrange(2007, 2027)
        yield from (
            (query, next(people))
            for query in (
                SearchQuery(text=one[0]),
                SearchQuery(text=f"{one[0]} {one[1]}"),
                SearchQuery(text=f"{one[2]} {other[0]}"),
                SearchQuery(text=f'"{other[0]} {other[1]}"'),
                SearchQuery(text=max(one, key=len)[:5] + "*"),
                SearchQuery(text=f"R-{chance.randrange(20_000):07}"),
                SearchQuery(text=other[2], type="notice", year=year),
                SearchQuery(text=one[3], fonds_id=UUID(int=1 << 64 | 3)),
                SearchQuery(),
                SearchQuery(level="B-T", year=year),
                SearchQuery(text=max(other, key=len)),
            )
        )
