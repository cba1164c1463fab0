"""What the databases are asked: a query's facets as conditions, its words in each database's own language.

Only `matches` differs between the databases; everything else is the same SQL, so that both find the same.
"""

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from archive.query import Term
from archive.search_index import INDEX_TABLE, VECTOR_COLUMN
from archive.search_query import SearchQuery
from archive.store import DOCUMENT, SEARCH_TEXT, SIGNER, table_of
from archive.tables import FileRow, SeriesRow

FILE = table_of(FileRow)
SERIES = table_of(SeriesRow)
INDEX = sa.table(INDEX_TABLE, sa.column("rowid", sa.Integer()))
_VECTOR: sa.ColumnElement[object] = sa.literal_column(f"archive_search_text.{VECTOR_COLUMN}")
_EQUAL = (
    *("owner", "unit", "type", "number", "year", "status", "language", "verdict", "level"),
    *("access_level", "retention_class", "file_id", "case_id"),
)

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
    " archive_search_text WHERE vector @@ CAST(quote_literal(value) AS tsquery))"
)


def is_sqlite(session: Session) -> bool:
    """Whether FTS5 answers, and not a tsvector."""
    return session.get_bind().dialect.name == "sqlite"


def facet_conditions(query: SearchQuery) -> list[sa.ColumnElement[bool]]:
    """What the facets ask of a document, its file and its series."""
    conditions = [DOCUMENT.c[name] == getattr(query, name) for name in _EQUAL if getattr(query, name) is not None]
    if query.dated_from is not None:
        conditions.append(DOCUMENT.c.dated_on >= query.dated_from)
    if query.dated_to is not None:
        conditions.append(DOCUMENT.c.dated_on <= query.dated_to)
    if query.as_of is not None:
        conditions.append(DOCUMENT.c.seq <= query.as_of)
    if query.series_id is not None:
        conditions.append(DOCUMENT.c.file_id.in_(sa.select(FILE.c.id).where(FILE.c.series_id == query.series_id)))
    if query.fonds_id is not None:
        files = sa.select(FILE.c.id).join_from(FILE, SERIES).where(SERIES.c.fonds_id == query.fonds_id)
        conditions.append(DOCUMENT.c.file_id.in_(files))
    if query.signer is not None:
        named = (SIGNER.c.name == query.signer) | (SIGNER.c.serial == query.signer)
        conditions.append(DOCUMENT.c.id.in_(sa.select(SIGNER.c.document_id).where(named)))
    return conditions


def text_conditions(session: Session, terms: Sequence[Term]) -> list[sa.ColumnElement[bool]]:
    """Every word of every term is there; the order of a phrase's words is told by the token string itself."""
    if not terms:
        return []
    phrases = [
        sa.or_(*(SEARCH_TEXT.c.tokens.contains(f" {' '.join(stream)} ", autoescape=True) for stream in term.streams))
        for term in terms
        if term.is_phrase
    ]
    return [_matches(session, terms), *phrases]


def indexed(session: Session, stems: Collection[str]) -> frozenset[str]:
    """Those of these stems that stand in some document, asked of the index one by one."""
    if not stems:
        return frozenset()
    if is_sqlite(session):
        asked = _ASKED_OF_FTS5
    else:
        # one look into the index for each: the planner, which sees one statement, would read the table instead
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        asked = _ASKED_OF_GIN
    found = session.scalars(asked, {"stems": "[" + ",".join(f'"{stem}"' for stem in sorted(stems)) + "]"}).all()
    if not is_sqlite(session):
        session.execute(sa.text("SET LOCAL enable_seqscan = on"))
    return frozenset(found)


def _matches(session: Session, terms: Sequence[Term]) -> sa.ColumnElement[bool]:
    if is_sqlite(session):
        terms = [_spelt_out(session, term) for term in terms]
        expression = _boolean(terms, either=" OR ", both=" AND ", prefix='"{}"*', word='"{}"')
        return sa.literal_column(INDEX_TABLE).op("MATCH", is_comparison=True)(expression)
    expression = _boolean(terms, either=" | ", both=" & ", prefix="'{}':*", word="'{}'")
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


def _boolean(terms: Sequence[Term], *, either: str, both: str, prefix: str, word: str) -> str:
    """The terms in a database's own language. A lexeme holds only letters and digits, so quoting it is enough."""
    groups = []
    for term in terms:
        for lexemes in term.lexemes():
            ways = [word.format(lexeme) for lexeme in sorted(lexemes)]
            if term.prefix is not None:
                ways.append(prefix.format(term.prefix))
            groups.append(f"({either.join(ways)})")
    return both.join(dict.fromkeys(groups))
