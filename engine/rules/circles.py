"""Rules over circles: where a case runs round without anybody being asked."""

from collections.abc import Iterator

from engine.findings import Severity
from engine.reading.document import Node, ProcessModel
from engine.rules.registry import Found, PackageUnderLint, package_rule

AUTOMATIC = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "task", "scriptTask"}
    | {"businessRuleTask", "sendTask", "intermediateThrowEvent"}
)
"""what waits neither for people nor for services, messages or time"""


@package_rule("automatic-circle", Severity.WARNING)
def automatic_circle(lint: PackageUnderLint) -> Iterator[Found]:
    """In every circle somebody is waited for: a person, a service, a message or a time."""
    for container in lint.process.containers:
        nodes = {node.id: node for node in lint.process.inside(container) if node.kind in AUTOMATIC}
        circle = _circling(lint.process, nodes)
        if circle:
            told = ", ".join(circle)
            yield Found(circle[0], f"a case may run round without waiting for anybody: {told[:300]}")


def _circling(process: ProcessModel, nodes: dict[str, Node]) -> list[str]:
    """Nodes that lie on a circle, or between two: all that is left when dead ends are taken away on both sides."""
    ahead = {node.id: {flow.target for flow in node.outgoing} & nodes.keys() for node in nodes.values()}
    back = {node.id: {flow.source for flow in node.incoming} & nodes.keys() for node in nodes.values()}
    left, pending = set(nodes), list(nodes)
    while pending:
        name = pending.pop()
        if name in left and not (ahead[name] & left and back[name] & left):
            left.remove(name)
            pending += ahead[name] | back[name]
    return [name for name in process.nodes if name in left]
