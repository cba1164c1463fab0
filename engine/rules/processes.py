"""Rules over processes and the activities that call or contain others."""

from collections.abc import Iterator

from engine.findings import Severity
from engine.reading.document import ACTIVITIES, BpmnDocument, Node, ProcessModel, nearest_id, unprefixed
from engine.reading.global_tasks import GLOBAL_TASKS
from engine.reading.markup import BPMN, attribute, bpmn_children, local
from engine.rules.registry import Found, bpmn_rule

ROLES = ("resourceRole", "performer", "humanPerformer", "potentialOwner")


@bpmn_rule("process-type", "BPMN 2.0.2, 10.2.1 Types of BPMN Processes")
def process_type(document: BpmnDocument) -> Iterator[Found]:
    """A public process is a view for others: it is not executable."""
    for process in document.processes.values():
        if process.executable and process.element.get("processType") == "Public":
            yield Found(
                process.id, "a public process is not executable: set processType Private, or isExecutable false"
            )


@bpmn_rule("called-element", "BPMN 2.0.2, 10.3.6 Call Activity", in_packages=False)
def called_element(document: BpmnDocument) -> Iterator[Found]:
    """A call activity of a bare file calls a process or a global task of that file, or of one that it imports."""
    for process, node in _nodes(document, "callActivity"):
        called = unprefixed(attribute(node.element, "calledElement") or "")
        found = document.ids.get(called)
        if called and (found is None or local(found) not in {"process", *GLOBAL_TASKS}):
            told = f"calledElement {called!r} is no process or global task of the file"
            yield Found(node.id, f"{told}: bring it in, or mend the name")
        elif called == process.id:
            yield Found(node.id, f"the process {called!r} calls itself without end")


@bpmn_rule("called-start", "BPMN 2.0.2, 10.5.2 Start Event")
def called_start(document: BpmnDocument) -> Iterator[Found]:
    """A called process has a start event without trigger."""
    for _, node in _nodes(document, "callActivity"):
        called = document.processes.get(unprefixed(attribute(node.element, "calledElement") or ""))
        if called is None:
            continue
        starts = [one for one in called.inside(called.id) if one.kind == "startEvent"]
        if starts and all(one.triggers for one in starts):
            yield Found(node.id, f"the called process {called.id!r} has no start event without trigger")


def _nodes(document: BpmnDocument, *kinds: str) -> Iterator[tuple[ProcessModel, Node]]:
    for process in document.processes.values():
        yield from ((process, node) for node in process.nodes.values() if node.kind in kinds)


@bpmn_rule("instantiate", "BPMN 2.0.2, 10.3.3 Receive Task and 10.6.6 Event-Based Gateway")
def instantiate(document: BpmnDocument) -> Iterator[Found]:
    """What creates an instance has no incoming flow and lies in the process; parallel gateways of events create one."""
    for process, node in _nodes(document, "receiveTask", "eventBasedGateway"):
        creates = attribute(node.element, "instantiate") in {"true", "1"}
        if creates and node.incoming:
            yield Found(node.id, f"it creates the instance: no flow may lead into it, remove {node.incoming[0].id!r}")
        if creates and node.container != process.id:
            yield Found(node.id, "it creates the instance: it cannot stand in a subprocess")
        if node.element.get("eventGatewayType") == "Parallel" and not creates:
            yield Found(node.id, "only a gateway that creates the instance may be parallel: set instantiate=true")


@bpmn_rule("ad-hoc", "BPMN 2.0.2, 10.3.5 Ad-Hoc Sub-Process")
def ad_hoc(document: BpmnDocument) -> Iterator[Found]:
    """An ad-hoc subprocess holds activities, and neither start nor end events."""
    for process, node in _nodes(document, "adHocSubProcess"):
        inside = process.inside(node.id)
        if not any(one.kind in ACTIVITIES for one in inside):
            yield Found(node.id, "an ad-hoc subprocess holds one activity at least")
        for one in inside:
            if one.kind in {"startEvent", "endEvent"}:
                yield Found(one.id, f"a {one.kind} cannot stand in the ad-hoc subprocess {node.id!r}: remove it")


@bpmn_rule("event-subprocess-kind", "BPMN 2.0.2, 10.3.5 Event Sub-Process")
def event_subprocess_kind(document: BpmnDocument) -> Iterator[Found]:
    """Only a plain subprocess is started by an event: no transaction, no ad-hoc subprocess."""
    for _, node in _nodes(document, "transaction", "adHocSubProcess"):
        if node.element.get("triggeredByEvent") == "true":
            yield Found(node.id, f"triggeredByEvent means nothing on a {node.kind}: put it into an event subprocess")


