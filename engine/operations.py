"""What operating a case would change, told before it is done: by doing it in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.advancing import Case
from engine.instance import OpenedDeadline
from engine.spiff.operated import Mapped, Movable
from engine.spiff.tokens import Obstacle, Standing, Token, WaitingTimer
from engine.workitem import WorkItem

__all__ = ["ChangedItem", "Changes", "Mapped", "MigrationPlan", "MigrationPreview", "Movable", "Obstacle", "changes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a case waits for that it did not, and no longer waits for what it did."""

    closed: tuple[Token, ...]
    """steps and services that are taken away"""
    opened: tuple[Token, ...]
    timers_gone: tuple[WaitingTimer, ...]
    timers_new: tuple[WaitingTimer, ...]
    deadlines: tuple[OpenedDeadline, ...]
    """of the steps that open"""
    ends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationPlan:
    """Where running cases are to go: the version of their own process, those of called ones, and renamed elements."""

    version: int
    called: Mapping[str, int] = field(default_factory=dict)
    """process key → version; what is left out goes to the newest"""
    mapping: Mapped = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedItem:
    """An open step that the new version describes differently; it keeps its id, claim, draft and deadline."""

    before: WorkItem
    after: WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationPreview:
    """What a migration would do to one case."""

    instance_id: UUID
    obstacles: tuple[Obstacle, ...] = ()
    """why it cannot be done; empty: it can"""
    changes: Changes | None = None
    items: tuple[ChangedItem, ...] = ()
    kept_timers: tuple[tuple[str, datetime], ...] = ()
    """(element, due) of the clocks that go on as they were"""
    added_variables: tuple[str, ...] = ()


def changes_of(case: Case, before: Standing) -> Changes:
    """What has become of a case in memory since it stood as `before`."""
    after = case.interpreter.standing()
    gone = [*_without(before.humans, after.humans), *_without(before.services, after.services)]
    new = [*_without(after.humans, before.humans), *_without(after.services, before.services)]
    deadlines = [case.opened(task, lambda _rule, _names: "")[1] for task in _without(after.humans, before.humans)]
    return Changes(
        closed=tuple(gone),
        opened=tuple(new),
        timers_gone=tuple(_without(before.timers, after.timers)),
        timers_new=tuple(_without(after.timers, before.timers)),
        deadlines=tuple(one for one in deadlines if one is not None),
        ends=case.interpreter.ended,
    )


def _without(these: Mapping[UUID, Any], those: Mapping[UUID, Any]) -> list[Any]:
    return [one for ident, one in these.items() if ident not in those]
