"""Rules over sequence flows as they are written: conditions, the lists of flows."""

from collections.abc import Iterator

from engine.findings import Severity
from engine.reading.document import ACTIVITIES, BpmnDocument, Flow, Node, ProcessModel, nearest_id, unprefixed
from engine.reading.markup import BPMN, bpmn_children, local, text_of
from engine.rules.registry import Found, bpmn_rule

_LINK_WAYS = {"intermediateCatchEvent": "incoming", "intermediateThrowEvent": "outgoing"}
"""the flow that a link event stands in for"""
_VERBS = {"incoming": "ends at", "outgoing": "begins at"}
EXPRESSIONS = ("loopCondition", "loopCardinality", "completionCondition", "activationCondition",
               "messagePath", "dataPath", "from", "to", "transformation", "resourceAssignmentExpression")  # fmt: skip


@bpmn_rule("conditional-flow-only", "BPMN 2.0.2, 8.4.13 Sequence Flow")
def conditional_flow_only(document: BpmnDocument) -> Iterator[Found]:
    """A conditional flow out of an activity has another flow beside it, or the case would stand still."""
    for node in document.nodes():
        if node.kind in ACTIVITIES and len(node.outgoing) == 1 and node.outgoing[0].condition is not None:
            flow = node.outgoing[0]
            yield Found(flow.id, f"it is the only flow out of {node.id!r} and has a condition: add another flow")


@bpmn_rule("empty-expression", "BPMN 2.0.2, 8.4.6 Expressions")
def empty_expression(document: BpmnDocument) -> Iterator[Found]:
    """Where an expression stands, it says something."""
    for element in document.root.iter(*(f"{{{BPMN}}}{name}" for name in EXPRESSIONS)):
        if text_of(element) is None:
            owner = element.getparent()
            yield Found(nearest_id(owner), f"its {local(element)} is empty: write the expression or remove it")


@bpmn_rule("flow-immediate", "BPMN 2.0.2, 8.4.13 Sequence Flow")
def flow_immediate(document: BpmnDocument) -> Iterator[Found]:
    """In an executable process nothing happens between the two ends of a flow: isImmediate is not false."""
    for process in (one for one in document.processes.values() if one.executable):
        for flow in process.flows.values():
            if flow.element.get("isImmediate") in {"false", "0"}:
                yield Found(flow.id, "isImmediate must not be false in an executable process: remove it")


@bpmn_rule("flow-lists", "BPMN 2.0.2, 8.4.5 Flow Node")
def flow_lists(document: BpmnDocument) -> Iterator[Found]:
    """A node's incoming and outgoing elements name flows that end and begin at it."""
    for _, node, name, listed, real in _lists(document):
        for one in sorted(listed - real):
            yield Found(node.id, f"it lists {name} {one!r}, but no such flow {_VERBS[name]} {node.id!r}: mend the list")


@bpmn_rule("flow-lists-whole", "BPMN 2.0.2, 8.4.5 Flow Node", Severity.WARNING)
def flow_lists_whole(document: BpmnDocument) -> Iterator[Found]:
    """A node that lists its flows lists all of them."""
    for _, node, name, listed, real in _lists(document):
        for one in sorted(real - listed) if listed else ():
            yield Found(node.id, f"it does not list its {name} flow {one!r}")


def _lists(document: BpmnDocument) -> Iterator[tuple[ProcessModel, Node, str, set[str], set[str]]]:
    for process in document.processes.values():
        for node in process.nodes.values():
            pairs: tuple[tuple[str, tuple[Flow, ...]], ...] = (("incoming", node.incoming), ("outgoing", node.outgoing))
            for name, flows in pairs:
                listed = {unprefixed(text_of(one) or "") for one in bpmn_children(node.element, name)}
                yield process, node, name, listed, {flow.id for flow in flows}


@bpmn_rule("event-flow", "BPMN 2.0.2, 10.5.4 Intermediate Event, Sequence Flow Connections")
def event_flow(document: BpmnDocument) -> Iterator[Found]:
    """An intermediate event stands between flows; only links begin or end without one."""
    for process in document.processes.values():
        for node in process.nodes.values():
            around = process.nodes.get(node.container)
            if node.kind not in _LINK_WAYS or (around is not None and around.kind == "adHocSubProcess"):
                continue
            link = any(trigger.kind == "linkEventDefinition" for trigger in node.triggers)
            for name, flows in (("incoming", node.incoming), ("outgoing", node.outgoing)):
                if not flows and not (link and name == _LINK_WAYS[node.kind]):
                    yield Found(node.id, f"the {node.kind} has no {name} sequence flow: connect it")
