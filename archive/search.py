"""Finding documents: words, phrases and prefixes, facets, newest first or by relevance, within what a person may see.

The databases differ in one condition only (`_matches`); everything else is the same SQL, so that both find the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.documents import ArchivedDocument
from archive.highlights import Fragment, excerpt, marked
from archive.query import Term, parse_query
from archive.ranking import Candidate, rank
from archive.search_index import INDEX_TABLE, VECTOR_COLUMN
from archive.store import DOCUMENT, DOCUMENT_COLUMNS, SEARCH_TEXT, SIGNER, table_of, to_document
from archive.tables import FileRow, SeriesRow

COUNTED = 10_000
"""Hits are counted exactly up to here."""
CANDIDATES = 500
"""The newest hits among which relevance chooses."""
_HIGHLIGHTED = 50_000
"""Characters of a document's text in which an excerpt is looked for."""

FILE = table_of(FileRow)
SERIES = table_of(SeriesRow)


class SearchSort(StrEnum):
    """The order of what is found."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchQuery:
    """What is looked for; None leaves a facet open. `signer` is a name as `signers` has it, or a certificate serial."""

    text: str = ""
    owner: str | None = None
    type: str | None = None
    signer: str | None = None
    number: str | None = None
    year: int | None = None
    dated_from: date | None = None
    dated_to: date | None = None
    status: str | None = None
    language: str | None = None
    verdict: str | None = None
    level: str | None = None
    access_level: str | None = None
    retention_class: str | None = None
    fonds_id: UUID | None = None
    series_id: UUID | None = None
    file_id: UUID | None = None
    case_id: UUID | None = None
    sort: SearchSort = SearchSort.NEWEST
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Highlight:
    """A hit's title and the best passage of its text, with the words looked for marked."""

    title: tuple[Fragment, ...]
    excerpt: tuple[Fragment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetValue:
    """One value of a facet and how many of the hits have it (counted exactly up to COUNTED hits)."""

    value: str | None
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPage:
    """One page of hits, in order. Where `total_is_exact` is false there are more than `total`."""

    total: int
    total_is_exact: bool
    documents: tuple[ArchivedDocument, ...] = ()
    highlights: Mapping[UUID, Highlight] = field(default_factory=dict)
    """by document"""
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)


_INDEX = sa.table(INDEX_TABLE, sa.column("rowid", sa.Integer()))
_EQUAL = (
    *("owner", "type", "number", "year", "status", "language", "verdict", "level"),
    *("access_level", "retention_class", "file_id", "case_id"),
)
_FACETS: dict[str, sa.ColumnElement[Any]] = {
    "type": DOCUMENT.c.type,
    "owner": DOCUMENT.c.owner,
    "year": DOCUMENT.c.year,
    "status": DOCUMENT.c.status,
    "verdict": DOCUMENT.c.verdict,
    "level": DOCUMENT.c.level,
    "access_level": DOCUMENT.c.access_level,
    "retention_class": DOCUMENT.c.retention_class,
    "fonds": SERIES.c.fonds_id,
}
_FACET_VALUES = 50
"""Values shown of a facet, the most frequent first"""


