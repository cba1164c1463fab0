"""Rules over nodes and sequence flows: what hangs loose, what cannot be reached, what never ends."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from engine.findings import Severity
from engine.reading.document import BpmnDocument, Flow, Node, ProcessModel
from engine.rules.registry import Found, bpmn_rule


@bpmn_rule("executable-process", "BPMN 2.0.2, 10.2.1 isExecutable")
def executable_process(document: BpmnDocument) -> Iterator[Found]:
    """The file holds a process with isExecutable="true"."""
    if not document.processes:
        yield Found(None, "there is no process in the file")
    elif not any(process.executable for process in document.processes.values()):
        yield Found(next(iter(document.processes)), 'no process is executable: set isExecutable="true" on one')


@bpmn_rule("unique-id", "BPMN 2.0.2, 8.3.1 BaseElement")
def unique_id(document: BpmnDocument) -> Iterator[Found]:
    """Every id is given once."""
    for identifier in document.doubles:
        yield Found(identifier, f"the id {identifier!r} is given more than once: rename one")


@bpmn_rule("node-id", "BPMN 2.0.2, 8.3.1 BaseElement")
def node_id(document: BpmnDocument) -> Iterator[Found]:
    """Every process and flow node has an id; a sequence flow that nothing names may go without."""
    for process in document.processes.values():
        for identifier in [process.id, *process.nodes]:
            if "@line" in identifier:
                yield Found(identifier, "the element has no id: give it one")


@bpmn_rule("flow-ends", "BPMN 2.0.2, 8.4.13 Sequence Flow")
def flow_ends(document: BpmnDocument) -> Iterator[Found]:
    """A sequence flow connects two flow nodes of the same process."""
    for process in document.processes.values():
        for flow in process.flows.values():
            for end, node in (("source", flow.source), ("target", flow.target)):
                if node not in process.nodes:
                    yield Found(flow.id, f"its {end} {node!r} is no flow node of the process: connect the flow anew")


@bpmn_rule("flow-borders", "BPMN 2.0.2, 7.6.1 Sequence Flow Connection Rules")
def flow_borders(document: BpmnDocument) -> Iterator[Found]:
    """A sequence flow does not cross the border of a subprocess."""
    for process in document.processes.values():
        for flow in process.flows.values():
            ends = [process.nodes[name].container for name in (flow.source, flow.target) if name in process.nodes]
            if any(container != ends[0] for container in ends):
                yield Found(flow.id, "the flow crosses the border of a subprocess: end it inside, or use an event")


@bpmn_rule("flow-start-end", "BPMN 2.0.2, 7.6.1 Sequence Flow Connection Rules")
def flow_start_end(document: BpmnDocument) -> Iterator[Found]:
    """Nothing flows into a start or boundary event, nothing flows out of an end event."""
    for node in document.nodes():
        if node.kind in {"startEvent", "boundaryEvent"} and node.incoming:
            yield Found(node.id, f"a sequence flow leads into the {node.kind}: remove {node.incoming[0].id!r}")
        if node.kind == "endEvent" and node.outgoing:
            yield Found(node.id, f"a sequence flow leaves the end event: remove {node.outgoing[0].id!r}")


@bpmn_rule("start-event", "BPMN 2.0.2, 10.5.2 Start Event and 13.3.4 Sub-Process")
def start_event(document: BpmnDocument) -> Iterator[Found]:
    """A process or subprocess with end events begins at a start event; a subprocess has one without trigger at most.

    One with neither begins at all nodes that nothing leads to; a node that creates the instance is a beginning, too.
    """
    for process in document.executable:
        for container in process.containers:
            if _kind(process, container) == "adHocSubProcess":
                continue
            starts = [node for node in process.inside(container) if node.kind == "startEvent"]
            if not (starts or _implicit(process, container) or any(map(_creates, process.inside(container)))):
                yield Found(container, "there is no start event: add one where the token begins")
            plain = [node for node in starts if not node.triggers]
            if len(plain) > 1 and container in process.nodes:
                yield Found(plain[1].id, "a subprocess begins at one start event: split the token after it")


def _implicit(process: ProcessModel, container: str) -> bool:
    """Whether it has neither start nor end events, so that its beginnings and ends are implicit (10.5.2, 10.5.3)."""
    inside = process.inside(container)
    return bool(inside) and not any(node.kind in {"startEvent", "endEvent"} for node in inside)


def _creates(node: Node) -> bool:
    return node.element.get("instantiate") in {"true", "1"}


def _kind(process: ProcessModel, container: str) -> str:
    return process.nodes[container].kind if container in process.nodes else "process"


@bpmn_rule("reachable", "BPMN 2.0.2, 13.2 Process Instantiation")
def reachable(document: BpmnDocument) -> Iterator[Found]:
    """Every flow node can be reached by a token."""
    for process in document.executable:
        for container in process.containers:
            nodes = {node.id: node for node in process.inside(container)}
            implicit = _implicit(process, container)
            begin = [node.id for node in nodes.values() if _begins(node) or (implicit and _first(node))]
            if _kind(process, container) == "adHocSubProcess" or not begin:
                continue
            seen = _closure(begin, _next(nodes))
            for node in nodes.values():
                if node.id not in seen:
                    yield Found(node.id, "no token ever gets here: connect it or remove it")


def _begins(node: Node) -> bool:
    """Boundary events begin only once their activity does; see `_next`."""
    apart = node.event_subprocess or node.element.get("isForCompensation") == "true"
    return node.kind == "startEvent" or apart or _creates(node)


def _first(node: Node) -> bool:
    return not node.incoming and node.kind != "boundaryEvent"


def _next(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """Where a token may go from each node; an activity also leads to its boundary events, a link to its target."""
    following: dict[str, list[str]] = {
        node.id: [flow.target for flow in node.outgoing if flow.target in nodes] for node in nodes.values()
    }
    targets = {
        link: node.id for node in nodes.values() if node.kind == "intermediateCatchEvent" for link in _links(node)
    }
    for node in nodes.values():
        if node.kind == "boundaryEvent" and node.attached_to in following:
            following[node.attached_to].append(node.id)
        if node.kind == "intermediateThrowEvent":
            following[node.id].extend(targets[link] for link in _links(node) if link in targets)
    return following


def _links(node: Node) -> list[str]:
    return [
        trigger.element.get("name", "")
        for trigger in node.triggers
        if trigger.kind == "linkEventDefinition" and trigger.element is not None
    ]


def _closure(begin: Iterable[str], following: Mapping[str, Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    pending = list(begin)
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending.extend(following.get(name, ()))
    return seen


@bpmn_rule("explicit-end", "BPMN 2.0.2, 10.5.3 End Event")
def explicit_end(document: BpmnDocument) -> Iterator[Found]:
    """Every path ends in an end event; a node that just stops would leave the case open for ever."""
    for process in document.executable:
        for node in process.nodes.values():
            ends = _kind(process, node.container) == "adHocSubProcess" or _implicit(process, node.container)
            if not (node.outgoing or ends or _may_stop(node)):
                yield Found(node.id, "nothing follows: lead a sequence flow from it to an end event")


def _may_stop(node: Node) -> bool:
    return (
        node.kind in {"endEvent", "boundaryEvent"}
        or node.event_subprocess
        or node.element.get("isForCompensation") == "true"
        or any(trigger.kind in {"linkEventDefinition", "compensateEventDefinition"} for trigger in node.triggers)
    )


@bpmn_rule("end-reachable", "BPMN 2.0.2, 13.5.6 End Events")
def end_reachable(document: BpmnDocument) -> Iterator[Found]:
    """From every node some end can be reached: no circle without a way out."""
    for process in document.executable:
        for container in process.containers:
            nodes = {node.id: node for node in process.inside(container)}
            following = _next(nodes)
            before: dict[str, list[str]] = defaultdict(list)
            for name, targets in following.items():
                for target in targets:
                    before[target].append(name)
            ending = _closure([name for name, targets in following.items() if not targets], before)
            for name in nodes:
                if name not in ending:
                    yield Found(name, "no end can be reached from here: lead a flow out of the circle")


@bpmn_rule("lane-nodes", "BPMN 2.0.2, 10.8 Lanes")
def lane_nodes(document: BpmnDocument) -> Iterator[Found]:
    """A lane refers to flow nodes of its process."""
    for process in document.processes.values():
        for lane_id, lane in process.lanes.items():
            for reference in lane.iterchildren("{*}flowNodeRef"):
                name = (reference.text or "").strip().rsplit(":", 1)[-1]
                if name not in process.nodes:
                    yield Found(lane_id, f"the lane refers to {name!r}, which is no flow node of the process")


def _conditions(document: BpmnDocument) -> Iterator[tuple[Node, list[Flow]]]:
    """Activities and events of which a flow has a condition, with those flows."""
    for process in document.executable:
        for node in process.nodes.values():
            asked = [flow for flow in node.outgoing if flow.condition is not None]
            if asked and not node.kind.endswith("Gateway"):
                yield node, asked


@bpmn_rule("conditional-flow", "BPMN 2.0.2, 10.5.2 Start Event and 13.3.1 Sequence Flow Considerations")
def conditional_flow(document: BpmnDocument) -> Iterator[Found]:
    """A condition on a flow out of an activity or event is written out; a start event's flows have none."""
    for node, asked in _conditions(document):
        for flow in asked:
            if node.kind == "startEvent":
                yield Found(flow.id, "a flow out of a start event has no condition: put a gateway after the event")
            elif not flow.condition and flow.id != node.default:
                yield Found(flow.id, "its condition is empty: write it out or remove it")


