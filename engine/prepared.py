"""Core statements for the hot path: compiled once a database, then handed to its driver as they are.

SQLAlchemy builds, names and types them; what is spared is what it does anew at each execution (cache keys, contexts,
results), which costs a step more than the database does. Errors are SQLAlchemy's own, and so are the transaction and
the connection. A statement with an expanding `IN` cannot be prepared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]
_FEWEST = 2
"""statements that are worth asking for at once"""
KNOWN = 1024
"""identifiers and instants whose conversion is remembered: a transaction meets the same ones again and again"""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement in one database's own words."""

    text: str
    names: tuple[str, ...]
    """what the driver calls its parameters, in the driver's order"""
    take: Callable[[Any], Iterable[Any]]
    """the caller's values in that order"""
    writes: tuple[tuple[int, Convert], ...]
    """which of them are converted on their way, and how"""
    positional: bool
    columns: tuple[str, ...]
    reads: tuple[tuple[int, Convert], ...]
    """which of a row's values are converted on their way, and how"""
    dialect: Dialect

    def parameters(self, given: Any) -> Any:
        values = list(self.take(given))
        for place, convert in self.writes:
            values[place] = convert(values[place])
        return values if self.positional else dict(zip(self.names, values, strict=True))

    def parameters_of(self, rows: Sequence[Any]) -> list[Any]:
        """Those of several rows. What stands in a row and the next, the very same, is converted once."""
        found, known = [], dict[int, tuple[Any, Any]]()
        for row in rows:
            values = list(self.take(row))
            for place, convert in self.writes:
                given = values[place]
                if place not in known or known[place][0] is not given:
                    known[place] = given, convert(given)
                values[place] = known[place][1]
            found.append(values if self.positional else dict(zip(self.names, values, strict=True)))
        return found

    def read(self, values: Sequence[Any]) -> list[Any]:
        found = list(values)
        for place, convert in self.reads:
            if found[place] is not None:
                found[place] = convert(found[place])
        return found

    def row(self, values: Sequence[Any]) -> Row:
        return dict(zip(self.columns, self.read(values), strict=True))

    def execute(self, connection: sa.Connection, parameters: Any, *, many: bool = False) -> Any:
        """Run it on a driver's cursor within the connection's transaction."""
        cursor = connection.connection.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(self.text, parameters)
        except self.dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise self.translated(error) from error
        return cursor

    def translated(self, error: Exception) -> sa.exc.DBAPIError:
        """What SQLAlchemy would have raised for a driver's error."""
        base = self.dialect.loaded_dbapi.Error
        found = sa.exc.DBAPIError.instance(self.text, None, error, base, dialect=self.dialect)
        return found if isinstance(found, sa.exc.DBAPIError) else sa.exc.DBAPIError(self.text, None, error)


