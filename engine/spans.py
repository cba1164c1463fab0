"""How a scenario moves the clock: "8 working days", "2 days", "30 minutes", on the wall of the body's zone."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.deadlines import WorkingCalendar, add_months
from engine.errors import TermInvalid

SPAN = re.compile(r"\s*(?P<amount>\d{1,4})\s+(?P<unit>working days?|minutes?|hours?|days?|weeks?|months?)\s*")


def later(now: datetime, span: str, time_zone: str, calendar: WorkingCalendar) -> datetime:
    """The instant a span after `now`; days and longer keep the time on the wall. Raises TermInvalid."""
    match = SPAN.fullmatch(span)
    if match is None:
        raise TermInvalid(
            span, "write <number> <minutes|hours|days|weeks|months|working days>, such as '8 working days'"
        )
    amount, unit = int(match["amount"]), match["unit"].rstrip("s")
    if unit in {"minute", "hour"}:
        return now + (timedelta(minutes=amount) if unit == "minute" else timedelta(hours=amount))
    wall = now.astimezone(ZoneInfo(time_zone))
    if unit == "working day":
        day = calendar.add_working_days(wall.date(), amount)
    elif unit == "month":
        day = add_months(wall.date(), amount)
    else:
        day = wall.date() + timedelta(days=amount * (7 if unit == "week" else 1))
    return at_wall(datetime.combine(day, wall.time()), time_zone)


def at_wall(local: datetime, time_zone: str) -> datetime:
    """The instant in UTC at which the wall clock of the zone shows a local time."""
    return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
