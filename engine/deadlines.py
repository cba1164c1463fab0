"""Deadlines of the law: terms, the days they run over, and how they are told. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TermUnit(StrEnum):
    """What a term counts."""

    WORKING_DAYS = "working days"
    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long: 7 working days, 10 days, 1 month."""

    amount: int
    unit: TermUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedDays:
    """A run of days that did not count, and why (a code that `explain` puts into words)."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedDeadline:
    """A deadline with its derivation: the event's day is day 0, `due_at` the last second of the due day, in UTC."""

    term: Term
    starts_on: date
    due_on: date
    due_at: datetime
    skipped: tuple[SkippedDays, ...]
