"""How long documents are kept, and from which day: the law's own start rules, a small function each.

A rule reads dated facts of a document and answers with the first day of the period, or None while it has not begun.
Dates are days in the body's zone; a period of N years ends on the same day N years later (29 February: on the 28th).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive.errors import InvalidMetadata, UnknownStartRule

CASE_CLOSED_ON = "case_closed_on"
LAST_SIGNED_ON = "last_signed_on"
ACT_REPEALED_ON = "act_repealed_on"
EVENT_ON = "event_on"
RETAINED_UNTIL = "retained_until"
"""the day until which a review decided to keep a document beyond its period"""
FACTS = (CASE_CLOSED_ON, LAST_SIGNED_ON, ACT_REPEALED_ON, EVENT_ON, RETAINED_UNTIL)
"""The names of the facts that the rules read."""

Facts = Mapping[str, date]
StartRule = Callable[[Facts], date | None]


class DisposalAction(StrEnum):
    """What is proposed when the period has ended."""

    DESTROY = "destroy"
    REVIEW = "review"
    TRANSFER = "transfer"


MOST_YEARS = 999
PERMANENT = "permanent"
"""the outcome of a class without an end"""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionClass:
    """How long and from when a class of documents is kept, with the article that says so."""

    code: str
    title: Mapping[str, str]
    starts: str
    """the name of a rule in START_RULES"""
    years: int | None
    """None: permanent"""
    action: str
    ground: str

    @property
    def outcome(self) -> str:
        """What becomes of its documents: permanent, or the action proposed when the period has ended."""
        return PERMANENT if self.years is None else str(self.action)


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """When retention begins and the last day of it; None: not begun, or permanent."""

    starts: date | None
    dispose_after: date | None


def case_closed(facts: Facts) -> date | None:
    """From the day the case was closed."""
    return facts.get(CASE_CLOSED_ON)


def year_end(facts: Facts) -> date | None:
    """From 1 January after the year in which the case was closed: the files of a year end with it."""
    closed = facts.get(CASE_CLOSED_ON)
    return date(closed.year + 1, 1, 1) if closed else None


def last_signature(facts: Facts) -> date | None:
    """From the day of the last signature."""
    return facts.get(LAST_SIGNED_ON)


def act_repealed(facts: Facts) -> date | None:
    """From the day the act lost its force."""
    return facts.get(ACT_REPEALED_ON)


def event(facts: Facts) -> date | None:
    """From the day of an event that the archivist records (a contract's end, a person's retirement)."""
    return facts.get(EVENT_ON)


START_RULES: Mapping[str, StartRule] = {
    "case_closed": case_closed,
    "year_end": year_end,
    "last_signature": last_signature,
    "act_repealed": act_repealed,
    "event": event,
}


def check_retention_class(retention: RetentionClass) -> None:
    """Refuse a class that could not be applied. Raises UnknownStartRule, InvalidMetadata."""
    if retention.starts not in START_RULES:
        raise UnknownStartRule(rule=retention.starts)
    if retention.years is not None and not 1 <= retention.years <= MOST_YEARS:
        raise InvalidMetadata(field="years", value=str(retention.years))
    if retention.action not in set(DisposalAction):
        raise InvalidMetadata(field="action", value=retention.action)
    if not retention.ground.strip():
        raise InvalidMetadata(field="ground", value=retention.ground)


def period(retention: RetentionClass, facts: Facts) -> RetentionPeriod:
    """The period of one document under a class."""
    starts = START_RULES[retention.starts](facts)
    if starts is None or retention.years is None:
        return RetentionPeriod(starts, None)
    ends = _years_later(starts, retention.years)
    return RetentionPeriod(starts, max(ends, facts.get(RETAINED_UNTIL, ends)))


def read_facts(stored: Mapping[str, str]) -> dict[str, date]:
    """The facts as a row keeps them."""
    return {name: date.fromisoformat(day) for name, day in stored.items()}


def write_facts(facts: Facts) -> dict[str, str]:
    """The facts as a row keeps them. Raises InvalidMetadata for a fact no rule knows."""
    for name in facts:
        if name not in FACTS:
            raise InvalidMetadata(field="retention_facts", value=name)
    return {name: day.isoformat() for name, day in sorted(facts.items())}


def years_before(day: date, years: int) -> date:
    """The first day on which a period of so many years may begin that is not over on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)
