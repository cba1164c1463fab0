"""When something that arrived counts as received: a rule of a country's law, kept with the deadline. Pure.

Kazakhstan: what arrives on a non-working day is registered on the next working day (REQUIREMENTS H). Some acts also
close the office's day at an hour: what comes later counts as received on the next day.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from engine.errors import TermInvalid
from engine.working_calendar import ONE_DAY, WorkingCalendar

RULE = re.compile(r"\s*(?P<days>working\s+days)?\s*(?:until\s+(?P<hour>\d{1,2}):(?P<minute>\d{2}))?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRule:
    """`working days`, `until 18:00`, or `working days until 18:00`."""

    working_days: bool
    """whether what arrives on a day off counts from the next working day"""
    until: time | None
    """the last minute of the office's day, on its own wall"""

    def day_of(self, instant: datetime, time_zone: str, calendar: WorkingCalendar) -> date:
        """The day on which what arrived at an instant counts as received."""
        local = instant.astimezone(ZoneInfo(time_zone))
        day = local.date()
        if self.until is not None and local.time().replace(tzinfo=None) > self.until:
            day += ONE_DAY
        return calendar.next_working_day(day) if self.working_days else day


def parse_receipt(text: str) -> ReceiptRule:
    """Read a rule; raises TermInvalid."""
    match = RULE.fullmatch(text)
    if match is None or not (match["days"] or match["hour"]):
        raise TermInvalid(text, "write 'working days', 'until 18:00' or 'working days until 18:00'")
    try:
        until = time(int(match["hour"]), int(match["minute"])) if match["hour"] else None
    except ValueError as error:
        raise TermInvalid(text, "there is no such hour") from error
    return ReceiptRule(working_days=bool(match["days"]), until=until)
