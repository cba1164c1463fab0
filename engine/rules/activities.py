"""Rules over activities: loops, calls, scripts, and what the interpreter would silently do otherwise."""

from collections.abc import Callable, Iterator, Mapping

from engine.reading.document import ACTIVITIES, BpmnDocument, Node
from engine.reading.markup import attribute, bpmn_children, text_of
from engine.rules.registry import Found, bpmn_rule


def _nodes(document: BpmnDocument) -> Iterator[Node]:
    for process in document.executable:
        yield from process.nodes.values()


@bpmn_rule("multi-instance", "BPMN 2.0.2, 10.3.8 Loop Characteristics")
def multi_instance(document: BpmnDocument) -> Iterator[Found]:
    """A multi-instance activity says how often: by a cardinality or by a collection, not by both."""
    for node in _nodes(document):
        for loop in bpmn_children(node.element, "multiInstanceLoopCharacteristics"):
            cardinality, collection = bpmn_children(loop, "loopCardinality"), bpmn_children(loop, "loopDataInputRef")
            if bool(cardinality) is bool(collection):
                yield Found(node.id, "a multi-instance activity needs either loopCardinality or loopDataInputRef")


@bpmn_rule("standard-loop", "BPMN 2.0.2, 10.3.8 Loop Characteristics")
def standard_loop(document: BpmnDocument) -> Iterator[Found]:
    """A standard loop has a condition or a maximum, so that it ends."""
    for node in _nodes(document):
        for loop in bpmn_children(node.element, "standardLoopCharacteristics"):
            maximum = loop.get("loopMaximum")
            if not bpmn_children(loop, "loopCondition") and maximum is None:
                yield Found(node.id, "the loop never ends: give it a loopCondition or a loopMaximum")
            if maximum is not None and not (maximum.isdigit() and int(maximum[:6]) > 0):
                yield Found(node.id, f"loopMaximum must be a whole number above 0, not {maximum[:20]!r}")


@bpmn_rule("call", "BPMN 2.0.2, 10.3.6 Call Activity")
def call(document: BpmnDocument) -> Iterator[Found]:
    """A call activity names the process it calls."""
    for node in _nodes(document):
        if node.kind == "callActivity" and not attribute(node.element, "calledElement"):
            yield Found(node.id, "it calls nothing: set calledElement to the key of a process")


@bpmn_rule("script", "BPMN 2.0.2, 10.3.3 Script Task")
def script(document: BpmnDocument) -> Iterator[Found]:
    """A script task has a script."""
    for node in _nodes(document):
        if node.kind == "scriptTask" and not any(text_of(child) for child in bpmn_children(node.element, "script")):
            yield Found(node.id, "the script is empty: write assignments such as late = due_on < today()")


LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
AT_ONCE = frozenset({"task", "userTask", "manualTask", "scriptTask", "businessRuleTask", "sendTask"})
"""activities that are done in one step, so that two of them never run at the same time"""


def _ad_hoc(document: BpmnDocument, node: Node) -> str | None:
    if node.kind != "adHocSubProcess" or node.element.get("ordering") != "Sequential":
        return None
    inside = [one for one in document.processes[node.process].inside(node.id) if one.kind in ACTIVITIES]
    if any(one.kind not in AT_ONCE or bpmn_children(one.element, *LOOPS) for one in inside):
        return "in a sequential ad-hoc subprocess only plain tasks are supported: make it parallel, or model the order"
    return None


def _compensation(document: BpmnDocument, node: Node) -> str | None:
    border = document.processes[node.process].nodes.get(node.attached_to or "")
    if border is not None and border.element.get("isForCompensation") in {"true", "1"}:
        return "an event on the border of a compensation handler is not supported: put it inside a subprocess"
    if len(node.triggers) > 1 and any(trigger.kind == "compensateEventDefinition" for trigger in node.triggers):
        return "compensation beside other triggers is not supported: draw an event for each"
    return None


def _instantiate(document: BpmnDocument, node: Node) -> str | None:
    if not _creates(node):
        return None
    beside = document.processes[node.process].inside(node.container)
    if any(one.kind == "startEvent" or (_creates(one) and one is not node) for one in beside):
        return "what creates instances beside a start event or another such node is not supported: keep one of them"
    return None


def _creates(node: Node) -> bool:
    return attribute(node.element, "instantiate") in {"true", "1"}


UNSUPPORTED: Mapping[str, Callable[[BpmnDocument, Node], str | None]] = {
    "ad-hoc-subprocess": _ad_hoc,
    "compensation": _compensation,
    "instantiate": _instantiate,
}
"""what the interpreter does not know, or would silently take for something else"""


@bpmn_rule("unsupported", "BPMN 2.0.2, 2.1 Process Execution Conformance")
def unsupported(document: BpmnDocument) -> Iterator[Found]:
    """Constructs this engine does not run are refused, never run differently from what they say."""
    for node in _nodes(document):
        for look in UNSUPPORTED.values():
            message = look(document, node)
            if message:
                yield Found(node.id, message)
