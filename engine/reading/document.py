"""A BPMN file as the linter and the package reader look at it: nodes, flows, lanes and the diagram, indexed once."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.reading.markup import (
    BPMN,
    BPMNDI,
    KARGUZAR,
    attribute,
    bpmn_children,
    invalid,
    is_bpmn,
    local,
    parse_xml,
    text_of,
)

TASKS = frozenset(
    {"task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask"}
)
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
THROWING = frozenset({"endEvent", "intermediateThrowEvent"})
EVENTS = CATCHING | THROWING
NODES = ACTIVITIES | GATEWAYS | EVENTS
LANE_PREFIX = "lane_"
MAX_ELEMENTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    condition: str | None
    container: str
    element: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event definition of an event: `timerEventDefinition` and so on, resolved when it is a reference."""

    kind: str
    element: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A flow node with everything a rule asks about."""

    id: str
    kind: str
    name: str
    process: str
    container: str
    """the process or subprocess it lies in"""
    lane: str | None
    """id of its innermost lane; a node in a subprocess has the subprocess's"""
    element: Any
    task: Mapping[str, str]
    """the attributes of its karguzar:task"""
    triggers: tuple[Trigger, ...]
    incoming: tuple[Flow, ...]
    outgoing: tuple[Flow, ...]

    @property
    def attached_to(self) -> str | None:
        """Of a boundary event: its activity."""
        return attribute(self.element, "attachedToRef")

    @property
    def default(self) -> str | None:
        """Of a gateway or activity: the id of its default flow."""
        return attribute(self.element, "default")

    @property
    def event_subprocess(self) -> bool:
        """Whether it is a subprocess that an event starts."""
        return self.kind == "subProcess" and attribute(self.element, "triggeredByEvent") == "true"

    @property
    def role(self) -> str | None:
        """The role of its lane."""
        return self.lane.removeprefix(LANE_PREFIX) if self.lane and self.lane.startswith(LANE_PREFIX) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessModel:
    """One process of the file."""

    id: str
    name: str
    executable: bool
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    lanes: Mapping[str, Any]
    contained: Mapping[str, list[Node]]
    """process or subprocess → the nodes that lie directly in it"""
    element: Any

    def inside(self, container: str) -> list[Node]:
        """The nodes that lie directly in the process or in one of its subprocesses."""
        return self.contained.get(container, [])

    @property
    def containers(self) -> list[str]:
        """The process itself and its subprocesses."""
        return [self.id, *(node.id for node in self.nodes.values() if node.kind in SUBPROCESSES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BpmnDocument:
    """The whole file."""

    file: str
    root: Any
    processes: Mapping[str, ProcessModel]
    ids: Mapping[str, Any]
    """every element with an id, the first of each"""
    doubles: tuple[str, ...]
    """ids given more than once"""
    shapes: Mapping[str, Any]
    """bpmnElement → BPMNShape"""
    edges: Mapping[str, Any]
    """bpmnElement → BPMNEdge"""

    @property
    def executable(self) -> list[ProcessModel]:
        """Its executable processes; the first one when none says so."""
        marked = [process for process in self.processes.values() if process.executable]
        return marked or list(self.processes.values())[:1]

    def nodes(self) -> Iterator[Node]:
        """The flow nodes of every process."""
        for process in self.processes.values():
            yield from process.nodes.values()

    def declared(self, kind: str, reference: str | None) -> Any | None:
        """The root element (message, signal, error, escalation …) of that kind a QName refers to."""
        found = self.ids.get(unprefixed(reference)) if reference else None
        return found if found is not None and local(found) == kind else None


def unprefixed(reference: str) -> str:
    """A QName's local part: references inside a file often carry its target namespace's prefix."""
    return reference.rsplit(":", 1)[-1].strip()


def read_document(data: bytes, file: str) -> BpmnDocument:
    """Parse and index a BPMN file; PackageInvalid when it is not XML that may be read."""
    root = parse_xml(data, file)
    counts = Counter[str]()
    ids: dict[str, Any] = {}
    for element in root.iter():
        identifier = element.get("id")
        if identifier is not None and is_bpmn(element):
            counts[identifier] += 1
            ids.setdefault(identifier, element)
    if counts.total() > MAX_ELEMENTS:
        raise invalid(file, "model-size", f"the model has more than {MAX_ELEMENTS:,} elements; split the process")
    processes = [_process(element, ids) for element in bpmn_children(root, "process")]
    return BpmnDocument(
        file=file,
        root=root,
        processes={process.id: process for process in processes},
        ids=ids,
        doubles=tuple(identifier for identifier, count in counts.items() if count > 1),
        shapes=_drawn(root, "BPMNShape"),
        edges=_drawn(root, "BPMNEdge"),
    )


def _drawn(root: etree._Element, name: str) -> dict[str, Any]:
    return {unprefixed(shape.get("bpmnElement", "")): shape for shape in root.iter(f"{{{BPMNDI}}}{name}")}


def identifier_of(element: etree._Element) -> str:
    """Its id, or a stand-in that tells where it is."""
    return element.get("id") or f"{local(element)}@line{element.sourceline}"


def nearest_id(element: etree._Element) -> str:
    """The id of the element, or of the nearest one around it that has one; a stand-in when none has."""
    around = [element, *element.iterancestors(f"{{{BPMN}}}*")]
    return next((str(one.get("id")) for one in around if one.get("id")), identifier_of(element))


@dataclass(slots=True)
class _Found:
    """What a walk over a process collects."""

    ids: Mapping[str, Any]
    lane_of: Mapping[str, str]
    flows: dict[str, Flow] = field(default_factory=dict)
    elements: list[tuple[etree._Element, str, str | None]] = field(default_factory=list)
    """flow node, container, lane"""
    incoming: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    outgoing: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))


