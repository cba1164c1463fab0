"""Which days people work. Holidays come from the `holidays` package, which knows the observed and transferred days of
AZ and KZ but only estimates Islamic dates: a decree's overrides always win.
"""

import calendar as gregorian
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays

from engine.errors import CalendarUnknown
from engine.holiday_names import CODES, DECREE, WEEKEND, code_of

ONE_DAY = timedelta(days=1)
KNOWN_YEARS = range(1900, 2201)
"""outside them only weekends are known"""


def days_from(first: date, last: date) -> Iterator[date]:
    """Both included; nothing when the last comes before the first."""
    return (first + n * ONE_DAY for n in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days of a country ("AZ", "KZ"): Monday to Friday, its holidays and transfers, a decree's overrides."""

    code: str
    overrides: Mapping[date, bool] = field(default_factory=dict)
    """day → working or not, whatever the rest says"""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise CalendarUnknown(self.code)

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        return not self.off_because(day)

    def off_because(self, day: date) -> tuple[str, ...]:
        """Codes of the reasons why the day is off; empty on a working day."""
        override = self.overrides.get(day)
        if override is not None:
            return () if override else (DECREE,)
        year = _year(self.code, day.year)
        if day in year.holidays:
            return year.holidays[day]
        weekend = day.weekday() >= gregorian.SATURDAY and day not in year.working_weekends
        return (WEEKEND,) if weekend else ()

    def next_working_day(self, day: date) -> date:
        """That day, or the first working day after it: where a deadline moves, a Saturday's letter is registered."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after (n < 0: before) a day, which itself is day 0; n = 0: `next_working_day`."""
        if n == 0:
            return self.next_working_day(day)
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after the first up to and including the last; negative when they come the other way round."""
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working(day) for day in days_from(first + ONE_DAY, last))


@dataclass(frozen=True, slots=True)
class _Year:
    holidays: Mapping[date, tuple[str, ...]]
    working_weekends: frozenset[date]


@lru_cache(maxsize=256)
def _year(code: str, year: int) -> _Year:
    if year not in KNOWN_YEARS:
        return _Year({}, frozenset())
    # A January holiday may turn a Sunday of the December before into a working day: look at the neighbours too.
    known = holidays.country_holidays(code, years=[year - 1, year, year + 1], language="en_US", expand=False)
    off = {day: _codes(code, known.get_list(day)) for day in known if day.year == year}
    return _Year(off, frozenset(day for day in known.weekend_workdays if day.year == year))


def _codes(code: str, names: list[str]) -> tuple[str, ...]:
    return tuple(sorted({code_of(code, name) for name in names}))
