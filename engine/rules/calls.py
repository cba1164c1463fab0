"""Rules over what begins cases of a package's process by itself, and over the versions it calls."""

from collections.abc import Iterator

from engine.errors import ExpressionError
from engine.expressions import compile_expression
from engine.reading.calls import CallBinding, stated_binding
from engine.reading.document import Node, Trigger
from engine.reading.markup import bpmn_children, text_of
from engine.rules.expressions import LITERAL
from engine.rules.registry import Found, PackageUnderLint, package_rule

BINDINGS = ", ".join(sorted(CallBinding))
WITHOUT_DATA = {
    "timerEventDefinition": ("timeDate", "timeDuration", "timeCycle"),
    "conditionalEventDefinition": ("condition",),
}
"""triggers of a start event that have an expression, and where it stands"""


@package_rule("call-binding")
def call_binding(lint: PackageUnderLint) -> Iterator[Found]:
    """A call activity is bound to the latest version, to a version that is numbered, or to the deployment."""
    for node in lint.process.nodes.values():
        if node.kind != "callActivity":
            continue
        binding, version = stated_binding(node.element)
        if binding is not None and binding not in set(CallBinding):
            yield Found(node.id, f"the binding {binding!r} is not known here; there are {BINDINGS}")
        elif binding == CallBinding.VERSION and not (version or "").isdigit():
            yield Found(node.id, f"the version must be a number, not {version!r}")


@package_rule("start-data", clause="BPMN 2.0.2, 10.5.2 Start Event")
def start_data(lint: PackageUnderLint) -> Iterator[Found]:
    """A timer or condition that begins cases reads the clock and the calendar, never data: there is no case yet."""
    for node in lint.process.inside(lint.process.id):
        if node.kind == "startEvent":
            for trigger in node.triggers:
                yield from _reads(node, trigger)


def _reads(node: Node, trigger: Trigger) -> Iterator[Found]:
    for child in bpmn_children(trigger.element, *WITHOUT_DATA.get(trigger.kind, ("",))):
        text = text_of(child) or ""
        if LITERAL.fullmatch(text):
            continue
        try:
            compiled = compile_expression(text)
        except ExpressionError as error:
            yield Found(node.id, f"{error.source!r} is refused: {error.reason}")
            continue
        for name in sorted(compiled.names | compiled.deadlines):
            yield Found(node.id, f"it reads {name!r}, but there is no case yet whose data it could be")


@package_rule("start-register")
def start_register(lint: PackageUnderLint) -> Iterator[Found]:
    """A process that begins cases by itself has a register: what is only called by others cannot."""
    for node in lint.process.inside(lint.process.id):
        if node.kind == "startEvent" and node.triggers and lint.package.register is None:
            yield Found(node.id, "it begins cases, so process.toml needs a register and a number")