@bpmn_rule("conditional-flow-alone", "BPMN 2.0.2, 13.3.1 Sequence Flow Considerations", Severity.WARNING)
def conditional_flow_alone(document: BpmnDocument) -> Iterator[Found]:
    """Where flows out of an activity or event have conditions, another one is taken should none of them hold."""
    for node, asked in _conditions(document):
        if len(node.outgoing) == len(asked):
            yield Found(node.id, "where no condition holds the case fails: add a default flow")


@bpmn_rule("subprocess-flows", "BPMN 2.0.2, 10.3.5 Sub-Processes")
def subprocess_flows(document: BpmnDocument) -> Iterator[Found]:
    """An event subprocess has no flows of its own and begins at one start event."""
    for process in document.processes.values():
        for node in process.nodes.values():
            if not node.event_subprocess:
                continue
            if node.incoming or node.outgoing:
                yield Found(node.id, "an event starts this subprocess: no sequence flow may lead into or out of it")
            starts = [inner for inner in process.inside(node.id) if inner.kind == "startEvent"]
            if len(starts) != 1:
                yield Found(node.id, "an event subprocess begins at exactly one start event")


def nested_in(process: ProcessModel, node: Node, kind: str) -> bool:
    """Whether the node lies, at any depth, in a subprocess of that kind."""
    container = node.container
    while container in process.nodes:
        if process.nodes[container].kind == kind:
            return True
        container = process.nodes[container].container
    return False
