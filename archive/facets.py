"""Facets: how many of the hits have which type, body, signer …; counted here, so that every database counts alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.search_keys import CODED, KEYS, VALUES
from archive.store import DOCUMENT, table_of
from archive.tables import SeriesRow

SERIES = table_of(SeriesRow)
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
_IN_KEYS = (*(KEYS.c[name] for name in _COLUMNS), KEYS.c.signers)
_MOST = 50
"""Values shown of a facet, the most frequent first"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetValue:
    """One value of a facet and how many of the hits have it (counted exactly up to search.COUNTED hits)."""

    value: str | None
    count: int


def facet_columns(*, in_keys: bool) -> tuple[sa.ColumnElement[Any], ...]:
    """What a row of a hit must hold to be counted; of the narrow rows of the index it holds codes (search_keys.py)."""
    return _IN_KEYS if in_keys else _IN_ROWS


def values_of_codes(session: Session, rows: Sequence[Sequence[Any]]) -> Mapping[int, str]:
    """What the codes in these rows mean."""
    if not rows:
        return {}
    columns = zip(_COLUMNS, zip(*rows, strict=True), strict=False)
    codes = set[int]().union(*(column for name, column in columns if name in CODED)) - {None}
    read = sa.select(VALUES.c.code, VALUES.c.value).where(VALUES.c.code.in_(sorted(codes)))
    return {code: value for code, value in session.execute(read)}  # noqa: C416 - rows of two


def counted(
    rows: Sequence[Sequence[Any]], codes: Mapping[int, str] | None = None
) -> Mapping[str, tuple[FacetValue, ...]]:
    """The facets over hits, each a row of `facet_columns`; with `codes` if these are of the narrow rows."""
    if not rows:
        return dict.fromkeys(FACETS, ())
    *columns, signers = zip(*rows, strict=True)
    counts: dict[str, Counter[Any]] = {name: Counter(column) for name, column in zip(_COLUMNS, columns, strict=True)}
    if codes is not None:
        for name in set(_COLUMNS).intersection(CODED):
            counts[name] = Counter({code and codes[code]: count for code, count in counts[name].items()})
    counts["fonds"] = Counter({fonds and str(UUID(fonds)): count for fonds, count in counts["fonds"].items()})
    counts[SIGNER_FACET] = _signers(Counter(signers))
    return {name: _ordered(found) for name, found in counts.items()}


def _signers(listed: Counter[str]) -> Counter[str]:
    """How many documents each has signed; the same people, listed alike, are read once."""
    found: Counter[str] = Counter()
    for told, count in listed.items():
        for name in {_name(signer) for signer in orjson.loads(told)} - {""}:
            found[name] += count
    return found


def _name(signer: Any) -> str:
    """Of a signer as the document's row has one, or of the name alone."""
    return str((signer.get("name") if isinstance(signer, dict) else signer) or "")


def _ordered(found: Counter[Any]) -> tuple[FacetValue, ...]:
    values = ((-count, "" if value is None else str(value), value is None) for value, count in found.items())
    most = nsmallest(_MOST, values)
    return tuple(FacetValue(value=None if is_none else value, count=-less) for less, value, is_none in most)
