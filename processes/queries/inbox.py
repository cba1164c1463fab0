"""The inbox: what waits for a person, their groups, and those they substitute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.tables import WorkItemRow
from engine.workitem import Priority
from processes.mandates import Mandate, mandates_for_work
from processes.office import Office
from processes.organisation import people_named
from processes.queries import reach
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.queries.matching import contains
from processes.queries.paging import Paging
from processes.queries.saved import SavedFilter, saved_filters
from processes.tables import BodyRow, CaseRow, SavedIn
from processes.unit_of_work import UnitOfWork

_SORTED_BY = ("id", "priority", "due_at", "created_at", "ended_at")
Titles = Mapping[str, str]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLine:
    """One work item in a list."""

    item_id: UUID
    version: int
    state: str
    case_id: UUID
    case_number: str
    subject: str
    process: Titles
    step: Titles
    cosigns: bool
    """it signs the document of another step"""
    body: Titles
    time_zone: str
    language: str
    """the body's, in which the subject is written"""
    round: int
    due: Due | None
    holder: str | None
    """who has claimed it"""
    mine: bool
    acts_for: str | None
    """whom this person would substitute by doing it"""
    created_at: datetime
    ended_at: datetime | None
    named: bool
    """given to its holder by name: not to be released"""
    priority: Priority
    delegated_by: str | None
    """who has it back, where the holder has it by delegation"""
    follow_up_at: datetime | None
    follow_up_due: bool
    """whether its holder wanted to be reminded by now"""
    suspended: bool
    """the case stands still: nobody acts on its steps"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of the inbox."""

    filter: InboxFilter
    lines: Sequence[InboxLine]
    paging: Paging
    counts: Mapping[str, int]
    """open items a tab"""
    late: int
    """overdue steps this person has or may do, under every tab"""
    today: int
    processes: Sequence[tuple[str, Titles]]
    """what may be filtered by"""
    saved: Sequence[SavedFilter]


def inbox(office: Office, person_id: UUID, wanted: InboxFilter) -> Inbox:
    """A page of this person's inbox."""
    with office.reading() as uow:
        mandates = mandates_for_work(uow.session, person_id, uow.now)
        others = [mandate for mandate in mandates if mandate.acts_for_id is not None]
        absent = reach.absent_holders(uow.session, others)
        asked = _Asked(uow, person_id)
        tabs = _tabs(mandates, others, absent)
        chosen, counts = tabs[wanted.tab], _counts(asked, tabs)
        paging = Paging(page=max(1, wanted.page), total=_total(asked, chosen, wanted, counts))
        late, today = _pressing(asked, tuple(reach.everything(mandates, absent)))
        return Inbox(
            filter=wanted,
            lines=_lines(uow, person_id, mandates, _page(asked, chosen, wanted, paging)),
            paging=paging,
            counts=counts,
            late=late,
            today=today,
            processes=_processes(asked, chosen),
            saved=saved_filters(uow, person_id, SavedIn.INBOX),
        )


