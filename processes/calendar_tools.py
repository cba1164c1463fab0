"""What `karguzar calendar` does: years shown, days changed by sealed or signed sheets, their history."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.deadlines import WorkingCalendar
from processes.bootstrap import bootstrap, is_initialised
from processes.errors import NotFound
from processes.office import Office
from processes.queries.calendars import calendar_page
from processes.queries.engine_rows import working_calendar
from processes.settings import Settings
from processes.tables import PersonRow
from processes.use_cases.change_calendar import ChangeCalendar, change_calendar


def add_working_days(settings: Settings, code: str, day: date, days: int) -> str:
    """The day so many working days after another; with the office's overrides where there is an office."""
    if not is_initialised(settings):
        return WorkingCalendar(code, {}).add_working_days(day, days).isoformat()
    with _office(settings) as office, office.reading() as uow:
        return working_calendar(uow.session, code).add_working_days(day, days).isoformat()


def shown_year(settings: Settings, code: str, year: int) -> dict[str, Any]:
    """How many days of a year work, and every day that is not as its week has it."""
    with _office(settings) as office:
        page = calendar_page(office, None, code, year)
    return {
        "calendar": code,
        "year": year,
        "working_days": page.working_days,
        "days": [
            {
                "day": each.day.isoformat(),
                "working": each.working,
                "reason": each.reason.get("en", ""),
                "version": each.version,
            }
            for each in page.special
        ],
    }


def set_days(
    settings: Settings,
    code: str,
    days: Mapping[date, bool | None],
    *,
    facts: Mapping[str, str],
    signer: tuple[str | None, str],
) -> str:
    """Change days by a sheet, signed by an administrator (login and PIN) or sealed by the body."""
    login, pin = signer
    with _office(settings) as office:
        by = _person(office, login) if login else None
        request = ChangeCalendar(by=by, pin=pin, calendar=code, days=days, act=facts["act"], ground=facts["ground"])
        version = change_calendar(office, request)
    return f"{code} has version {version}; open terms are counted again by the worker"


def shown_history(settings: Settings, code: str) -> list[dict[str, Any]]:
    """The sheets of a calendar, the newest first."""
    with _office(settings) as office:
        page = calendar_page(office, None, code, office.clock().year)
    return [
        {
            "version": each.version,
            "entered_at": each.entered_at.isoformat(),
            "entered_by": who,
            "act": each.act,
            "ground": each.ground,
            "days": {day.isoformat(): working for day, working in each.days.items()},
            "document": str(each.document_id) if each.document_id else None,
            "proof": each.proof,
        }
        for each, who in page.versions
    ]


@contextmanager
def _office(settings: Settings) -> Iterator[Office]:
    office = bootstrap(settings)
    try:
        yield office
    finally:
        office.close()


def _person(office: Office, login: str) -> UUID:
    with office.reading() as uow:
        found = uow.session.scalar(sa.select(PersonRow.id).where(PersonRow.login == login))
    if found is None:
        raise NotFound(f"nobody signs in as {login!r}")
    return found
