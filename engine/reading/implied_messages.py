"""Messages of send and receive tasks that name none (BPMN 2.0.2, 10.3.3: the messageRef of a task may be left out).

Such a task sends or receives what its operation or its message flow carries. If neither says what, the message is the
sender's own: both ends of a message flow then know it by the sender's id, and nobody else does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.reading.markup import BPMN, bpmn_children, text_of

TASKS = ("sendTask", "receiveTask")


@dataclass(slots=True)
class _Flows:
    """The document's message flows, by their ends."""

    ids: Mapping[str, Any]
    out: dict[str, list[Any]] = field(default_factory=dict)
    into: dict[str, list[Any]] = field(default_factory=dict)


def implied_messages(root: Any) -> dict[str, str]:
    """Id of a send or receive task without messageRef → id of the message it means, declared or not."""
    tasks = [task for kind in TASKS for task in root.iter(f"{{{BPMN}}}{kind}") if task.get("messageRef") is None]
    if not tasks:
        return {}
    flows = _Flows({one.get("id"): one for one in root.iter(f"{{{BPMN}}}*") if one.get("id")})
    for flow in root.iter(f"{{{BPMN}}}messageFlow"):
        flows.out.setdefault(_name(flow.get("sourceRef")), []).append(flow)
        flows.into.setdefault(_name(flow.get("targetRef")), []).append(flow)
    return {task.get("id"): _meant(task, flows) for task in tasks if task.get("id")}


def _meant(task: Any, flows: _Flows) -> str:
    ident = task.get("id")
    sends = task.tag == f"{{{BPMN}}}sendTask"
    own = flows.out.get(ident, []) if sends else flows.into.get(ident, [])
    said = [*_of_operation(task, flows), *_carried(own)]
    if said:
        return said[0]
    if sends:
        named = (name for flow in own for name in _named(flows.ids.get(_name(flow.get("targetRef")))))
        return next(named, ident)
    for flow in own:
        sender = flows.ids.get(_name(flow.get("sourceRef")))
        if sender is not None and sender.tag == f"{{{BPMN}}}sendTask" and sender.get("messageRef") is None:
            return _meant(sender, flows)
        for name in _named(sender):
            return name
    return str(ident)


def _of_operation(task: Any, flows: _Flows) -> Iterator[str]:
    operation = flows.ids.get(_name(task.get("operationRef")))
    for child in bpmn_children(operation, "inMessageRef") if operation is not None else ():
        yield _name(text_of(child))


def _carried(flows: list[Any]) -> Iterator[str]:
    yield from (_name(flow.get("messageRef")) for flow in flows if flow.get("messageRef"))


def _named(node: Any) -> Iterator[str]:
    """The messages a task or event names itself."""
    if node is not None:
        named = [node, *bpmn_children(node, "messageEventDefinition")]
        yield from (_name(one.get("messageRef")) for one in named if one.get("messageRef"))


def _name(reference: str | None) -> str:
    """A QName's local part."""
    return (reference or "").rsplit(":", 1)[-1].strip()
