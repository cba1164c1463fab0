"""A human step that waits for somebody, and what may become of it.

READY → RESERVED (claimed by a person, WS-HumanTask's word) → COMPLETED; from either, EXITED when a timer, an event or a
cancellation takes the step away. A reserved item may be released again, or delegated and handed back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from engine.errors import StaleWorkItem, WorkItemClosed, WorkItemReserved


class Priority(IntEnum):
    """How pressing a step is beside its due date; a model names it in small letters."""

    LOW = -1
    NORMAL = 0
    HIGH = 1
    URGENT = 2


UNHELD: Mapping[str, Any] = {"delegated_by": None, "follow_up_at": None, "follow_up_hides": False}
"""what its holder had arranged, gone when somebody else has it"""


class WorkItemState(StrEnum):
    """Where a work item stands."""

    READY = "ready"
    RESERVED = "reserved"
    COMPLETED = "completed"
    EXITED = "exited"

    @property
    def open(self) -> bool:
        """Whether somebody can still act on it."""
        return self in {WorkItemState.READY, WorkItemState.RESERVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One visit of a user task. Every change gives a new version; who acts states the version seen."""

    id: UUID
    instance_id: UUID
    definition_key: str
    """of the process the element lies in, which may be a called one"""
    definition_version: int
    element_id: str
    role: str
    scope: str
    """whose people may take it: an opaque string the caller gave (a body's id)"""
    form: str | None = None
    document: str | None = None
    signature: str = "personal"
    four_eyes_with: str | None = None
    deadline: str | None = None
    """its named deadline in process.toml"""
    visit: int = 1
    """1 at the first time the token reaches the element in this case"""
    state: WorkItemState = WorkItemState.READY
    version: int = 1
    assignee: str | None = None
    data: Mapping[str, Any]
    """the declared variables as its token sees them"""
    created_at: datetime
    claimed_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    named: bool = False
    """given by name in the model (a resolution's executor): not for the group, even when nobody holds it"""
    delegated_by: str | None = None
    """who has it back when the delegate hands it back"""
    priority: int = Priority.NORMAL
    follow_up_at: datetime | None = None
    """when its holder wants to be reminded of it (de: Wiedervorlage)"""
    follow_up_hides: bool = False
    """whether it leaves its holder's list until then"""

    def require(self, version: int) -> None:
        """Raise WorkItemClosed or StaleWorkItem unless it is open and still at the version its caller saw."""
        if not self.state.open:
            raise WorkItemClosed(self)
        if version != self.version:
            raise StaleWorkItem(self.id, version, self)

    def claimed(self, *, version: int, by: str, at: datetime) -> "WorkItem":
        """Reserve it for a person; one's own again changes nothing, somebody else's raises WorkItemReserved."""
        self.require(version)
        if self.state is WorkItemState.RESERVED:
            if self.assignee != by:
                raise WorkItemReserved(self)
            return self
        return replace(self, state=WorkItemState.RESERVED, assignee=by, claimed_at=at, version=self.version + 1)

    def released(self, *, version: int) -> "WorkItem":
        """Give it back to its group."""
        self.require(version)
        if self.state is WorkItemState.READY:
            return self
        return self._changed(state=WorkItemState.READY, assignee=None, claimed_at=None, **UNHELD)

    def assigned(self, *, version: int, to: str, at: datetime) -> "WorkItem":
        """Reserve it for a person whoever held it before; whether the caller may is the caller's question."""
        self.require(version)
        return self._changed(state=WorkItemState.RESERVED, assignee=to, claimed_at=at, **UNHELD)

    def delegated(self, *, version: int, to: str, at: datetime) -> "WorkItem":
        """Pass it on to somebody who may hand it back; delegated again, it goes back to whom it was first given."""
        self.require(version)
        if self.assignee is None:
            raise WorkItemReserved(self)
        owner = self.delegated_by or self.assignee
        return replace(self.assigned(version=version, to=to, at=at), delegated_by=None if owner == to else owner)

    def handed_back(self, *, version: int, at: datetime) -> "WorkItem":
        """Give it back to whoever delegated it; raises WorkItemReserved when nobody did."""
        self.require(version)
        if self.delegated_by is None:
            raise WorkItemReserved(self)
        return self.assigned(version=version, to=self.delegated_by, at=at)

    def prioritised(self, *, version: int, priority: Priority) -> "WorkItem":
        """More or less pressing than before."""
        self.require(version)
        return self if priority == self.priority else self._changed(priority=int(priority))

    def followed_up(self, *, version: int, at: datetime | None, hides: bool) -> "WorkItem":
        """To be looked at again then; None: no reminder any more."""
        self.require(version)
        hides = hides and at is not None
        if (at, hides) == (self.follow_up_at, self.follow_up_hides):
            return self
        return self._changed(follow_up_at=at, follow_up_hides=hides)

    def _changed(self, **values: Any) -> "WorkItem":
        return replace(self, version=self.version + 1, **values)

    def completed(self, *, version: int, by: str, at: datetime) -> "WorkItem":
        """Finish it; an unclaimed one becomes theirs by it, another person's raises WorkItemReserved."""
        self.require(version)
        if self.assignee not in {None, by}:
            raise WorkItemReserved(self)
        return replace(
            self,
            state=WorkItemState.COMPLETED,
            assignee=by,
            claimed_at=self.claimed_at or at,
            ended_at=at,
            version=self.version + 1,
        )

    def exited(self, *, at: datetime) -> "WorkItem":
        """The process took the step away (timer, event, cancellation)."""
        if not self.state.open:
            raise WorkItemClosed(self)
        return replace(self, state=WorkItemState.EXITED, ended_at=at, version=self.version + 1)
