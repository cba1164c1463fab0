"""The inbox: what waits for a person, their groups, and those they substitute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.workitem import Priority
from processes.mandates import Mandate, mandates_for_work
from processes.office import Office
from processes.organisation import people_named
from processes.queries import inbox_numbers, reach
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.queries.inbox_filter import CASE, Asked, InboxFilter, Slices, Sort, Tab, order, within
from processes.queries.paging import Paging
from processes.queries.reach import ITEM
from processes.queries.saved import SavedFilter, saved_filters
from processes.tables import BodyRow, SavedIn

_BODY = sa.inspect(BodyRow).local_table
_SORTED_BY = ("id", "priority", "due_at", "created_at", "ended_at")
_SHOWN = (
    *(
        *("id", "version", "state", "definition_key", "definition_version", "element_id", "role", "scope", "visit"),
        *("assignee", "delegated_by", "named", "priority", "created_at", "due_at", "ended_at", "follow_up_at"),
    ),
)
Titles = Mapping[str, str]


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
    """open items a tab; what is more than `most` is one more"""
    late: int
    """overdue steps this person has or may do, under every tab"""
    today: int
    processes: Sequence[tuple[str, Titles]]
    """what may be filtered by"""
    saved: Sequence[SavedFilter]
    most: int = inbox_numbers.COUNTED
    """up to where the numbers are exact"""


def inbox(office: Office, person_id: UUID, wanted: InboxFilter) -> Inbox:
    """A page of this person's inbox."""
    with office.reading() as uow:
        asked, definitions = Asked(uow, person_id), Definitions(uow)
        asked.plan_once()
        mandates = mandates_for_work(uow.session, person_id, uow.now)
        others = [mandate for mandate in mandates if mandate.acts_for_id is not None]
        tabs = _tabs(mandates, others)
        chosen, everything = tabs[wanted.tab], reach.everything(mandates)
        numbers = inbox_numbers.numbers(asked, tabs, wanted.tab, everything)
        total = inbox_numbers.total(asked, chosen, wanted) if wanted.narrows else numbers.tabs[wanted.tab]
        paging = Paging(page=max(1, wanted.page), total=total, most=inbox_numbers.COUNTED)
        return Inbox(
            filter=wanted,
            lines=_lines(asked, definitions, mandates, _page(asked, chosen, wanted, paging)),
            paging=paging,
            counts={tab.value: number for tab, number in numbers.tabs.items() if tab is not Tab.DONE},
            late=numbers.late,
            today=numbers.today,
            processes=[(key, definitions.process_title(key)) for key in numbers.processes],
            saved=saved_filters(uow, person_id, SavedIn.INBOX),
        )


def open_count(office: Office, person_id: UUID) -> int:
    """How many items this person has claimed, for the number beside the inbox in every page's head."""
    with office.reading() as uow:
        return inbox_numbers.held(Asked(uow, person_id))


def _tabs(mandates: Sequence[Mandate], others: Sequence[Mandate]) -> dict[Tab, tuple[reach.Slice, ...]]:
    own = [mandate for mandate in mandates if mandate.acts_for_id is None]
    return {
        Tab.MINE: tuple(reach.mine()),
        Tab.GROUP: tuple(reach.group(own)),
        Tab.SUBSTITUTE: tuple(reach.substitution(others)),
        Tab.ASIDE: tuple(reach.aside()),
        Tab.DONE: tuple(reach.done()),
    }


def _page(asked: Asked, slices: Slices, wanted: InboxFilter, paging: Paging) -> Sequence[Any]:
    """The lines of a page."""
    return asked.rows(_shown(slices, wanted, paging.page), slices) if slices else []


