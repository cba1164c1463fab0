"""Rows that are only looked at: objects of their classes that no session knows, at a fraction of what mapping costs.

Nothing that is set on one is ever written: `UnitOfWork.update` changes rows.
"""

from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.prepared import Prepared, flushed
from processes.tables import Base

Row = TypeVar("Row", bound=Base)


class Detached(Generic[Row]):
    """A question for rows of one table."""

    def __init__(self, table: type[Row], *where: sa.ColumnElement[bool], order: tuple[Any, ...] = ()) -> None:
        self._table = table
        columns = sa.inspect(table).local_table.columns
        self._statement = Prepared(sa.select(*columns).where(*where).order_by(*order))

    def one(self, session: Session, **values: Any) -> Row | None:
        """The first of them."""
        row = self._statement.one(flushed(session), values)
        return None if row is None else self._table(**row)

    def all(self, session: Session, **values: Any) -> list[Row]:
        """All of them."""
        return [self._table(**row) for row in self._statement.all(flushed(session), values)]
