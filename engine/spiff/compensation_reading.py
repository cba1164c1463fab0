"""Compensation as the model writes it: who compensates what (BPMN 2.0.2, 10.7.1), and what an event throws."""

from typing import Any

from lxml import etree

from engine.reading.document import unprefixed
from engine.reading.markup import BPMN, bpmn_children, text_of
from engine.spiff.compensation import (
    CancelEndEvent,
    Compensation,
    CompensationEndEvent,
    CompensationThrowEvent,
)

COMPENSATE = "compensateEventDefinition"
FALSE = frozenset({"false", "0"})
NODES = {
    ("intermediateThrowEvent", COMPENSATE): CompensationThrowEvent,
    ("endEvent", COMPENSATE): CompensationEndEvent,
    ("endEvent", "cancelEventDefinition"): CancelEndEvent,
}


def definition_in(event: Any, kind: str) -> Any | None:
    """The event's definition of that kind, its own or one it refers to."""
    for child in bpmn_children(event, kind):
        return child
    root = event.getroottree().getroot()
    for reference in bpmn_children(event, "eventDefinitionRef"):
        wanted = unprefixed(text_of(reference) or "")
        for found in root.iter(f"{{{BPMN}}}{kind}"):
            if found.get("id") == wanted:
                return found
    return None


def thrown(event: Any) -> Compensation | None:
    """What a compensation throw or end event throws."""
    definition = definition_in(event, COMPENSATE)
    if definition is None or (etree.QName(event).localname, COMPENSATE) not in NODES:
        return None
    activity = definition.get("activityRef")
    return Compensation(
        unprefixed(activity) if activity else None, waits=definition.get("waitForCompletion") not in FALSE
    )


def node_class(event: Any) -> Any | None:
    """The spec that runs a throw or end event which compensates or cancels."""
    name = etree.QName(event).localname
    specs = (spec for (kind, what), spec in NODES.items() if kind == name and definition_in(event, what) is not None)
    return next(specs, None)


def borders(container: Any) -> dict[str, tuple[str, str]]:
    """Of the activities that lie directly in a process or subprocess: their compensation event and its handler."""
    found: dict[str, tuple[str, str]] = {}
    handlers = {
        child.get("id") for child in bpmn_children(container) if child.get("isForCompensation") in {"true", "1"}
    }
    ends = [
        (unprefixed(one.get("sourceRef", "")), unprefixed(one.get("targetRef", "")))
        for one in container.getroottree().getroot().iter(f"{{{BPMN}}}association")
    ]
    for event in bpmn_children(container, "boundaryEvent"):
        if definition_in(event, COMPENSATE) is None:
            continue
        name = event.get("id")
        beside = [other for pair in ends if name in pair for other in pair if other in handlers]
        if beside:
            found[unprefixed(event.get("attachedToRef", ""))] = (str(name), beside[0])
    return found


def starts_with_compensation(subprocess: Any) -> bool:
    """Whether it is a compensation event subprocess."""
    return any(definition_in(start, COMPENSATE) is not None for start in bpmn_children(subprocess, "startEvent"))
