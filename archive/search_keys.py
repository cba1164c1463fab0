"""What a search asks of a document beside its words: in the document's own row, or in a narrow row of the index.

A row of archive_document is a thousand bytes wide, and a search for a frequent word looks at ten thousand of them to
count facets. Beside the full-text index there is therefore a narrow row for each document, under the same number, in
which a body or a kind is a small integer. Triggers write it (key_triggers.py): it says what the document's row says.
"""

from collections.abc import Collection
from typing import Any, Protocol
from uuid import UUID

import orjson
import sqlalchemy as sa

from archive.tables import DocumentRow, FileRow, SeriesRow

FILED = ("series", "fonds")
"""where it is filed"""
CODED = ("owner", "unit", "type", "language", "status", "verdict", "level", "access_level", "retention_class", *FILED)
"""Of these the narrow row has the code of a value; without a value it is NULL, on PostgreSQL 0."""
PLAIN = ("year", "dated_on", "official_until", "secret_until", "quarantined")
_FEW = ("number", "file_id")
"""Of a value of these there are few documents."""
_DOCUMENT = DocumentRow.__table__
_FILE, _SERIES = FileRow.__table__.c, SeriesRow.__table__.c

KEYS = sa.Table(
    "archive_search_index_keys",
    sa.MetaData(),
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    *(sa.Column(name, sa.Integer()) for name in CODED),
    *(sa.Column(name, _DOCUMENT.c[name].type) for name in PLAIN),
    sa.Column("signers", sa.Text()),
)
VALUES = sa.Table(
    "archive_search_index_values",
    sa.MetaData(),
    sa.Column("code", sa.Integer(), primary_key=True),
    sa.Column("value", sa.Text(), unique=True, nullable=False),
)


class Described(Protocol):
    """Where a statement reads what it asks of a document."""

    @property
    def seq(self) -> sa.ColumnElement[int]:
        """The document's number in the order of accession."""
        ...

    def column(self, name: str) -> sa.ColumnElement[Any]:
        """A day, the year, or whether it is quarantined."""
        ...

    def one_of(self, name: str, values: Collection[Any]) -> sa.ColumnElement[bool]:
        """Whether a column has one of these values, or `fonds` is one of these."""
        ...

    def filed(self, series: sa.Select[tuple[UUID]]) -> sa.ColumnElement[bool]:
        """Whether it is filed in one of these series."""
        ...

    def among(self, condition: sa.ColumnElement[bool], *, few: bool = False) -> sa.ColumnElement[bool]:
        """Whether it is one of the documents of whose rows a condition is true; `few`: better begun with."""
        ...


class _InRows:
    seq = _DOCUMENT.c.seq

    def column(self, name: str) -> sa.ColumnElement[Any]:
        return _DOCUMENT.c[name]

    def one_of(self, name: str, values: Collection[Any]) -> sa.ColumnElement[bool]:
        if name != "fonds":
            return _DOCUMENT.c[name].in_(sorted(values))
        return self.filed(sa.select(_SERIES.id).where(_SERIES.fonds_id.in_(sorted(values))))

    def filed(self, series: sa.Select[tuple[UUID]]) -> sa.ColumnElement[bool]:
        return _DOCUMENT.c.file_id.in_(sa.select(_FILE.id).where(_FILE.series_id.in_(series)))

    def among(self, condition: sa.ColumnElement[bool], *, few: bool = False) -> sa.ColumnElement[bool]:  # noqa: ARG002 - the planner sees it by itself
        return condition


class _InKeys:
    seq = KEYS.c.seq

    def column(self, name: str) -> sa.ColumnElement[Any]:
        return KEYS.c[name]

    def one_of(self, name: str, values: Collection[Any]) -> sa.ColumnElement[bool]:
        if name in CODED:
            told = [value.hex if name == "fonds" else value for value in sorted(values)]
            return self._coded(name, VALUES.c.value.in_(told))
        return self._one(few=name in _FEW).in_(self.numbers(name, values))

    def filed(self, series: sa.Select[tuple[UUID]]) -> sa.ColumnElement[bool]:
        digits = sa.func.replace(sa.cast(_SERIES.id, sa.Text()), "-", "")
        return self._coded("series", VALUES.c.value.in_(series.with_only_columns(digits)))

    def among(self, condition: sa.ColumnElement[bool], *, few: bool = False) -> sa.ColumnElement[bool]:
        return self._one(few=few).in_(sa.select(_DOCUMENT.c.seq).where(condition))

    def numbers(self, name: str, values: Collection[Any]) -> sa.Select[tuple[int]]:
        """The numbers of documents with one of these values, which are one parameter: hundreds took a while."""
        kept = sorted(value.hex if isinstance(value, UUID) else value for value in values)
        listed = sa.func.json_each(orjson.dumps(kept).decode()).table_valued("value")
        return sa.select(_DOCUMENT.c.seq).where(_DOCUMENT.c[name].in_(sa.select(listed.c.value)))

    def _coded(self, name: str, told: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return KEYS.c[name].in_(sa.select(VALUES.c.code).where(told))

    def _one(self, *, few: bool) -> sa.ColumnElement[int]:
        # where documents are not few, the bare number would be taken for one search each
        return KEYS.c.seq if few else KEYS.c.seq + 0


class _InKeysOfPostgresql(_InKeys):
    def numbers(self, name: str, values: Collection[Any]) -> sa.Select[tuple[int]]:
        column = _DOCUMENT.c[name]
        return sa.select(_DOCUMENT.c.seq).where(column == sa.any_(sa.literal(sorted(values), sa.ARRAY(column.type))))

    def _coded(self, name: str, told: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        # found once, before any row is looked at, whatever the planner thinks of it
        codes = sa.select(VALUES.c.code).where(told).scalar_subquery()
        return KEYS.c[name] == sa.any_(sa.func.array(codes, type_=sa.ARRAY(sa.Integer)))


IN_ROWS: Described = _InRows()
IN_KEYS, IN_KEYS_OF_POSTGRESQL = _InKeys(), _InKeysOfPostgresql()
