"""Working calendars: the days that are not as every week has them, and the sheets that changed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.deadlines import WorkingCalendar, days_from, reason_words
from engine.definition import LANGUAGES
from engine.tables import CalendarOverrideRow
from processes.authorization import require_administrator
from processes.errors import NotFound
from processes.office import Office
from processes.organisation import people_named
from processes.queries.engine_rows import working_calendar
from processes.vocabulary import CALENDARS

Titles = Mapping[str, str]
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVersion:
    """A sheet: the days it changed, by what act, who entered it, and where it is signed."""

    calendar: str
    version: int
    days: Mapping[date, bool | None]
    act: str
    ground: str
    entered_by: str
    entered_at: datetime
    document_id: UUID | None
    proof: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day off that no weekend makes, or a weekend on which people work."""

    day: date
    working: bool
    reason: Titles
    version: int | None
    """of the sheet that says so; None: the calendar itself"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """A year of a calendar and the history of its sheets, the newest first."""

    calendar: str
    year: int
    working_days: int
    special: Sequence[SpecialDay]
    versions: Sequence[tuple[CalendarVersion, str]]
    """with the name of whoever entered it"""


def calendar_page(office: Office, by: UUID | None, calendar: str, year: int) -> CalendarPage:
    """A year of a calendar. `by` None: at the command line.

    :raises NotPermitted: no administrator; :raises NotFound: no such calendar or year
    """
    with office.reading() as uow:
        require_administrator(uow.session, by, uow.now)
        if calendar not in CALENDARS or not FIRST_YEAR <= year <= LAST_YEAR:
            raise NotFound("no such calendar or year")
        known = working_calendar(uow.session, calendar)
        versions = versions_of(uow.session, calendar)
        first, last = date(year, 1, 1), date(year, 12, 31)
        names = people_named(uow.session, {found for each in versions if (found := _identity(each.entered_by))})
        return CalendarPage(
            calendar=calendar,
            year=year,
            working_days=sum(known.is_working(day) for day in days_from(first, last)),
            special=_special(known, versions, first, last),
            versions=[(each, _named(names, each.entered_by)) for each in reversed(versions)],
        )


def versions_of(session: Session, calendar: str) -> list[CalendarVersion]:
    """Every sheet of a calendar, the oldest first."""
    rows = session.execute(
        sa.select(CalendarOverrideRow)
        .where(CalendarOverrideRow.calendar == calendar)
        .order_by(CalendarOverrideRow.version, CalendarOverrideRow.day)
    ).scalars()
    return [_version(list(sheet)) for _, sheet in groupby(rows, key=lambda row: row.version)]


def version_of(session: Session, calendar: str, version: int) -> CalendarVersion:
    """One sheet. :raises NotFound: there is none of that version"""
    found = next((each for each in versions_of(session, calendar) if each.version == version), None)
    if found is None:
        raise NotFound("no such version")
    return found


def newest_version(session: Session, calendar: str) -> CalendarVersion | None:
    """The last sheet, if there was any."""
    return next(reversed(versions_of(session, calendar)), None)


def _version(rows: Sequence[CalendarOverrideRow]) -> CalendarVersion:
    row = rows[0]
    return CalendarVersion(
        calendar=row.calendar,
        version=row.version,
        days={each.day: each.working for each in rows},
        act=row.act,
        ground=row.ground,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        document_id=UUID(row.document) if row.document else None,
        proof=row.proof,
    )


def _special(known: WorkingCalendar, versions: Sequence[CalendarVersion], first: date, last: date) -> list[SpecialDay]:
    sheets: dict[date, int] = {day: each.version for each in versions for day in each.days}
    found = []
    for day in days_from(first, last):
        off = known.off_because(day)
        weekend = day.isoweekday() > 5  # noqa: PLR2004 - Saturday and Sunday
        if day in known.overrides or (bool(off) != weekend) or (off and off != ("weekend",)):
            codes = "+".join(off)
            found.append(
                SpecialDay(
                    day=day,
                    working=not off,
                    reason={language: reason_words(codes, language) for language in LANGUAGES} if codes else {},
                    version=sheets.get(day) if day in known.overrides else None,
                )
            )
    return found


def _identity(person: str) -> UUID | None:
    try:
        return UUID(person)
    except ValueError:
        return None


def _named(names: Mapping[UUID, str], person: str) -> str:
    found = _identity(person)
    return names.get(found, person) if found else person
