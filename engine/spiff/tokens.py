"""What a running case shows of itself: plain frozen facts about its tokens, free of SpiffWorkflow types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that stands on a flow node. `task_id` is stable over dump and load."""

    task_id: UUID
    process: str
    """id of the process the element lies in, which may be a called one"""
    element: str
    kind: str
    """the BPMN element's own name, such as `userTask`"""
    visit: int
    """1 at the first time a token reaches the element in this case"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanTask(Token):
    """A user or manual task that waits for a person."""

    variables: Mapping[str, Any]
    """a copy of the variables as its token sees them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingService(Token):
    """A service task that waits for its handler to finish."""

    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTimer(Token):
    """A timer event that waits for its instant."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMessage(Token):
    """A receive task or message event that waits."""

    message: str
    correlation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedElement:
    """A flow node a token has passed, in the order they completed."""

    process: str
    element: str
    kind: str
    visit: int
    at: datetime
    task_id: UUID
