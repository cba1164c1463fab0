"""Rules over where things are drawn: sane bounds, nothing on top of another, edges that touch what they join."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.reading.document import SUBPROCESSES, BpmnDocument, Node, unprefixed
from engine.reading.markup import BPMNDI, DC, DI
from engine.rules.diagram import DI_CLAUSE
from engine.rules.registry import Found, PackageUnderLint, bpmn_rule, package_rule

LARGEST = 100_000.0
"""pixels, each way: beyond it nobody finds an element again"""
TOUCHING = 6.0
"""pixels an edge may end beside a shape's border"""
OVERLAP = 1.0
"""pixels two shapes may share"""


class Box(NamedTuple):
    """The bounds of a shape, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than their borders."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return across > OVERLAP and down > OVERLAP

    def distance(self, x: float, y: float) -> float:
        """How far a point is from the border, inside or outside."""
        out = math.hypot(
            max(self.x - x, 0.0, x - self.x - self.width), max(self.y - y, 0.0, y - self.y - self.height)
        )  # fmt: skip
        inside = min(x - self.x, self.x + self.width - x, y - self.y, self.y + self.height - y)
        return out if out > 0 else inside


def _numbers(element: Any, *names: str) -> list[float]:
    """Finite numbers of these attributes, or none at all."""
    try:
        found = [float(element.get(name, "")) for name in names]
    except ValueError:
        return []
    return found if all(math.isfinite(number) for number in found) else []


def _box(shape: Any) -> Box | None:
    bounds = shape.find(f"{{{DC}}}Bounds")
    numbers = _numbers(bounds, "x", "y", "width", "height") if bounds is not None else []
    return Box(*numbers) if numbers else None


def _boxes(lint: PackageUnderLint) -> dict[str, Box]:
    """The shapes of the process's nodes."""
    shapes = {name: lint.document.shapes[name] for name in lint.process.nodes if name in lint.document.shapes}
    return {name: box for name, shape in shapes.items() if (box := _box(shape)) is not None}


def _folded(lint: PackageUnderLint) -> set[str]:
    """Subprocesses that are drawn without their inside, which then stands in a diagram of its own."""
    return {
        name
        for name, shape in lint.document.shapes.items()
        if shape.get("isExpanded") == "false" and name in lint.process.nodes
    }


@bpmn_rule("diagram-element", DI_CLAUSE)
def diagram_element(document: BpmnDocument) -> Iterator[Found]:
    """What a diagram draws is an element of the file."""
    for name in ("BPMNPlane", "BPMNShape", "BPMNEdge"):
        for drawn in document.root.iter(f"{{{BPMNDI}}}{name}"):
            element = drawn.get("bpmnElement")
            if element is not None and unprefixed(element) not in document.ids:
                told = f"the {name} {drawn.get('id', '')!r} draws {element!r}, which is not in the file"
                yield Found(unprefixed(element), told)


@package_rule("diagram-bounds", clause=DI_CLAUSE)
def diagram_bounds(lint: PackageUnderLint) -> Iterator[Found]:
    """Bounds are numbers: a place on a sheet of sane size, a width and a height above 0."""
    for identifier in [*lint.process.nodes, *lint.process.lanes]:
        shape = lint.document.shapes.get(identifier)
        if shape is None or shape.find(f"{{{DC}}}Bounds") is None:
            continue  # the rule diagram-shapes tells it
        box = _box(shape)
        if box is None or box.width <= 0 or box.height <= 0 or max(map(abs, box)) > LARGEST:
            yield Found(identifier, "its bounds are no place on a sheet: give it x, y, and a width and height above 0")


@package_rule("diagram-overlap", clause=DI_CLAUSE)
def diagram_overlap(lint: PackageUnderLint) -> Iterator[Found]:
    """No shape lies on another, but what is inside a subprocess on it, and a boundary event on its activity."""
    boxes = _boxes(lint)
    folded = _folded(lint)
    inner = lint.process.nodes.values()
    nodes = [node for node in inner if node.id in boxes and not _around(lint.process.nodes, node) & folded]
    ordered = sorted(nodes, key=lambda node: boxes[node.id].x)
    for index, node in enumerate(ordered):
        end = boxes[node.id].x + boxes[node.id].width
        for other in ordered[index + 1 :]:
            if boxes[other.id].x >= end:
                break
            if boxes[node.id].overlaps(boxes[other.id]) and not _may_overlap(lint.process.nodes, node, other):
                yield Found(other.id, f"it is drawn on top of {node.id!r}: move one of them")


def _may_overlap(nodes: Mapping[str, Node], one: Node, other: Node) -> bool:
    if {one.kind, other.kind} == {"boundaryEvent"}:
        return False
    hosts = {one.attached_to, other.attached_to}
    if hosts & {one.id, other.id} or one.id in _around(nodes, other) or other.id in _around(nodes, one):
        return True
    return any(host in nodes and _around(nodes, nodes[host]) & {one.id, other.id} for host in hosts if host)


def _around(nodes: Mapping[str, Node], node: Node) -> set[str]:
    """The subprocesses a node lies in."""
    found: set[str] = set()
    while node.container in nodes and nodes[node.container].kind in SUBPROCESSES:
        node = nodes[node.container]
        found.add(node.id)
    return found


@package_rule("diagram-edge-ends", clause=DI_CLAUSE)
def diagram_edge_ends(lint: PackageUnderLint) -> Iterator[Found]:
    """An edge begins at the border of its source's shape and ends at that of its target's."""
    boxes = _boxes(lint)
    for flow in lint.process.flows.values():
        edge = lint.document.edges.get(flow.id)
        points = [] if edge is None else [_numbers(point, "x", "y") for point in edge.findall(f"{{{DI}}}waypoint")]
        if len(points) < 2:  # noqa: PLR2004 - a line has two ends; the rule diagram-edges tells it
            continue
        for point, node, verb in ((points[0], flow.source, "begins"), (points[-1], flow.target, "ends")):
            if not point:
                yield Found(flow.id, "a waypoint of its edge is no place: give it x and y")
            elif node in boxes and abs(boxes[node].distance(*point)) > TOUCHING:
                yield Found(flow.id, f"its edge {verb} away from the border of {node!r}: draw it to the shape")
