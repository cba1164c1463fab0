"""Rules over how many tokens come and go: quantities, complex gateways, what instances throw."""

from collections.abc import Iterator
from typing import Any

from engine.findings import Severity
from engine.reading.document import ACTIVITIES, BpmnDocument, Node, unprefixed
from engine.reading.markup import bpmn_children, local, text_of
from engine.rules.registry import Found, bpmn_rule

QUANTITIES = ("startQuantity", "completionQuantity")
MOST = 1_000
BEHAVIORS = ("None", "One", "All", "Complex")
REFERENCES = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}
THROWABLE = frozenset(
    {"signalEventDefinition", "messageEventDefinition", "escalationEventDefinition", "errorEventDefinition"}
)


def _nodes(document: BpmnDocument) -> Iterator[Node]:
    for process in document.executable:
        yield from process.nodes.values()


@bpmn_rule("quantity", "BPMN 2.0.2, 10.3 Activities, table 10.3")
def quantity(document: BpmnDocument) -> Iterator[Found]:
    """How many tokens an activity takes and gives is a whole number above 0, where tokens flow."""
    for node in _nodes(document):
        if node.kind not in ACTIVITIES:
            continue
        for name in QUANTITIES:
            value = node.element.get(name)
            if value is None:
                continue
            if not (value.isdecimal() and 1 <= int(value[:6]) <= MOST):
                yield Found(node.id, f"{name} must be a whole number from 1 to {MOST:,}, not {value[:20]!r}")
            elif value != "1" and not (node.incoming if name == "startQuantity" else node.outgoing):
                yield Found(node.id, f"{name} counts tokens, and none flows here: remove it")


@bpmn_rule("complex-gateway", "BPMN 2.0.2, 10.6.5 and 13.4.5 Complex Gateway", Severity.WARNING)
def complex_gateway(document: BpmnDocument) -> Iterator[Found]:
    """A complex gateway where several flows meet has an activationCondition; without one the first token passes."""
    for node in _nodes(document):
        if node.kind != "complexGateway":
            continue
        conditions = bpmn_children(node.element, "activationCondition")
        if len(node.incoming) > 1 and not any(text_of(condition) for condition in conditions):
            yield Found(node.id, "say when it fires with an activationCondition, such as activationCount >= 2")


@bpmn_rule("multi-instance-behavior", "BPMN 2.0.2, 10.3.8 Loop Characteristics, table 10.29")
def behavior(document: BpmnDocument) -> Iterator[Found]:
    """What instances throw is there, and is something a boundary event can catch."""
    for node in _nodes(document):
        for loop in bpmn_children(node.element, "multiInstanceLoopCharacteristics"):
            kind = loop.get("behavior", "All")
            if kind not in BEHAVIORS:
                yield Found(node.id, f"behavior is one of {', '.join(BEHAVIORS)}, not {kind[:20]!r}")
            elif kind == "Complex":
                yield from _complex(document, node, loop)
            elif kind in REFERENCES and (reference := loop.get(REFERENCES[kind])):
                yield from _referred(document, node, reference)


def _complex(document: BpmnDocument, node: Node, loop: Any) -> Iterator[Found]:
    definitions = bpmn_children(loop, "complexBehaviorDefinition")
    if not definitions:
        yield Found(node.id, "behavior Complex needs a complexBehaviorDefinition")
    for definition in definitions:
        if not any(text_of(condition) for condition in bpmn_children(definition, "condition")):
            yield Found(node.id, "a complexBehaviorDefinition needs a condition")
        for event in bpmn_children(definition, "event"):
            for child in bpmn_children(event):
                if local(child) == "eventDefinitionRef":
                    yield from _referred(document, node, text_of(child) or "")
                elif local(child).endswith("EventDefinition"):
                    yield from _throwable(node, child)


def _referred(document: BpmnDocument, node: Node, reference: str) -> Iterator[Found]:
    definition = document.ids.get(unprefixed(reference))
    if definition is None:
        yield Found(node.id, f"the event definition {reference!r} is not in the file")
    else:
        yield from _throwable(node, definition)


def _throwable(node: Node, definition: Any) -> Iterator[Found]:
    if local(definition) not in THROWABLE:
        told = local(definition).removesuffix("EventDefinition")
        yield Found(node.id, f"an instance cannot throw a {told}: use a signal, message, escalation or error")
    elif not definition.get(f"{local(definition).removesuffix('EventDefinition')}Ref"):
        yield Found(node.id, f"the {local(definition)} an instance throws refers to nothing")
