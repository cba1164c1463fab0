"""What a suspension does to deadlines: what was left of a term when it began is left when it ends. Pure.

Working days are counted in working days, other terms in days; a term that had run out before stays run out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.deadlines import ComputedDeadline, StoodStill, TermUnit, WorkingCalendar, end_of_day, local_day
from engine.working_calendar import ONE_DAY

PAUSES = "pauses"
"""the reserved variable that keeps a case's suspensions as pairs of instants"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A while in which a case was suspended."""

    start: datetime
    end: datetime

    def as_json(self) -> list[str]:
        """A pair of instants, as the variable keeps it."""
        return [self.start.isoformat(), self.end.isoformat()]


def pauses_of(variables: Mapping[str, Any], *, since: datetime) -> Iterator[Pause]:
    """The case's suspensions that ended after an instant, the earliest first; what lay before it is cut off."""
    for start, end in variables.get(PAUSES) or ():
        pause = Pause(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
        if pause.end > since:
            yield replace(pause, start=max(pause.start, since))


def stand_still(
    computed: ComputedDeadline, pause: Pause, time_zone: str, calendar: WorkingCalendar
) -> ComputedDeadline:
    """The deadline after a suspension; the same if it had run out before, or the suspension ended on its first day."""
    stood = stood_still(computed.due_at, computed.term.unit, pause, time_zone, calendar)
    if stood is None:
        return computed
    due_on = day_after(stood, computed.term.unit, calendar)
    return replace(
        computed,
        due_on=due_on,
        due_at=end_of_day(due_on, time_zone),
        stood_still=(*computed.stood_still, stood),
    )


def stood_still(
    due_at: datetime, unit: TermUnit, pause: Pause, time_zone: str, calendar: WorkingCalendar
) -> StoodStill | None:
    """What was left of a deadline when a suspension began; None where the suspension does not move it."""
    first, last, due_on = (local_day(each, time_zone) for each in (pause.start, pause.end, due_at))
    if pause.start >= due_at or first == last:
        return None
    left = calendar.working_days_between(first, due_on) if counts_working_days(unit) else (due_on - first).days
    return StoodStill(first=first, last=last, left=left, due_on=due_on)


def day_after(stood: StoodStill, unit: TermUnit, calendar: WorkingCalendar) -> date:
    """The new due day: as much later than the suspension's end as was left at its beginning."""
    if counts_working_days(unit):
        return calendar.add_working_days(stood.last, stood.left)
    return calendar.next_working_day(stood.last + stood.left * ONE_DAY)


def counts_working_days(unit: TermUnit) -> bool:
    """Whether days off do not count."""
    return unit is TermUnit.WORKING_DAYS
