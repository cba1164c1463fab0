"""What a running case shows of itself: plain frozen facts about its tokens, free of SpiffWorkflow types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

KeyValues = dict[str, dict[str, Any]]
"""correlation key → property → value"""
Carried = Mapping[str, Mapping[str, Any]]
"""the same, only to be read"""


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
    keys: tuple[str, ...]
    """the correlation keys such a message can carry"""
    expected: KeyValues
    """those of them that are filled already, with what a message must carry to be for it"""
    repeats: bool
    """whether it goes on waiting when it has got one: beside what it does not interrupt"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSignal(Token):
    """An event that waits for a signal."""

    signal: str
    repeats: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a case waits for at a moment, by task. An ended case waits for nothing.

    The variables of its tasks are the case's own: to be read, or copied.
    """

    humans: Mapping[UUID, HumanTask]
    """in the order of the model"""
    services: Mapping[UUID, WaitingService]
    timers: Mapping[UUID, WaitingTimer]
    messages: tuple[WaitingMessage, ...] = ()
    signals: tuple[WaitingSignal, ...] = ()


NOTHING = Standing(humans={}, services={}, timers={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The start event a case begins at because what it waits for has happened elsewhere."""

    element: str
    message: str | None = None
    """the message that began it"""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """what the message brings"""
    correlations: Carried = field(default_factory=dict)


class StartKind(StrEnum):
    """What a start event of a process waits for."""

    NONE = "none"
    MESSAGE = "message"
    SIGNAL = "signal"
    TIMER = "timer"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTrigger:
    """One thing that begins a case of a process at one of its start events."""

    element: str
    kind: StartKind
    name: str | None = None
    """of the message or signal"""
    expression: str | None = None
    """of the timer or the condition"""
    repeats: bool = False
    """whether the timer is a cycle"""


class ThrownKind(StrEnum):
    """What may leave a case: a message has one receiver, a signal reaches everybody who waits for it."""

    MESSAGE = "message"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where a message flow leads: a process, perhaps a node of it; no process when nobody looks into the pool."""

    process: str | None
    element: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """A message or signal that the case has thrown; whoever runs the case hands it on to others."""

    kind: ThrownKind
    name: str
    process: str
    element: str
    variables: Mapping[str, Any]
    """a copy of the variables as the throwing token saw them"""
    correlations: Carried
    """what the message's correlation keys come to"""
    receiver: Receiver | None
    """where a message flow leads from the element; None where none is drawn"""
    caught: bool
    """whether something in this very case has caught it; such a message has had its receiver"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedElement:
    """A flow node a token has passed, in the order they completed."""

    process: str
    element: str
    kind: str
    visit: int
    at: datetime
    task_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A token that has no place in the new version."""

    process: str
    element: str
    reason: str
    """missing: the new version has no such element; kind: it is of another kind; join: a flow is gone"""
