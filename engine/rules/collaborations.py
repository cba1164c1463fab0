"""Rules over pools, message flows and lanes, and over choreographies and conversations, which are not run."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from engine.findings import Severity
from engine.reading.document import EVENTS, BpmnDocument, Node, identifier_of, unprefixed
from engine.reading.markup import BPMN, bpmn_children, local, text_of
from engine.rules.registry import Found, bpmn_rule

CHOREOGRAPHY = ("choreography", "globalChoreographyTask", "globalConversation", "choreographyTask", "subChoreography",
                "callChoreography")  # fmt: skip
CONVERSATION = ("conversation", "subConversation", "callConversation", "conversationLink")
NEVER_SENDS: Mapping[str, str] = {
    "startEvent": "a start event",
    "intermediateCatchEvent": "a catching event",
    "boundaryEvent": "a boundary event",
}
NEVER_RECEIVES: Mapping[str, str] = {"endEvent": "an end event", "intermediateThrowEvent": "a throwing event"}
INTEGER_LENGTH = 12


def _elements(document: BpmnDocument, *names: str) -> Iterator[Any]:
    yield from document.root.iter(*(f"{{{BPMN}}}{name}" for name in names))


@bpmn_rule("message-flow-pools", "BPMN 2.0.2, 9.4 Message Flow and 7.6.2 Connection Rules")
def message_flow_pools(document: BpmnDocument) -> Iterator[Found]:
    """A message flow joins two pools, or nodes in two pools, never two ends of the same one."""
    nodes = {node.id: node for node in document.nodes()}
    pools = {
        unprefixed(one.get("processRef", "")): identifier_of(one) for one in _elements(document, "participant")
    }  # fmt: skip
    for flow in _elements(document, "messageFlow"):
        ends = [unprefixed(flow.get(name, "")) for name in ("sourceRef", "targetRef")]
        places = [pools.get(nodes[end].process, nodes[end].process) if end in nodes else end for end in ends]
        if places[0] == places[1]:
            message = f"the message flow from {ends[0]!r} to {ends[1]!r} stays within the pool {places[0]!r}"
            yield Found(identifier_of(flow), f"{message}: use a sequence flow there")


@bpmn_rule("message-flow-ends", "BPMN 2.0.2, 7.6.2 Message Flow Connection Rules")
def message_flow_ends(document: BpmnDocument) -> Iterator[Found]:
    """Messages leave activities and throwing message events, and arrive at activities and catching message events."""
    nodes = {node.id: node for node in document.nodes()}
    for flow in _elements(document, "messageFlow"):
        for name, never, verb in (("sourceRef", NEVER_SENDS, "send"), ("targetRef", NEVER_RECEIVES, "receive")):
            node = nodes.get(unprefixed(flow.get(name, "")))
            fault = _end_fault(node, never, verb) if node is not None else None
            if fault:
                yield Found(identifier_of(flow), fault)


def _end_fault(node: Node, never: Mapping[str, str], verb: str) -> str | None:
    if node.kind in never:
        return f"{never[node.kind]} cannot {verb} a message: connect the message flow elsewhere than {node.id!r}"
    if node.kind not in EVENTS or any(trigger.kind == "messageEventDefinition" for trigger in node.triggers):
        return None
    return f"{node.id!r} cannot {verb} a message: give the {node.kind} a messageEventDefinition"


@bpmn_rule("message-flow-message", "BPMN 2.0.2, 9.4 Message Flow")
def message_flow_message(document: BpmnDocument) -> Iterator[Found]:
    """The message of a message flow is the one its ends send and receive."""
    nodes = {node.id: node for node in document.nodes()}
    for flow in _elements(document, "messageFlow"):
        carried = unprefixed(flow.get("messageRef", ""))
        for name in ("sourceRef", "targetRef"):
            node = nodes.get(unprefixed(flow.get(name, "")))
            messages = _messages(node) if node is not None else frozenset[str]()
            if node is not None and carried and messages and carried not in messages:
                told = ", ".join(sorted(messages))
                yield Found(identifier_of(flow), f"it carries {carried!r}, but {name} {node.id!r} knows {told}")


def _messages(node: Node) -> frozenset[str]:
    """The messages a task or event names."""
    named = [node.element.get("messageRef")] if node.kind in {"sendTask", "receiveTask"} else []
    named += [trigger.element.get("messageRef") for trigger in node.triggers if trigger.element is not None]
    return frozenset(unprefixed(name) for name in named if name)


@bpmn_rule("participant-multiplicity", "BPMN 2.0.2, 9.3.2 Participant Multiplicity")
def participant_multiplicity(document: BpmnDocument) -> Iterator[Found]:
    """At least 0, at most 1 or more, and at most no less than at least."""
    for one in _elements(document, "participantMultiplicity"):
        least, most = (_number(one.get(name), default) for name, default in (("minimum", 0), ("maximum", 1)))
        stated = one.get("maximum") is not None
        if least < 0 or most < 1 or (most < least and (stated or least > 1)):
            owner = identifier_of(one.getparent())
            yield Found(owner, f"minimum {least} and maximum {most} do not fit: 0 ≤ minimum ≤ maximum, maximum ≥ 1")


def _number(text: str | None, default: int) -> int:
    """A whole number; what is none is told by the schema's rule."""
    text = (text or "").strip()[:INTEGER_LENGTH]
    return int(text) if text.lstrip("+-").isdecimal() and text.lstrip("+-").isascii() else default