class Search:
    """One search in one session."""

    def __init__(self, session: Session, query: SearchQuery, visible: Visibility) -> None:
        self._session = session
        self._query = query
        self._terms = parse_query(query.text)
        self._by_relevance = query.sort is SearchSort.RELEVANCE and bool(self._terms)
        self._fts5 = bool(self._terms) and _is_sqlite(session)
        # FTS5 hands out its rows by rowid: only an order by that very column needs no sorting of all hits
        self._order = (_INDEX.c.rowid if self._fts5 else DOCUMENT.c.seq).desc()
        self._tables = self._joined()
        self._conditions = [visible.condition(), *_filters(query), *_text_conditions(session, self._terms)]

    def page(self) -> SearchPage:
        """The page asked for, with facets over all hits."""
        if self._query.text.strip() and not self._terms:
            return SearchPage(total=0, total_is_exact=True)
        seqs = self._relevant() if self._by_relevance else self._newest()
        documents, highlights = self._found(seqs)
        total, facets = self._facets()
        return SearchPage(
            total=min(total, COUNTED),
            total_is_exact=total <= COUNTED,
            documents=documents,
            highlights=highlights,
            facets=facets,
        )

    def _select(self, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        """The newest hits first."""
        return sa.select(*columns).select_from(self._tables).where(*self._conditions).order_by(self._order)

    def _joined(self) -> sa.FromClause:
        """Documents with their place in the arrangement and what the query reads of their text."""
        tables: sa.FromClause = DOCUMENT.outerjoin(FILE, FILE.c.id == DOCUMENT.c.file_id)
        tables = tables.outerjoin(SERIES, SERIES.c.id == FILE.c.series_id)
        if self._fts5:
            tables = tables.join(_INDEX, _INDEX.c.rowid == DOCUMENT.c.seq)
        reads_tokens = self._by_relevance or any(term.is_phrase for term in self._terms)
        if reads_tokens or (self._terms and not self._fts5):
            tables = tables.join(SEARCH_TEXT, SEARCH_TEXT.c.seq == DOCUMENT.c.seq)
        return tables

    def _newest(self) -> list[int]:
        newest = self._select(DOCUMENT.c.seq).limit(self._query.limit).offset(self._query.offset)
        return list(self._session.scalars(newest))

    def _relevant(self) -> list[int]:
        newest = self._select(DOCUMENT.c.seq, DOCUMENT.c.title, SEARCH_TEXT.c.tokens).limit(CANDIDATES)
        candidates = [Candidate(*row) for row in self._session.execute(newest)]
        return rank(self._terms, candidates)[self._query.offset :][: self._query.limit]

    def _found(self, seqs: list[int]) -> tuple[tuple[ArchivedDocument, ...], dict[UUID, Highlight]]:
        text = sa.func.substr(SEARCH_TEXT.c.text, 1, _HIGHLIGHTED).label("search_text")
        query = sa.select(*DOCUMENT_COLUMNS, text).join_from(DOCUMENT, SEARCH_TEXT).where(DOCUMENT.c.seq.in_(seqs))
        rows = {row["seq"]: row for row in self._session.execute(query).mappings()}
        highlights = {
            row["id"]: Highlight(
                title=marked(row["title"], self._terms), excerpt=excerpt(row["search_text"], self._terms)
            )
            for row in rows.values()
        }
        return tuple(to_document(rows[seq]) for seq in seqs), highlights

    def _facets(self) -> tuple[int, dict[str, tuple[FacetValue, ...]]]:
        """The number of hits (at most COUNTED + 1) and the facets over them, in one statement."""
        columns = [column.label(name) for name, column in _FACETS.items()]
        hits = self._select(DOCUMENT.c.seq, *columns).limit(COUNTED + 1).cte("hits")
        everything = sa.select(sa.literal(""), sa.cast(sa.null(), sa.Text()), sa.func.count()).select_from(hits)
        by_facet = [
            sa.select(sa.literal(name), sa.cast(hits.c[name], sa.Text()), sa.func.count())
            .select_from(hits)
            .group_by(hits.c[name])
            for name in _FACETS
        ]
        total = 0
        found: dict[str, list[FacetValue]] = {name: [] for name in _FACETS}
        for name, value, count in self._session.execute(sa.union_all(everything, *by_facet)):
            if name:
                found[name].append(FacetValue(value=_readable(name, value), count=count))
            else:
                total = count
        return total, {name: _ordered(values) for name, values in found.items()}


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _filters(query: SearchQuery) -> list[sa.ColumnElement[bool]]:
    conditions = [DOCUMENT.c[name] == getattr(query, name) for name in _EQUAL if getattr(query, name) is not None]
    if query.dated_from is not None:
        conditions.append(DOCUMENT.c.dated_on >= query.dated_from)
    if query.dated_to is not None:
        conditions.append(DOCUMENT.c.dated_on <= query.dated_to)
    if query.series_id is not None:
        conditions.append(FILE.c.series_id == query.series_id)
    if query.fonds_id is not None:
        conditions.append(SERIES.c.fonds_id == query.fonds_id)
    if query.signer is not None:
        named = (SIGNER.c.name == query.signer) | (SIGNER.c.serial == query.signer)
        conditions.append(DOCUMENT.c.id.in_(sa.select(SIGNER.c.document_id).where(named)))
    return conditions


def _text_conditions(session: Session, terms: tuple[Term, ...]) -> list[sa.ColumnElement[bool]]:
    if not terms:
        return []
    phrases = [
        sa.or_(*(SEARCH_TEXT.c.tokens.contains(f" {' '.join(stream)} ", autoescape=True) for stream in term.streams))
        for term in terms
        if term.is_phrase
    ]
    return [_matches(session, terms), *phrases]


def _matches(session: Session, terms: tuple[Term, ...]) -> sa.ColumnElement[bool]:
    """Every word of every term is there; the order of a phrase's words is then told by the token string itself."""
    if _is_sqlite(session):
        expression = _boolean(terms, either=" OR ", both=" AND ", prefix='"{}"*', word='"{}"')
        return sa.literal_column(INDEX_TABLE).op("MATCH", is_comparison=True)(expression)
    expression = _boolean(terms, either=" | ", both=" & ", prefix="'{}':*", word="'{}'")
    return sa.literal_column(f"archive_search_text.{VECTOR_COLUMN}").op("@@", is_comparison=True)(
        sa.cast(expression, TSQUERY())
    )


def _boolean(terms: tuple[Term, ...], *, either: str, both: str, prefix: str, word: str) -> str:
    """The terms in a database's own language. A lexeme holds only letters and digits, so quoting it is enough."""
    groups = []
    for term in terms:
        for lexemes in term.lexemes():
            ways = [word.format(lexeme) for lexeme in sorted(lexemes)]
            if term.prefix is not None:
                ways.append(prefix.format(term.prefix))
            groups.append(f"({either.join(ways)})")
    return both.join(dict.fromkeys(groups))


def _readable(facet: str, value: str | None) -> str | None:
    """SQLite keeps a UUID without its hyphens."""
    return str(UUID(value)) if facet == "fonds" and value is not None else value


def _ordered(values: list[FacetValue]) -> tuple[FacetValue, ...]:
    return tuple(sorted(values, key=lambda found: (-found.count, found.value or ""))[:_FACET_VALUES])
