"""Several people sign one document: whom a process expects beside the one who made it.

A user task with `cosigns` puts its signature on the document of an earlier one. Who will be asked, and how many of
them have to sign, is worked out when that document is made: its signature fields are allotted then and for good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definition import ElementDefinition, ProcessPackage
from engine.errors import CosignersUnclear
from engine.expressions import ExpressionContext, compile_expression

SIGN = "sign"
"""the decision by which a co-signer signs; any other is a refusal, with a document of its own"""
DECISION = "decision"
REASON = "reason"
"""the field in which somebody says why they do not sign"""
MOST = 50
"""co-signers of one document"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """One whose signature a document has a field for."""

    element: str
    """the co-signing task: of those asked there, `needed` have to sign"""
    role: str
    person: str | None
    """None: whoever of the role takes the step"""
    needed: int


def cosigners(
    package: ProcessPackage, element_id: str, variables: Mapping[str, Any], context: ExpressionContext
) -> tuple[Cosigner, ...]:
    """Everybody a document made at this element has a field for, in the order of the tasks in the model.

    :raises CosignersUnclear: the model's expressions do not give whole numbers and persons, or too few of them
    """
    tasks = [one for one in package.elements.values() if one.cosigns == element_id]
    found = tuple(one for task in tasks for one in _of_task(task, variables, context))
    if len(found) > MOST:
        raise CosignersUnclear(element_id, f"{len(found)} people would sign, {MOST} may")
    return found


def _of_task(task: ElementDefinition, variables: Mapping[str, Any], context: ExpressionContext) -> Iterator[Cosigner]:
    people = list(_people(task, variables, context))
    needed = len(people) if task.needed is None else _whole(task, task.needed, variables, context)
    named = [one for one in people if one is not None]
    if len(set(named)) < len(named):
        raise CosignersUnclear(task.id, "somebody is named twice")
    if needed > len(people) or (needed == 0 and task.needed is None):
        raise CosignersUnclear(task.id, f"{needed} are to sign, and {len(people)} are asked")
    if needed > 0:
        yield from (Cosigner(element=task.id, role=task.role or "", person=one, needed=needed) for one in people)


def _people(task: ElementDefinition, variables: Mapping[str, Any], context: ExpressionContext) -> Iterator[str | None]:
    loop = task.instances
    if loop is None:
        yield _person(task, variables, context)
    elif loop.collection is not None:
        items = variables.get(loop.collection)
        if not isinstance(items, list | tuple):
            raise CosignersUnclear(task.id, f"{loop.collection!r} is no list")
        for item in items[: MOST + 1]:
            yield _person(task, {**variables, **dict.fromkeys(loop.items, item)}, context)
    else:
        for _ in range(min(_whole(task, loop.cardinality or "", variables, context), MOST + 1)):
            yield _person(task, variables, context)


def _person(task: ElementDefinition, variables: Mapping[str, Any], context: ExpressionContext) -> str | None:
    if task.assignee is None:
        return None
    person = compile_expression(task.assignee).evaluate(variables, context)
    return str(person) if person else None


def _whole(task: ElementDefinition, source: str, variables: Mapping[str, Any], context: ExpressionContext) -> int:
    value = compile_expression(source).evaluate(variables, context)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise CosignersUnclear(task.id, f"{source!r} gives {value!r}: it must be a whole number, 0 or more")
    return value