def open_count(office: Office, person_id: UUID) -> int:
    """How many items this person has claimed, for the number beside the inbox in every page's head."""
    with office.reading() as uow:
        return _Asked(uow, person_id).rows(_counting(tuple(reach.mine())), reach.mine())[0][0] or 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, when, and in which transaction."""

    uow: UnitOfWork
    person_id: UUID

    def rows(self, statement: sa.Select[Any] | sa.CompoundSelect[Any], slices: Slices) -> Sequence[Any]:
        """What a statement over these slices finds."""
        return self.uow.session.execute(statement, reach.parameters(self.person_id, self.uow.now, slices)).all()


def _tabs(
    mandates: Sequence[Mandate], others: Sequence[Mandate], absent: Mapping[Any, UUID]
) -> dict[Tab, tuple[reach.Slice, ...]]:
    own = [mandate for mandate in mandates if mandate.acts_for_id is None]
    return {
        Tab.MINE: tuple(reach.mine()),
        Tab.GROUP: tuple(reach.group(own)),
        Tab.SUBSTITUTE: tuple(reach.substitution(others, absent)),
        Tab.ASIDE: tuple(reach.aside()),
        Tab.DONE: tuple(reach.done()),
    }


def _counts(asked: _Asked, tabs: Mapping[Tab, Slices]) -> dict[str, int]:
    parts = [(tab, one) for tab, slices in tabs.items() if tab is not Tab.DONE for one in slices]
    found = asked.rows(_counting(tuple(one for _, one in parts)), [one for _, one in parts])
    counts = {tab.value: 0 for tab in tabs if tab is not Tab.DONE}
    for items, number in found:
        counts[parts[number][0].value] += items
    return counts


@lru_cache(reach.SHAPES)
def _counting(slices: Slices) -> sa.CompoundSelect[Any]:
    """How many each slice holds, with its place among them."""
    return sa.union_all(
        *(
            sa.select(sa.func.count(), sa.literal_column(str(number))).select_from(WorkItemRow).where(one.condition)
            for number, one in enumerate(slices)
        )
    )


def _pressing(asked: _Asked, slices: Slices) -> tuple[int, int]:
    """How many are overdue, and how many are due within a day."""
    items: dict[int, int] = {mark: number for mark, number in asked.rows(_marked(slices), slices)}  # noqa: C416 - no pairs
    return items.get(1, 0), items.get(0, 0)


@lru_cache(reach.SHAPES)
def _marked(slices: Slices) -> sa.Select[Any]:
    late = sa.case((WorkItemRow.due_at < reach.NOW, 1), else_=0).label("late")
    parts = [sa.select(late).where(one.condition, WorkItemRow.due_at < reach.TOMORROW) for one in slices]
    marks = sa.union_all(*parts).subquery()
    return sa.select(marks.c.late, sa.func.count()).group_by(marks.c.late)


def _total(asked: _Asked, slices: Slices, wanted: InboxFilter, counts: Mapping[str, int]) -> int:
    """How many there are; the tab's own number, unless something was asked for beyond it."""
    if not (wanted.text.strip() or wanted.process or wanted.due) and wanted.tab.value in counts:
        return counts[wanted.tab.value]
    return sum(items for (items,) in asked.rows(_counted(slices, wanted), slices)) if slices else 0


@lru_cache(reach.SHAPES)
def _counted(slices: Slices, wanted: InboxFilter) -> sa.CompoundSelect[Any]:
    return sa.union_all(*(_within(sa.select(sa.func.count().label("items")), one, wanted) for one in slices))


def _within(query: sa.Select[Any], one: reach.Slice, wanted: InboxFilter) -> sa.Select[Any]:
    """The query over one slice and what was asked for; only a search in texts has to look at the cases."""
    query = query.select_from(WorkItemRow).where(one.condition, *_filters(wanted))
    return query.join(CaseRow, CaseRow.id == WorkItemRow.instance_id) if wanted.text.strip() else query


def _page(asked: _Asked, slices: Slices, wanted: InboxFilter, paging: Paging) -> Sequence[Any]:
    """The lines of a page: the first of each slice, merged."""
    ids = [row.id for row in asked.rows(_first(slices, wanted, paging.page), slices)] if slices else []
    return asked.uow.session.execute(_whole(wanted.tab, wanted.sort), {"ids": ids}).all() if ids else []


@lru_cache(reach.SHAPES)
def _first(slices: Slices, wanted: InboxFilter, page: int) -> sa.Select[Any]:
    paging = Paging(page=page, total=0)
    sought = sa.select(*(getattr(WorkItemRow, name) for name in _SORTED_BY))
    first = [
        query.limit(paging.offset + paging.size)
        for one in slices
        for query in _sorted(_within(sought, one, wanted), wanted)
    ]
    merged = sa.union_all(*(sa.select(query.subquery()) for query in first)).subquery()
    return (
        sa.select(merged.c.id)
        .order_by(*_order(merged.c, wanted.tab, wanted.sort))
        .limit(paging.size)
        .offset(paging.offset)
    )


@lru_cache
def _whole(tab: Tab, sort: Sort) -> sa.Select[WorkItemRow, CaseRow, BodyRow]:
    """The items themselves, with their cases and bodies."""
    return (
        sa.select(WorkItemRow, CaseRow, BodyRow)
        .join(CaseRow, CaseRow.id == WorkItemRow.instance_id)
        .join(BodyRow, BodyRow.id == CaseRow.body_id)
        .where(WorkItemRow.id.in_(sa.bindparam("ids", expanding=True)))
        .order_by(*_order(WorkItemRow, tab, sort))
    )


