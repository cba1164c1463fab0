"""What one advance of a case opens and closes: its tokens before and after, told as work items and calls."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from engine.definition import ElementDefinition, ProcessDefinition
from engine.errors import ExecutionFailed
from engine.history import EventKind, Happening
from engine.instance import OpenedDeadline, ServiceCall
from engine.passing import digest_key
from engine.reading.calls import key_of
from engine.spiff.interpreter import Interpreter
from engine.spiff.tokens import CompletedElement, HumanTask, Standing, ThrownKind, Token, WaitingService
from engine.spiff.values import copied
from engine.workitem import Priority, WorkItem, WorkItemState

ScopeOf = Callable[[str, Mapping[str, Any]], str]
"""(the role's body rule, the case's variables) -> whose people may take the item: an opaque scope"""
ANY_BODY = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A locked case that is being moved on."""

    instance_id: UUID
    definitions: Mapping[str, ProcessDefinition]
    """process key → the version this case is bound to"""
    interpreter: Interpreter
    before: Standing
    now: datetime

    def element(self, token: Token) -> ElementDefinition:
        """What the package says about the token's element."""
        return self.definitions[token.process].package.elements[token.element]

    def opened(self, task: HumanTask, scope_of: ScopeOf) -> tuple[WorkItem, OpenedDeadline | None]:
        """A human task as a new work item, with the deadline that begins to run."""
        element = self.element(task)
        definition = self.definitions[task.process]
        role = definition.package.roles.get(element.role or "")
        deadline = self._deadline(task, element)
        assignee = self._assignee(task, element)
        variables = copied(task.variables)
        item = WorkItem(
            id=task.task_id,
            instance_id=self.instance_id,
            definition_key=definition.key,
            definition_version=definition.version,
            element_id=task.element,
            role=element.role or "",
            scope=scope_of(role.body if role else ANY_BODY, variables),
            form=element.form,
            document=element.document,
            signature=element.signature,
            four_eyes_with=element.four_eyes_with,
            deadline=element.deadline,
            visit=task.visit,
            state=WorkItemState.RESERVED if assignee else WorkItemState.READY,
            assignee=assignee,
            data=variables,
            created_at=self.now,
            claimed_at=self.now if assignee else None,
            due_at=deadline.computed.due_at if deadline else None,
            named=assignee is not None,
            priority=self._priority(task, element),
        )
        return item, deadline

    def call(self, task: WaitingService) -> ServiceCall:
        """A service task as a call for its handler; raises ExecutionFailed when it names none."""
        handler = self.element(task).handler
        if handler is None:
            raise ExecutionFailed(task.element, "the service task names no handler")
        definition = self.definitions[task.process]
        return ServiceCall(
            instance_id=self.instance_id,
            task_id=task.task_id,
            definition_key=definition.key,
            definition_version=definition.version,
            element_id=task.element,
            handler=handler,
            visit=task.visit,
            variables=copied(task.variables),
        )

    def _deadline(self, task: HumanTask, element: ElementDefinition) -> OpenedDeadline | None:
        if element.deadline is None:
            return None
        running = self.interpreter.deadline(task.task_id, element.deadline)
        return OpenedDeadline(
            name=element.deadline,
            definition_key=key_of(task.process),
            element_id=task.element,
            work_item_id=task.task_id,
            law=running.definition.law,
            computed=running.computed,
            start_event=running.start_event or task.element,
        )

    def _priority(self, task: HumanTask, element: ElementDefinition) -> int:
        written = element.priority or Priority.NORMAL.name
        word = str(
            written if written.upper() in Priority.__members__ else self.interpreter.evaluate(task.task_id, written)
        )
        if word.upper() not in Priority.__members__:
            raise ExecutionFailed(
                task.element, f"the priority {written!r} gives {word!r}, not low, normal, high or urgent"
            )
        return int(Priority[word.upper()])

    def _assignee(self, task: HumanTask, element: ElementDefinition) -> str | None:
        if element.assignee is None:
            return None
        person = self.interpreter.evaluate(task.task_id, element.assignee)
        return str(person) if person else None


def timer_rows(case: Case, after: Standing) -> tuple[list[UUID], list[dict[str, Any]]]:
    """Timers that went or moved, and rows of those that are new or moved."""
    before = case.before.timers
    gone = [ident for ident, timer in before.items() if after.timers.get(ident) != timer]
    new = [
        {
            "id": ident,
            "instance_id": case.instance_id,
            "element_id": timer.element,
            "definition_key": key_of(timer.process),
            "due_at": timer.due_at,
        }
        for ident, timer in after.timers.items()
        if before.get(ident) != timer
    ]
    return gone, new


def wait_rows(case: Case, after: Standing) -> tuple[list[UUID], list[dict[str, Any]]]:
    """Waits for messages and signals that went or changed, and rows of those that are new or changed."""
    if not (after.messages or after.signals or case.before.messages or case.before.signals):
        return [], []
    was, now = _waits(case, case.before), _waits(case, after)
    gone = [ident for ident, row in was.items() if now.get(ident) != row]
    return gone, [{**row, "since": case.now} for ident, row in now.items() if was.get(ident) != row]


def _waits(case: Case, at: Standing) -> dict[UUID, dict[str, Any]]:
    """A row for each signal, and for each message and filled key of its conversation, or for no key."""
    rows = [_wait(case, signal, ThrownKind.SIGNAL, signal.signal, None) for signal in at.signals]
    for wait in at.messages:
        filled: list[str | None] = [digest_key(key, values) for key, values in wait.expected.items()]
        rows += [_wait(case, wait, ThrownKind.MESSAGE, wait.message, digest) for digest in filled or [None]]
    return {row["id"]: row for row in rows}


def _wait(case: Case, token: Token, kind: ThrownKind, name: str, correlation: str | None) -> dict[str, Any]:
    definition = case.definitions[token.process]
    return {
        "id": uuid5(NAMESPACE_OID, f"{token.task_id}/{kind}/{name}/{correlation}"),
        "instance_id": case.instance_id,
        "definition_key": definition.key,
        "definition_sha256": definition.sha256,
        "element_id": token.element,
        "kind": kind.value,
        "message": name,
        "correlation": correlation,
    }


def completions(
    passed: list[CompletedElement], work_item: UUID | None, actor: str | None, accepted: Mapping[str, Any]
) -> Iterator[Happening]:
    """The elements that completed, as events; the person's own carries who, and what became of the variables."""
    for element in passed:
        own = work_item is not None and element.task_id == work_item
        payload: dict[str, Any] = {"kind": element.kind, "visit": element.visit}
        if own:
            payload |= {"work_item": str(work_item), "variables": dict(accepted)}
        yield Happening(
            event=EventKind.ELEMENT_COMPLETED,
            definition_key=key_of(element.process),
            element_id=element.element,
            actor=actor if own else None,
            payload=payload,
        )
