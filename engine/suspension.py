"""What is remembered of a suspended case: since when, held by whom, and what was still to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from engine.errors import InstanceSuspended
from engine.instance import ProcessInstance
from engine.workitem import WorkItem

TimerRows = tuple[list[UUID], list[dict[str, Any]]]
"""ids of the timers that went, rows of those that came"""


class Hold(StrEnum):
    """What holds a case: it was suspended itself, or its whole process was. It runs again when nothing holds it."""

    CASE = "case"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A suspended case has no rows of timers and no due dates: they come back when it is resumed."""

    since: datetime
    by: str
    ground: str
    holds: tuple[Hold, ...]
    dues: Mapping[UUID, datetime] = field(default_factory=dict)
    """work item → when it was due"""
    later: Mapping[UUID, datetime] = field(default_factory=dict)
    """item or timer → when it began, if that was only after the case was suspended (a moved token)"""

    def began(self, ident: UUID) -> datetime:
        """From when on an item or a timer has stood still."""
        return self.later.get(ident, self.since)

    def with_opened(self, dues: Mapping[UUID, datetime], timers: list[UUID], at: datetime) -> Self:
        """With what has opened while it was suspended."""
        opened = dict.fromkeys([*dues, *timers], at)
        return replace(self, dues={**self.dues, **dues}, later={**self.later, **opened})

    def as_json(self) -> dict[str, Any]:
        """For the case's row."""
        return {
            "since": self.since.isoformat(),
            "by": self.by,
            "ground": self.ground,
            "holds": [str(hold) for hold in self.holds],
            "dues": {str(ident): due.isoformat() for ident, due in self.dues.items()},
            "later": {str(ident): at.isoformat() for ident, at in self.later.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """From the case's row."""
        return cls(
            since=datetime.fromisoformat(kept["since"]),
            by=kept["by"],
            ground=kept["ground"],
            holds=tuple(Hold(hold) for hold in kept["holds"]),
            dues={UUID(ident): datetime.fromisoformat(due) for ident, due in kept["dues"].items()},
            later={UUID(ident): datetime.fromisoformat(at) for ident, at in kept["later"].items()},
        )


def require_running(row: Mapping[str, Any]) -> None:
    """The case of this row is not suspended. :raises InstanceSuspended:"""
    if row["suspension"] is not None:
        kept = Suspension.from_json(row["suspension"])
        raise InstanceSuspended(row["id"], since=kept.since, by=kept.by)


def standing_still(
    instance: ProcessInstance, items: Sequence[WorkItem], timers: TimerRows, now: datetime
) -> tuple[ProcessInstance, tuple[WorkItem, ...], TimerRows]:
    """What opens in a suspended case opens without due dates and timers; they are noted for when it is resumed."""
    if instance.suspension is None:
        return instance, tuple(items), timers
    gone, new = timers
    dues = {item.id: item.due_at for item in items if item.due_at is not None}
    begun = [row["id"] for row in new if row["id"] not in gone]
    noted = Suspension.from_json(instance.suspension).with_opened(dues, begun, now)
    return (
        replace(instance, suspension=noted.as_json()),
        tuple(replace(item, due_at=None) for item in items),
        (gone, []),
    )
