"""Rules over the drawing: a package's process is looked at by people."""

from collections.abc import Iterator

from engine.findings import Severity
from engine.reading.markup import DC, DI
from engine.rules.registry import Found, PackageUnderLint, package_rule

DI_CLAUSE = "BPMN 2.0.2, 12.2 BPMN DI"


@package_rule("diagram-shapes", clause=DI_CLAUSE)
def diagram_shapes(lint: PackageUnderLint) -> Iterator[Found]:
    """Every flow node and lane is drawn: it has a shape with bounds."""
    for identifier in [*lint.process.nodes, *lint.process.lanes]:
        shape = lint.document.shapes.get(identifier)
        if shape is None:
            yield Found(identifier, "it is not drawn: add its shape to the diagram")
        elif shape.find(f"{{{DC}}}Bounds") is None:
            yield Found(identifier, "its shape has no bounds")


@package_rule("diagram-edges", clause=DI_CLAUSE)
def diagram_edges(lint: PackageUnderLint) -> Iterator[Found]:
    """Every sequence flow is drawn: it has an edge with two waypoints or more."""
    for identifier in lint.process.flows:
        edge = lint.document.edges.get(identifier)
        if edge is None:
            yield Found(identifier, "the flow is not drawn: add its edge to the diagram")
        elif len(edge.findall(f"{{{DI}}}waypoint")) < 2:  # noqa: PLR2004 - a line has two ends
            yield Found(identifier, "its edge needs two waypoints or more")


@package_rule("labels", Severity.WARNING)
def labels(lint: PackageUnderLint) -> Iterator[Found]:
    """Activities, and gateways that split, have a name, so that the diagram can be read."""
    for node in lint.process.nodes.values():
        splits = node.kind in {"exclusiveGateway", "inclusiveGateway"} and len(node.outgoing) > 1
        if not node.name.strip() and (node.kind.endswith(("Task", "Activity")) or splits):
            yield Found(node.id, "it has no name: say what is done or asked here")
