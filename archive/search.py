"""Finding documents: words, phrases and prefixes, facets, newest first or by relevance, within what a person may see.

If no document has the words as they were typed, those written nearly so are looked for (typos.py).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.documents import ArchivedDocument
from archive.eras import Round, Rounds
from archive.facets import FACETS, FacetValue, counted, facet_columns, told
from archive.highlights import Fragment, Marker
from archive.query import Term, parse_query
from archive.ranking import Candidate, rank
from archive.search_conditions import (
    FEW_GROUNDS,
    FILE,
    INDEX,
    MOST_GROUNDS,
    SERIES,
    by_index,
    facet_conditions,
    in_keys,
    indexed,
    is_sqlite,
    matches,
    narrowed,
    newest_of_all,
    phrase_conditions,
    sees_many_cases,
)
from archive.search_keys import IN_KEYS, IN_KEYS_OF_POSTGRESQL, IN_ROWS, KEYS, Described
from archive.search_query import SearchQuery, SearchSort
from archive.store import DOCUMENT, DOCUMENT_COLUMNS, SEARCH_TEXT, to_document
from archive.typos import may_slip, similar_stems, with_similar

__all__ = ["COUNTED", "FACETS", "FacetValue", "Highlight", "Search", "SearchPage", "SearchQuery", "SearchSort"]

COUNTED = 10_000
"""Hits are counted exactly up to here."""
CANDIDATES = 500
"""The newest hits among which relevance chooses; older ones follow them, newest first."""
_MOST_SLICES = 20
"""Slices of what somebody may see that are asked for apart."""
_HIGHLIGHTED = 50_000
"""Characters of a document's text in which an excerpt is looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Highlight:
    """A hit's title and the best passage of its text, with the words looked for marked."""

    title: tuple[Fragment, ...]
    excerpt: tuple[Fragment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPage:
    """One page of hits, in order. Where `total_is_exact` is false there are more than `total`."""

    total: int
    total_is_exact: bool
    documents: tuple[ArchivedDocument, ...] = ()
    highlights: Mapping[UUID, Highlight] = field(default_factory=dict)
    """by document"""
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    loosened: bool = False
    """nothing has the words as typed: these have words written nearly so"""


class Search:
    """One search in one session."""

    def __init__(self, session: Session, query: SearchQuery, visible: Visibility) -> None:
        self._session = session
        self._query = query
        self._visible = visible
        self._nothing_asked = bool(query.text.strip()) and not parse_query(query.text)
        self._terms: tuple[Term, ...] = ()
        self._loosened = False
        self._may_loosen = True
        self._case_seqs: list[int] | None = None
        self._sqlite = is_sqlite(session)
        self._in_keys = in_keys(query)
        self._keys = IN_KEYS if self._sqlite else IN_KEYS_OF_POSTGRESQL
        self._of: Described = self._keys if self._in_keys else IN_ROWS
        by_words = bool(query.text.strip())
        most = MOST_GROUNDS if self._sqlite and not by_words else FEW_GROUNDS
        self._apart = self._in_keys and sees_many_cases(visible) and self._cases_apart(by_words=by_words)
        self._by_grounds = visible.without_cases() if self._apart else visible
        self._narrow = narrowed(session, query, self._by_grounds, most=most) if self._in_keys else ()
        self._span = self._of_the_year()
        self._look_for(parse_query(query.text))

    @property
    def called_for_forgiving(self) -> bool:
        """Whether nothing had the words as typed, so that those written nearly so were looked for."""
        return not self._may_loosen

    def page(self) -> SearchPage:
        """The page asked for, with facets over all hits."""
        documents, highlights = self.hits()
        total, facets = self.facets()
        return SearchPage(
            total=min(total, COUNTED),
            total_is_exact=total <= COUNTED,
            documents=documents,
            highlights=highlights,
            facets=facets,
            loosened=self._loosened,
        )

    def hits(self) -> tuple[tuple[ArchivedDocument, ...], dict[UUID, Highlight]]:
        """The documents of the page asked for, with what is marked in each."""
        with self._planned():
            seqs = self._seqs()
            if not seqs and self._loosen():
                seqs = self._seqs()
        return self._found(seqs)

    def facets(self) -> tuple[int, Mapping[str, tuple[FacetValue, ...]]]:
        """The number of hits (at most COUNTED + 1) and the facets over these newest of them."""
        if self._nothing_asked:
            return 0, dict.fromkeys(FACETS, ())
        with self._planned():
            total, facets = self._counted()
            if not total and self._loosen():
                total, facets = self._counted()
        return total, facets

    def _cases_apart(self, *, by_words: bool) -> bool:
        """Whether the many cases of this person are looked through apart from the rest, which is found by words."""
        if self._sqlite:
            return not by_words
        return self._visible.without_cases().grounds(most=FEW_GROUNDS) is not None

    def _planned(self) -> AbstractContextManager[None]:
        return by_index(self._session) if self._in_keys else nullcontext()

    def _look_for(self, terms: tuple[Term, ...]) -> None:
        self._terms = terms
        self._by_relevance = self._query.sort is SearchSort.RELEVANCE and bool(terms)
        worded = self._in_keys and bool(terms or self._narrow)
        self._fts5, self._gin = worded and self._sqlite, worded and not self._sqlite
        # FTS5 hands out its rows by rowid: only an order by that very column needs no sorting of all hits
        self._order = (INDEX.c.rowid if self._fts5 else self._of.seq).desc()
        self._tables = self._joined()
        self._phrases = phrase_conditions(terms) if self._gin else []
        self._conditions = [
            *(self._order.element.between(*span) for span in self._span if not self._gin),
            *facet_conditions(self._query, self._of),
            *([matches(self._session, terms, self._narrow)] if self._fts5 else ()),
        ]

    def _of_the_year(self) -> list[tuple[int, int]]:
        """Between which places in the order of accession the documents of the year asked for stand.

        Mostly in a small part of it: a search through all hits, newest first, is spared those of other years.
        """
        if self._query.year is None:
            return []
        of_year = DOCUMENT.c.year == self._query.year
        ends = (sa.select(end(DOCUMENT.c.seq)).where(of_year).scalar_subquery() for end in (sa.func.min, sa.func.max))
        first, last = self._session.execute(sa.select(*ends)).one()
        return [(first or 0, last or 0)]

    def _loosen(self) -> bool:
        """Look for words written nearly so, too; False if that was tried, or changes nothing, or is not called for.

        Only what this person may see decides it: that a word stands in some other document nobody learns from here.
        """
        words = [term for term in self._terms if may_slip(term)]
        if not self._may_loosen or not words or self._newest(limit=1, offset=0):
            return False
        self._may_loosen = False
        known = indexed(self._session, {stem for term in words for stem in similar_stems(term.written)})
        terms = tuple(with_similar(term, known) for term in self._terms)
        if terms == self._terms:
            return False
        self._look_for(terms)
        self._loosened = bool(self._newest(limit=1, offset=0))
        return self._loosened

    def _select(
        self, *columns: sa.ColumnElement[Any], limit: int, offset: int = 0, arranged: bool = False
    ) -> sa.Select[Any]:
        """The newest hits first; if they are to be arranged, with their file and series."""
        slices = [] if self._in_keys else self._visible.slices()
        conditions: list[sa.ColumnElement[bool]] = []
        if self._apart:
            tables = self._cases_and_others(limit + offset)
        elif 1 < len(slices) <= _MOST_SLICES:
            tables = self._merged(slices, limit + offset)
        else:
            further = self._further_narrowed() if limit + offset >= CANDIDATES else []
            tables, conditions = self._tables, [self._visible.condition(self._of), *self._conditions, *further]
        if arranged and not self._in_keys:
            tables = _arranged(tables)
        order = self._of.seq.desc() if self._apart else self._order
        query = sa.select(*columns).select_from(tables).where(*conditions).order_by(order)
        return query.limit(limit).offset(offset)

    def _further_narrowed(self) -> list[sa.ColumnElement[bool]]:
        """Where many hits are wanted, FTS5 is asked for many grounds, too."""
        if not self._terms or not self._fts5:
            return []
        many = narrowed(self._session, self._query, self._by_grounds, most=MOST_GROUNDS)
        return [matches(self._session, (), many)] if many != self._narrow else []

    def _rounds(self, wanted: int) -> Rounds:
        first, last = self._span[0] if self._span else (0, newest_of_all(self._session))
        return Rounds(last if self._query.as_of is None else min(last, self._query.as_of), first, wanted)

    def _in_round(self, one: Round, *columns: sa.ColumnElement[Any], limit: int) -> sa.Select[Any]:
        """The newest of a round: GIN finds all its hits among the narrow rows; what lies elsewhere is read one by one.

        Told in one piece, PostgreSQL would rather walk through all documents and unpack the words of each.
        """
        own = [column for column in columns if column.table is KEYS]
        asked = [self._by_grounds.condition(self._of), *self._conditions]
        words = matches(self._session, self._terms, (*self._narrow, *([one.words] if one.words else [])))
        # the bare number would be looked for in its own index
        place = (KEYS.c.seq + 0).label("place")
        found = sa.select(place, *own).where(words, place.element.between(one.first, one.last), *asked)
        if self._apart:
            found = sa.select(*found.union_all(self._of_cases(one, place, *own)).subquery().c)
        if not self._phrases:
            found = found.order_by(sa.desc("place")).limit(limit)
        hits = found.cte("hits").prefix_with("MATERIALIZED")
        newest = sa.select(hits).order_by(hits.c.place.desc()).subquery()
        tables: sa.FromClause = newest
        if self._by_relevance or self._phrases:
            tables = tables.join(SEARCH_TEXT, SEARCH_TEXT.c.seq == newest.c.place)
        read = [newest.c[column.name] if column.table is KEYS else column for column in columns]
        query = sa.select(*read).select_from(tables).where(*self._phrases)
        return query.order_by(newest.c.place.desc()).limit(limit)

    def _of_cases(self, one: Round, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        """Hits of a round in the person's cases that the words of others do not find: GIN would look each case up."""
        numbers = [seq for seq in self._seqs_of_cases() if one.first <= seq <= one.last]
        mine = KEYS.c.seq == sa.any_(sa.literal(numbers, sa.ARRAY(sa.BigInteger)))
        terms = [matches(self._session, self._terms, ())] if self._terms else []
        others = sa.not_(self._by_grounds.condition(self._of))
        return sa.select(*columns).where(mine, *terms, self._visible.of_cases(self._of), others, *self._conditions)

    def _seqs_of_cases(self) -> list[int]:
        if self._case_seqs is None:
            self._case_seqs = list(self._session.scalars(self._keys.numbers("case_id", self._visible.cases)))
        return self._case_seqs

    def _merged(self, slices: Sequence[tuple[sa.ColumnElement[bool], bool]], most: int) -> sa.FromClause:
        """Documents that are among the newest hits of a slice of what may be seen: each slice by its own index."""
        asked = [(sa.select(DOCUMENT.c.seq).where(one, *self._conditions), few) for one, few in slices]
        found = _together(each if few else each.order_by(self._order).limit(most) for each, few in asked)
        return found.join(DOCUMENT, DOCUMENT.c.seq == found.c.seq)

    def _cases_and_others(self, most: int) -> sa.FromClause:
        """The newest of the person's cases, by their own index, and the newest of what else is seen, by words."""
        others, seq = self._visible.without_cases(), self._of.seq
        asked = [*(seq.between(*span) for span in self._span), *facet_conditions(self._query, self._of)]
        of_cases = (
            sa.select(seq)
            .where(
                seq.in_(self._keys.numbers("case_id", self._visible.cases)), self._visible.of_cases(self._of), *asked
            )
            .order_by(seq.desc())
        )
        of_others = sa.select(seq).select_from(self._tables).where(others.condition(self._of), *self._conditions)
        found = _together(each.limit(most) for each in (of_cases, of_others.order_by(self._order)))
        return found.join(KEYS, seq == found.c.seq)

    def _joined(self) -> sa.FromClause:
        """Documents with what FTS5 says of them, and what relevance reads of their text."""
        tables: sa.FromClause = KEYS if self._in_keys else DOCUMENT
        if self._fts5:
            tables = tables.join(INDEX, INDEX.c.rowid == self._of.seq)
        if self._by_relevance:
            tables = tables.join(SEARCH_TEXT, SEARCH_TEXT.c.seq == self._of.seq)
        return tables

    def _seqs(self) -> list[int]:
        if self._nothing_asked:
            return []
        limit, offset = self._query.limit, self._query.offset
        if not self._by_relevance:
            return self._newest(limit=limit, offset=offset)
        best = self._best()[offset:][:limit] if offset < CANDIDATES else []
        older = max(0, limit - max(0, CANDIDATES - offset))
        return best + (self._newest(limit=older, offset=max(offset, CANDIDATES)) if older else [])

    def _newest(self, *, limit: int, offset: int) -> list[int]:
        return [row.seq for row in self._rows(self._of.seq, limit=limit, offset=offset)]

    def _rows(self, *columns: sa.ColumnElement[Any], limit: int, offset: int = 0) -> list[Any]:
        if not self._gin:
            return list(self._session.execute(self._select(*columns, limit=limit, offset=offset)))
        rounds, found = self._rounds(limit + offset), list[Any]()
        while one := rounds.next():
            found += self._session.execute(self._in_round(one, *columns, limit=rounds.wanted - len(found)))
            rounds.found = len(found)
        return found[offset:]

    def _best(self) -> list[int]:
        newest = self._rows(self._of.seq, SEARCH_TEXT.c.tokens, limit=CANDIDATES)
        return rank(self._terms, [Candidate(*row) for row in newest])

    def _found(self, seqs: list[int]) -> tuple[tuple[ArchivedDocument, ...], dict[UUID, Highlight]]:
        text = sa.func.substr(SEARCH_TEXT.c.text, 1, _HIGHLIGHTED).label("search_text")
        query = sa.select(*DOCUMENT_COLUMNS, text).join_from(DOCUMENT, SEARCH_TEXT).where(DOCUMENT.c.seq.in_(seqs))
        rows = {row["seq"]: row for row in self._session.execute(query).mappings()}
        marker = Marker(self._terms)
        highlights = {
            row["id"]: Highlight(title=marker.marked(row["title"]), excerpt=marker.excerpt(row["search_text"]))
            for row in rows.values()
        }
        return tuple(to_document(rows[seq]) for seq in seqs), highlights

    def _counted(self) -> tuple[int, Mapping[str, tuple[FacetValue, ...]]]:
        columns = facet_columns(in_keys=self._in_keys, sqlite=self._sqlite)
        if not self._gin:
            hits = self._select(*columns, limit=COUNTED + 1, arranged=True)
            total, counts = counted(self._session, hits, in_keys=self._in_keys)
            return total, told(self._session, counts, in_keys=self._in_keys)
        rounds, summed = self._rounds(COUNTED + 1), defaultdict[str, Counter[Any]](Counter)
        while one := rounds.next():
            hits = self._in_round(one, *columns, limit=rounds.wanted - rounds.found)
            number, counts = counted(self._session, hits, in_keys=True)
            rounds.found += number
            for name, found in counts.items():
                summed[name] += found
        return rounds.found, told(self._session, summed, in_keys=True)


def _together(selects: Iterable[sa.Select[Any]]) -> sa.Subquery:
    """What one of the selects finds; SQLite knows no order and limit of each unless it is nested."""
    return sa.union(*(sa.select(each.subquery().c.seq) for each in selects)).subquery()


def _arranged(tables: sa.FromClause) -> sa.FromClause:
    """With the file and series of each document."""
    filed = tables.outerjoin(FILE, FILE.c.id == DOCUMENT.c.file_id)
    return filed.outerjoin(SERIES, SERIES.c.id == FILE.c.series_id)
