"""SQLite and PostgreSQL find the same documents, in the same order, with the same facets."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from founded import administer, new_database
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.blobs.memory import MemoryBlobStore
from archive.documents import Accession
from archive.search import SearchPage, SearchQuery, SearchSort
from archive.service import Archive
from processes.database import create_engine

NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)
TEXT = """
    müraciət müraciətin şikayət sənədin qanun qanunu su suyun küçəsi Bakı İSTİSMAR ödəniş təmiri kənddə
    өтініш өтініші құжаттар құжатты мұрағатқа қаулысы әкімдіктің ауданы балалар Ғимарат
    обращение обращения документ документами Приёмная ёлка йод решение
    report 2026 R-2026-000123 ﬁle naïve № 7/15 👍 \u200fعربي ß STRASSE ³
"""
WORDS = TEXT.split()
QUERIES = (
    *WORDS,
    "müraciət su",
    "СУ ҚҰЖАТ",
    '"müraciət su"',
    '"құжаттар обращение"',
    '"обращения құжат"',
    "«su müraciət»",
    "r-2026",
    "2026*",
    "құж*",
    "док*",
    "a*",
    "su OR şikayət",
    "NOT su",
    "(su)",
    "su & 'yol' | :*",
    "%",
    "_",
    "\\",
    "''",
    "бала*  su",
    "",
)


def fill(session: Session) -> Archive:
    """Some hundred short documents of random words, the same for every database."""
    chance = random.Random(20260319)
    blobs = MemoryBlobStore(lambda: NOW)
    archive = Archive(session, blobs=blobs, now=NOW)
    blob = blobs.put(b"%PDF")
    for number in range(200):
        accession = Accession(
            id=UUID(int=chance.getrandbits(128)),
            owner=chance.choice(("housing", "agency")),
            number=f"R-2026-{number:06}",
            type=chance.choice(("answer", "notice", "receipt")),
            title=" ".join(chance.choices(WORDS, k=3)),
            access_level=chance.choice(("open", "open", "official_use")),
            level=chance.choice(("B-B", "B-T", None)),
            text=", ".join(chance.choices(WORDS, k=chance.randrange(40))),
            blob=blob,
        )
        archive.accession(accession, actor="test")
    return archive


@pytest.fixture(scope="module")
def both(
    sqlite_template: object, postgres_url: sa.URL, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Archive, Archive]]:
    """The same archive on each database."""
    path = tmp_path_factory.mktemp("agree") / "agree.db"
    with open(str(sqlite_template), "rb") as template:  # noqa: PTH123 - a path whatever its type
        path.write_bytes(template.read())
    url = new_database(postgres_url, template=postgres_template)
    sqlite = create_engine(f"sqlite:///{path}")
    postgresql = create_engine(url)
    with Session(sqlite) as one, Session(postgresql) as other:
        yield fill(one), fill(other)
    sqlite.dispose()
    postgresql.dispose()
    administer(postgres_url, f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")


def told(page: SearchPage) -> tuple[object, ...]:
    found = [(document.id, page.highlights[document.id]) for document in page.documents]
    return page.total, page.total_is_exact, found, dict(page.facets)


@pytest.mark.parametrize("sort", list(SearchSort))
@pytest.mark.parametrize("visible", [Visibility.everything(), Visibility.public()], ids=["all", "public"])
def test_every_query_is_answered_alike(both: tuple[Archive, Archive], sort: SearchSort, visible: Visibility) -> None:
    sqlite, postgresql = both
    hits = 0
    for text in QUERIES:
        query = SearchQuery(text=text, sort=sort, limit=30)
        one, other = told(sqlite.search(query, visible)), told(postgresql.search(query, visible))
        assert one == other, text
        hits += bool(one[0])
    assert hits > len(QUERIES) * 3 // 4


@pytest.mark.parametrize("text", ["müraciətin", "құжаттар", "документ", '"su suyun"', "кел"])
def test_the_index_finds_what_reading_every_document_finds(both: tuple[Archive, Archive], text: str) -> None:
    """No document is missed and none found by mistake: checked against the token strings themselves."""
    from archive.folding import token_string
    from archive.query import parse_query

    sqlite, _postgresql = both
    everything = sqlite.search(SearchQuery(limit=1000), Visibility.everything()).documents
    (term,) = parse_query(text)

    def matches(title: str, number: str, rest: str) -> bool:
        tokens = token_string(number, title, rest)
        return any(f" {' '.join(stream)} " in tokens for stream in term.streams)

    stored = sqlite._session.execute(sa.text("SELECT seq, text FROM archive_search_text"))
    texts: dict[int, str] = {seq: text for seq, text in stored}  # noqa: C416 - rows of two
    expected = {doc.id for doc in everything if matches(doc.title, doc.number, texts[doc.seq])}
    found = sqlite.search(SearchQuery(text=text, limit=1000), Visibility.everything()).documents
    assert {document.id for document in found} == expected
