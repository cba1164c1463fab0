"""Rules over the expressions of a diagram: conditions, timers, scripts, loops, correlations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.errors import ExpressionError
from engine.expressions import Expression, Script, compile_expression, compile_script
from engine.findings import Severity
from engine.reading.content_model import XSI_TYPE
from engine.reading.document import BpmnDocument, Node, nearest_id, unprefixed
from engine.reading.markup import BPMN, bpmn_children, local, text_of
from engine.rules.events import TIMERS
from engine.rules.registry import Found, bpmn_rule

LITERAL = re.compile(r"(?:R\d*/\S+|P[\dT]\S*|\d{4}-\d{2}-\d{2}(?:[T ]\S+)?|\d{4}-?W\d{2}\S*)")
"""an ISO 8601 date, duration or repetition, which a timer takes as it stands"""
LOOP_EXPRESSIONS = ("loopCardinality", "completionCondition", "loopCondition")
EITHER_KIND = ("conditionExpression", "condition", *TIMERS, *LOOP_EXPRESSIONS, "activationCondition", "from", "to")
"""what BPMN's schema lets be an expression in a natural language or a formal one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An expression as it stands in the model."""

    element: str
    what: str
    source: str

    @property
    def script(self) -> bool:
        """Whether it is a script task's assignments."""
        return self.what == "script"

    def compiled(self) -> Expression | Script:
        """Compiled; raises ExpressionError."""
        return compile_script(self.source) if self.script else compile_expression(self.source)


def written_in(document: BpmnDocument) -> Iterator[Written]:
    """Every expression of the file's executable processes; timers' ISO literals are none."""
    for process in document.executable:
        for flow in process.flows.values():
            if flow.condition:
                yield Written(element=flow.id, what="condition", source=flow.condition)
        for node in process.nodes.values():
            yield from _of_node(node)
    for path in document.root.iter(f"{{{BPMN}}}messagePath", f"{{{BPMN}}}dataPath"):
        yield Written(element=path.getparent().get("id", local(path)), what="correlation", source=text_of(path) or "")


def _of_node(node: Node) -> Iterator[Written]:
    for what, element in _places(node):
        source = text_of(element)
        if source and not (what == "timer" and LITERAL.fullmatch(source)):
            yield Written(element=node.id, what=what, source=source)


def _places(node: Node) -> Iterator[tuple[str, etree._Element]]:
    """The elements of a node that hold an expression, and what each is."""
    if node.kind == "scriptTask":
        yield from (("script", child) for child in bpmn_children(node.element, "script"))
    for trigger in node.triggers:
        if trigger.kind == "timerEventDefinition":
            yield from (("timer", child) for child in bpmn_children(trigger.element, *TIMERS))
        elif trigger.kind == "conditionalEventDefinition":
            yield from (("condition", child) for child in bpmn_children(trigger.element, "condition"))
    for loop in bpmn_children(node.element, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
        yield from (("loop", child) for child in bpmn_children(loop, *LOOP_EXPRESSIONS))
        for behavior in bpmn_children(loop, "complexBehaviorDefinition"):
            yield from (("loop", child) for child in bpmn_children(behavior, "condition"))
    if node.kind == "adHocSubProcess":
        yield from (("completion", child) for child in bpmn_children(node.element, "completionCondition"))
    yield from (("activation", child) for child in bpmn_children(node.element, "activationCondition"))


@bpmn_rule("expression", "BPMN 2.0.2, 8.4.6 Expressions")
def expression(document: BpmnDocument) -> Iterator[Found]:
    """Every condition, timer, script, loop and correlation expression is one this engine understands."""
    for written in written_in(document):
        try:
            written.compiled()
        except ExpressionError as error:
            yield Found(written.element, f"the {written.what} {error.source!r} is refused: {error.reason}")


@bpmn_rule("formal-expression", "BPMN 2.0.2, 8.4.6 Expressions", Severity.WARNING)
def formal_expression(document: BpmnDocument) -> Iterator[Found]:
    """In an executable process an expression says that it is a formal one; others are in a natural language."""
    for process in (one for one in document.processes.values() if one.executable):
        for element in process.element.iter(*(f"{{{BPMN}}}{name}" for name in EITHER_KIND)):
            if text_of(element) and unprefixed(element.get(XSI_TYPE, "")) != "tFormalExpression":
                yield Found(
                    nearest_id(element.getparent()),
                    f"its {local(element)} is run as an expression of this engine, but written as one in a natural "
                    'language: add xsi:type="tFormalExpression"',
                )
