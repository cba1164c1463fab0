"""The inbox: what waits for a person, their groups, and those they substitute."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from engine.tables import WorkItemRow
from engine.workitem import Priority
from processes.mandates import Mandate, mandates_of
from processes.office import Office
from processes.organisation import people_named
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.queries.matching import contains
from processes.queries.paging import Paging
from processes.tables import BodyRow, CaseRow, MandateRow, SavedFilterRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

OPEN = ("ready", "reserved")
Titles = Mapping[str, str]


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
class SavedFilter:
    """What somebody asked for once and kept under a name; what it finds follows the person's groups."""

    id: UUID
    name: str
    wanted: Mapping[str, str]


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
        mandates = mandates_of(uow.session, person_id, uow.now)
        tabs = _tabs(uow, person_id, mandates)
        counts = _counts(uow, tabs)
        chosen = sa.and_(tabs[wanted.tab], *_filters(wanted, uow.now))
        total = uow.session.scalar(_select(sa.func.count(), chosen)) or 0
        paging = Paging(page=max(1, wanted.page), total=total)
        query = _select(WorkItemRow, chosen).add_columns(CaseRow, BodyRow).order_by(*_order(wanted))
        rows = uow.session.execute(query.limit(paging.size).offset(paging.offset)).all()
        return Inbox(
            filter=wanted,
            lines=_lines(uow, person_id, mandates, rows),
            paging=paging,
            counts=counts,
            late=_late_count(uow, tabs, DueFilter.LATE),
            today=_late_count(uow, tabs, DueFilter.TODAY),
            processes=_processes(uow, tabs[wanted.tab]),
            saved=_saved(uow, person_id),
        )


def open_count(office: Office, person_id: UUID) -> int:
    """How many items this person has claimed, for the number beside the inbox in every page's head."""
    with office.reading() as uow:
        return uow.session.scalar(_select(sa.func.count(), _mine(person_id, uow.now))) or 0


def _select(what: Any, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(what)
        .select_from(WorkItemRow)
        .join(CaseRow, CaseRow.id == WorkItemRow.instance_id)
        .join(BodyRow, BodyRow.id == CaseRow.body_id)
        .where(where)
    )


