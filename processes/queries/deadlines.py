"""The terms of law that run in a case, each with its derivation in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.deadlines import ComputedDeadline, SkippedDays, StoodStill, Term, TermUnit, explain, term_words
from engine.definition import LANGUAGES
from engine.errors import DefinitionNotFound
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.tables import BodyRow, CaseRow, DeadlineRow
from processes.unit_of_work import UnitOfWork
from processes.words import day, word

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputation:
    """Why a deadline was moved."""

    at: datetime | None
    before: str
    reason: Titles


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineView:
    """A deadline as a case page tells it."""

    name: str
    title: Titles
    law: str
    term: Titles
    """the term in words, such as "7 working days" """
    starts_on: date
    state: str
    """running, suspended, kept, breached, cancelled"""
    due: Due
    derivation: Titles
    ended_at: datetime | None
    recomputations: Sequence[Recomputation]
    work_item_id: UUID | None


def deadlines_of(uow: UnitOfWork, case: CaseRow, body: BodyRow) -> list[DeadlineView]:
    """Every deadline of a case, the running ones first, then the newest."""
    rows = uow.session.execute(sa.select(DeadlineRow).where(DeadlineRow.case_id == case.id)).scalars().all()
    definitions, counter = Definitions(uow), DueCounter(uow)
    views = [_view(row, body, definitions, counter) for row in rows]
    return sorted(views, key=lambda view: (view.state not in {"running", "suspended", "breached"}, view.due.at))


def law_of(law: str, calendar: str) -> str:
    """What a body is bound by: a package for both countries names Azerbaijan's law first, then Kazakhstan's."""
    named = law.split("; ")
    return named[-1] if calendar == "KZ" else named[0]


def distinct(deadlines: Iterable[DeadlineView]) -> list[DeadlineView]:
    """Without repeats: one term of law may run over several steps of a case, and is told once."""
    found: dict[tuple[str, date, date, str], DeadlineView] = {}
    for each in deadlines:
        found.setdefault((each.name, each.starts_on, each.due.on, each.state), each)
    return list(found.values())


def _view(row: DeadlineRow, body: BodyRow, definitions: Definitions, counter: DueCounter) -> DeadlineView:
    computed = _computed(row)
    due = counter.due(row.due_at, calendar=body.calendar, time_zone=body.time_zone, on=row.due_on)
    assert due is not None
    return DeadlineView(
        name=row.name,
        title=_title(row, definitions),
        law=law_of(row.law, body.calendar),
        term={language: term_words(computed.term, language) for language in LANGUAGES},
        starts_on=row.starts_on,
        state=row.state,
        due=due,
        derivation={language: explain(computed, language) for language in LANGUAGES},
        ended_at=row.ended_at,
        recomputations=tuple(_recomputations(row.recomputations)),
        work_item_id=row.work_item_id,
    )


def _title(row: DeadlineRow, definitions: Definitions) -> Titles:
    try:
        found = definitions.get(str(row.explanation.get("definition", ""))).package.deadlines.get(row.name)
    except DefinitionNotFound:
        found = None
    return found.titles if found else {"en": row.name}


def _computed(row: DeadlineRow) -> ComputedDeadline:
    skipped = row.explanation.get("skipped", [])
    received = row.explanation.get("received_on")
    return ComputedDeadline(
        term=Term(amount=row.amount, unit=TermUnit(row.unit)),
        starts_on=row.starts_on,
        due_on=row.due_on,
        due_at=row.due_at,
        received_on=date.fromisoformat(received) if received else None,
        stood_still=tuple(
            StoodStill(
                first=date.fromisoformat(pause["first"]),
                last=date.fromisoformat(pause["last"]),
                left=pause["left"],
                due_on=date.fromisoformat(pause["due_on"]),
            )
            for pause in row.explanation.get("stood_still", [])
        ),
        skipped=tuple(
            SkippedDays(
                first=date.fromisoformat(run["first"]), last=date.fromisoformat(run["last"]), reason=run["reason"]
            )
            for run in skipped
        ),
    )


def _recomputations(kept: Iterable[Mapping[str, Any]]) -> Iterable[Recomputation]:
    for each in kept:
        at = each.get("at")
        yield Recomputation(
            at=datetime.fromisoformat(at) if at else None,
            before=str(each.get("before", each.get("due_on", ""))),
            reason=_reason(each),
        )


def _reason(kept: Mapping[str, Any]) -> Titles:
    """In every language where the facts are kept, else in the words it was written down with."""
    if "suspended" in kept:
        days = {name: day(date.fromisoformat(each)) for name, each in kept["suspended"].items()}
        before = day(date.fromisoformat(kept["before"]))
        return {language: word("suspended-while", language, before=before, **days) for language in LANGUAGES}
    if "calendar" not in kept:
        return {"": str(kept.get("reason", ""))}
    before = day(date.fromisoformat(kept["before"]))
    facts = {"act": str(kept["act"]), "version": str(kept["version"]), "before": before}
    return {language: word("calendar-changed", language, **facts) for language in LANGUAGES}