def _process(element: etree._Element, ids: Mapping[str, Any]) -> ProcessModel:
    identifier = identifier_of(element)
    lanes = {identifier_of(lane): lane for lane in element.iter(f"{{{BPMN}}}lane")}
    lane_of = {unprefixed(reference): lane_id for lane_id, lane in lanes.items() for reference in _references(lane)}
    found = _Found(ids, lane_of)
    _walk(element, identifier, found)
    nodes: dict[str, Node] = {}
    contained: dict[str, list[Node]] = defaultdict(list)
    for child, container, lane in found.elements:
        node = _node(child, identifier, found, container, lane)
        if node.id not in nodes:
            nodes[node.id] = node
            contained[container].append(node)
    return ProcessModel(
        id=identifier,
        name=element.get("name", ""),
        executable=element.get("isExecutable") == "true",
        nodes=nodes,
        flows=found.flows,
        lanes=lanes,
        contained=contained,
        element=element,
    )


def _walk(process: etree._Element, identifier: str, found: _Found) -> None:
    pending: list[tuple[etree._Element, str, str | None]] = [(process, identifier, None)]
    while pending:
        container, container_id, container_lane = pending.pop()
        for child in bpmn_children(container):
            if local(child) == "sequenceFlow":
                _note_flow(_flow(child, container_id), found)
            elif local(child) in NODES:
                lane = found.lane_of.get(identifier_of(child), container_lane)
                found.elements.append((child, container_id, lane))
                if local(child) in SUBPROCESSES:
                    pending.append((child, identifier_of(child), lane))


def _note_flow(flow: Flow, found: _Found) -> None:
    if flow.id not in found.flows:
        found.flows[flow.id] = flow
        found.outgoing[flow.source].append(flow)
        found.incoming[flow.target].append(flow)


def _references(lane: etree._Element) -> list[str]:
    return [reference for child in bpmn_children(lane, "flowNodeRef") if (reference := text_of(child))]


def _flow(element: etree._Element, container: str) -> Flow:
    conditions = bpmn_children(element, "conditionExpression")
    return Flow(
        id=identifier_of(element),
        source=unprefixed(element.get("sourceRef", "")),
        target=unprefixed(element.get("targetRef", "")),
        condition=(text_of(conditions[0]) or "") if conditions else None,
        container=container,
        element=element,
    )


def _node(element: etree._Element, process: str, found: _Found, container: str, lane: str | None) -> Node:
    identifier = identifier_of(element)
    return Node(
        id=identifier,
        kind=local(element),
        name=element.get("name", ""),
        process=process,
        container=container,
        lane=lane,
        element=element,
        task=_task(element),
        triggers=tuple(_triggers(element, found.ids)),
        incoming=tuple(found.incoming.get(identifier, ())),
        outgoing=tuple(found.outgoing.get(identifier, ())),
    )


def _task(element: etree._Element) -> dict[str, str]:
    for extensions in bpmn_children(element, "extensionElements"):
        for task in extensions.iterchildren(f"{{{KARGUZAR}}}task"):
            return {str(key): str(value) for key, value in task.attrib.items()}
    return {}


def _triggers(element: etree._Element, ids: Mapping[str, Any]) -> Iterator[Trigger]:
    for child in bpmn_children(element):
        name = local(child)
        if name == "eventDefinitionRef":
            found = ids.get(unprefixed(text_of(child) or ""))
            yield Trigger(kind=local(found) if found is not None else "unknownEventDefinition", element=found)
        elif name.endswith("EventDefinition"):
            yield Trigger(kind=name, element=child)
