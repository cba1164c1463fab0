"""A named deadline of a case: the term of process.toml counted from what the case itself has seen happen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from engine.deadlines import ComputedDeadline, Term, WorkingCalendar, compute_deadline, local_day, parse_term
from engine.definition import DeadlineDefinition
from engine.errors import ExecutionFailed
from engine.pauses import pauses_of, stand_still
from engine.receipt import parse_receipt

DEFAULT_ZONE = "UTC"
DEFAULT_CALENDAR = "AZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDeadline:
    """A named deadline with its derivation, and what it was counted from."""

    definition: DeadlineDefinition
    computed: ComputedDeadline
    start_event: str | None
    """the element or variable it runs from; None when it runs from this very moment"""


def run_deadline(
    definition: DeadlineDefinition, variables: Mapping[str, Any], *, now: datetime, calendar: WorkingCalendar
) -> RunningDeadline:
    """Count the term from an element's last completion, from a date, or (no start, or none known yet) from now.

    Raises TermInvalid for a term that cannot be read, ExecutionFailed for a start that is no date.
    """
    zone = zone_of(variables)
    start = started(definition, variables, zone)
    computed = _received(definition, parse_term(definition.term, variables), start or now, zone, calendar)
    computed = reduce(
        lambda due, pause: stand_still(due, pause, zone, calendar), pauses_of(variables, since=start or now), computed
    )
    return RunningDeadline(definition=definition, computed=computed, start_event=definition.starts if start else None)


def _received(
    definition: DeadlineDefinition, term: Term, start: datetime, zone: str, calendar: WorkingCalendar
) -> ComputedDeadline:
    """The term from the day on which what arrived counts as received, by the rule of the case's calendar."""
    rule = definition.receipt.get(calendar.code)
    if rule is None:
        return compute_deadline(term, start, zone, calendar)
    received = local_day(start, zone)
    counted = parse_receipt(rule).day_of(start, zone, calendar)
    computed = compute_deadline(term, datetime.combine(counted, time(12), ZoneInfo(zone)), zone, calendar)
    return replace(computed, received_on=received) if counted != received else computed


def started(definition: DeadlineDefinition, variables: Mapping[str, Any], zone: str) -> datetime | None:
    """The instant the deadline runs from, if its start names one that is known."""
    if definition.starts is None:
        return None
    known = (variables.get("completed_at") or {}).get(definition.starts) or variables.get(definition.starts)
    if not known:
        return None
    try:
        return _instant(known, zone)
    except ValueError as error:
        raise ExecutionFailed(
            definition.starts, f"deadline {definition.name!r} starts from no date: {error}"
        ) from error


def zone_of(variables: Mapping[str, Any]) -> str:
    """The case's time zone."""
    return str(variables.get("time_zone") or DEFAULT_ZONE)


def calendar_of(variables: Mapping[str, Any]) -> str:
    """The code of the case's calendar."""
    return str(variables.get("calendar") or DEFAULT_CALENDAR)


def _instant(known: Any, zone: str) -> datetime:
    value = datetime.fromisoformat(known) if isinstance(known, str) else known
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError(f"{known!r} is no date")  # noqa: TRY004 - one error for whatever a variable may hold
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
