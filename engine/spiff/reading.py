"""What the readers of a BPMN document ask of its elements: flows in their order, links, references."""

from typing import Any

from engine.reading.markup import bpmn_children, text_of

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def unprefixed(reference: str) -> str:
    """A QName's local part: references inside a file often carry its target namespace's prefix."""
    return reference.rsplit(":", 1)[-1].strip()


def starts_by_event(node: Any) -> bool:
    """Whether the element is an event subprocess."""
    return node.get("triggeredByEvent") in {"true", "1"}


def link_names(node: Any) -> list[str]:
    """The names of the links an event throws or catches."""
    return [link.get("name", "").strip() for link in bpmn_children(node, "linkEventDefinition")]


def condition_of(flow: Any) -> str | None:
    """A sequence flow's condition; an empty one is none."""
    return next((text for child in bpmn_children(flow, "conditionExpression") if (text := text_of(child))), None)


def in_order(node: Any, flows: list[Any]) -> list[Any]:
    """The flows out of a node in the order it lists them (BPMN 2.0.2, 8.4.5: `outgoing` is ordered), then the rest."""
    listed = [unprefixed(text_of(child) or "") for child in bpmn_children(node, "outgoing")]
    places = {ident: place for place, ident in reversed(list(enumerate(listed)))}
    return sorted(flows, key=lambda flow: places.get(flow.get("id"), len(listed)))
