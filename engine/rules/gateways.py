"""Rules over gateways: conditions, defaults, directions, and what may follow an event-based one."""

from collections.abc import Iterator

from engine.findings import Severity
from engine.reading.document import GATEWAYS, BpmnDocument, Node, ProcessModel
from engine.rules.registry import Found, bpmn_rule

CONDITIONAL = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})
AWAITED = frozenset(
    {
        "messageEventDefinition",
        "signalEventDefinition",
        "timerEventDefinition",
        "conditionalEventDefinition",
    }
)


def _gateways(document: BpmnDocument) -> Iterator[Node]:
    for process in document.executable:
        yield from (node for node in process.nodes.values() if node.kind in GATEWAYS)


@bpmn_rule("gateway-conditions", "BPMN 2.0.2, 10.6.2 Exclusive Gateway")
def gateway_conditions(document: BpmnDocument) -> Iterator[Found]:
    """Each flow out of a splitting exclusive gateway has a condition or is its default."""
    for node in _gateways(document):
        if node.kind == "exclusiveGateway" and len(node.outgoing) > 1:
            for flow in node.outgoing:
                if not flow.condition and flow.id != node.default:
                    yield Found(flow.id, f"give it a condition, or make it the default flow of {node.id!r}")


@bpmn_rule("gateway-always-goes-on", "BPMN 2.0.2, 13.4.2 Exclusive Gateway", Severity.WARNING)
def gateway_always_goes_on(document: BpmnDocument) -> Iterator[Found]:
    """A splitting gateway that asks conditions has a default flow, or one without condition: no case gets stuck."""
    for node in _gateways(document):
        if node.kind not in CONDITIONAL or len(node.outgoing) < 2 or node.default is not None:  # noqa: PLR2004 - a split
            continue
        if node.kind == "exclusiveGateway" or all(flow.condition for flow in node.outgoing):
            yield Found(node.id, "no default flow: where no condition holds the case fails; make one flow the default")


@bpmn_rule("default-flow", "BPMN 2.0.2, 8.4.13 Sequence Flow")
def default_flow(document: BpmnDocument) -> Iterator[Found]:
    """A default flow leaves the very gateway that names it, and has no condition."""
    for node in document.nodes():
        if node.default is None:
            continue
        flow = next((flow for flow in node.outgoing if flow.id == node.default), None)
        if flow is None:
            yield Found(node.id, f"its default flow {node.default!r} does not leave it")
        elif flow.condition:
            yield Found(flow.id, "it is the default flow: its condition would never be asked; remove it")
        elif node.kind in {"parallelGateway", "eventBasedGateway"}:
            yield Found(node.id, f"a {node.kind} has no default flow")


@bpmn_rule("unconditional-gateway", "BPMN 2.0.2, 8.4.13 Sequence Flow")
def unconditional_gateway(document: BpmnDocument) -> Iterator[Found]:
    """No condition stands on a flow out of a parallel or event-based gateway."""
    for node in _gateways(document):
        if node.kind not in CONDITIONAL:
            for flow in node.outgoing:
                if flow.condition is not None:
                    yield Found(flow.id, f"a {node.kind} asks no conditions: remove it or use an exclusive gateway")


@bpmn_rule("gateway-direction", "BPMN 2.0.2, 10.6.1 gatewayDirection")
def gateway_direction(document: BpmnDocument) -> Iterator[Found]:
    """A gateway's flows fit the direction it states."""
    for node in document.nodes():
        direction = node.element.get("gatewayDirection")
        several_in, several_out = len(node.incoming) > 1, len(node.outgoing) > 1
        wrong = {
            "Converging": several_out,
            "Diverging": several_in,
            "Mixed": not (several_in and several_out),
        }
        if wrong.get(direction or ""):
            yield Found(
                node.id,
                f"{direction} does not fit its {len(node.incoming)} incoming and {len(node.outgoing)} outgoing flows",
            )


@bpmn_rule("gateway-purpose", "BPMN 2.0.2, 10.6.1 Sequence Flow Considerations")
def gateway_purpose(document: BpmnDocument) -> Iterator[Found]:
    """A gateway splits or merges."""
    for node in _gateways(document):
        if len(node.incoming) < 2 and len(node.outgoing) < 2:  # noqa: PLR2004 - several means two
            yield Found(node.id, "the gateway neither splits nor merges: remove it")


@bpmn_rule("event-gateway-targets", "BPMN 2.0.2, 10.6.6 Event-Based Gateway")
def event_gateway_targets(document: BpmnDocument) -> Iterator[Found]:
    """After an event-based gateway come two or more catching events or receive tasks, reached from nowhere else."""
    for process in document.executable:
        for node in process.nodes.values():
            if node.kind != "eventBasedGateway":
                continue
            if len(node.outgoing) < 2:  # noqa: PLR2004 - a choice needs two
                yield Found(node.id, "an event-based gateway chooses between two or more events")
            yield from _targets(process, node)


def _targets(process: ProcessModel, gateway: Node) -> Iterator[Found]:
    targets = [process.nodes[flow.target] for flow in gateway.outgoing if flow.target in process.nodes]
    kinds = set()
    for target in targets:
        awaited = {trigger.kind for trigger in target.triggers}
        kinds |= {target.kind} if target.kind == "receiveTask" else awaited
        if target.kind != "receiveTask" and not (target.kind == "intermediateCatchEvent" and awaited <= AWAITED):
            yield Found(target.id, "after an event-based gateway stands a message, signal, timer or conditional event")
        if len(target.incoming) > 1:
            yield Found(target.id, "only the event-based gateway may lead to it")
    if {"receiveTask", "messageEventDefinition"} <= kinds:
        yield Found(gateway.id, "do not mix receive tasks and message events after one event-based gateway")