def _sorted(query: sa.Select[Any], wanted: InboxFilter) -> list[sa.Select[Any]]:
    """In order; by due date in two parts, as an index holds them: those that have one, and those that have none."""
    if wanted.tab is Tab.DONE or wanted.sort is not Sort.DUE:
        return [query.order_by(*_order(WorkItemRow, wanted.tab, wanted.sort))]
    due, rest = WorkItemRow.due_at, (WorkItemRow.created_at, WorkItemRow.id)
    return [query.where(due.is_not(None)).order_by(due, *rest), query.where(due.is_(None)).order_by(*rest)]


def _due_condition(which: DueFilter) -> sa.ColumnElement[bool]:
    due, now = WorkItemRow.due_at, reach.NOW
    conditions = {
        DueFilter.ANY: sa.true(),
        DueFilter.LATE: due < now,
        DueFilter.TODAY: sa.and_(due >= now, due < reach.TOMORROW),
        DueFilter.WEEK: sa.and_(due >= now, due < reach.IN_A_WEEK),
        DueFilter.NONE: due.is_(None),
    }
    return conditions[which]


def _filters(wanted: InboxFilter) -> list[sa.ColumnElement[bool]]:
    found = [_due_condition(wanted.due)]
    if wanted.process:
        found.append(WorkItemRow.definition_key == wanted.process)
    if wanted.text.strip():
        found.append(contains(wanted.text, CaseRow.number, CaseRow.subject))
    return found


def _order(of: Any, tab: Tab, sort: Sort) -> tuple[sa.ColumnExpressionArgument[Any], ...]:
    if tab is Tab.DONE:
        return (of.ended_at.desc(), of.id)
    if sort is Sort.NEWEST:
        return (of.created_at.desc(), of.id)
    first = (of.priority.desc(),) if sort is Sort.PRIORITY else ()
    return (*first, of.due_at.is_(None), of.due_at, of.created_at, of.id)


@lru_cache(reach.SHAPES)
def _kinds(slices: Slices) -> sa.CompoundSelect[Any]:
    return sa.union(*(sa.select(WorkItemRow.definition_key).where(one.condition).distinct() for one in slices))


def _processes(asked: _Asked, slices: Slices) -> list[tuple[str, Titles]]:
    keys = [key for (key,) in asked.rows(_kinds(slices), slices)] if slices else []
    definitions = Definitions(asked.uow)
    return [(key, definitions.process_title(key)) for key in sorted(keys)]


def _lines(uow: UnitOfWork, person_id: UUID, mandates: Sequence[Mandate], rows: Sequence[Any]) -> list[InboxLine]:
    definitions, counter = Definitions(uow), DueCounter(uow)
    people = {each for item, _, _ in rows for each in (item.assignee, item.delegated_by) if each}
    names = people_named(uow.session, {UUID(each) for each in people})
    lines = []
    for item, case, body in rows:
        holder = names.get(UUID(item.assignee)) if item.assignee else None
        lines.append(
            InboxLine(
                item_id=item.id,
                version=item.version,
                state=item.state,
                case_id=case.id,
                case_number=case.number,
                subject=case.subject,
                process=definitions.process_title(item.definition_key, item.definition_version),
                step=definitions.step_title(item.definition_key, item.definition_version, item.element_id),
                cosigns=definitions.cosigns(item.definition_key, item.definition_version, item.element_id),
                body=body.title,
                time_zone=body.time_zone,
                language=body.language,
                round=item.visit,
                due=counter.due(item.due_at, calendar=body.calendar, time_zone=body.time_zone),
                holder=holder,
                mine=item.assignee == str(person_id),
                acts_for=_acts_for(mandates, item),
                created_at=item.created_at,
                ended_at=item.ended_at,
                named=item.named,
                priority=Priority(item.priority),
                delegated_by=names.get(UUID(item.delegated_by)) if item.delegated_by else None,
                follow_up_at=item.follow_up_at,
                follow_up_due=item.follow_up_at is not None and item.follow_up_at <= uow.now,
                suspended=case.status == "suspended" and item.ended_at is None,
            )
        )
    return lines


def _acts_for(mandates: Sequence[Mandate], item: WorkItemRow) -> str | None:
    for mandate in mandates:
        limited = mandate.scope and item.definition_key not in mandate.scope
        if mandate.role == item.role and str(mandate.body_id) == item.scope and not limited:
            return mandate.acts_for
    return None
