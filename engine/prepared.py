"""Core statements for the hot path: compiled once a database, then handed to its driver as they are.

SQLAlchemy builds, names and types them; what is spared is what it does anew at each execution (cache keys, contexts,
results), which costs a step more than the database does. Errors are SQLAlchemy's own, and so are the transaction and
the connection. A statement with an expanding `IN` cannot be prepared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Row = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement in one database's own words."""

    text: str
    binds: tuple[tuple[str, str, Convert], ...]
    """name for the driver, name in the caller's parameters, conversion; in the driver's order"""
    fixed: Mapping[str, Any]
    """values the statement brings along, converted"""
    positional: bool
    columns: tuple[tuple[str, Convert], ...]
    dialect: Dialect

    def parameters(self, given: Row) -> Any:
        fixed = self.fixed
        if self.positional:
            return [
                fixed[name] if name in fixed else given[key] if convert is None else convert(given[key])
                for name, key, convert in self.binds
            ]
        return {
            name: fixed[name] if name in fixed else given[key] if convert is None else convert(given[key])
            for name, key, convert in self.binds
        }

    def row(self, values: Sequence[Any]) -> Row:
        return {
            key: value if convert is None or value is None else convert(value)
            for (key, convert), value in zip(self.columns, values, strict=True)
        }

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
    """A statement; parameters are named as its `bindparam`s, or as its columns where it is an INSERT."""

    def __init__(self, statement: sa.Executable, *, columns: Iterable[str] | None = None) -> None:
        self._statement: Any = statement
        self._columns = None if columns is None else list(columns)
        self._plans: dict[str, _Plan] = {}

    def one(self, connection: sa.Connection, parameters: Row) -> Row | None:
        """The first row of a SELECT."""
        plan = self._plan(connection.dialect)
        cursor = plan.execute(connection, plan.parameters(parameters))
        values = cursor.fetchone()
        cursor.close()
        return None if values is None else plan.row(values)

    def run(self, connection: sa.Connection, parameters: Row) -> int:
        """Change rows; how many."""
        plan = self._plan(connection.dialect)
        cursor = plan.execute(connection, plan.parameters(parameters))
        changed = int(cursor.rowcount)
        cursor.close()
        return changed

    def run_each(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        """Do it for each row of parameters."""
        if rows:
            plan = self._plan(connection.dialect)
            plan.execute(connection, [plan.parameters(row) for row in rows], many=True).close()

    def _plan(self, dialect: Dialect) -> _Plan:
        plan = self._plans.get(dialect.name)
        if plan is None or plan.dialect is not dialect:
            self._plans[dialect.name] = plan = self._compile(dialect)
        return plan

    def _compile(self, dialect: Dialect) -> _Plan:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)
        by_name = {name: bind for bind, name in compiled.bind_names.items()}
        order = compiled.positiontup if compiled.positional else list(by_name)
        converts = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in by_name.items()}
        fixed = {
            name: bind.value if converts[name] is None else converts[name](bind.value)
            for name, bind in by_name.items()
            if not bind.required
        }
        selected = getattr(self._statement, "selected_columns", ())
        columns = ((one.key, one.type.dialect_impl(dialect).result_processor(dialect, None)) for one in selected)
        return _Plan(
            text=str(compiled),
            binds=tuple((name, by_name[name].key, converts[name]) for name in order),
            fixed=fixed,
            positional=compiled.positional,
            columns=tuple(columns),
            dialect=dialect,
        )
