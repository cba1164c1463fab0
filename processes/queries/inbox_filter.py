"""What somebody asks of their inbox: whose work, which of it, in which order, as columns of work items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.prepared import Asked, Prepared, Row, rows_of_all
from processes.queries import reach
from processes.queries.matching import contains
from processes.queries.reach import ITEM
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork

CASE = sa.inspect(CaseRow).local_table
_PLAN_ONCE = Prepared(sa.select(sa.func.set_config("plan_cache_mode", "force_generic_plan", sa.true())))
Slices = Sequence[reach.Slice]
"""a tuple where a statement is made of them: it is kept by their shapes"""


class Tab(StrEnum):
    """Whose work a page of the inbox shows."""

    MINE = "mine"
    GROUP = "group"
    SUBSTITUTE = "substitute"
    ASIDE = "aside"
    """what this person has set aside for a while, or delegated"""
    DONE = "done"


class Sort(StrEnum):
    """The order of a page of the inbox."""

    DUE = ""
    """overdue first, then by due date, then what has none"""
    PRIORITY = "priority"
    """urgent first, then by due date"""
    NEWEST = "newest"


class DueFilter(StrEnum):
    """Which deadlines a page of the inbox shows."""

    ANY = ""
    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """What somebody asked to see."""

    tab: Tab = Tab.MINE
    text: str = ""
    process: str = ""
    due: DueFilter = DueFilter.ANY
    sort: Sort = Sort.DUE
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether it shows less than the tab holds."""
        return bool(self.text.strip() or self.process or self.due)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, and in which transaction."""

    uow: UnitOfWork
    person_id: UUID

    @property
    def now(self) -> datetime:
        """When."""
        return self.uow.now

    def together(self, *asked: Asked) -> list[list[Row]]:
        """The rows of statements of which none needs what another finds: one way to the database for all of them."""
        return rows_of_all(self.uow.session.connection(), asked)

    def first(self, *asked: Asked) -> list[list[Row]]:
        """The same before anything else. PostgreSQL then makes a plan of each statement once a connection: that takes
        it as long as to answer.

        The lists are asked for by the same index whoever asks, so a plan that knows no values is no worse.
        """
        postgresql = self.uow.session.get_bind().dialect.name == "postgresql"
        planning: list[Asked] = [(_PLAN_ONCE, {})] if postgresql else []
        return self.together(*planning, *asked)[len(planning) :]

    def of(self, statement: Prepared, slices: Slices) -> Asked:
        """A statement over these slices with this person's parameters."""
        return statement, reach.parameters(self.person_id, self.now, slices)


def within(query: sa.Select[Any], one: reach.Slice, wanted: InboxFilter) -> sa.Select[Any]:
    """The query over one slice and what was asked for; only a search in texts has to look at the cases."""
    query = query.select_from(ITEM).where(one.condition, *_filters(wanted))
    return query.join(CASE, CASE.c.id == ITEM.c.instance_id) if wanted.text.strip() else query


def order(of: Any, tab: Tab, sort: Sort) -> tuple[sa.ColumnExpressionArgument[Any], ...]:
    """The order of a list, by the columns `of` a selection of work items."""
    if tab is Tab.DONE:
        return (of.ended_at.desc(), of.id)
    if sort is Sort.NEWEST:
        return (of.created_at.desc(), of.id)
    first = (of.priority.desc(),) if sort is Sort.PRIORITY else ()
    return (*first, of.due_at.is_(None), of.due_at, of.created_at, of.id)


def _filters(wanted: InboxFilter) -> list[sa.ColumnElement[bool]]:
    found = [_due_condition(wanted.due)]
    if wanted.process:
        found.append(ITEM.c.definition_key == wanted.process)
    if wanted.text.strip():
        found.append(contains(wanted.text, CASE.c.number, CASE.c.subject))
    return found


def _due_condition(which: DueFilter) -> sa.ColumnElement[bool]:
    due, now = ITEM.c.due_at, reach.NOW
    conditions = {
        DueFilter.ANY: sa.true(),
        DueFilter.LATE: due < now,
        DueFilter.TODAY: sa.and_(due >= now, due < reach.TOMORROW),
        DueFilter.WEEK: sa.and_(due >= now, due < reach.IN_A_WEEK),
        DueFilter.NONE: due.is_(None),
    }
    return conditions[which]
