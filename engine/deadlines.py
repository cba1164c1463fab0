"""Deadlines of the law: terms, the days they run over, and how they are told. Pure: no clock, no database.

The day of the event is day 0. A month ends on the same day number or on the month's last day. A deadline that falls on
a non-working day moves to the next working day (REQUIREMENTS H).
"""

import calendar as gregorian
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import TermInvalid
from engine.holiday_names import HOLIDAY, WEEKEND, WORDS
from engine.working_calendar import ONE_DAY, WorkingCalendar, days_from

__all__ = [
    "ComputedDeadline",
    "SkippedDays",
    "StoodStill",
    "Term",
    "TermUnit",
    "WorkingCalendar",
    "add_months",
    "compute_deadline",
    "days_from",
    "end_of_day",
    "explain",
    "local_day",
    "parse_term",
    "reason_words",
    "split_term",
    "term_words",
]

MAX_AMOUNT = 3660
"""ten years of days: more is a typing error"""
LAST_SECOND = time(23, 59, 59)


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
    """A run of days that did not count. `reason` is codes joined by +, which `reason_words` puts into words."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodStill:
    """A while in which the case was suspended: the deadline was due on `due_on` and had `left` of its unit left."""

    first: date
    last: date
    left: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedDeadline:
    """A deadline with its derivation: the event's day is day 0, `due_at` the last second of the due day, in UTC."""

    term: Term
    starts_on: date
    due_on: date
    due_at: datetime
    skipped: tuple[SkippedDays, ...]
    stood_still: tuple[StoodStill, ...] = ()
    """what a suspension of the case has moved it by, in order"""
    received_on: date | None = None
    """when what began it arrived, where a rule of receipt counts from a later day"""


TERM = re.compile(r"\s*(?P<amount>\d{1,6}|[^\W\d]\w*)\s+(?P<unit>working\s+days?|days?|months?)\s*")


def parse_term(text: str, variables: Mapping[str, Any]) -> Term:
    """Read "7 working days", "1 month" or "answer_days working days"; raises TermInvalid."""
    amount, unit = split_term(text)
    if amount.isdigit():
        return Term(amount=_amount(text, int(amount)), unit=unit)
    if amount not in variables:
        raise TermInvalid(text, f"no variable {amount!r}")
    return Term(amount=_amount(text, variables[amount]), unit=unit)


def split_term(text: str) -> tuple[str, TermUnit]:
    """The amount as it is written (a number or a variable's name) and the unit; raises TermInvalid."""
    match = TERM.fullmatch(text)
    if match is None:
        raise TermInvalid(text, "write <number or variable> <working days|days|months>, such as '7 working days'")
    unit = " ".join(match["unit"].split())
    return match["amount"], TermUnit(unit if unit.endswith("s") else f"{unit}s")


