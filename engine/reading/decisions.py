"""Reads DMN files, 1.1 to 1.5. What is not taken is refused with the cell it stands in, all of a file at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

from lxml import etree

from engine.decision_cells import compile_feel, compile_test, split_cell
from engine.decision_types import ColumnType, column_type
from engine.decisions import (
    AGGREGATIONS,
    HIT_POLICIES,
    ORDERED,
    Decision,
    DecisionTable,
    Input,
    LiteralExpression,
    Output,
    Rule,
)
from engine.errors import DefinitionRefused, EngineError
from engine.expressions import Expression
from engine.findings import Finding, Severity

NAMESPACES = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
"""how the namespace of every version begins: 20151101 (1.1), 20180521 (1.2), 20191111, 20211108, 20230324 (1.5)"""
LANGUAGES = ("feel", "karguzar")
"""what an expressionLanguage may name: FEEL as far as it is taken, or our own"""
T = TypeVar("T")
P = ParamSpec("P")


def read_decisions(root: etree._Element, file: str) -> dict[str, Decision]:
    """The decisions of a DMN document by id; raises DefinitionRefused with every fault and its place."""
    reader = _Reader(file=file, items=_item_types(root))
    if not any(str(etree.QName(root).namespace or "").startswith(each) for each in NAMESPACES):
        reader.refuse("", f"this is no DMN document: its namespace is {etree.QName(root).namespace!r}")
    found = {node.get("id") or "": reader.decision(node) for node in _all(root, "decision")}
    linked = reader.linked({ident: one for ident, one in found.items() if one is not None})
    if reader.findings:
        raise DefinitionRefused(reader.findings)
    return linked


def _item_types(root: etree._Element) -> dict[str, str]:
    """Item definition → the type it rests on; a structure or a collection may hold anything."""
    types = {}
    for node in _children(root, "itemDefinition"):
        plain = not _children(node, "itemComponent") and node.get("isCollection") != "true"
        base = next(iter(_children(node, "typeRef")), None)
        types[node.get("name") or ""] = (base.text or "").strip() if plain and base is not None else "Any"
    return types


@dataclass(slots=True, kw_only=True)
class _Reader:
    """A file being read: what it holds so far, and what is wrong with it."""

    file: str
    items: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)
    required: dict[str, list[str]] = field(default_factory=dict)
    """decision → ids of those it requires"""

    def refuse(self, element: str, message: str) -> None:
        """Write a fault down."""
        finding = Finding(
            file=self.file, element=element, rule="decision-table", severity=Severity.ERROR, message=message
        )
        self.findings.append(finding)

    def read(self, element: str, place: str, reading: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `reading` gives; its fault is written down with the place."""
        try:
            return reading(*args, **kwargs)
        except (ValueError, EngineError) as error:
            self.refuse(element, f"{place}: {error}" if place else str(error))
            return None

    def decision(self, node: etree._Element) -> Decision | None:
        """A decision, not linked yet; None where it has faults."""
        ident, faults = node.get("id") or "", len(self.findings)
        self._requirements(ident, node)
        for each in node.iter(etree.Element):
            self._language(ident, each)
        variable = next((one.get("name") for one in _children(node, "variable")), None)
        variable = variable if variable and variable.isidentifier() else None
        logic = self._logic(ident, node, variable or (ident if ident.isidentifier() else "result"))
        if logic is None or len(self.findings) > faults:
            return None
        return Decision(id=ident, name=node.get("name") or "", variable=variable, logic=logic)

    def _logic(self, ident: str, node: etree._Element, variable: str) -> DecisionTable | LiteralExpression | None:
        for table in _children(node, "decisionTable"):
            return self.read(ident, "", self._table, ident, table, variable)
        for literal in _children(node, "literalExpression"):
            reference = literal.get("typeRef") or next((one.get("typeRef") for one in _children(node, "variable")), "")
            kind = self.read(ident, "literal expression", column_type, reference, self.items)
            expression = self.read(ident, "literal expression", compile_feel, _text(literal))
            if kind is None or expression is None:
                return None
            return LiteralExpression(variable=variable, type=kind, expression=expression)
        self.refuse(ident, "the decision has neither a decision table nor a literal expression")
        return None

    def _requirements(self, ident: str, node: etree._Element) -> None:
        if not ident:
            self.refuse("", f"a decision ({node.get('name') or 'without a name'}) has no id")
        if _children(node, "knowledgeRequirement"):
            self.refuse(ident, "business knowledge models are not taken: write the decision into a table")
        needed = [
            one for each in _children(node, "informationRequirement") for one in _children(each, "requiredDecision")
        ]
        self.required[ident] = [(one.get("href") or "").rpartition("#")[2] for one in needed]

    def _language(self, ident: str, node: etree._Element) -> None:
        language = (node.get("expressionLanguage") or "feel").lower()
        if not any(known in language for known in LANGUAGES):
            told = f"{_local(node)} {node.get('id') or ''}"
            self.refuse(ident, f"{told}: the language {language!r} is not taken, only FEEL")

    def linked(self, decisions: Mapping[str, Decision]) -> dict[str, Decision]:
        """Each decision with those it requires; a circle or a reference to nothing is a fault."""
        done: dict[str, Decision] = {}
        waiting = dict(decisions)
        while waiting:
            ready = [ident for ident in waiting if all(each in done for each in self.required[ident])]
            if not ready:
                self._unlinked(waiting, done)
                return done
            for ident in ready:
                required = tuple(done[each] for each in self.required[ident])
                done[ident] = replace(waiting.pop(ident), requires=required)
        return done

    def _unlinked(self, waiting: Mapping[str, Decision], done: Mapping[str, Decision]) -> None:
        for ident in waiting:
            missing = [each for each in self.required[ident] if each not in done and each not in waiting]
            if missing and not self.findings:
                self.refuse(ident, f"the file holds no decision {missing[0]!r}, which this one requires")
        if not self.findings:
            self.refuse(next(iter(waiting)), f"these decisions require one another: {', '.join(waiting)}")

    def _table(self, ident: str, table: etree._Element, variable: str) -> DecisionTable:
        policy, aggregation = _policy(table)
        inputs = [self._input(ident, number, one) for number, one in enumerate(_children(table, "input"), 1)]
        outputs = self._outputs(ident, table, variable)
        if policy in ORDERED and not any(one and one.priorities for one in outputs):
            self.refuse(ident, f"the hit policy {policy} needs the output values in their order, most important first")
        if aggregation and len(outputs) > 1:
            self.refuse(ident, f"{aggregation} goes with one output, not with {len(outputs)}")
        columns = tuple(one for one in inputs if one), tuple(one for one in outputs if one)
        rules = [
            self._rule(ident, number, one, (len(inputs), len(outputs)))
            for number, one in enumerate(_children(table, "rule"), 1)
        ]
        return DecisionTable(
            hit_policy=policy,
            aggregation=aggregation,
            inputs=columns[0],
            outputs=columns[1],
            rules=tuple(one for one in rules if one),
        )

    def _input(self, ident: str, number: int, node: etree._Element) -> Input | None:
        holder = next(iter(_children(node, "inputExpression")), None)
        text = _text(holder) if holder is not None else ""
        place = f"input {number} ({node.get('label') or text or node.get('id')})"
        kind = self._type(ident, place, holder.get("typeRef") if holder is not None else None)
        expression = self.read(ident, place, compile_feel, text)
        listed = _text_in(node, "inputValues")
        allowed = self.read(ident, f"{place}, allowed values", compile_test, listed) if listed else None
        if kind is None or expression is None:
            return None
        return Input(label=node.get("label") or text, expression=expression, type=kind, allowed=allowed)

    def _outputs(self, ident: str, table: etree._Element, variable: str) -> list[Output | None]:
        nodes = _children(table, "output")
        if not nodes:
            self.refuse(ident, "the table has no output")
        only = variable if len(nodes) == 1 else ""
        return [self._output(ident, number, one, only) for number, one in enumerate(nodes, 1)]

    def _output(self, ident: str, number: int, node: etree._Element, only: str) -> Output | None:
        name = node.get("name") or only or node.get("label") or ""
        place = f"output {number} ({name or node.get('id')})"
        if not name.isidentifier():
            self.refuse(ident, f"{place}: it needs a variable's name")
        kind = self._type(ident, place, node.get("typeRef"))
        default = _text_in(node, "defaultOutputEntry")
        listed = split_cell(_text_in(node, "outputValues"))
        priorities = [self.read(ident, f"{place}, output values", compile_feel, one) for one in listed]
        compiled = self.read(ident, f"{place}, default", compile_feel, default) if default else None
        if kind is None:
            return None
        return Output(name=name, type=kind, default=compiled, priorities=tuple(one for one in priorities if one))

    def _type(self, ident: str, place: str, reference: str | None) -> ColumnType | None:
        return self.read(ident, place, column_type, reference, self.items)

    def _rule(self, ident: str, number: int, node: etree._Element, width: tuple[int, int]) -> Rule | None:
        named = node.get("id") or ""
        place = f"rule {number} ({named})" if named else f"rule {number}"
        cells, results = _children(node, "inputEntry"), _children(node, "outputEntry")
        if (len(cells), len(results)) != width:
            told = f"{len(cells)} and {len(results)} cells, not {width[0]} and {width[1]}"
            self.refuse(ident, f"{place} has {told}")
            return None
        tests = list(self._cells(ident, place, "input", [(_text(one), compile_test) for one in cells]))
        entries = list(self._cells(ident, place, "output", [(_text(one), _entry) for one in results]))
        return Rule(
            number=number,
            id=named,
            tests=tuple(one for one in tests if one),
            results=tuple(entries),
        )

    def _cells(
        self, ident: str, place: str, side: str, cells: list[tuple[str, Callable[[str], T]]]
    ) -> Iterator[T | None]:
        for number, (text, compiled) in enumerate(cells, 1):
            yield self.read(ident, f"{place}, {side} {number}", compiled, text)


def _policy(table: etree._Element) -> tuple[str, str | None]:
    policy = (table.get("hitPolicy") or "UNIQUE").upper()
    aggregation = table.get("aggregation")
    if policy not in HIT_POLICIES:
        raise ValueError(f"the hit policy {policy} is unknown")
    if aggregation is not None and (aggregation not in AGGREGATIONS or policy != "COLLECT"):
        raise ValueError(f"the aggregation {aggregation} does not go with {policy}")
    return policy, aggregation


def _entry(text: str) -> Expression | None:
    return compile_feel(text) if text not in {"", "-"} else None


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _children(node: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in node if _local(child) == name]


def _all(node: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in node.iter() if _local(child) == name]


def _text(node: etree._Element) -> str:
    """The content of its `text` element."""
    text = next(iter(_children(node, "text")), None)
    return (text.text or "").strip() if text is not None else ""


def _text_in(node: etree._Element, name: str) -> str:
    """The content of the `text` element of its child of that name."""
    return next((_text(child) for child in _children(node, name)), "")
