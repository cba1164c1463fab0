"""A calendar changes by decree: days are overridden by versions, and what was counted with them is counted again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

from engine.errors import CalendarUnknown
from engine.history import EventKind, Happening
from engine.holiday_names import CODES
from engine.instance import Advance, InstanceStatus
from engine.mending import Mending
from engine.spiff.operated import recount
from engine.spiff.recounting import CalendarsAt
from engine.store import as_instance


class Recounting(Mending):
    """Overrides of working calendars, and what they mean to cases under way."""

    def override_calendar(
        self, calendar: str, days: Mapping[date, bool | None], *, by: str, facts: Mapping[str, str | None]
    ) -> int:
        """The next version of a calendar: each day works, is off, or (None) is again what the calendar itself says.

        :param facts: `act` and `ground`, and where they stand signed: `document` and its `proof`, a SHA-256
        :raises CalendarUnknown:
        """
        if calendar not in CODES:
            raise CalendarUnknown(calendar)
        version = self._rows.calendar_version(calendar) + 1
        rows = [
            {
                "id": uuid4(),
                "calendar": calendar,
                "day": day,
                "working": working,
                "version": version,
                "entered_by": by,
                "entered_at": self.now,
                **facts,
            }
            for day, working in sorted(days.items())
        ]
        self._rows.insert_overrides(rows)
        self._known_calendars.pop(calendar, None)
        return version

    def recount(
        self, instance_id: UUID, dues: Mapping[UUID, datetime], *, calendars_at: CalendarsAt, ground: str
    ) -> Advance | None:
        """Move a running case's due dates to `dues` and count its timers again; None when nothing moves.

        The officers' open pages stay valid: an item's version does not rise for it. A suspended case is left alone; it
        is counted again when it goes on.

        :param calendars_at: a calendar as it stood at an instant: a timer moves by what the calendar changed, no more
        :raises InstanceNotFound:
        """
        row = self._found(self._store.lock_instance(instance_id), instance_id)
        if row["status"] != InstanceStatus.RUNNING:
            return None
        case = self._load(row)
        items = [item for item in self._store.open_items(instance_id) if item.due_at != dues.get(item.id, item.due_at)]
        timers = recount(case.interpreter, calendars_at)
        if not items and not timers:
            return None
        for item in items:
            self._store.update_item(replace(item, due_at=dues[item.id]))
        told = {item.element_id: [_told(item.due_at), _told(dues[item.id])] for item in items}
        happening = Happening(
            event=EventKind.DEADLINES_RECOUNTED,
            definition_key=row["definition_key"],
            payload={"ground": ground, "items": told, "timers": timers},
        )
        return self._advance(as_instance(row), case, [happening])


def _told(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