def _amount(text: str, value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_AMOUNT:
        raise TermInvalid(text, f"the amount must be a whole number from 1 to {MAX_AMOUNT}, not {value!r}")
    return value


def add_months(day: date, months: int) -> date:
    """The same day number so many months later (or earlier), or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def local_day(instant: datetime, time_zone: str) -> date:
    """The date people in that zone have on their wall at an instant."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def end_of_day(day: date, time_zone: str) -> datetime:
    """The day's last second there, in UTC."""
    return datetime.combine(day, LAST_SECOND, ZoneInfo(time_zone)).astimezone(UTC)


def compute_deadline(term: Term, start: datetime, time_zone: str, calendar: WorkingCalendar) -> ComputedDeadline:
    """When a term that begins at `start` (an aware instant) runs out for people of that zone and calendar.

    TermInvalid when that day lies beyond the calendar (a date typed as 9999).
    """
    try:
        return _computed(term, start, time_zone, calendar)
    except (OverflowError, ValueError) as error:
        raise TermInvalid(f"{term.amount} {term.unit}", f"cannot be counted from {start.isoformat()}") from error


def _computed(term: Term, start: datetime, time_zone: str, calendar: WorkingCalendar) -> ComputedDeadline:
    starts_on = local_day(start, time_zone)
    if term.unit is TermUnit.WORKING_DAYS:
        due_on = calendar.add_working_days(starts_on, term.amount)
        passed = days_from(starts_on + ONE_DAY, due_on)
    else:
        nominal = _nominal(term, starts_on)
        due_on = calendar.next_working_day(nominal)
        passed = days_from(nominal, due_on)
    return ComputedDeadline(
        term=term,
        starts_on=starts_on,
        due_on=due_on,
        due_at=end_of_day(due_on, time_zone),
        skipped=_skipped(passed, calendar),
    )


def _nominal(term: Term, starts_on: date) -> date:
    if term.unit is TermUnit.MONTHS:
        return add_months(starts_on, term.amount)
    return starts_on + term.amount * ONE_DAY


def _skipped(days: Iterator[date], calendar: WorkingCalendar) -> tuple[SkippedDays, ...]:
    """Runs of days off among those; a weekend inside a run of holidays does not add a reason."""
    runs: list[SkippedDays] = []
    run: list[date] = []
    reasons: dict[str, None] = {}
    for day in days:
        off = calendar.off_because(day)
        if off:
            run.append(day)
            reasons.update(dict.fromkeys(off))
        elif run:
            runs.append(_run(run, reasons))
            run, reasons = [], {}
    return tuple([*runs, _run(run, reasons)] if run else runs)


def _run(days: list[date], reasons: Mapping[str, None]) -> SkippedDays:
    told = [reason for reason in reasons if reason != WEEKEND] or [WEEKEND]
    return SkippedDays(first=days[0], last=days[-1], reason="+".join(told))


AND: Mapping[str, str] = {"az": "və", "kk": "және", "ru": "и", "en": "and"}
TEENS = range(11, 15)
FEW = range(2, 5)
UNITS: Mapping[str, Mapping[TermUnit, tuple[str, ...]]] = {
    "az": {TermUnit.WORKING_DAYS: ("iş günü",), TermUnit.DAYS: ("gün",), TermUnit.MONTHS: ("ay",)},
    "kk": {TermUnit.WORKING_DAYS: ("жұмыс күні",), TermUnit.DAYS: ("күн",), TermUnit.MONTHS: ("ай",)},
    "ru": {
        TermUnit.WORKING_DAYS: ("рабочий день", "рабочих дня", "рабочих дней"),
        TermUnit.DAYS: ("день", "дня", "дней"),
        TermUnit.MONTHS: ("месяц", "месяца", "месяцев"),
    },
    "en": {
        TermUnit.WORKING_DAYS: ("working day", "working days"),
        TermUnit.DAYS: ("day", "days"),
        TermUnit.MONTHS: ("month", "months"),
    },
}
FROM: Mapping[str, Callable[[str, str], str]] = {
    "az": lambda term, day: f"{day} tarixindən {term}",
    "kk": lambda term, day: f"{day} күнінен бастап {term}",
    "ru": lambda term, day: f"{term} с {day}",
    "en": lambda term, day: f"{term} from {day}",
}
WITHOUT: Mapping[str, str] = {
    "az": ", {runs} nəzərə alınmadan",
    "kk": ", {runs} есепке алынбайды",
    "ru": ", без {runs}",
    "en": ", without {runs}",
}
RECEIVED: Mapping[str, str] = {
    "az": " ({day} tarixində daxil olub, iş günü və saatı xaricində)",
    "kk": " ({day} күні, жұмыс күні мен уақытынан тыс келіп түскен)",
    "ru": " (поступило {day}, вне рабочего дня или рабочего времени)",
    "en": " (received on {day}, outside working days or hours)",
}
MOVED: Mapping[str, str] = {
    "az": ", {runs} olduğu üçün növbəti iş gününə keçirilib",
    "kk": ", {runs} болғандықтан келесі жұмыс күніне ауыстырылды",
    "ru": ", перенесено с {runs} на следующий рабочий день",
    "en": ", moved from {runs} to the next working day",
}

STOOD_STILL: Mapping[str, str] = {
    "az": "; iş {first} – {last} dayandırılmışdı, onda {left} qalırdı: {due}",
    "kk": "; іс {first} – {last} аралығында тоқтатылды, сол кезде {left} қалған еді: {due}",
    "ru": "; дело было приостановлено {first} – {last}, оставалось {left}: {due}",
    "en": "; suspended {first} – {last} with {left} left: {due}",
}


def explain(computed: ComputedDeadline, language: str) -> str:
    """How the due day was reached, in az, kk, ru or en. Weekends that working days pass over are not told."""
    counted = computed.term.unit is TermUnit.WORKING_DAYS
    told = [run for run in computed.skipped if not (counted and run.reason == WEEKEND)]
    sentence = FROM[language](term_words(computed.term, language), _day(computed.starts_on))
    if computed.received_on:
        sentence += RECEIVED[language].format(day=_day(computed.received_on))
    if told:
        runs = ", ".join(f"{_span(run)} ({reason_words(run.reason, language)})" for run in told)
        sentence += (WITHOUT if counted else MOVED)[language].format(runs=runs)
    first = computed.stood_still[0].due_on if computed.stood_still else computed.due_on
    return f"{sentence}: {_day(first)}{_suspensions(computed, language)}"


def _suspensions(computed: ComputedDeadline, language: str) -> str:
    """Each while the case was suspended, what was left of the term then, and the day that gives."""
    unit = TermUnit.WORKING_DAYS if computed.term.unit is TermUnit.WORKING_DAYS else TermUnit.DAYS
    dues = [*(pause.due_on for pause in computed.stood_still), computed.due_on][1:]
    return "".join(
        STOOD_STILL[language].format(
            first=_day(pause.first),
            last=_day(pause.last),
            left=term_words(Term(amount=pause.left, unit=unit), language),
            due=_day(due),
        )
        for pause, due in zip(computed.stood_still, dues, strict=True)
    )


def reason_words(reason: str, language: str) -> str:
    """The codes of a `SkippedDays.reason` in words."""
    names = [WORDS.get(code, WORDS[HOLIDAY])[language] for code in reason.split("+")]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {AND[language]} {names[-1]}"


def term_words(term: Term, language: str) -> str:
    """The term itself: 7 iş günü, 7 жұмыс күні, 7 рабочих дней, 7 working days."""
    return f"{term.amount} {UNITS[language][term.unit][_form(term.amount, language)]}"


def _form(amount: int, language: str) -> int:
    """Which of the plural forms: Russian has three, English two, Azerbaijani and Kazakh none after a number."""
    if language == "en":
        return 0 if amount == 1 else 1
    if language != "ru":
        return 0
    if amount % 100 in TEENS:
        return 2
    return 0 if amount % 10 == 1 else 1 if amount % 10 in FEW else 2


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _span(run: SkippedDays) -> str:
    """20.03, 20–30.03, 30.03–02.04, and with years over New Year."""
    if run.first == run.last:
        return f"{run.first:%d.%m}"
    if run.first.year != run.last.year:
        return f"{_day(run.first)}–{_day(run.last)}"
    first = f"{run.first:%d}" if run.first.month == run.last.month else f"{run.first:%d.%m}"
    return f"{first}–{run.last:%d.%m}"
