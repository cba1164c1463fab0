"""Rules over events: which trigger may stand where, and what it refers to."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from engine.reading.document import ACTIVITIES, EVENTS, BpmnDocument, Node, ProcessModel, Trigger
from engine.reading.markup import attribute, bpmn_children, local, text_of
from engine.rules.registry import Found, bpmn_rule
from engine.rules.structure import nested_in

NONE = "none"
TRIGGERS: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({NONE, "message", "timer", "conditional", "signal"}),
    "eventSubprocessStart": frozenset(
        {"message", "timer", "conditional", "signal", "error", "escalation", "compensate"}
    ),
    "intermediateCatchEvent": frozenset({"message", "timer", "conditional", "signal", "link"}),
    "intermediateThrowEvent": frozenset({NONE, "message", "signal", "escalation", "compensate", "link"}),
    "boundaryEvent": frozenset(
        {"message", "timer", "conditional", "signal", "error", "escalation", "compensate", "cancel"}
    ),
    "endEvent": frozenset({NONE, "message", "signal", "error", "escalation", "compensate", "cancel", "terminate"}),
}
"""BPMN 2.0.2, tables 10.84 to 10.93"""
REFERENCES: Mapping[str, tuple[str, str]] = {
    "messageEventDefinition": ("messageRef", "message"),
    "signalEventDefinition": ("signalRef", "signal"),
    "errorEventDefinition": ("errorRef", "error"),
    "escalationEventDefinition": ("escalationRef", "escalation"),
}
ALWAYS_INTERRUPTING = frozenset({"error", "cancel", "compensate"})
TIMERS = ("timeDate", "timeDuration", "timeCycle")


def trigger_name(trigger: Trigger) -> str:
    """`timer` of `timerEventDefinition`."""
    return trigger.kind.removesuffix("EventDefinition")


def _events(document: BpmnDocument, *, executed: bool = False) -> Iterator[tuple[ProcessModel, Node]]:
    for process in document.executable if executed else document.processes.values():
        yield from ((process, node) for node in process.nodes.values() if node.kind in EVENTS)


@bpmn_rule("event-trigger", "BPMN 2.0.2, 10.5.2 to 10.5.4")
def event_trigger(document: BpmnDocument) -> Iterator[Found]:
    """A trigger stands only where BPMN allows it."""
    for process, node in _events(document):
        place = "eventSubprocessStart" if _starts_event_subprocess(process, node) else node.kind
        named = [trigger_name(trigger) for trigger in node.triggers] or [NONE]
        for name in named:
            if name not in TRIGGERS[place]:
                told = "an event without trigger" if name == NONE else f"a {name} trigger"
                allowed = ", ".join(sorted(TRIGGERS[place]))
                yield Found(node.id, f"{told} cannot stand on a {place}; allowed: {allowed}")


def _starts_event_subprocess(process: ProcessModel, node: Node) -> bool:
    container = process.nodes.get(node.container)
    return node.kind == "startEvent" and container is not None and container.event_subprocess


@bpmn_rule("subprocess-start", "BPMN 2.0.2, 10.5.2 Start Event")
def subprocess_start(document: BpmnDocument) -> Iterator[Found]:
    """The start event of an embedded subprocess has no trigger."""
    for process, node in _events(document):
        embedded = node.container in process.nodes and not _starts_event_subprocess(process, node)
        if node.kind == "startEvent" and embedded and node.triggers:
            yield Found(node.id, "the token starts this subprocess: remove the trigger, or make it an event subprocess")


@bpmn_rule("boundary-event", "BPMN 2.0.2, 10.5.4 Intermediate Event")
def boundary_event(document: BpmnDocument) -> Iterator[Found]:
    """A boundary event sits on an activity beside it and leads somewhere."""
    for process, node in _events(document):
        if node.kind != "boundaryEvent":
            continue
        if node.attached_to is not None:  # else the schema's rule tells it
            yield from _border(process, node)
        names = {trigger_name(trigger) for trigger in node.triggers}
        if not node.outgoing and "compensate" not in names:
            yield Found(node.id, "nothing follows the boundary event: lead a flow from it")
        if attribute(node.element, "cancelActivity") == "false" and names & ALWAYS_INTERRUPTING:
            yield Found(
                node.id, f"a boundary event of {', '.join(sorted(names))} always interrupts: cancelActivity=true"
            )


def _border(process: ProcessModel, node: Node) -> Iterator[Found]:
    """What is wrong with the activity a boundary event is attached to."""
    activity = process.nodes.get(node.attached_to or "")
    if activity is None or activity.kind not in ACTIVITIES:
        yield Found(node.id, f"attachedToRef {node.attached_to!r} is no activity of the process")
    elif activity.container != node.container:
        yield Found(node.id, f"it must lie beside {activity.id!r}, not in another subprocess")
    elif activity.event_subprocess:
        yield Found(node.id, f"an event subprocess such as {activity.id!r} has no boundary events")


@bpmn_rule("cancel-event", "BPMN 2.0.2, 10.3.5 Transaction")
def cancel_event(document: BpmnDocument) -> Iterator[Found]:
    """A cancel end event lies in a transaction, a cancel boundary event sits on one."""
    for process, node in _events(document):
        if not any(trigger.kind == "cancelEventDefinition" for trigger in node.triggers):
            continue
        activity = process.nodes.get(node.attached_to or "")
        on_transaction = activity is not None and activity.kind == "transaction"
        if not (on_transaction or (node.kind == "endEvent" and nested_in(process, node, "transaction"))):
            yield Found(node.id, "cancel belongs to a transaction: at an end inside it or on its border")


@bpmn_rule("event-reference", "BPMN 2.0.2, 10.5.5 Event Definitions")
def event_reference(document: BpmnDocument) -> Iterator[Found]:
    """The message, signal, error or escalation of an event is declared in the file; where it is run, it names one."""
    for process, node in _events(document):
        for trigger in node.triggers:
            if trigger.kind == "unknownEventDefinition":
                yield Found(node.id, "its eventDefinitionRef refers to nothing")
            yield from _reference(document, process, node, trigger)


def _reference(document: BpmnDocument, process: ProcessModel, node: Node, trigger: Trigger) -> Iterator[Found]:
    if trigger.kind not in REFERENCES:
        return
    name, kind = REFERENCES[trigger.kind]
    reference = trigger.element.get(name)
    catches_all = kind in {"error", "escalation"} and node.kind in {"boundaryEvent", "startEvent"}
    if reference is None and not catches_all and process in document.executable:
        yield Found(node.id, f"it names no {kind}: set {name}")
    elif reference is not None and document.declared(kind, reference) is None:
        yield Found(node.id, f"the {kind} {reference!r} is not declared in the file")


@bpmn_rule("task-message", "BPMN 2.0.2, 10.3.3 Send and Receive Task")
def task_message(document: BpmnDocument) -> Iterator[Found]:
    """The message a send or receive task names is declared in the file; it need not name one."""
    for process in document.executable:
        for node in process.nodes.values():
            reference = attribute(node.element, "messageRef")
            if node.kind not in {"sendTask", "receiveTask"}:
                continue
            if reference is not None and document.declared("message", reference) is None:
                yield Found(node.id, f"the message {reference!r} is not declared in the file")


@bpmn_rule("timer", "BPMN 2.0.2, 10.5.5 Timer Event Definition")
def timer(document: BpmnDocument) -> Iterator[Found]:
    """A timer has exactly one of timeDate, timeDuration and timeCycle, and it is not empty."""
    for _, node in _events(document, executed=True):
        for trigger in node.triggers:
            if trigger.kind != "timerEventDefinition":
                continue
            given = bpmn_children(trigger.element, *TIMERS)
            if len(given) != 1:
                yield Found(node.id, "a timer needs exactly one of timeDate, timeDuration and timeCycle")
            elif text_of(given[0]) is None:
                yield Found(node.id, f"its {local(given[0])} is empty")


@bpmn_rule("conditional-event", "BPMN 2.0.2, 10.5.5 Conditional Event Definition")
def conditional_event(document: BpmnDocument) -> Iterator[Found]:
    """A conditional event has a condition."""
    for _, node in _events(document, executed=True):
        for trigger in node.triggers:
            if trigger.kind == "conditionalEventDefinition":
                conditions = bpmn_children(trigger.element, "condition")
                if not conditions or text_of(conditions[0]) is None:
                    yield Found(node.id, "the conditional event has no condition")


@bpmn_rule("link-event", "BPMN 2.0.2, 10.5.5 Link Event Definition")
def link_event(document: BpmnDocument) -> Iterator[Found]:
    """A link that is thrown is caught once, in the same process or subprocess, and stands alone on its event."""
    for process in document.processes.values():
        for container in process.containers:
            events = [(node, names) for node in process.inside(container) if (names := _link_names(node))]
            caught = Counter(name for node, names in events if node.kind == "intermediateCatchEvent" for name in names)
            thrown = {name for node, names in events if node.kind == "intermediateThrowEvent" for name in names}
            for node, names in events:
                yield from _link(node, names, caught, thrown)


def _link_names(node: Node) -> list[str]:
    return [trigger.element.get("name", "").strip() for trigger in node.triggers if trigger_name(trigger) == "link"]


def _link(node: Node, names: list[str], caught: Counter[str], thrown: Collection[str]) -> Iterator[Found]:
    throws = node.kind == "intermediateThrowEvent"
    if len(node.triggers) > 1 or not names[0]:
        yield Found(node.id, "a link event has one definition, with a name")
    elif throws and caught[names[0]] != 1:
        told = "nothing here catches" if not caught[names[0]] else "several events here catch"
        yield Found(node.id, f"{told} the link {names[0]!r}: each has one catching event, beside those that throw it")
    elif not throws and names[0] not in thrown:
        yield Found(node.id, f"nothing here throws the link {names[0]!r}")
    if throws and node.outgoing:
        yield Found(node.id, "the token goes on at the catching link event: remove the flow that leaves this one")
    if not throws and node.incoming:
        yield Found(node.id, "tokens come from the throwing link event: remove the flow that leads here")
