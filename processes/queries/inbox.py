"""The inbox: what waits for a person, their groups, and those they substitute."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.prepared import Prepared, Row
from engine.workitem import Priority
from processes.mandates import Mandate, asked_for_work, mandates_among
from processes.office import Office
from processes.organisation import people_named
from processes.queries import inbox_numbers, reach
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.queries.inbox_filter import CASE, Asking, InboxFilter, Slices, Sort, Tab, order, within
from processes.queries.paging import Paging
from processes.queries.reach import ITEM
from processes.queries.saved import SavedFilter, asked_for_saved, saved_among
from processes.tables import BodyRow, SavedIn

_BODY = sa.inspect(BodyRow).local_table
_SORTED_BY = ("id", "priority", "due_at", "created_at", "ended_at")
_SHOWN = (
    *(
        *("id", "version", "state", "definition_key", "definition_version", "element_id", "role", "scope", "visit"),
        *("assignee", "delegated_by", "named", "priority", "created_at", "due_at", "ended_at", "follow_up_at"),
    ),
)
_AS_THEY_ARE = (
    *("version", "state", "case_id", "case_number", "subject", "body", "time_zone", "language"),
    *("created_at", "ended_at", "named", "follow_up_at"),
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
        by, definitions = Asking(uow, person_id), Definitions(uow)
        given, kept = by.first(asked_for_work(person_id), asked_for_saved(person_id, SavedIn.INBOX))
        mandates = mandates_among(given, uow.now)
        others = [mandate for mandate in mandates if mandate.acts_for_id is not None]
        numbers, total, rows = _asked(by, wanted, _tabs(mandates, others), reach.everything(mandates))
        definitions.know(_needed(rows, numbers.processes))
        return Inbox(
            filter=wanted,
            lines=_lines(by, definitions, mandates, rows),
            paging=Paging(page=max(1, wanted.page), total=total, most=inbox_numbers.COUNTED),
            counts={tab.value: number for tab, number in numbers.tabs.items() if tab is not Tab.DONE},
            late=numbers.late,
            today=numbers.today,
            processes=[(key, definitions.process_title(key)) for key in numbers.processes],
            saved=saved_among(kept),
        )


def _asked(
    by: Asking, wanted: InboxFilter, tabs: Mapping[Tab, tuple[reach.Slice, ...]], everything: Slices
) -> tuple[inbox_numbers.Numbers, int, list[Row]]:
    """The numbers of all tabs, how many items of the one shown are what was asked for, and the lines of its page."""
    chosen, counting = tabs[wanted.tab], inbox_numbers.Counting(tabs, wanted.tab, everything)
    page = [by.of(_shown(chosen, wanted, max(1, wanted.page)), chosen)] if chosen else []
    narrowed = [inbox_numbers.asked_for_total(by, chosen, wanted)] if chosen and wanted.narrows else []
    counted, *found = by.together(counting.asked(by), *page, *narrowed)
    numbers = counting.numbers(counted)
    total = inbox_numbers.total(found[-1]) if narrowed else numbers.tabs[wanted.tab]
    return numbers, total, found[0] if page else []


def open_count(office: Office, person_id: UUID) -> int:
    """How many items this person has claimed, for the number beside the inbox in every page's head."""
    with office.reading() as uow:
        return inbox_numbers.held(Asking(uow, person_id))


def _tabs(mandates: Sequence[Mandate], others: Sequence[Mandate]) -> dict[Tab, tuple[reach.Slice, ...]]:
    own = [mandate for mandate in mandates if mandate.acts_for_id is None]
    return {
        Tab.MINE: tuple(reach.mine()),
        Tab.GROUP: tuple(reach.group(own)),
        Tab.SUBSTITUTE: tuple(reach.substitution(others)),
        Tab.ASIDE: tuple(reach.aside()),
        Tab.DONE: tuple(reach.done()),
    }


