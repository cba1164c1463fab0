"""Rules over tasks that sign the document of another one."""

import ast
from collections.abc import Iterator

from engine.cosigning import DECISION, REASON, SIGN
from engine.definition import ElementDefinition
from engine.errors import ExpressionError
from engine.expressions import compile_expression
from engine.reading.document import Node
from engine.reading.markup import bpmn_children
from engine.rules.elements import HUMAN, humans
from engine.rules.registry import Found, PackageUnderLint, package_rule

LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")


def _cosigning(lint: PackageUnderLint) -> Iterator[ElementDefinition]:
    return (element for element in humans(lint) if element.cosigns is not None)


@package_rule("cosigns")
def cosigns(lint: PackageUnderLint) -> Iterator[Found]:
    """A task co-signs the document of a user task before it, which makes one document at a time."""
    for element in _cosigning(lint):
        other = lint.package.elements.get(element.cosigns or "")
        if other is None or other.kind not in HUMAN or other.id == element.id:
            yield Found(element.id, f"cosigns {element.cosigns!r} is no other user task of the process")
        elif other.cosigns is not None:
            yield Found(element.id, f"{other.id!r} makes no document, it co-signs one itself: name that task")
        elif bpmn_children(lint.process.nodes[other.id].element, *LOOPS):
            yield Found(element.id, f"{other.id!r} is done several times, each with a document: nobody knows which")
        elif element.id not in _after(lint, other.id):
            yield Found(element.id, f"no path leads here from {other.id!r}: its document is not there yet")
        if bpmn_children(lint.process.nodes[element.id].element, "standardLoopCharacteristics"):
            yield Found(element.id, "a co-signing task is no loop: make it multi-instance")


def _after(lint: PackageUnderLint, start: str) -> set[str]:
    """What a token may reach from an element, also by way of what surrounds it and of what sits on its border."""
    nodes = lint.process.nodes
    bordering: dict[str, list[str]] = {}
    for node in nodes.values():
        if node.attached_to:
            bordering.setdefault(node.attached_to, []).append(node.id)
    reached, pending = set[str](), [start]
    while pending:
        node = nodes[pending.pop()]
        inside = [one.id for one in lint.process.inside(node.id)]
        ways = [*(flow.target for flow in node.outgoing), *bordering.get(node.id, ()), *inside, *_around(node)]
        pending += [way for way in ways if way in nodes and way not in reached]
        reached.update(ways)
    return reached


def _around(node: Node) -> tuple[str, ...]:
    return () if node.container == node.process else (node.container,)


@package_rule("cosigns-form")
def cosigns_form(lint: PackageUnderLint) -> Iterator[Found]:
    """A co-signer's form has the decision to sign, and a field for the reason of not signing."""
    for element in _cosigning(lint):
        form = lint.package.forms.get(element.form or "")
        if form is None:
            continue  # task-form says so
        properties = form.schema.get("properties")
        fields = properties if isinstance(properties, dict) else {}
        decision = fields.get(DECISION)
        decisions = decision.get("enum") if isinstance(decision, dict) else None
        if not isinstance(decisions, list) or SIGN not in decisions:
            yield Found(element.id, f"its form {element.form!r} has no field {DECISION!r} with the value {SIGN!r}")
        elif len(decisions) > 1 and REASON not in fields:
            message = f"its form {element.form!r} has no field {REASON!r}: who does not sign says why"
            yield Found(element.id, message)


@package_rule("cosigns-needed")
def cosigns_needed(lint: PackageUnderLint) -> Iterator[Found]:
    """How many have to sign is a number not above those asked; a completion condition ends the task at it."""
    for element in humans(lint):
        if element.needed is None:
            continue
        if element.cosigns is None:
            yield Found(element.id, "needed says how many co-signers are needed: it means nothing without cosigns")
            continue
        yield from _number(lint, element)
        loops = bpmn_children(lint.process.nodes[element.id].element, LOOPS[0])
        if loops and not bpmn_children(loops[0], "completionCondition"):
            yield Found(element.id, "the task waits for all although fewer are needed: give it a completionCondition")


def _number(lint: PackageUnderLint, element: ElementDefinition) -> Iterator[Found]:
    source = element.needed or ""
    try:
        unknown = compile_expression(source).names - lint.names
    except ExpressionError as error:
        yield Found(element.id, f"needed {error.source!r} is refused: {error.reason}")
        return
    for name in sorted(unknown):
        yield Found(element.id, f"needed reads {name!r}, which process.toml does not declare")
    needed, asked = _literal(source), _literal(element.instances.cardinality) if element.instances else 1
    if needed is not None and asked is not None and needed > asked:
        yield Found(element.id, f"{needed} are needed, and {asked} asked")


def _names(source: str) -> frozenset[str]:
    try:
        return compile_expression(source).names
    except ExpressionError:
        return frozenset()


def _literal(source: str | None) -> int | None:
    try:
        value = ast.literal_eval((source or "").strip())
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, int) else None


@package_rule("cosigns-people")
def cosigns_people(lint: PackageUnderLint) -> Iterator[Found]:
    """Who is asked is known when the document is made: a declared list, with an item that the assignee names."""
    for element in _cosigning(lint):
        loop = element.instances
        if loop is None or loop.collection is None:
            continue
        declared = lint.package.variables.get(loop.collection)
        if declared is None or declared.type != "list":
            message = f"its collection {loop.collection!r} is no declared variable of type list"
            yield Found(element.id, f"{message}: the fields of its document could not be allotted")
        if element.assignee is not None and not _names(element.assignee) & set(loop.items):
            yield Found(element.id, "its assignee is the same for each instance: name the inputDataItem")
