"""Timers that follow the calendar, counted again after it has changed.

A timer keeps when it was armed and what it was computed to; a repetition, its first time. It moves by the difference
the calendar makes, so that what a suspension added stays; one whose variables have changed is left as it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from engine.deadlines import WorkingCalendar
from engine.errors import EngineError
from engine.spiff.timers import ARMED, RECOUNTED, definitions_of

CalendarsAt = Callable[[str, datetime], WorkingCalendar]
"""(code, instant) → the calendar as it stood then"""


def recount(case: Any, calendars_at: CalendarsAt) -> list[list[str]]:
    """Move every waiting timer the calendar moves; [element, before, after] of each."""
    moved = []
    for task in case.event_manager.tasks.values():
        for definition in definitions_of(task):
            due = definition.due_at(task) if isinstance(definition, RECOUNTED) else None
            counted = task.internal_data.get(ARMED, {}).get(definition.name) if due else None
            if due is None or counted is None:
                continue
            after = _recounted(task, definition, counted, calendars_at)
            if after is None or after == datetime.fromisoformat(counted[2]):
                continue
            new = due + (after - datetime.fromisoformat(counted[2]))
            definition.put_off(task, new)
            kept = {**task.internal_data[ARMED], definition.name: [counted[0], counted[1], after.isoformat()]}
            task.internal_data[ARMED] = kept
            moved.append([str(task.task_spec.bpmn_id), due.isoformat(), new.isoformat()])
    return moved


def _recounted(task: Any, timer: Any, counted: list[str], calendars_at: CalendarsAt) -> datetime | None:
    """What the timer's expression gives with the calendar of today for the moment it was armed."""
    armed, first = datetime.fromisoformat(counted[0]), datetime.fromisoformat(counted[1])
    engine = task.workflow.script_engine
    try:
        with _standing_at(engine, armed, lambda code: calendars_at(code, armed)):
            as_then: datetime = timer.compute(task).astimezone(UTC)
        with _standing_at(engine, armed, engine.calendars):
            return timer.compute(task).astimezone(UTC) if as_then == first else None
    except (EngineError, ValueError, OverflowError):
        # what cannot be computed any more waits for what it was computed to
        return None


@contextmanager
def _standing_at(engine: Any, now: datetime, calendars: Callable[[str], WorkingCalendar]) -> Iterator[None]:
    before = engine.now, engine.calendars
    engine.now, engine.calendars = now, calendars
    try:
        yield
    finally:
        engine.now, engine.calendars = before