@lru_cache(reach.SHAPES)
def _shown(slices: Slices, wanted: InboxFilter, page: int) -> Prepared:
    """What a page shows: the first of each slice, merged, with their cases and bodies."""
    first = _first(slices, wanted, page)
    return Prepared(
        sa.select(
            *(ITEM.c[name] for name in _SHOWN),
            *(CASE.c[name].label(f"case_{name}") for name in ("id", "number", "status")),
            CASE.c.subject,
            *(
                _BODY.c.title.label("body"),
                _BODY.c.time_zone,
                _BODY.c.language,
                _BODY.c.calendar.label("body_calendar"),
            ),
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


def _needed(rows: Sequence[Row], processes: Sequence[str]) -> Iterator[tuple[str, int | None]]:
    """Of which definitions a page tells the titles."""
    yield from ((row["definition_key"], row["definition_version"]) for row in rows)
    yield from ((key, None) for key in processes)


def _lines(by: Asking, definitions: Definitions, mandates: Sequence[Mandate], rows: Sequence[Row]) -> list[InboxLine]:
    told = _Told(by, definitions, mandates, rows)
    return [told.line(row) for row in rows]


class _Told:
    """What the lines of a page tell beside their rows; most lines of a list tell the same."""

    def __init__(self, by: Asking, definitions: Definitions, mandates: Sequence[Mandate], rows: Sequence[Row]) -> None:
        self._now, self._me = by.now, str(by.person_id)
        self._definitions, self._counter = definitions, DueCounter(by.uow)
        self._steps: dict[tuple[str, int, str], dict[str, Any]] = {}
        self._groups = _by_group(mandates)
        self._names: dict[str | None, str] = _known_names(mandates)
        people = {each for row in rows for each in (row["assignee"], row["delegated_by"]) if each}
        named = people_named(by.uow.session, {UUID(each) for each in people - self._names.keys()})
        self._names |= {str(ident): name for ident, name in named.items()}

    def line(self, row: Row) -> InboxLine:
        follow_up = row["follow_up_at"]
        return InboxLine(
            **{name: row[name] for name in _AS_THEY_ARE},
            **self._step(row["definition_key"], row["definition_version"], row["element_id"]),
            item_id=row["id"],
            round=row["visit"],
            due=self._counter.due(row["due_at"], calendar=row["body_calendar"], time_zone=row["time_zone"]),
            holder=self._names.get(row["assignee"]),
            mine=row["assignee"] == self._me,
            acts_for=_acts_for(self._groups.get((row["role"], row["scope"]), ()), row["definition_key"]),
            priority=Priority(row["priority"]),
            delegated_by=self._names.get(row["delegated_by"]),
            follow_up_due=follow_up is not None and follow_up <= self._now,
            suspended=row["case_status"] == "suspended" and row["ended_at"] is None,
        )

    def _step(self, key: str, version: int, element: str) -> dict[str, Any]:
        if (key, version, element) not in self._steps:
            self._steps[key, version, element] = {
                "process": self._definitions.process_title(key, version),
                "step": self._definitions.step_title(key, version, element),
                "cosigns": self._definitions.cosigns(key, version, element),
            }
        return self._steps[key, version, element]


def _known_names(mandates: Sequence[Mandate]) -> dict[str | None, str]:
    """Who asks and whom they substitute are named in the mandates."""
    names: dict[str | None, str] = {str(each.holder_id): each.holder for each in mandates}
    return names | {str(each.absent_id): each.acts_for for each in mandates if each.acts_for is not None}


def _by_group(mandates: Sequence[Mandate]) -> dict[tuple[str, str], list[Mandate]]:
    """The mandates of a role of a body, in their order."""
    found: dict[tuple[str, str], list[Mandate]] = {}
    for mandate in mandates:
        found.setdefault((mandate.role, str(mandate.body_id)), []).append(mandate)
    return found


def _acts_for(mandates: Sequence[Mandate], process: str) -> str | None:
    """Whom somebody would substitute by the first of these mandates of one group that covers the process."""
    return next((each.acts_for for each in mandates if not each.scope or process in each.scope), None)
