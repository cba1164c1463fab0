"""One transaction over all rooms' tables: own (commits), or joined to a job's (flushes; the job engine commits)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, SessionTransaction

from archive.service import Archive
from engine.prepared import Prepared, Row
from engine.service import Engine
from processes.audit import AuditTrail

EngineFor = Callable[[Session, datetime], Engine]
ArchiveFor = Callable[[Session, datetime], Archive]


class UnitOfWork:
    """A session with the rooms bound to it and to one instant; rollback is the default.

    Nothing slow belongs inside: no rendering, no signing, no mail. What must happen after the commit is enqueued in it.
    """

    def __init__(self, session: Session, *, now: datetime, engine: EngineFor, archive: ArchiveFor, own: bool) -> None:
        self.session = session
        self.now = now
        self.engine = engine(session, now)
        self.archive = archive(session, now)
        self.audit = AuditTrail(session, now)
        self._own = own
        self._held: tuple[SessionTransaction | None, sa.Connection | None] = (None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            self.session.close()

    def commit(self) -> None:
        """Make it last. In a joined unit of work: only flush, the job's checkpoint commits."""
        if self._own:
            self.session.commit()
        else:
            self.session.flush()

    def insert(self, table: type, **values: Any) -> None:
        """One row, at once: the hot path writes by Core statements."""
        statement, defaults = _insert(table, tuple(values))
        self.run(statement, **defaults, **values)

    def update(self, table: type, where: Mapping[str, Any], **values: Any) -> int:
        """Change the rows whose columns equal `where`; how many there were."""
        if any(isinstance(value, sa.ColumnElement | InstrumentedAttribute) for value in values.values()):
            return self._update_by(table, where, values)
        asked = {name: value for name, value in where.items() if value is not None}
        statement = _update(table, tuple(asked), tuple(where.keys() - asked.keys()), tuple(values))
        parameters = {_WHERE + name: value for name, value in asked.items()}
        parameters |= {_TO + name: value for name, value in values.items()}
        return self.run(statement, **parameters)

    def run(self, statement: Prepared, **values: Any) -> int:
        """A prepared statement that changes rows; how many there were. What was added before is there already."""
        return statement.run(self._connection, values)

    def first(self, statement: Prepared, **values: Any) -> Any:
        """The first column of a prepared SELECT's first row, or None."""
        row = statement.one(self._connection, values)
        return None if row is None else next(iter(row.values()))

    def all(self, statement: Prepared, **values: Any) -> list[Row]:
        """Every row of a prepared SELECT."""
        return statement.all(self._connection, values)

    @property
    def _connection(self) -> sa.Connection:
        """The transaction's, with what was added before; asking for it each time costs as much as a statement."""
        self.session.flush()
        transaction = self.session.get_transaction()
        known, connection = self._held
        # a savepoint is set when the session is first asked within it
        if connection is None or transaction is not known or self.session.in_nested_transaction():
            connection = self.session.connection()
            self._held = (self.session.get_transaction(), connection)
        return connection

    def _update_by(self, table: type, where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """To what an expression gives, such as one more than before."""
        columns: Mapping[str, sa.ColumnElement[Any]] = sa.inspect(table).columns
        statement = sa.update(table).where(*(columns[name] == value for name, value in where.items()))
        return self.session.connection().execute(statement.values(**values)).rowcount


_WHERE, _TO = "where_", "to_"


@cache
def _insert(table: type, names: tuple[str, ...]) -> tuple[Prepared, Mapping[str, Any]]:
    """Built and compiled once, which costs more than to run it; and what stands in columns nobody named."""
    columns: Mapping[str, sa.Column[Any]] = sa.inspect(table).local_table.columns
    defaults = {
        name: column.default.arg
        for name, column in columns.items()
        if name not in names and isinstance(column.default, sa.ColumnDefault)
    }
    statement = sa.insert(sa.inspect(table).local_table).inline()
    return Prepared(statement, columns=(*names, *defaults)), defaults


@cache
def _update(table: type, equal: tuple[str, ...], null: tuple[str, ...], values: tuple[str, ...]) -> Prepared:
    columns: Mapping[str, sa.ColumnElement[Any]] = sa.inspect(table).columns
    conditions = [columns[name] == sa.bindparam(_WHERE + name, type_=columns[name].type) for name in equal]
    conditions += [columns[name].is_(None) for name in null]
    changes = {columns[name]: sa.bindparam(_TO + name, type_=columns[name].type) for name in values}
    return Prepared(sa.update(sa.inspect(table).local_table).where(*conditions).values(changes))
