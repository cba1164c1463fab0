"""What the engine refuses, each with a stable code; the docstring is the default message."""

import inspect
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from engine.findings import Finding

if TYPE_CHECKING:
    from engine.spiff.tokens import Obstacle
    from engine.workitem import WorkItem


class EngineError(Exception):
    """The engine cannot do that."""

    code: ClassVar[str] = "engine.error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class WithFindings(EngineError):
    """There are findings."""

    code = "engine.findings"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        lines = "\n".join(str(finding) for finding in self.findings)
        super().__init__(f"{inspect.cleandoc(type(self).__doc__ or '')}\n{lines}")


class PackageInvalid(WithFindings):
    """The process package cannot be read."""

    code = "engine.package_invalid"


class DefinitionRefused(WithFindings):
    """The process definition is refused; the findings say why."""

    code = "engine.definition_refused"


class DefinitionNotFound(EngineError):
    """No such process definition is deployed."""

    code = "engine.definition_not_found"

    def __init__(self, key: str, version: int | None = None) -> None:
        self.key = key
        self.version = version
        super().__init__(f"process {key!r} is not deployed" + (f" in version {version}" if version is not None else ""))


class InstanceNotFound(EngineError):
    """No such case."""

    code = "engine.instance_not_found"

    def __init__(self, instance_id: UUID) -> None:
        self.instance_id = instance_id
        super().__init__(f"no process instance {instance_id}")


class ConcurrentChange(EngineError):
    """The case was changed by somebody else in the meantime."""

    code = "engine.concurrent_change"

    def __init__(self, instance_id: UUID, revision: int) -> None:
        self.instance_id = instance_id
        self.revision = revision
        super().__init__(f"process instance {instance_id} is no longer at revision {revision}")


class InstanceEnded(EngineError):
    """The case has already ended."""

    code = "engine.instance_ended"

    def __init__(self, instance_id: UUID) -> None:
        self.instance_id = instance_id
        super().__init__(f"process instance {instance_id} has already ended")


class InstanceSuspended(EngineError):
    """The case is suspended; nothing can be done in it until it is resumed."""

    code = "engine.instance_suspended"

    def __init__(self, instance_id: UUID, *, since: datetime, by: str) -> None:
        self.instance_id = instance_id
        self.since = since
        self.by = by
        super().__init__(f"process instance {instance_id} is suspended since {since.isoformat()}")


class InstanceNotSuspended(EngineError):
    """The case is not suspended, or not in this way."""

    code = "engine.instance_not_suspended"

    def __init__(self, instance_id: UUID) -> None:
        self.instance_id = instance_id
        super().__init__(f"process instance {instance_id} is not suspended")


class MigrationRefused(EngineError):
    """The case cannot be brought to that version: a token has no place in it."""

    code = "engine.migration_refused"

    def __init__(self, obstacles: Sequence["Obstacle"]) -> None:
        self.obstacles = tuple(obstacles)
        told = "; ".join(f"{one.process}/{one.element}: {one.reason}" for one in self.obstacles)
        super().__init__(f"no place in the new version: {told}")


class DefinitionSuspended(EngineError):
    """The process is suspended as a whole: no case of it may begin."""

    code = "engine.definition_suspended"

    def __init__(self, key: str, *, since: datetime, by: str) -> None:
        self.key = key
        self.since = since
        self.by = by
        super().__init__(f"process {key!r} is suspended since {since.isoformat()}")


class DefinitionNotSuspended(EngineError):
    """The process is not suspended."""

    code = "engine.definition_not_suspended"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"process {key!r} is not suspended")


class WorkItemNotFound(EngineError):
    """No such work item."""

    code = "engine.work_item_not_found"

    def __init__(self, item_id: UUID) -> None:
        self.item_id = item_id
        super().__init__(f"no work item {item_id}")


class StaleWorkItem(EngineError):
    """Somebody has changed the work item meanwhile."""

    code = "engine.stale_work_item"

    def __init__(self, item: UUID, version: int, current: "WorkItem") -> None:
        self.item = item
        self.version = version
        self.current = current
        super().__init__(f"work item {item} is at version {current.version}, not {version}")


class WorkItemClosed(EngineError):
    """The work item is finished; nothing more can be done with it."""

    code = "engine.work_item_closed"

    def __init__(self, item: "WorkItem") -> None:
        self.item = item
        super().__init__(f"work item {item.id} is already {item.state.value}")


class WorkItemReserved(EngineError):
    """Somebody else has claimed the work item."""

    code = "engine.work_item_reserved"

    def __init__(self, item: "WorkItem") -> None:
        self.item = item
        super().__init__(f"work item {item.id} is claimed by {item.assignee}")


class ExpressionError(EngineError):
    """The expression is not allowed or cannot be evaluated."""

    code = "engine.expression"

    def __init__(self, source: str, reason: str) -> None:
        self.source = source if len(source) <= SHOWN_SOURCE else source[:SHOWN_SOURCE] + "…"
        self.reason = reason
        super().__init__(f"{self.source!r}: {reason}")


class TermInvalid(EngineError):
    """A term reads '<number or variable> <working days|days|months>'."""

    code = "engine.term_invalid"

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(f"{text!r}: {reason}")


class CalendarUnknown(EngineError):
    """There is no such working calendar."""

    code = "engine.calendar_unknown"

    def __init__(self, calendar: str) -> None:
        self.calendar = calendar
        super().__init__(f"no working calendar {calendar!r}; there are AZ and KZ")


class CosignersUnclear(EngineError):
    """The process does not say who signs a document."""

    def __init__(self, element: str, reason: str) -> None:
        super().__init__(f"{element}: {reason}")
        self.element = element
        self.reason = reason


class ExecutionFailed(EngineError):
    """A running process could not go on: the element and the reason are told."""

    code = "engine.execution_failed"

    def __init__(self, element: str | None, reason: str) -> None:
        self.element = element
        self.reason = reason
        super().__init__(f"{element}: {reason}" if element else reason)


SHOWN_SOURCE = 200
