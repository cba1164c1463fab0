"""The numbers of an inbox: how much is open under each tab, how much is pressing, of which processes a list is.

They are exact to 10,000 a list: who may do more sees "more than 10,000", and waits no longer for it. All are asked for
in one statement, since each costs a way to the database, and each slice is read once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from processes.queries import reach
from processes.queries.inbox_filter import Asked, DueFilter, InboxFilter, Slices, Tab, within
from processes.queries.reach import ITEM

COUNTED = 10_000
"""Items a number is exact to; beyond, it is this one and one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How many; at most COUNTED + 1 each."""

    tabs: Mapping[Tab, int]
    """items a tab: open ones, of the tab that is shown any"""
    late: int
    today: int
    processes: Sequence[str]
    """keys of the processes whose items the tab holds that is shown (of so many of them as are counted)"""


@dataclass(frozen=True, slots=True)
class _Part:
    """What is counted of a slice."""

    slice: reach.Slice
    due: DueFilter = DueFilter.ANY
    by_process: bool = False


def numbers(asked: Asked, tabs: Mapping[Tab, Slices], shown: Tab, everything: Slices) -> Numbers:
    """The numbers over every tab; late and today of everything somebody has or may do."""
    counted = [tab for tab in tabs if tab is shown or tab is not Tab.DONE]
    marks = (DueFilter.LATE, DueFilter.TODAY)
    parts: list[tuple[str, _Part]] = [
        *((tab.value, _Part(one, by_process=tab is shown)) for tab in counted for one in tabs[tab]),
        *((due.value, _Part(one, due)) for due in marks for one in everything),
    ]
    found: Counter[str] = Counter()
    processes: set[str] = set()
    for number, process, items in _rows(asked, [part for _, part in parts]):
        found[parts[number][0]] += items
        if process is not None:
            processes.add(process)
    late, today = (_at_most(found[due]) for due in marks)
    return Numbers(
        tabs={tab: _at_most(found[tab]) for tab in counted}, late=late, today=today, processes=sorted(processes)
    )


def held(asked: Asked) -> int:
    """Open items this person has claimed and not set aside."""
    return _at_most(sum(items for _, _, items in _rows(asked, [_Part(one) for one in reach.mine()])))


def total(asked: Asked, slices: Slices, wanted: InboxFilter) -> int:
    """How many items of a list are what was asked for."""
    found = asked.rows(_narrowed(slices, wanted), slices) if slices else []
    return _at_most(sum(items for (items,) in found))


def _at_most(number: int) -> int:
    return min(number, COUNTED + 1)


def _rows(asked: Asked, parts: Sequence[_Part]) -> Sequence[Any]:
    """(place among the parts, process or None, items)."""
    return asked.rows(_counting(tuple(parts)), [part.slice for part in parts])


@lru_cache(reach.SHAPES)
def _counting(parts: tuple[_Part, ...]) -> sa.CompoundSelect[Any]:
    return sa.union_all(*(_count(part, number) for number, part in enumerate(parts)))


def _count(part: _Part, number: int) -> sa.Select[Any]:
    some = _some(part.slice, InboxFilter(due=part.due)).c
    place: Any = sa.literal_column(str(number))
    if part.by_process:
        return sa.select(place, some.definition_key, sa.func.count()).group_by(some.definition_key)
    return sa.select(place, sa.null().cast(sa.Text()), sa.func.count(some.definition_key))


@lru_cache(reach.SHAPES)
def _narrowed(slices: Slices, wanted: InboxFilter) -> sa.CompoundSelect[Any]:
    return sa.union_all(*(sa.select(sa.func.count(_some(one, wanted).c.definition_key)) for one in slices))


def _some(one: reach.Slice, wanted: InboxFilter) -> sa.Subquery:
    """Of each item of a slice that is asked for its process, as far as is counted."""
    return within(sa.select(ITEM.c.definition_key), one, wanted).limit(COUNTED + 1).subquery()