@bpmn_rule("event-subprocess-once", "BPMN 2.0.2, 10.5.6 Handling Events")
def event_subprocess_once(document: BpmnDocument) -> Iterator[Found]:
    """On one level only one interrupting event subprocess awaits the same event."""
    for process in document.processes.values():
        for container in process.containers:
            seen: dict[tuple[str, str], str] = {}
            for node in process.inside(container):
                for start in process.inside(node.id) if node.event_subprocess else ():
                    for event in _awaited(start):
                        if event in seen:
                            yield Found(node.id, f"the event subprocess {seen[event]!r} already awaits that {event[0]}")
                        seen.setdefault(event, node.id)


def _awaited(start: Node) -> Iterator[tuple[str, str]]:
    """The named events that an interrupting start event awaits."""
    if start.kind != "startEvent" or start.element.get("isInterrupting") in {"false", "0"}:
        return
    for trigger in start.triggers:
        for name in ("messageRef", "signalRef", "errorRef", "escalationRef"):
            if trigger.element is not None and trigger.element.get(name):
                yield name.removesuffix("Ref"), trigger.element.get(name)


@bpmn_rule("event-subprocess-interrupts", "BPMN 2.0.2, 10.5.2 Start Event, table 10.86")
def event_subprocess_interrupts(document: BpmnDocument) -> Iterator[Found]:
    """An event subprocess started by an error or a compensation always interrupts."""
    for process, node in _nodes(document, "startEvent"):
        around = process.nodes.get(node.container)
        always = {trigger.kind for trigger in node.triggers} & {"errorEventDefinition", "compensateEventDefinition"}
        if around is not None and always and node.element.get("isInterrupting") in {"false", "0"}:
            yield Found(node.id, f"{next(iter(always))} always interrupts: set isInterrupting to true")


@bpmn_rule("transaction", "BPMN 2.0.2, 10.3.5 Transaction", Severity.WARNING)
def transaction(document: BpmnDocument) -> Iterator[Found]:
    """A cancel event on a transaction's border has a cancel end event inside it."""
    for process, node in _nodes(document, "boundaryEvent"):
        if not any(trigger.kind == "cancelEventDefinition" for trigger in node.triggers):
            continue
        inside = process.inside(node.attached_to or "")
        ends = [one for one in inside if one.kind == "endEvent"]
        if inside and not any(t.kind == "cancelEventDefinition" for one in ends for t in one.triggers):
            yield Found(node.id, f"nothing cancels the transaction {node.attached_to!r}: add a cancel end event to it")


@bpmn_rule("receive-after-gateway", "BPMN 2.0.2, 10.6.6 Event-Based Gateway")
def receive_after_gateway(document: BpmnDocument) -> Iterator[Found]:
    """A receive task after an event-based gateway has no boundary events."""
    for process, node in _nodes(document, "boundaryEvent"):
        task = process.nodes.get(node.attached_to or "")
        if task is None or task.kind != "receiveTask":
            continue
        sources = [process.nodes[flow.source] for flow in task.incoming if flow.source in process.nodes]
        if any(source.kind == "eventBasedGateway" for source in sources):
            yield Found(task.id, f"{task.id!r} follows an event-based gateway: remove its boundary event {node.id!r}")


@bpmn_rule("thrown-code", "BPMN 2.0.2, 10.5.5 Error and Escalation Event Definitions")
def thrown_code(document: BpmnDocument) -> Iterator[Found]:
    """In an executable process a thrown error or escalation has a code."""
    for process in (one for one in document.processes.values() if one.executable):
        for node in process.nodes.values():
            for trigger in node.triggers if node.kind in {"endEvent", "intermediateThrowEvent"} else ():
                for kind in ("error", "escalation"):
                    if trigger.kind == f"{kind}EventDefinition":
                        found = document.declared(kind, trigger.element.get(f"{kind}Ref"))
                        if found is not None and not (found.get(f"{kind}Code") or "").strip():
                            yield Found(node.id, f"the {kind} {found.get('id')!r} it throws has no {kind}Code")


@bpmn_rule("resource-role", "BPMN 2.0.2, 10.3.2 Resources")
def resource_role(document: BpmnDocument) -> Iterator[Found]:
    """A role of a resource names a resource or has an expression that finds one, not both; bindings need the former."""
    for role in document.root.iter(*(f"{{{BPMN}}}{name}" for name in ROLES)):
        named, assigned, bound = (
            bpmn_children(role, name)
            for name in ("resourceRef", "resourceAssignmentExpression", "resourceParameterBinding")
        )
        if named and assigned:
            yield Found(nearest_id(role), f"the {local(role)} has both a resourceRef and an expression: keep one")
        elif bound and not named:
            yield Found(nearest_id(role), f"the {local(role)} binds parameters of no resource: set resourceRef")
