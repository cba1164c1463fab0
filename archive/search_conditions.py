"""What the databases are asked: a query's facets as conditions, its words in each database's own language.

Only `matches` differs between the databases; everything else is the same SQL, so that both find the same.
"""

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.grounds import NOTHING, grounds
from archive.query import Term
from archive.search_index import INDEX_TABLE, KEYS_TABLE, VECTOR_COLUMN
from archive.search_keys import Described
from archive.search_query import SearchQuery
from archive.store import DOCUMENT, SEARCH_TEXT, SIGNER, table_of
from archive.tables import FileRow, SeriesRow

FILE = table_of(FileRow)
SERIES = table_of(SeriesRow)
INDEX = sa.table(INDEX_TABLE, sa.column("rowid", sa.Integer()))
_VECTOR: sa.ColumnElement[object] = sa.literal_column(f"{KEYS_TABLE}.{VECTOR_COLUMN}")
_EQUAL = (
    *("owner", "unit", "type", "number", "status", "language", "verdict", "level"),
    *("access_level", "retention_class", "file_id", "case_id"),
)
_FEW = ("number", "file_id", "case_id", "signer", "retention_class", "type", "dated_from", "dated_to")
"""Facets whose own index finds the newest documents sooner than a walk through all."""
_GROUNDS_ASKED = ("owner", "unit", "case_id")
"""Facets that are grounds as they stand."""
MOST_GROUNDS = 1_000
"""Words of why somebody may see documents that the index is asked for where many hits are wanted, or no words are."""
FEW_GROUNDS = 50
"""As many for a page of hits: to find more words in the index takes longer than to read the hits they leave out."""

_ASKED_OF_FTS5 = sa.text(
    "SELECT value FROM json_each(:stems) WHERE EXISTS"
    " (SELECT 1 FROM archive_search_index WHERE archive_search_index MATCH '\"' || value || '\"')"
)
_BEGUN = sa.text(
    # from word to word by the index; "> word" would read all hits of that word first, and no word has a char(1)
    "WITH RECURSIVE begun(word) AS (SELECT :first UNION ALL SELECT (SELECT term FROM archive_search_index_words"
    " WHERE term >= begun.word || char(1) AND term < :end ORDER BY term LIMIT 1) FROM begun"
    " WHERE begun.word IS NOT NULL) SELECT word FROM begun WHERE word IS NOT NULL LIMIT :most"
)
_MOST_BEGUN = 100
"""Words of one beginning that are asked for one by one; were they more, FTS5 had better gather them itself."""
_ASKED_OF_GIN = sa.text(
    "SELECT value FROM json_array_elements_text(CAST(:stems AS json)) AS value WHERE EXISTS (SELECT 1 FROM"
    " archive_search_index_keys WHERE vector @@ CAST(quote_literal(value) AS tsquery))"
)

_WAYS = [
    sa.func.set_config(f"enable_{way}", sa.bindparam("planned"), sa.true())
    for way in ("seqscan", "hashjoin", "mergejoin")
]
_BY_INDEX = sa.select(
    *_WAYS,
    # words differ in frequency; and to start a second process takes longer than any of this
    sa.func.set_config("plan_cache_mode", "force_custom_plan", sa.true()),
    sa.func.set_config("max_parallel_workers_per_gather", "0", sa.true()),
)
_AS_EVER = sa.select(*_WAYS)
_LAST = sa.select(sa.func.max(DOCUMENT.c.seq))


def is_sqlite(session: Session) -> bool:
    """Whether FTS5 answers, and not a tsvector."""
    return session.get_bind().dialect.name == "sqlite"


def in_keys(query: SearchQuery) -> bool:
    """Whether the narrow rows of the index are read: unless an index of the documents' own finds sooner."""
    return bool(query.text.strip()) or all(getattr(query, name) is None for name in _FEW)


def facet_conditions(query: SearchQuery, of: Described) -> list[sa.ColumnElement[bool]]:
    """What the facets ask of a document, its file and its series."""
    conditions = [of.one_of(name, [getattr(query, name)]) for name in _EQUAL if getattr(query, name) is not None]
    if query.year is not None:
        conditions.append(of.column("year") == query.year)
    if query.dated_from is not None:
        conditions.append(of.column("dated_on") >= query.dated_from)
    if query.dated_to is not None:
        conditions.append(of.column("dated_on") <= query.dated_to)
    if query.as_of is not None:
        conditions.append(of.seq <= query.as_of)
    if query.fonds_id is not None:
        conditions.append(of.one_of("fonds", [query.fonds_id]))
    if query.series_id is not None:
        conditions.append(of.filed(sa.select(SERIES.c.id).where(_part_of(query.series_id))))
    if query.signer is not None:
        named = (SIGNER.c.name == query.signer) | (SIGNER.c.serial == query.signer)
        conditions.append(of.among(DOCUMENT.c.id.in_(sa.select(SIGNER.c.document_id).where(named)), few=True))
    return conditions