@bpmn_rule("one-pool", "BPMN 2.0.2, 9.3 Pool and Participant")
def one_pool(document: BpmnDocument) -> Iterator[Found]:
    """A process is the inside of one pool."""
    owners: dict[str, str] = {}
    for one in _elements(document, "participant"):
        process = unprefixed(one.get("processRef", ""))
        if process and owners.setdefault(process, identifier_of(one)) != identifier_of(one):
            yield Found(identifier_of(one), f"the process {process!r} is already inside the pool {owners[process]!r}")


@bpmn_rule("lane-once", "BPMN 2.0.2, 10.8 Lanes")
def lane_once(document: BpmnDocument) -> Iterator[Found]:
    """Within one lane set a flow node lies in one lane."""
    for lanes in _elements(document, "laneSet"):
        owners: dict[str, str] = {}
        for lane in bpmn_children(lanes, "lane"):
            for name in sorted({unprefixed(text_of(one) or "") for one in lane.iter(f"{{{BPMN}}}flowNodeRef")}):
                if owners.setdefault(name, identifier_of(lane)) != identifier_of(lane):
                    message = f"{name!r} lies in two lanes, {owners[name]!r} and {identifier_of(lane)!r}: choose one"
                    yield Found(name, message)


@bpmn_rule("lane-listed-once", "BPMN 2.0.2, 10.8 Lanes", Severity.WARNING)
def lane_listed_once(document: BpmnDocument) -> Iterator[Found]:
    """A lane lists each of its flow nodes once."""
    for lane in _elements(document, "lane"):
        counts = Counter(text_of(one) for one in bpmn_children(lane, "flowNodeRef"))
        for name, count in counts.items():
            if name and count > 1:
                yield Found(identifier_of(lane), f"the lane lists {name!r} {count} times")


@bpmn_rule("choreography", "BPMN 2.0.2, 2.1 Process Execution Conformance")
def choreography(document: BpmnDocument) -> Iterator[Found]:
    """Choreographies describe what no process runs: model what each participant does."""
    for element in _elements(document, *CHOREOGRAPHY):
        yield Found(identifier_of(element), f"a {local(element)} is not run: model what each participant does")


@bpmn_rule("conversation", "BPMN 2.0.2, 2.1 Process Execution Conformance", Severity.WARNING)
def conversation(document: BpmnDocument) -> Iterator[Found]:
    """Conversations are drawn for people; nothing of them is run."""
    for element in _elements(document, *CONVERSATION):
        yield Found(identifier_of(element), f"a {local(element)} means nothing when the processes run")
