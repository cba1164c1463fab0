"""The numbers of an inbox: how much is open under each tab, how much is pressing, of which processes a list is.

They are exact to 10,000 a list: who may do more sees "more than 10,000", and waits no longer for it. All are asked for
in one statement, since each costs a way to the database, and each slice is read once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.prepared import Asked, Prepared, Row
from processes.queries import reach
from processes.queries.inbox_filter import Asking, DueFilter, InboxFilter, Slices, Tab, within
from processes.queries.reach import ITEM

COUNTED = 10_000
"""Items a number is exact to; beyond, it is this one and one more."""
_MARKS = (DueFilter.LATE, DueFilter.TODAY)


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
class Part:
    """What is counted of a slice."""

    slice: reach.Slice
    due: DueFilter = DueFilter.ANY
    by_process: bool = False


class Counting:
    """The numbers over every tab; late and today of everything somebody has or may do."""

    def __init__(self, tabs: Mapping[Tab, Slices], shown: Tab, everything: Slices) -> None:
        self._counted = [tab for tab in tabs if tab is shown or tab is not Tab.DONE]
        parts = [
            *((tab.value, Part(one, by_process=tab is shown)) for tab in self._counted for one in tabs[tab]),
            *((due.value, Part(one, due)) for due in _MARKS for one in everything),
        ]
        self._of = [name for name, _ in parts]
        self._parts = tuple(part for _, part in parts)

    def asked(self, by: Asking) -> Asked:
        """What the database is asked."""
        return _asked(by, self._parts)

    def numbers(self, rows: Iterable[Row]) -> Numbers:
        """What it answers."""
        found: Counter[str] = Counter()
        processes: set[str] = set()
        for row in rows:
            found[self._of[row["place"]]] += row["items"]
            if row["process"] is not None:
                processes.add(row["process"])
        late, today = (_at_most(found[due]) for due in _MARKS)
        tabs = {tab: _at_most(found[tab]) for tab in self._counted}
        return Numbers(tabs=tabs, late=late, today=today, processes=sorted(processes))


def held(by: Asking) -> int:
    """Open items this person has claimed and not set aside."""
    (rows,) = by.together(_asked(by, tuple(Part(one) for one in reach.mine())))
    return total(rows)


def asked_for_total(by: Asking, slices: Slices, wanted: InboxFilter) -> Asked:
    """How many items of a list are what was asked for; of no slices nothing is asked."""
    return by.of(_narrowed(tuple(slices), wanted), slices)


def total(rows: Iterable[Row]) -> int:
    """How many items were counted, slice by slice."""
    return _at_most(sum(row["items"] for row in rows))


def _at_most(number: int) -> int:
    return min(number, COUNTED + 1)


def _asked(by: Asking, parts: tuple[Part, ...]) -> Asked:
    return by.of(_prepared(parts), [part.slice for part in parts])


@lru_cache(reach.SHAPES)
def _prepared(parts: tuple[Part, ...]) -> Prepared:
    return Prepared(counting(parts))


def counting(parts: Sequence[Part]) -> sa.CompoundSelect[Any]:
    """The statement of which each row has a place among the parts, a process or none, and how many items."""
    return sa.union_all(*(_count(part, number) for number, part in enumerate(parts)))


def _count(part: Part, number: int) -> sa.Select[Any]:
    some = _some(part.slice, InboxFilter(due=part.due)).c
    place: sa.ColumnElement[Any] = sa.literal_column(str(number)).label("place")
    if part.by_process:
        process = some.definition_key.label("process")
        return sa.select(place, process, sa.func.count().label("items")).group_by(some.definition_key)
    no_process = sa.null().cast(sa.Text()).label("process")
    return sa.select(place, no_process, sa.func.count(some.definition_key).label("items"))


@lru_cache(reach.SHAPES)
def _narrowed(slices: Slices, wanted: InboxFilter) -> Prepared:
    counts = (sa.select(sa.func.count(_some(one, wanted).c.definition_key).label("items")) for one in slices)
    return Prepared(sa.union_all(*counts))


def _some(one: reach.Slice, wanted: InboxFilter) -> sa.Subquery:
    """Of each item of a slice that is asked for its process, as far as is counted."""
    return within(sa.select(ITEM.c.definition_key), one, wanted).limit(COUNTED + 1).subquery()
