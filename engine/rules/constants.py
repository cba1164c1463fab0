"""Rules over expressions that are written out as constants: a condition is true or false, a timer a moment."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.reading.document import BpmnDocument, Node
from engine.reading.markup import bpmn_children, local, text_of
from engine.rules.events import TIMERS
from engine.rules.expressions import LITERAL
from engine.rules.registry import Found, bpmn_rule

MAX_CONSTANT = 200
"""characters; nobody writes a longer one by mistake"""
CAPITALS = re.compile(r"(?=.*[A-Z])[A-Z0-9:+./-]+")
"""meant as ISO 8601, as a timer's text: variables are written small"""
TRUTHS = (ast.Compare, ast.BoolOp)
CLAUSE = "BPMN 2.0.2, 8.4.6 Expressions"


def _tree(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body if len(text) <= MAX_CONSTANT else None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None  # the rule "expression" tells it


def _constant(text: str) -> tuple[bool, Any]:
    """Whether the text is a constant, and which."""
    tree = _tree(text)
    negative = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd)
    inner = tree.operand if isinstance(tree, ast.UnaryOp) and negative else tree
    if not isinstance(inner, ast.Constant):
        return False, None
    minus = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub) and isinstance(inner.value, int | float)
    return True, -inner.value if minus and isinstance(inner.value, int | float) else inner.value


def _truth(text: str) -> bool:
    """Whether the text can only come to true or false."""
    tree = _tree(text)
    return isinstance(tree, TRUTHS) or (isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not))


def _conditions(node: Node) -> Iterator[tuple[str, str]]:
    """(what, text) of the conditions of a node and of the flows out of it."""
    places = [("condition", child) for t in node.triggers for child in _of(t.element, "condition")]
    for loop in _of(node.element, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
        places += [(local(child), child) for child in _of(loop, "completionCondition", "loopCondition")]
        places += [
            ("condition", one) for inner in _of(loop, "complexBehaviorDefinition") for one in _of(inner, "condition")
        ]
    places += [(local(child), child) for child in _of(node.element, "completionCondition", "activationCondition")]
    yield from ((what, text) for what, element in places if (text := text_of(element)))


def _of(element: Any, *names: str) -> list[Any]:
    return [] if element is None else bpmn_children(element, *names)


@bpmn_rule("condition-constant", CLAUSE)
def condition_constant(document: BpmnDocument) -> Iterator[Found]:
    """A condition is no number and no text: it comes to true or false."""
    for process in document.executable:
        for node in process.nodes.values():
            for what, text in _conditions(node):
                if _wrong_truth(text):
                    yield Found(node.id, f"the {what} {text[:80]!r} is neither true nor false")
        for flow in process.flows.values():
            if flow.condition and _wrong_truth(flow.condition):
                yield Found(flow.id, f"the condition {flow.condition[:80]!r} is neither true nor false")


def _wrong_truth(text: str) -> bool:
    constant, value = _constant(text)
    return constant and not isinstance(value, bool)


@bpmn_rule("loop-cardinality", "BPMN 2.0.2, 10.3.8 Multi-Instance Characteristics")
def loop_cardinality(document: BpmnDocument) -> Iterator[Found]:
    """How often a multi-instance activity runs is a whole number, 0 or more."""
    for process in document.executable:
        for node in process.nodes.values():
            loops = bpmn_children(node.element, "multiInstanceLoopCharacteristics")
            for one in (inner for loop in loops for inner in bpmn_children(loop, "loopCardinality")):
                text = text_of(one) or ""
                constant, value = _constant(text)
                whole = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and value % 1 == 0
                if (constant and not whole) or _truth(text):
                    yield Found(node.id, f"the loopCardinality {text[:80]!r} must be a whole number, 0 or more")


@bpmn_rule("timer-literal", "BPMN 2.0.2, 10.5.5 Timer Event Definition; ISO 8601")
def timer_literal(document: BpmnDocument) -> Iterator[Found]:
    """An ISO 8601 literal of a timer is a date, a duration or a repetition that exists; a number or a truth is none."""
    for node in document.nodes():
        for trigger in node.triggers:
            if trigger.kind != "timerEventDefinition":
                continue
            for child in bpmn_children(trigger.element, *TIMERS):
                fault = _timer_fault(local(child), text_of(child) or "")
                if fault:
                    yield Found(node.id, fault)


def _timer_fault(name: str, text: str) -> str | None:
    from engine.spiff.timers import parse_cycle, parse_duration, parse_instant

    readers: Mapping[str, Callable[[str], object]] = {
        "timeDate": lambda moment: parse_instant(moment, "UTC"),
        "timeDuration": parse_duration,
        "timeCycle": lambda cycle: parse_cycle(cycle, parse_instant("2026-01-01", "UTC"), "UTC"),
    }
    constant, value = (False, None) if LITERAL.fullmatch(text) or CAPITALS.fullmatch(text) else _constant(text)
    if _truth(text) or (constant and not isinstance(value, str)):
        return f"the {name} {text[:80]!r} is no moment, duration or repetition: write it after ISO 8601"
    if not (constant or LITERAL.fullmatch(text) or CAPITALS.fullmatch(text)):
        return None
    try:
        readers[name](str(value) if constant else text)
    except (ValueError, OverflowError) as error:
        return f"the {name} {text[:80]!r} cannot be read: {error}"
    return None