class Prepared:
    """A statement; parameters are named as its `bindparam`s, or as its columns where it is an INSERT.

    :param paths: they are taken from an object's attributes, not from a mapping; those named otherwise there, by name
    :param schemas: what stands for the schemas that the tables name
    """

    def __init__(
        self,
        statement: sa.Executable,
        *,
        columns: Iterable[str] | None = None,
        paths: Mapping[str, str] | None = None,
        schemas: Mapping[str, str | None] | None = None,
    ) -> None:
        self._statement: Any = statement
        self._columns = None if columns is None else list(columns)
        self._paths = paths
        self._named = {} if schemas is None else {"schema_translate_map": schemas, "render_schema_translate": True}
        self._plans: dict[str, _Plan] = {}

    def one(self, connection: sa.Connection, parameters: Row) -> Row | None:
        """The first row of a SELECT."""
        values = self.values(connection, parameters)
        return None if values is None else dict(zip(self.plan(connection.dialect).columns, values, strict=True))

    def values(self, connection: sa.Connection, parameters: Row) -> list[Any] | None:
        """The first row of a SELECT, without the names of its columns."""
        plan = self.plan(connection.dialect)
        cursor = plan.execute(connection, plan.parameters(parameters))
        values = cursor.fetchone()
        cursor.close()
        return None if values is None else plan.read(values)

    def all(self, connection: sa.Connection, parameters: Row) -> list[Row]:
        """The rows of a SELECT."""
        plan = self.plan(connection.dialect)
        cursor = plan.execute(connection, plan.parameters(parameters))
        found = [plan.row(values) for values in cursor.fetchall()]
        cursor.close()
        return found

    def run(self, connection: sa.Connection, parameters: Any) -> int:
        """Change rows; how many."""
        plan = self.plan(connection.dialect)
        cursor = plan.execute(connection, plan.parameters(parameters))
        changed = int(cursor.rowcount)
        cursor.close()
        return changed

    def run_each(self, connection: sa.Connection, rows: Sequence[Any]) -> None:
        """Do it for each row of parameters."""
        if len(rows) == 1:
            self.run(connection, rows[0])  # psycopg opens a pipeline for many, which costs more than one row
        elif rows:
            plan = self.plan(connection.dialect)
            plan.execute(connection, plan.parameters_of(rows), many=True).close()

    def written(self, dialect: Dialect, parameters: Row) -> tuple[str, Any]:
        """The statement and its parameters as the driver takes them, for those who hand them over themselves."""
        plan = self.plan(dialect)
        values = plan.parameters(parameters)
        return plan.text, tuple(values) if plan.positional else values

    def plan(self, dialect: Dialect) -> _Plan:
        """The statement in the words of this database."""
        plan = self._plans.get(dialect.name)
        if plan is None or plan.dialect is not dialect:
            self._plans[dialect.name] = plan = self._compile(dialect)
        return plan

    def _compile(self, dialect: Dialect) -> _Plan:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns, **self._named)
        by_name = {name: bind for bind, name in compiled.bind_names.items()}
        order = tuple(compiled.positiontup if compiled.positional else by_name)
        binds = [by_name[name] for name in order]
        selected = getattr(self._statement, "selected_columns", ())
        return _Plan(
            text=str(compiled),
            names=order,
            take=_taker(binds) if self._paths is None else _reader(binds, self._paths),
            writes=_conversions(_written(bind.type, dialect) for bind in binds),
            positional=compiled.positional,
            columns=tuple(one.key for one in selected),
            reads=_conversions(_read(one.type, dialect) for one in selected),
            dialect=dialect,
        )


Asked = tuple[Prepared, Row]
"""a statement and its parameters"""


def rows_of_all(connection: sa.Connection, asked: Sequence[Asked]) -> list[list[Row]]:
    """The rows of several SELECTs, none of which needs what another finds: PostgreSQL is asked for them at once."""
    if connection.dialect.driver != "psycopg" or len(asked) < _FEWEST:
        return [statement.all(connection, parameters) for statement, parameters in asked]
    plans = [(statement.plan(connection.dialect), parameters) for statement, parameters in asked]
    raw: Any = connection.connection.dbapi_connection
    cursors = [raw.cursor() for _ in plans]
    try:
        with raw.pipeline():
            for cursor, (plan, parameters) in zip(cursors, plans, strict=True):
                cursor.execute(plan.text, plan.parameters(parameters), prepare=True)
    except connection.dialect.loaded_dbapi.Error as error:
        raise plans[0][0].translated(error) from error
    return [
        [plan.row(values) for values in cursor.fetchall()]
        for cursor, (plan, _parameters) in zip(cursors, plans, strict=True)
    ]


def flushed(session: Session) -> sa.Connection:
    """A session's connection, for statements that must see what was added to the session before."""
    session.flush()
    return session.connection()


def _taker(binds: Sequence[Any]) -> Callable[[Row], Iterable[Any]]:
    """What takes the values of a statement's parameters, in order; some of them it may bring along itself."""
    keys = [bind.key for bind in binds]
    if len(keys) > 1 and all(bind.required for bind in binds):
        return itemgetter(*keys)
    return lambda given: [given[bind.key] if bind.required else bind.value for bind in binds]


def _reader(binds: Sequence[Any], paths: Mapping[str, str]) -> Callable[[Any], Iterable[Any]]:
    """What reads the values of a statement's parameters, in order, from an object."""
    read: Callable[[Any], Iterable[Any]] = attrgetter(*(paths.get(bind.key, bind.key) for bind in binds))
    return read


def _conversions(converts: Iterable[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(converts) if convert is not None)


def _written(kind: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(KNOWN)(convert) if convert and _is_instant(kind) else convert


def _read(kind: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return lru_cache(KNOWN)(convert) if convert and (_is_instant(kind) or isinstance(kind, sa.Uuid)) else convert


def _is_instant(kind: Any) -> bool:
    """A UtcDateTime of any of the rooms."""
    return isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, sa.DateTime)
