"""Rows that are only looked at: objects of their classes that no session knows, at a fraction of what mapping costs.

Nothing that is set on one is ever written: `UnitOfWork.update` changes rows.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, configure_mappers

from engine.prepared import Prepared, flushed
from processes.tables import Base

Row = TypeVar("Row", bound=Base)


class Detached(Generic[Row]):
    """A question for rows of one table."""

    def __init__(self, table: type[Row], *where: sa.ColumnElement[bool], order: tuple[Any, ...] = ()) -> None:
        configure_mappers()  # the constructor would, which is not called
        self._new: Callable[..., Any] = sa.inspect(table).class_manager.new_instance
        columns = sa.inspect(table).local_table.columns
        self._statement = Prepared(sa.select(*columns).where(*where).order_by(*order))

    def one(self, session: Session, **values: Any) -> Row | None:
        """The first of them."""
        row = self._statement.one(flushed(session), values)
        return None if row is None else self._filled(row)

    def all(self, session: Session, **values: Any) -> list[Row]:
        """All of them."""
        return [self._filled(row) for row in self._statement.all(flushed(session), values)]

    def _filled(self, row: Mapping[str, Any]) -> Row:
        """As the mapper itself loads one: by its dictionary, without telling each attribute that it is set."""
        found: Row = self._new()
        vars(found).update(row)
        return found