@lru_cache(reach.SHAPES)
def _shown(slices: Slices, wanted: InboxFilter, page: int) -> sa.Select[Any]:
    """What a page shows: the first of each slice, merged, with their cases and bodies."""
    first = _first(slices, wanted, page)
    return (
        sa.select(
            *(ITEM.c[name] for name in _SHOWN),
            *(CASE.c[name].label(f"case_{name}") for name in ("id", "number", "subject", "status")),
            *(_BODY.c[name].label(f"body_{name}") for name in ("title", "time_zone", "language", "calendar")),
        )
        .select_from(first)
        .join(ITEM, ITEM.c.id == first.c.id)
        .join(CASE, CASE.c.id == ITEM.c.instance_id)
        .join(_BODY, _BODY.c.id == CASE.c.body_id)
        .order_by(*order(ITEM.c, wanted.tab, wanted.sort))
    )


def _first(slices: Slices, wanted: InboxFilter, page: int) -> sa.Subquery:
    paging = Paging(page=page, total=0)
    sought = sa.select(*(ITEM.c[name] for name in _SORTED_BY))
    first = [
        query.limit(paging.offset + paging.size)
        for one in slices
        for query in _sorted(within(sought, one, wanted), wanted)
    ]
    merged = sa.union_all(*(sa.select(query.subquery()) for query in first)).subquery()
    by = order(merged.c, wanted.tab, wanted.sort)
    return sa.select(merged.c.id).order_by(*by).limit(paging.size).offset(paging.offset).subquery()


def _sorted(query: sa.Select[Any], wanted: InboxFilter) -> list[sa.Select[Any]]:
    """In order; by due date in two parts, as an index holds them: those that have one, and those that have none."""
    if wanted.tab is Tab.DONE or wanted.sort is not Sort.DUE:
        return [query.order_by(*order(ITEM.c, wanted.tab, wanted.sort))]
    due, rest = ITEM.c.due_at, (ITEM.c.created_at, ITEM.c.id)
    return [query.where(due.is_not(None)).order_by(due, *rest), query.where(due.is_(None)).order_by(*rest)]


def _lines(asked: Asked, definitions: Definitions, mandates: Sequence[Mandate], rows: Sequence[Any]) -> list[InboxLine]:
    counter, me = DueCounter(asked.uow), str(asked.person_id)
    ids = {each: UUID(each) for row in rows for each in (row.assignee, row.delegated_by) if each}
    named = people_named(asked.uow.session, set(ids.values()))
    names = {each: named.get(ident) for each, ident in ids.items()}
    groups = _by_group(mandates)
    return [
        InboxLine(
            item_id=row.id,
            version=row.version,
            state=row.state,
            case_id=row.case_id,
            case_number=row.case_number,
            subject=row.case_subject,
            process=definitions.process_title(row.definition_key, row.definition_version),
            step=definitions.step_title(row.definition_key, row.definition_version, row.element_id),
            cosigns=definitions.cosigns(row.definition_key, row.definition_version, row.element_id),
            body=row.body_title,
            time_zone=row.body_time_zone,
            language=row.body_language,
            round=row.visit,
            due=counter.due(row.due_at, calendar=row.body_calendar, time_zone=row.body_time_zone),
            holder=names.get(row.assignee),
            mine=row.assignee == me,
            acts_for=_acts_for(groups.get((row.role, row.scope), ()), row.definition_key),
            created_at=row.created_at,
            ended_at=row.ended_at,
            named=row.named,
            priority=Priority(row.priority),
            delegated_by=names.get(row.delegated_by),
            follow_up_at=row.follow_up_at,
            follow_up_due=row.follow_up_at is not None and row.follow_up_at <= asked.now,
            suspended=row.case_status == "suspended" and row.ended_at is None,
        )
        for row in rows
    ]


def _by_group(mandates: Sequence[Mandate]) -> dict[tuple[str, str], list[Mandate]]:
    """The mandates of a role of a body, in their order."""
    found: dict[tuple[str, str], list[Mandate]] = {}
    for mandate in mandates:
        found.setdefault((mandate.role, str(mandate.body_id)), []).append(mandate)
    return found


def _acts_for(mandates: Sequence[Mandate], process: str) -> str | None:
    """Whom somebody would substitute by the first of these mandates of one group that covers the process."""
    return next((each.acts_for for each in mandates if not each.scope or process in each.scope), None)