def _held(person_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(WorkItemRow.state == "reserved", WorkItemRow.assignee == str(person_id))


def _hidden(now: datetime) -> sa.ColumnElement[bool]:
    """Set aside until later; an overdue step comes back by itself."""
    late = sa.func.coalesce(WorkItemRow.due_at < now, sa.false())
    return sa.and_(WorkItemRow.follow_up_hides, WorkItemRow.follow_up_at > now, sa.not_(late))


def _mine(person_id: UUID, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_held(person_id), sa.not_(sa.func.coalesce(_hidden(now), sa.false())))


def _open_to(person_id: UUID) -> sa.ColumnElement[bool]:
    """What a group's people may claim: not what was given by name, nor what four eyes bar this person from."""
    return sa.and_(
        WorkItemRow.state == "ready",
        WorkItemRow.named.is_(False),
        sa.or_(WorkItemRow.four_eyes_with.is_(None), sa.not_(_barred(person_id))),
    )


def _barred(person_id: UUID) -> sa.ColumnElement[bool]:
    """Whether this person did, the last time, the step that the item has to look at."""
    signed, later = aliased(StepRecordRow), aliased(StepRecordRow)
    same = sa.and_(later.case_id == signed.case_id, later.element_id == signed.element_id, later.round > signed.round)
    return sa.exists().where(
        signed.case_id == WorkItemRow.instance_id,
        signed.element_id == WorkItemRow.four_eyes_with,
        signed.person_id == person_id,
        sa.not_(sa.exists().where(same)),
    )


def covered(mandate: Mandate) -> sa.ColumnElement[bool]:
    """The work items of a mandate's role, body and processes."""
    parts = [WorkItemRow.role == mandate.role, WorkItemRow.scope == str(mandate.body_id)]
    if mandate.scope:
        parts.append(WorkItemRow.definition_key.in_(mandate.scope))
    return sa.and_(*parts)


def _any(conditions: Iterable[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *conditions)


def _tabs(uow: UnitOfWork, person_id: UUID, mandates: Sequence[Mandate]) -> dict[Tab, sa.ColumnElement[bool]]:
    own = [mandate for mandate in mandates if mandate.acts_for_id is None]
    others = [mandate for mandate in mandates if mandate.acts_for_id is not None]
    absent = _absent_holders(uow, others)
    open_to = _open_to(person_id)
    group = sa.and_(open_to, _any(covered(mandate) for mandate in own))
    unbarred = sa.or_(WorkItemRow.four_eyes_with.is_(None), sa.not_(_barred(person_id)))
    substitute = _any(
        sa.and_(
            covered(mandate),
            sa.or_(open_to, sa.and_(unbarred, WorkItemRow.assignee == str(absent.get(mandate.acts_for_id)))),
        )
        for mandate in others
    )
    hidden = sa.and_(_held(person_id), _hidden(uow.now))
    delegated = sa.and_(WorkItemRow.state == "reserved", WorkItemRow.delegated_by == str(person_id))
    return {
        Tab.MINE: _mine(person_id, uow.now),
        Tab.GROUP: group,
        Tab.SUBSTITUTE: sa.and_(WorkItemRow.state.in_(OPEN), substitute),
        Tab.ASIDE: sa.or_(hidden, delegated),
        Tab.DONE: sa.and_(WorkItemRow.state == "completed", WorkItemRow.assignee == str(person_id)),
    }


def _absent_holders(uow: UnitOfWork, mandates: Sequence[Mandate]) -> dict[UUID | None, UUID]:
    ids = [mandate.acts_for_id for mandate in mandates]
    rows = uow.session.execute(sa.select(MandateRow.id, MandateRow.holder_id).where(MandateRow.id.in_(ids)))
    return {row.id: row.holder_id for row in rows}


def _counts(uow: UnitOfWork, tabs: Mapping[Tab, sa.ColumnElement[bool]]) -> dict[str, int]:
    columns = [
        sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(tab.value)
        for tab, condition in tabs.items()
        if tab is not Tab.DONE
    ]
    row = uow.session.execute(sa.select(*columns).where(WorkItemRow.state.in_(OPEN))).one()
    return {name: int(value) for name, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name


def _late_count(uow: UnitOfWork, tabs: Mapping[Tab, sa.ColumnElement[bool]], which: DueFilter) -> int:
    """Whatever tab a step stands under, once."""
    open_tabs = sa.or_(*(condition for tab, condition in tabs.items() if tab is not Tab.DONE))
    return uow.session.scalar(_select(sa.func.count(), sa.and_(open_tabs, _due_condition(which, uow.now)))) or 0


def _due_condition(which: DueFilter, now: datetime) -> sa.ColumnElement[bool]:
    due = WorkItemRow.due_at
    conditions = {
        DueFilter.ANY: sa.true(),
        DueFilter.LATE: due < now,
        DueFilter.TODAY: sa.and_(due >= now, due < now + timedelta(hours=24)),
        DueFilter.WEEK: sa.and_(due >= now, due < now + timedelta(days=7)),
        DueFilter.NONE: due.is_(None),
    }
    return conditions[which]


def _filters(wanted: InboxFilter, now: datetime) -> list[sa.ColumnElement[bool]]:
    found = [_due_condition(wanted.due, now)]
    if wanted.process:
        found.append(WorkItemRow.definition_key == wanted.process)
    if wanted.text.strip():
        found.append(contains(wanted.text, CaseRow.number, CaseRow.subject))
    return found


def _order(wanted: InboxFilter) -> tuple[sa.ColumnExpressionArgument[Any], ...]:
    if wanted.tab is Tab.DONE:
        return (WorkItemRow.ended_at.desc(), WorkItemRow.id)
    if wanted.sort is Sort.NEWEST:
        return (WorkItemRow.created_at.desc(), WorkItemRow.id)
    first = (WorkItemRow.priority.desc(),) if wanted.sort is Sort.PRIORITY else ()
    return (*first, WorkItemRow.due_at.is_(None), WorkItemRow.due_at, WorkItemRow.created_at, WorkItemRow.id)


def _saved(uow: UnitOfWork, person_id: UUID) -> list[SavedFilter]:
    rows = uow.session.execute(
        sa.select(SavedFilterRow).where(SavedFilterRow.person_id == person_id).order_by(SavedFilterRow.name)
    ).scalars()
    return [SavedFilter(id=row.id, name=row.name, wanted=row.wanted) for row in rows]


def _processes(uow: UnitOfWork, tab: sa.ColumnElement[bool]) -> list[tuple[str, Titles]]:
    keys = uow.session.execute(sa.select(WorkItemRow.definition_key).where(tab).distinct()).scalars()
    definitions = Definitions(uow)
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
            )
        )
    return lines


def _acts_for(mandates: Sequence[Mandate], item: WorkItemRow) -> str | None:
    for mandate in mandates:
        limited = mandate.scope and item.definition_key not in mandate.scope
        if mandate.role == item.role and str(mandate.body_id) == item.scope and not limited:
            return mandate.acts_for
    return None
