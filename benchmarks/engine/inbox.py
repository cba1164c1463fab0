"""The inbox of an officer among a million open work items, on both databases, whole as the page asks for it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.engine import crowd, databases
from benchmarks.engine.house import House
from benchmarks.run import Clock, Figures, Run
from processes.bootstrap import bootstrap, create_keys, initialise
from processes.clock import Clock as OfficeClock
from processes.lasting import keep_for_good
from processes.office import Office
from processes.queries.inbox import Inbox, inbox
from processes.queries.inbox_filter import InboxFilter, Tab
from processes.settings import Settings

ITEMS, QUICK_ITEMS = 1_000_000, 10_000
TABS = (Tab.MINE, Tab.GROUP, Tab.SUBSTITUTE)
STRIDE = 37
"""the next person asked about is so many further: of another group and another body"""


def measure(run: Run) -> Figures:
    """p95 of page 1, overdue first, in ms: on SQLite, on PostgreSQL, and the worse of both."""
    items = QUICK_ITEMS if run.quick else ITEMS
    figures: Figures = {"inbox_items": items}
    figures |= _database(run, "sqlite", databases.sqlite(run.folder, "inbox"), items)
    with databases.postgresql() as url:
        if url is None:
            run.say("  inbox on PostgreSQL: not measured, there is no server")
        else:
            figures |= _database(run, "postgresql", url, items)
    found = [value for name, value in figures.items() if name.endswith("_p95_ms")]
    # with fewer items it would be another figure
    return {**figures, "inbox_1m_p95_ms": max(found) if items == ITEMS else None}


def _database(run: Run, name: str, url: str, items: int) -> Figures:
    office = _office(run.folder / name, url)
    try:
        House(url).close()
        crowd.populate(office.database, items)
        clock = Clock()
        for number in range(run.times(200, 8) + 1):
            person = crowd.person_id(number * STRIDE % (crowd.GROUPS * crowd.PEOPLE))
            for tab in TABS:
                page = (clock if number else Clock()).measure(partial(inbox, office, person, InboxFilter(tab=tab)))
                _check(page)
    finally:
        office.close()
    figures = {
        f"inbox_{name}_p95_ms": round(clock.p95(), 1),
        f"inbox_{name}_p50_ms": round(clock.middle(), 1),
        f"inbox_{name}_cpu_ms": round(1000 / clock.per_cpu_second, 1),
    }
    run.say(
        f"  inbox among {items:,} open items on {name}: p50 {figures[f'inbox_{name}_p50_ms']} ms, "
        f"p95 {figures[f'inbox_{name}_p95_ms']} ms, {figures[f'inbox_{name}_cpu_ms']} ms of the processor here"
    )
    return figures


def _check(page: Inbox) -> None:
    """What was measured is an inbox: full, and what is overdue first."""
    due = [line.due.at for line in page.lines if line.due]
    if not page.lines or due != sorted(due) or page.paging.total != page.counts[page.filter.tab]:
        raise RuntimeError("the inbox is not what it should be")


def _office(home: Path, url: str) -> Office:
    settings = Settings(home=home, database_url=url)
    initialise(settings)
    create_keys(settings, at=crowd.BASE)
    office = bootstrap(settings)
    keep_for_good()
    return replace(office, clock=OfficeClock(office.database, real=lambda: crowd.BASE))
