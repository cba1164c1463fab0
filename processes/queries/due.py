"""How long is left until a deadline, counted in the body's working days."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.deadlines import WorkingCalendar
from processes.queries.engine_rows import working_calendar
from processes.unit_of_work import UnitOfWork

SOON = 1
"""working days left from which a line is marked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline seen from today."""

    on: date
    at: datetime
    days_left: int
    """working days; 0: today; negative: so many days late"""
    late: bool

    @property
    def urgency(self) -> str:
        """late, soon or nothing: how a list marks the line."""
        if self.late:
            return "late"
        return "soon" if self.days_left <= SOON else ""


class DueCounter:
    """Counts with each calendar read once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._calendars: dict[str, WorkingCalendar] = {}
        self._between: dict[tuple[str, date, date], int] = {}
        self._today: dict[str, tuple[ZoneInfo, date]] = {}

    def calendar(self, code: str) -> WorkingCalendar:
        """AZ or KZ with this office's overrides."""
        if code not in self._calendars:
            self._calendars[code] = working_calendar(self._uow.session, code)
        return self._calendars[code]

    def due(self, due_at: datetime | None, *, calendar: str, time_zone: str, on: date | None = None) -> Due | None:
        """What an instant means today in that body; `on` is the day of the law, where it is kept apart."""
        if due_at is None:
            return None
        zone, today = self._in(time_zone)
        last = on or due_at.astimezone(zone).date()
        late = self._uow.now > due_at
        left = -max(1, self._working_days(calendar, last, today)) if late else self._working_days(calendar, today, last)
        return Due(on=last, at=due_at, days_left=left, late=late)

    def _in(self, time_zone: str) -> tuple[ZoneInfo, date]:
        """A time zone and the day it is there now."""
        if time_zone not in self._today:
            zone = ZoneInfo(time_zone)
            self._today[time_zone] = zone, self._uow.now.astimezone(zone).date()
        return self._today[time_zone]

    def _working_days(self, calendar: str, first: date, last: date) -> int:
        """Many lines of a list are due on one day, which is counted once."""
        span = (calendar, first, last)
        if span not in self._between:
            self._between[span] = self.calendar(calendar).working_days_between(first, last)
        return self._between[span]
