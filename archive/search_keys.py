"""What a search asks of a document beside its words: in the document's own row, or in a narrow row of the index.

A row of archive_document is a thousand bytes wide, and a search for a frequent word looks at ten thousand of them to
count facets. SQLite therefore keeps beside its full-text index a row of some eighty bytes for each document, under the
same number, in which a body or a kind is a small integer. Triggers write it: it says what the document's row says.
"""

from collections.abc import Collection
from typing import Any, Protocol
from uuid import UUID

import orjson
import sqlalchemy as sa

from archive.tables import DocumentRow, FileRow, SeriesRow

CODED = (
    *("owner", "unit", "type", "language", "status", "verdict", "level", "access_level", "retention_class"),
    *("series", "fonds"),
)
"""Of these the narrow row has the code of a value."""
_PLAIN = ("year", "dated_on", "official_until", "secret_until", "quarantined")
_FEW = ("number", "file_id")
"""Of a value of these there are few documents."""
_DOCUMENT = DocumentRow.__table__
_FILE, _SERIES = FileRow.__table__.c, SeriesRow.__table__.c

KEYS = sa.Table(
    "archive_search_index_keys",
    sa.MetaData(),
    sa.Column("seq", sa.Integer(), primary_key=True),
    *(sa.Column(name, sa.Integer()) for name in CODED),
    *(sa.Column(name, _DOCUMENT.c[name].type) for name in _PLAIN),
    sa.Column("signers", sa.Text()),
)
VALUES = sa.Table(
    "archive_search_index_values",
    sa.MetaData(),
    sa.Column("code", sa.Integer(), primary_key=True),
    sa.Column("value", sa.Text(), unique=True, nullable=False),
)

_FONDS = (
    "(SELECT series.fonds_id FROM archive_file AS file JOIN archive_series AS series ON series.id = file.series_id"
    " WHERE file.id = new.file_id)"
)
_SIGNERS = (
    "(SELECT json_group_array(DISTINCT name) FROM"
    " (SELECT CAST(json_extract(value, '$.name') AS TEXT) AS name FROM json_each(new.signers)) WHERE name <> '')"
)
_SERIES_OF_FILE = "(SELECT series_id FROM archive_file WHERE id = new.file_id)"
_CODE = "(SELECT code FROM archive_search_index_values WHERE value = {})"
_FILED = {"series": _SERIES_OF_FILE, "fonds": _FONDS}
_OWN = tuple(name for name in CODED if name not in _FILED)
_VALUE = {name: f"new.{name}" for name in _OWN} | _FILED
_NAMES = ", ".join(("seq", *CODED, *_PLAIN, "signers"))
_ROW = ", ".join(
    ("new.seq", *(_CODE.format(_VALUE[name]) for name in CODED), *(f"new.{name}" for name in _PLAIN), _SIGNERS)
)
_KNOW_VALUES = "INSERT OR IGNORE INTO archive_search_index_values (value)"
_TOLD = " AS told UNION SELECT ".join(_VALUE.values())
_KNOW = f"{_KNOW_VALUES} SELECT told FROM (SELECT {_TOLD}) WHERE told NOT NULL"  # noqa: S608 - columns named here
_WRITE = f"INSERT INTO archive_search_index_keys ({_NAMES}) SELECT {_ROW}"
_FORGET = "DELETE FROM archive_search_index_keys WHERE seq = old.seq"
_READ = ", ".join((*_OWN, "file_id", *_PLAIN, "signers"))
_REFILED = (
    "UPDATE archive_search_index_keys SET fonds ="
    " (SELECT code FROM archive_search_index_values WHERE value = {fonds}){also} WHERE seq IN"
    " (SELECT seq FROM archive_document WHERE file_id {of})"
)
_MOVED_FILE = _REFILED.format(
    fonds="(SELECT fonds_id FROM archive_series WHERE id = new.series_id)",
    also=f", series = {_CODE.format('new.series_id')}",
    of="= new.id",
)
_MOVED_SERIES = _REFILED.format(
    fonds="new.fonds_id", also="", of="IN (SELECT id FROM archive_file WHERE series_id = new.id)"
)
_KNOW_TREE = f"{_KNOW_VALUES} SELECT id FROM archive_fonds UNION SELECT id FROM archive_series"  # noqa: S608 - no parameter

TRIGGERS = {
    "keys_insert": f"AFTER INSERT ON archive_document BEGIN {_KNOW}; {_WRITE}; END",
    "keys_delete": f"AFTER DELETE ON archive_document BEGIN {_FORGET}; END",
    "keys_update": f"AFTER UPDATE OF {_READ} ON archive_document BEGIN {_KNOW}; {_FORGET}; {_WRITE}; END",
    "keys_file": f"AFTER UPDATE OF series_id ON archive_file BEGIN {_KNOW_TREE}; {_MOVED_FILE}; END",
    "keys_series": f"AFTER UPDATE OF fonds_id ON archive_series BEGIN {_KNOW_TREE}; {_MOVED_SERIES}; END",
}
TABLES = (
    "CREATE TABLE archive_search_index_values (code INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE)",
    f"CREATE TABLE archive_search_index_keys (seq INTEGER PRIMARY KEY, {_NAMES.removeprefix('seq, ')})",
)
FILL = (
    *(
        f"{_KNOW_VALUES} SELECT DISTINCT {name} FROM archive_document WHERE {name} NOT NULL"  # noqa: S608 - named here
        for name in _OWN
    ),
    _KNOW_TREE,
    f"{_WRITE} FROM archive_document AS new ORDER BY new.seq",
)
"""The narrow rows of documents that came in while there were no triggers."""


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
            return KEYS.c[name].in_(sa.select(VALUES.c.code).where(VALUES.c.value.in_(told)))
        return self._one(few=name in _FEW).in_(numbers_of(name, values))

    def filed(self, series: sa.Select[tuple[UUID]]) -> sa.ColumnElement[bool]:
        # both are kept as the same text
        told = sa.select(VALUES.c.code).where(
            VALUES.c.value.in_(series.with_only_columns(sa.cast(_SERIES.id, sa.Text())))
        )
        return KEYS.c.series.in_(told)

    def among(self, condition: sa.ColumnElement[bool], *, few: bool = False) -> sa.ColumnElement[bool]:
        return self._one(few=few).in_(sa.select(_DOCUMENT.c.seq).where(condition))

    def _one(self, *, few: bool) -> sa.ColumnElement[int]:
        # where documents are not few, the bare number would be taken for one search each
        return KEYS.c.seq if few else KEYS.c.seq + 0


def numbers_of(name: str, values: Collection[Any]) -> sa.Select[tuple[int]]:
    """On SQLite the numbers of documents with one of these values, which are one parameter: hundreds took a while."""
    kept = sorted(value.hex if isinstance(value, UUID) else value for value in values)
    listed = sa.func.json_each(orjson.dumps(kept).decode()).table_valued("value")
    return sa.select(_DOCUMENT.c.seq).where(_DOCUMENT.c[name].in_(sa.select(listed.c.value)))


IN_ROWS: Described = _InRows()
IN_KEYS: Described = _InKeys()