def narrowed(session: Session, query: SearchQuery, visible: Visibility, *, most: int) -> tuple[frozenset[str], ...]:
    """Sets of words of the index of each of which every hit has one: why it may be seen, whose it is asked to be.

    :param most: words of a set; one that would have more is left out
    """
    asked = [grounds(name, [value]) for name in _GROUNDS_ASKED if (value := getattr(query, name)) is not None]
    filed = (sa.select(SERIES.c.id).where(within).limit(most + 1) for within in _series_asked(query))
    asked += [grounds("series_id", session.scalars(series)) for series in filed]
    return tuple(each for each in (visible.grounds(most=most), *asked) if each is not None and len(each) <= most)


def sees_many_cases(visible: Visibility) -> bool:
    """Whether this person sees so many cases that these are better found by their own index than by words."""
    return len(visible.cases) > FEW_GROUNDS and visible.owners is not None and not visible.quarantined


def _series_asked(query: SearchQuery) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions on series, in one of which every hit is filed."""
    if query.fonds_id is not None:
        yield SERIES.c.fonds_id == query.fonds_id
    if query.series_id is not None:
        yield _part_of(query.series_id)


def _part_of(series_id: UUID) -> sa.ColumnElement[bool]:
    """A series, and its parts."""
    return (SERIES.c.id == series_id) | (SERIES.c.above_id == series_id)


def phrase_conditions(terms: Sequence[Term]) -> list[sa.ColumnElement[bool]]:
    """The words of each phrase stand in its order, as the token string itself tells; asked of PostgreSQL alone."""
    return [
        sa.or_(*(sa.func.strpos(SEARCH_TEXT.c.tokens, f" {' '.join(stream)} ") > 0 for stream in term.streams))
        for term in terms
        if term.is_phrase
    ]


def indexed(session: Session, stems: Collection[str]) -> frozenset[str]:
    """Those of these stems that stand in some document, asked of the index one by one."""
    if not stems:
        return frozenset()
    asked = _ASKED_OF_FTS5 if is_sqlite(session) else _ASKED_OF_GIN
    return frozenset(session.scalars(asked, {"stems": "[" + ",".join(f'"{stem}"' for stem in sorted(stems)) + "]"}))


@contextmanager
def by_index(session: Session) -> Iterator[None]:
    """PostgreSQL looks into indexes alone: it cannot know how few hits are read, and would read whole tables."""
    if is_sqlite(session):
        yield
        return
    session.execute(_BY_INDEX, {"planned": "off"})
    yield
    session.execute(_AS_EVER, {"planned": "on"})


def newest_of_all(session: Session) -> int:
    """The number of the document taken in last; 0: there is none."""
    return session.scalar(_LAST) or 0


def matches(session: Session, terms: Sequence[Term], narrow: Sequence[frozenset[str]]) -> sa.ColumnElement[bool]:
    """Every word of every term is there, and of each set of words in `narrow` one; FTS5 knows phrases, too."""
    if is_sqlite(session):
        terms = [_spelt_out(session, term) for term in terms]
        phrases = [term for term in terms if term.is_phrase]
        expression = _boolean(
            [term for term in terms if not term.is_phrase],
            [*narrow, *(frozenset(map(" ".join, phrase.streams)) for phrase in phrases)],
            either=" OR ",
            both=" AND ",
            prefix='"{}"*',
            word='"{}"',
        )
        return sa.literal_column(INDEX_TABLE).op("MATCH", is_comparison=True)(expression)
    expression = _boolean(terms, narrow, either=" | ", both=" & ", prefix="'{}':*", word="'{}'")
    return _VECTOR.op("@@", is_comparison=True)(sa.cast(expression, TSQUERY()))


def _spelt_out(session: Session, term: Term) -> Term:
    """A beginning as the words that begin so: FTS5 reads on in the hits of words, but gathers all of a beginning's."""
    if term.prefix is None:
        return term
    asked = {"first": term.prefix, "end": term.prefix + chr(sys.maxunicode), "most": _MOST_BEGUN + 2}
    words = session.scalars(_BEGUN, asked).all()
    if len(words) > _MOST_BEGUN + 1:
        return term
    return replace(term, streams=(*term.streams, *((word,) for word in words)), prefix=None)


def _boolean(
    terms: Sequence[Term], narrow: Sequence[frozenset[str]], *, either: str, both: str, prefix: str, word: str
) -> str:
    """The terms in a database's own language. A lexeme holds only letters and digits, so quoting it is enough."""
    groups = [_group(lexemes, None, either, prefix, word) for lexemes in narrow]
    for term in terms:
        groups += [_group(lexemes, term.prefix, either, prefix, word) for lexemes in term.lexemes()]
    return both.join(dict.fromkeys(groups))


def _group(lexemes: frozenset[str], begins: str | None, either: str, prefix: str, word: str) -> str:
    """Words and a beginning of which one is meant; of none of them there is no document."""
    ways = [word.format(lexeme) for lexeme in sorted(lexemes) or [NOTHING]]
    if begins is not None:
        ways.append(prefix.format(begins))
    return f"({either.join(ways)})"
