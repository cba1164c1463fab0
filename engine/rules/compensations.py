"""Rules over compensation: who undoes what, and who may ask for it."""

from collections import Counter
from collections.abc import Iterator

from engine.reading.document import ACTIVITIES, BpmnDocument, Node, ProcessModel, unprefixed
from engine.reading.markup import BPMN, bpmn_children
from engine.rules.registry import Found, bpmn_rule

REPEATED = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
CLAUSE = "BPMN 2.0.2, 10.7 Compensation"


def for_compensation(node: Node) -> bool:
    """Whether the activity is a compensation handler."""
    return node.element.get("isForCompensation") in {"true", "1"}


def _compensates(node: Node) -> bool:
    return any(trigger.kind == "compensateEventDefinition" for trigger in node.triggers)


def _partners(document: BpmnDocument) -> dict[str, list[str]]:
    """Each element and what associations join it with."""
    partners: dict[str, list[str]] = {}
    for association in document.root.iter(f"{{{BPMN}}}association"):
        source, target = (unprefixed(association.get(name, "")) for name in ("sourceRef", "targetRef"))
        partners.setdefault(source, []).append(target)
        partners.setdefault(target, []).append(source)
    return partners


@bpmn_rule("compensation-boundary", CLAUSE)
def compensation_boundary(document: BpmnDocument) -> Iterator[Found]:
    """A compensation boundary event is joined by one association to one handler; no sequence flow leaves it."""
    partners = _partners(document)
    for process in document.processes.values():
        for node in process.nodes.values():
            if node.kind != "boundaryEvent" or not _compensates(node):
                continue
            if node.outgoing:
                yield Found(node.id, f"no sequence flow leaves a compensation event: remove {node.outgoing[0].id!r}")
            joined = [process.nodes[name] for name in partners.get(node.id, ()) if name in process.nodes]
            activities = [one for one in joined if one.kind in ACTIVITIES]
            if len(activities) != 1:
                yield Found(node.id, "join it by one association to the activity that undoes: isForCompensation=true")
            elif not for_compensation(activities[0]):
                yield Found(node.id, f"the activity {activities[0].id!r} it is joined to needs isForCompensation=true")


@bpmn_rule("compensation-handler", CLAUSE)
def compensation_handler(document: BpmnDocument) -> Iterator[Found]:
    """A compensation handler has no sequence flow, and a compensation boundary event leads to it."""
    partners = _partners(document)
    for process in document.processes.values():
        for node in process.nodes.values():
            if not for_compensation(node) or node.event_subprocess:
                continue
            for flow in [*node.incoming, *node.outgoing]:
                yield Found(node.id, f"a compensation handler has no sequence flow: remove {flow.id!r}")
            joined = [process.nodes[name] for name in partners.get(node.id, ()) if name in process.nodes]
            if not any(one.kind == "boundaryEvent" and _compensates(one) for one in joined):
                yield Found(
                    node.id, "no compensation boundary event is joined to it by an association: nothing asks it"
                )


@bpmn_rule("compensation-once", CLAUSE)
def compensation_once(document: BpmnDocument) -> Iterator[Found]:
    """An activity has one compensation boundary event at most."""
    for process in document.processes.values():
        events = [node for node in process.nodes.values() if node.kind == "boundaryEvent" and _compensates(node)]
        counts = Counter(node.attached_to for node in events)
        for node in events:
            if counts[node.attached_to] > 1:
                yield Found(node.id, f"the activity {node.attached_to!r} has several compensation events: keep one")


@bpmn_rule("compensation-target", CLAUSE)
def compensation_target(document: BpmnDocument) -> Iterator[Found]:
    """A throwing compensation event names an activity of its own level, or of the one around its event subprocess."""
    for process in document.processes.values():
        for node in process.nodes.values():
            for trigger in node.triggers if node.kind in {"endEvent", "intermediateThrowEvent"} else ():
                named = trigger.element.get("activityRef") if trigger.kind == "compensateEventDefinition" else None
                activity = process.nodes.get(unprefixed(named)) if named else None
                if named and activity is None:
                    yield Found(node.id, f"activityRef {named!r} is no activity of this process")
                elif activity is not None and activity.container not in _visible(process, node):
                    yield Found(node.id, f"the activity {activity.id!r} lies on another level: it cannot be seen here")


def _visible(process: ProcessModel, node: Node) -> set[str]:
    """The node's own level, and those around it as long as it lies in an event subprocess or a handler."""
    levels = {node.container}
    around = process.nodes.get(node.container)
    while around is not None:
        if around.event_subprocess or for_compensation(around):
            levels.add(around.container)
        around = process.nodes.get(around.container)
    return levels


@bpmn_rule("compensation-subprocess", CLAUSE)
def compensation_subprocess(document: BpmnDocument) -> Iterator[Found]:
    """A level has one compensation event subprocess at most."""
    for process in document.processes.values():
        for container in process.containers:
            inside = [node for node in process.inside(container) if node.event_subprocess]
            undoing = [node for node in inside if any(map(_compensates, _starts(process, node)))]
            for node in undoing[1:]:
                yield Found(node.id, f"{container!r} has another compensation event subprocess: make them one")


def _starts(process: ProcessModel, node: Node) -> list[Node]:
    return [one for one in process.inside(node.id) if one.kind == "startEvent"]


@bpmn_rule("transaction-cancel", "BPMN 2.0.2, 10.3.5 Transaction")
def transaction_cancel(document: BpmnDocument) -> Iterator[Found]:
    """A transaction has one cancel event on its border at most; one that is repeated and can be cancelled has one."""
    for process in document.processes.values():
        for node in process.nodes.values():
            if node.kind != "transaction":
                continue
            border = [one for one in process.nodes.values() if one.attached_to == node.id and _cancels(one)]
            if len(border) > 1:
                yield Found(border[1].id, "a transaction is cancelled once: keep one cancel event on its border")
            ends = any(one.kind == "endEvent" and _cancels(one) for one in _within(process, node.id))
            if ends and not border and bpmn_children(node.element, *REPEATED):
                yield Found(node.id, "one of its instances may be cancelled: say what of the others by a cancel event")


def _cancels(node: Node) -> bool:
    return any(trigger.kind == "cancelEventDefinition" for trigger in node.triggers)


def _within(process: ProcessModel, container: str) -> Iterator[Node]:
    """The nodes of a subprocess at any depth, those of other transactions apart."""
    todo = [container]
    while todo:
        for node in process.inside(todo.pop()):
            yield node
            if node.kind != "transaction":
                todo.append(node.id)
