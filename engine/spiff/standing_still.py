"""Timers of a case that was suspended: each has as much left as when it began to stand still.

A timer that follows a deadline of the law, or counts working days, keeps its days; any other keeps its seconds.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.deadlines import TermUnit, split_term
from engine.pauses import PAUSES, Pause, day_after, stood_still
from engine.running_deadlines import calendar_of, zone_of
from engine.spiff.scopes import visible
from engine.spiff.timers import definitions_of

_DEADLINE = re.compile(r"\bdeadline\(\s*['\"](\w+)['\"]\s*\)")
_WORKING_DAYS = re.compile(r"\bworking_days\(")


def resume(case: Any, began: Callable[[UUID], datetime]) -> None:
    """Move every waiting timer by what it has stood still until now, and note the pause for deadlines to come."""
    end: datetime = case.now
    for task in case.event_manager.tasks.values():
        pause = Pause(start=began(task.id), end=end)
        for definition in definitions_of(task):
            due = definition.due_at(task) if hasattr(definition, "due_at") else None
            if due is not None and due > pause.start:
                definition.put_off(task, _moved(task, definition, due, pause))


def note_pause(case: Any, pause: Pause) -> None:
    """Every process of the case knows the pause: deadlines that start before it are counted with it."""
    for workflow in case.workflows():
        if workflow.has_own_scope:
            workflow.data[PAUSES] = [*(workflow.data.get(PAUSES) or ()), pause.as_json()]


def _moved(task: Any, definition: Any, due: datetime, pause: Pause) -> datetime:
    unit = _unit(task, definition.expression or "")
    if unit is None:
        return due + (pause.end - pause.start)
    names = visible(task)
    zone, calendar = zone_of(names), task.workflow.script_engine.calendars(calendar_of(names))
    stood = stood_still(due, unit, pause, zone, calendar)
    if stood is None:
        return due
    local = due.astimezone(ZoneInfo(zone))
    day = day_after(stood, unit, calendar)
    return datetime.combine(day, local.time(), ZoneInfo(zone)).astimezone(UTC)


def _unit(task: Any, expression: str) -> TermUnit | None:
    """What the timer counts, if it counts days of the law."""
    named = _DEADLINE.search(expression)
    package = task.workflow.script_engine.packages.get(task.task_spec.process)
    if named and package is not None and named[1] in package.deadlines:
        return split_term(package.deadlines[named[1]].term)[1]
    return TermUnit.WORKING_DAYS if _WORKING_DAYS.search(expression) else None
