"""Facets: how many of the hits have which type, body, signer …; counted here, so that every database counts alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.search_keys import CODED, KEYS, VALUES
from archive.store import DOCUMENT, table_of
from archive.tables import SeriesRow

SERIES = table_of(SeriesRow)
Counts = tuple[int, Mapping[str, Counter[Any]]]
"""the number of hits, and by facet how many have which value; nothing where there are no hits"""
SIGNER_FACET = "signer"
"""the one facet of which a document may have several values"""
_COLUMNS: dict[str, sa.ColumnElement[Any]] = {
    "type": DOCUMENT.c.type,
    "owner": DOCUMENT.c.owner,
    "unit": DOCUMENT.c.unit,
    "year": DOCUMENT.c.year,
    "language": DOCUMENT.c.language,
    "status": DOCUMENT.c.status,
    "verdict": DOCUMENT.c.verdict,
    "level": DOCUMENT.c.level,
    "access_level": DOCUMENT.c.access_level,
    "retention_class": DOCUMENT.c.retention_class,
    "fonds": sa.cast(SERIES.c.fonds_id, sa.Text()),
}
FACETS = (*_COLUMNS, SIGNER_FACET)
_IN_ROWS = (
    *(column.label(name) for name, column in _COLUMNS.items()),
    sa.cast(DOCUMENT.c.signers, sa.Text()).label("signers"),
)
_IN_KEYS = (
    # each code, or year, as one character: 0, of no value, would end a string
    sa.func.char(*(sa.func.ifnull(KEYS.c[name], 0) + 1 for name in _COLUMNS)).label("values"),
    KEYS.c.signers,
)
_IN_KEYS_OF_POSTGRESQL = (*(KEYS.c[name] for name in _COLUMNS), KEYS.c.signers)
_MOST = 50
"""Values shown of a facet, the most frequent first"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetValue:
    """One value of a facet and how many of the hits have it (counted exactly up to search.COUNTED hits)."""

    value: str | None
    count: int


def facet_columns(*, in_keys: bool, sqlite: bool) -> tuple[sa.ColumnElement[Any], ...]:
    """What is read of a hit to count it, in its own row or in the narrow row of the index (search_keys.py)."""
    if not in_keys:
        return _IN_ROWS
    return _IN_KEYS if sqlite else _IN_KEYS_OF_POSTGRESQL


def counted(session: Session, hits: sa.Select[Any], *, in_keys: bool) -> Counts:
    """How many hits there are, and how many of them have which value, or code of it.

    :param hits: what finds the `facet_columns` of each
    """
    if session.get_bind().dialect.name == "postgresql":
        total, listed = _one_row(session, hits)
    elif in_keys:
        return _counted_in_keys(session, hits)
    else:
        rows = session.execute(hits).all()
        total, listed = len(rows), list(zip(*rows, strict=True))
    if not total:
        return 0, {}
    *columns, signers = listed
    counts: dict[str, Counter[Any]] = {name: Counter(column) for name, column in zip(_COLUMNS, columns, strict=True)}
    counts[SIGNER_FACET] = _names(Counter(signers)) if in_keys else _signers(Counter(signers))
    return total, counts


def told(
    session: Session, counts: Mapping[str, Counter[Any]], *, in_keys: bool
) -> Mapping[str, tuple[FacetValue, ...]]:
    """All facets, of each the most frequent values."""
    if not counts:
        return dict.fromkeys(FACETS, ())
    if in_keys:
        counts = _with_values(session, counts)
    fonds = Counter({told and str(UUID(told)): count for told, count in counts["fonds"].items()})
    return {name: _most(found) for name, found in {**counts, "fonds": fonds}.items()}


def _one_row(session: Session, hits: sa.Select[Any]) -> tuple[int, Sequence[Sequence[Any]]]:
    """PostgreSQL hands over each column of ten thousand rows as one value in a third of the time."""
    found = hits.cte()
    listed = (sa.func.json_agg(column, type_=sa.JSON()) for column in found.c)
    total, *columns = session.execute(sa.select(sa.func.count(), *listed).select_from(found)).one()
    return total, columns


def _counted_in_keys(session: Session, hits: sa.Select[Any]) -> Counts:
    """Of narrow rows SQLite makes one: to hand over ten thousand takes longer than to count them."""
    found = hits.subquery()
    values = sa.cast(sa.func.group_concat(found.c["values"], ""), sa.LargeBinary())
    total, joined, signers = session.execute(
        sa.select(sa.func.count(), values, sa.func.group_concat(found.c.signers, ","))
    ).one()
    if not total:
        return 0, {}
    characters = joined.decode("utf-8", "surrogatepass")
    counts: dict[str, Counter[Any]] = {
        name: Counter(_codes(characters[place :: len(_COLUMNS)])) for place, name in enumerate(_COLUMNS)
    }
    counts[SIGNER_FACET] = Counter(chain.from_iterable(orjson.loads(f"[{signers}]")))
    return total, counts


def _codes(characters: str) -> dict[int, int]:
    """Code → how many have it."""
    return {ord(character) - 1: count for character, count in Counter(characters).items()}


def _with_values(session: Session, counts: Mapping[str, Counter[Any]]) -> dict[str, Counter[Any]]:
    """The same with what each code stands for; 0 that there is no value."""
    codes = sorted({code for name in CODED if name in counts for code in counts[name]})
    read = sa.select(VALUES.c.code, VALUES.c.value).where(VALUES.c.code.in_(codes))
    values = {0: None} | {code: value for code, value in session.execute(read)}  # noqa: C416 - rows of two
    return {
        name: Counter({values[code]: count for code, count in held.items()}) if name in CODED else held
        for name, held in counts.items()
    }


def _signers(listed: Counter[str]) -> Counter[str]:
    """How many documents each has signed; the same people, listed alike, are read once."""
    found: Counter[str] = Counter()
    for told, count in listed.items():
        for name in {str(signer.get("name") or "") for signer in orjson.loads(told)} - {""}:
            found[name] += count
    return found


def _names(listed: Counter[str]) -> Counter[str]:
    """The same of narrow rows, which hold names alone."""
    found: Counter[str] = Counter()
    for told, count in listed.items():
        for name in orjson.loads(told):
            found[name] += count
    return found


def _most(found: Counter[Any]) -> tuple[FacetValue, ...]:
    values = ((-count, "" if value is None else str(value), value is None) for value, count in found.items())
    most = nsmallest(_MOST, values)
    return tuple(FacetValue(value=None if is_none else value, count=-less) for less, value, is_none in most)
