"""Timer events that read the instant they are given. ISO 8601 literals or expressions, as BPMN 2.0.2 10.5.5.7 has them.

What a timer waits for is computed once, when the token arrives, and kept in the task as an ISO instant in UTC.
"""

# ruff: noqa: ARG002, D102 - SpiffWorkflow's own kind: the methods keep its meanings
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.event_definitions import timer as spiff

DUE = "due"
CYCLE = "cycle"
ARMED = "armed"
"""timer → when a timer that follows the calendar was armed, what it was computed to, and to what the last time"""
_CALENDAR = re.compile(r"\b(?:deadline|working_days)\s*\(")
SPENT = ""
"""stands where a timer's instant stood that has passed for good"""
_DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)
_LITERAL = re.compile(r"(?:R\d*/\S+|P[\dT]\S*|\d{4}-\d{2}-\d{2}(?:[T ]\S+)?|\d{4}-?W\d{2}\S*)")
LONGEST = 9_999
"""years, months, weeks, days or hours a duration may name"""


KNOWN_DURATIONS = 1_000


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: calendar months apart from what has a fixed length."""

    months: int
    rest: timedelta

    def after(self, start: datetime) -> datetime:
        """The instant so much later: months first (the same day number or the month's last), then the rest."""
        month = start.month - 1 + self.months
        year, month = start.year + month // 12, month % 12 + 1
        day = min(start.day, monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + self.rest

    def __str__(self) -> str:
        return f"P{self.months}MT{self.rest.total_seconds():f}S"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repetition: how often still (None: for ever), when next, and in what steps."""

    left: int | None
    next: datetime
    every: Duration


@lru_cache(KNOWN_DURATIONS)
def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration such as P1M2DT3H. Raises ValueError."""
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError(f"{text!r} is no ISO 8601 duration")
    parts = {name: float(value.replace(",", ".")) for name, value in match.groupdict().items() if value}
    if any(value > LONGEST * 1000 for value in parts.values()) or parts.get("years", 0) > LONGEST:
        raise ValueError(f"{text!r} is too long")
    months = int(parts.pop("years", 0)) * 12 + int(parts.pop("months", 0))
    return Duration(months, timedelta(**parts))


def parse_instant(value: Any, zone: str) -> datetime:
    """An instant from a datetime, a date (its first moment in the zone) or ISO text. Raises ValueError."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} is no date")  # noqa: TRY004 - one error for whatever a model may give
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def is_literal(text: str) -> bool:
    """Whether a timer's text is ISO 8601 as it stands, no expression."""
    return _LITERAL.fullmatch(text) is not None


def parse_due(value: Any, now: datetime, zone: str) -> datetime:
    """The instant a date or a duration from now comes to. Raises ValueError."""
    if isinstance(value, timedelta):
        return now + value
    if isinstance(value, str) and value.strip().upper().startswith("P"):
        return parse_duration(value).after(now)
    return parse_instant(value, zone)


def parse_cycle(text: str, now: datetime, zone: str) -> Cycle:
    """Read R3/PT10M, R/2026-01-01T09:00/P1D or R2/P1D/2026-01-10. Raises ValueError."""
    head, *parts = text.strip().upper().replace("--", "/").split("/")
    if not re.fullmatch(r"R\d{0,6}", head) or len(parts) not in {1, 2}:
        raise ValueError(f"{text!r} is no ISO 8601 repetition")
    left = int(head[1:]) if len(head) > 1 else None
    if len(parts) == 1:
        every = parse_duration(parts[0])
        return Cycle(left, every.after(now), every)
    if parts[0].startswith("P"):
        every, end = parse_duration(parts[0]), parse_instant(parts[1], zone)
        return Cycle(left, end - (every.after(end) - end), every)
    return Cycle(left, parse_instant(parts[0], zone), parse_duration(parts[1]))


class _Timer:
    """A timer event's definition; `name` is unique in its process, so several of one event are told apart."""

    name: str
    expression: str

    def value(self, my_task: Any) -> Any:
        """The literal as it stands, or what the expression gives."""
        text = (self.expression or "").strip()
        if _LITERAL.fullmatch(text):
            return text
        return my_task.workflow.script_engine.evaluate(my_task, text)

    def due_at(self, my_task: Any) -> datetime | None:
        """What the task waits for, if it has begun to wait."""
        due = my_task.internal_data.get(DUE, {}).get(self.name)
        return datetime.fromisoformat(due) if due else None

    def computed(self, my_task: Any) -> datetime:
        due = self.due_at(my_task)
        if due is None:
            try:
                due = self.compute(my_task).astimezone(UTC)
            except (ValueError, OverflowError) as error:
                raise WorkflowTaskException(f"timer {self.expression!r}: {error}", task=my_task) from error
            my_task.internal_data[DUE] = {**my_task.internal_data.get(DUE, {}), self.name: due.isoformat()}
            self.note_armed(my_task, due)
        return due

    def note_armed(self, my_task: Any, due: datetime) -> None:
        """Keep what it was computed to: an instant from a calendar may have to be computed again."""
        if _CALENDAR.search(self.expression or ""):
            now: datetime = my_task.workflow.top_workflow.now
            counted = [now.isoformat(), due.isoformat(), due.isoformat()]
            my_task.internal_data[ARMED] = {**my_task.internal_data.get(ARMED, {}), self.name: counted}

    def put_off(self, my_task: Any, due: datetime) -> None:
        """Wait for another instant than before."""
        my_task.internal_data[DUE] = {**my_task.internal_data.get(DUE, {}), self.name: due.isoformat()}

    def compute(self, my_task: Any) -> datetime:
        raise NotImplementedError

    def has_fired(self, my_task: Any) -> bool:
        if my_task.internal_data.get(DUE, {}).get(self.name) == SPENT:
            return False
        return self.computed(my_task) <= my_task.workflow.top_workflow.now

    def catches(self, my_task: Any, event: Any = None) -> bool:
        return False

    def update_task_data(self, my_task: Any) -> None:
        """Time carries nothing."""

    def reset(self, my_task: Any) -> None:
        """A task that waits again is another task."""

    def rearm(self, my_task: Any) -> bool:
        """An instant does not come back."""
        my_task.internal_data[DUE] = {**my_task.internal_data.get(DUE, {}), self.name: SPENT}
        return False


class DateTimer(_Timer, spiff.TimeDateEventDefinition):
    """Fires at an instant."""

    def compute(self, my_task: Any) -> datetime:
        return parse_instant(self.value(my_task), my_task.workflow.script_engine.zone_of(my_task))


class DurationTimer(_Timer, spiff.DurationTimerEventDefinition):
    """Fires after a while."""

    def compute(self, my_task: Any) -> datetime:
        value = self.value(my_task)
        now: datetime = my_task.workflow.top_workflow.now
        return now + value if isinstance(value, timedelta) else parse_duration(str(value)).after(now)


class FirstOfCycle(_Timer, spiff.TimeDateEventDefinition):
    """A repetition where only its first time counts: in the flow, or where it interrupts, a token passes once."""

    def compute(self, my_task: Any) -> datetime:
        return _cycle(self, my_task).next


class CycleTimer(_Timer, spiff.CycleTimerEventDefinition):
    """Happens again and again, as often as it says; each time a branch starts beside what it does not interrupt."""

    def due_at(self, my_task: Any) -> datetime | None:
        left, following, _ = my_task.internal_data.get(CYCLE, {}).get(self.name, (0, "", ""))
        return None if left == 0 else datetime.fromisoformat(following)

    def put_off(self, my_task: Any, due: datetime) -> None:
        left, _, every = my_task.internal_data[CYCLE][self.name]
        my_task.internal_data[CYCLE] = {**my_task.internal_data[CYCLE], self.name: [left, due.isoformat(), every]}

    def compute(self, my_task: Any) -> datetime:
        """Its first time."""
        return _cycle(self, my_task).next

    def has_fired(self, my_task: Any) -> bool:
        cycle = self._known(my_task)
        if self.name not in my_task.internal_data.get(CYCLE, {}):
            self.note_armed(my_task, cycle.next.astimezone(UTC))
        due = cycle.left != 0 and cycle.next <= my_task.workflow.top_workflow.now
        if due:
            left = None if cycle.left is None else cycle.left - 1
            cycle = Cycle(left, cycle.every.after(cycle.next), cycle.every)
        kept = [cycle.left, cycle.next.astimezone(UTC).isoformat(), str(cycle.every)]
        my_task.internal_data[CYCLE] = {**my_task.internal_data.get(CYCLE, {}), self.name: kept}
        return due

    def rearm(self, my_task: Any) -> bool:
        return self._known(my_task).left != 0

    def update_task(self, my_task: Any) -> None:
        """`has_fired` has done it."""

    def _known(self, my_task: Any) -> Cycle:
        kept = my_task.internal_data.get(CYCLE, {}).get(self.name)
        if kept is None:
            return _cycle(self, my_task)
        left, following, every = kept
        return Cycle(left, datetime.fromisoformat(following), parse_duration(every))


RECOUNTED = (DateTimer, FirstOfCycle, CycleTimer)
"""timers whose instant an expression may take from a calendar"""


def _cycle(timer: _Timer, my_task: Any) -> Cycle:
    """The repetition, from this moment on."""
    now, zone = my_task.workflow.top_workflow.now, my_task.workflow.script_engine.zone_of(my_task)
    try:
        return parse_cycle(str(timer.value(my_task)), now, zone)
    except (ValueError, OverflowError) as error:
        raise WorkflowTaskException(f"timer {timer.expression!r}: {error}", task=my_task) from error


def definitions_in(definition: Any) -> Iterator[Any]:
    """The single definitions of an event; of one with several, those."""
    inner = getattr(definition, "event_definitions", None)
    if inner is None:
        yield definition
    for one in inner or ():
        yield from definitions_in(one)


def definitions_of(task: Any) -> list[Any]:
    """The event definitions a waiting event listens to; of several those it has not seen yet."""
    definition = task.task_spec.event_definition
    if not hasattr(definition, "event_definitions"):
        return [definition]
    seen = definition.seen(task) if hasattr(definition, "seen") else []
    waited = [one for number, one in enumerate(definition.event_definitions) if number not in seen]
    return [one for definition in waited for one in definitions_in(definition)]


def earliest(definitions: Iterable[Any], task: Any) -> datetime | None:
    """The earliest instant a waiting event waits for: that of the timers among its definitions."""
    instants = [due for one in definitions if isinstance(one, _Timer) and (due := one.due_at(task))]
    return min(instants, default=None)
