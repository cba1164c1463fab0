"""Decision tables (DMN 1.3, 8): rules over inputs, read from XML and asked in the expression language.

Cells: `-` or empty matches anything; `"a", "b"` and `1, 2` any of them; `< 5`, `>= date('2026-01-01')` a comparison;
`[1..5]`, `(0..1]` a range; `not(…)` none of them; anything else is an expression that must equal the input.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.errors import DefinitionRefused, ExecutionFailed, ExpressionError
from engine.expressions import Expression, ExpressionContext, compile_expression
from engine.findings import Finding, Severity

HIT_POLICIES = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"})
AGGREGATIONS: Mapping[str, Callable[[list[Any]], Any]] = {"SUM": sum, "MIN": min, "MAX": max, "COUNT": len}
INPUT = "cell_input"
"""the name the input has in a cell's own expression (FEEL writes `?`)"""
_RANGE = re.compile(r"(?P<left>[\[(\]])\s*(?P<low>.+?)\s*\.\.\s*(?P<high>.+?)\s*(?P<right>[\])\[])", re.DOTALL)
_COMPARISON = re.compile(r"(?P<operator><=|>=|<|>|!=|==|=)\s*(?P<value>.+)", re.DOTALL)
_FEEL_WORDS = {"true": "True", "false": "False", "null": "None"}


CellTest = Callable[[Any, Mapping[str, Any], ExpressionContext], bool]
"""whether an input value passes a cell"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A column of results: the variable it sets, its default, and its values in order of priority."""

    name: str
    default: Expression | None
    priorities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row."""

    id: str
    tests: tuple[CellTest, ...]
    results: tuple[Expression | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """A decision, compiled. `decide` gives the variables it sets."""

    id: str
    name: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[Expression, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def decide(self, names: Mapping[str, Any], context: ExpressionContext) -> dict[str, Any]:
        """Ask the table; raises ExecutionFailed where the hit policy is broken, ExpressionError for a faulty cell."""
        values = [one.evaluate(names, context) for one in self.inputs]
        hits = [rule for rule in self.rules if self._matches(rule, values, names, context)]
        if self.hit_policy == "FIRST":
            hits = hits[:1]
        rows = [self._row(rule, names, context) for rule in hits]
        if self.hit_policy in {"UNIQUE", "ANY"}:
            self._require_agreement(hits, rows)
        if self.hit_policy in {"COLLECT", "RULE ORDER", "OUTPUT ORDER"}:
            return self._collected(rows)
        if not rows:
            return {out.name: out.default.evaluate(names, context) if out.default else None for out in self.outputs}
        return self._ranked(rows)[0] if self.hit_policy == "PRIORITY" else rows[0]

    def _matches(self, rule: Rule, values: list[Any], names: Mapping[str, Any], context: ExpressionContext) -> bool:
        return all(test(value, names, context) for test, value in zip(rule.tests, values, strict=True))

    def _row(self, rule: Rule, names: Mapping[str, Any], context: ExpressionContext) -> dict[str, Any]:
        return {
            output.name: result.evaluate(names, context) if result else None
            for output, result in zip(self.outputs, rule.results, strict=True)
        }

    def _require_agreement(self, hits: list[Rule], rows: list[dict[str, Any]]) -> None:
        """UNIQUE: at most one rule; ANY: all that match say the same."""
        if len(rows) > 1 and (self.hit_policy == "UNIQUE" or any(row != rows[0] for row in rows)):
            ids = ", ".join(rule.id for rule in hits)
            raise ExecutionFailed(self.id, f"several rules match, against the hit policy {self.hit_policy}: {ids}")

    def _ranked(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        def rank(row: dict[str, Any]) -> list[int]:
            return [
                out.priorities.index(str(row[out.name]))
                if str(row[out.name]) in out.priorities
                else len(out.priorities)
                for out in self.outputs
            ]

        return sorted(rows, key=rank)

    def _collected(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        ordered = self._ranked(rows) if self.hit_policy == "OUTPUT ORDER" else rows
        lists = {out.name: [row[out.name] for row in ordered] for out in self.outputs}
        if self.aggregation is None:
            return dict(lists)
        combine = AGGREGATIONS[self.aggregation]
        return {name: combine(items) if items or combine in {sum, len} else None for name, items in lists.items()}


def read_decisions(root: etree._Element, file: str) -> dict[str, DecisionTable]:
    """The decision tables of a DMN document by id; raises DefinitionRefused with where and why."""
    tables = {}
    for decision in _all(root, "decision"):
        table = next(iter(_children(decision, "decisionTable")), None)
        ident = decision.get("id") or ""
        if table is None:
            raise _refused(file, ident, "only decision tables are supported")
        try:
            tables[ident] = _table(decision, table)
        except (ValueError, ExpressionError) as error:
            raise _refused(file, ident, str(error)) from error
    return tables


def _table(decision: etree._Element, table: etree._Element) -> DecisionTable:
    policy = (table.get("hitPolicy") or "UNIQUE").upper()
    aggregation = table.get("aggregation")
    if policy not in HIT_POLICIES:
        raise ValueError(f"hit policy {policy} is unknown")
    if aggregation is not None and (aggregation not in AGGREGATIONS or policy != "COLLECT"):
        raise ValueError(f"aggregation {aggregation} does not go with {policy}")
    inputs = tuple(_compiled(_text(one, "inputExpression")) for one in _children(table, "input"))
    outputs = tuple(_output(one) for one in _children(table, "output"))
    return DecisionTable(
        id=decision.get("id") or "",
        name=decision.get("name") or "",
        hit_policy=policy,
        aggregation=aggregation,
        inputs=inputs,
        outputs=outputs,
        rules=tuple(_rule(one, len(inputs), len(outputs)) for one in _children(table, "rule")),
    )


def _output(node: etree._Element) -> Output:
    name = node.get("name") or node.get("label")
    if not name or not name.isidentifier():
        raise ValueError(f"output {node.get('id')} needs a variable's name")
    default = _text(node, "defaultOutputEntry")
    listed = split_cell(_text(node, "outputValues"))
    return Output(
        name=name,
        default=_compiled(default) if default else None,
        priorities=tuple(value.strip("\"'") for value in listed),
    )


def _rule(node: etree._Element, inputs: int, outputs: int) -> Rule:
    cells, results = _children(node, "inputEntry"), _children(node, "outputEntry")
    if len(cells) != inputs or len(results) != outputs:
        raise ValueError(f"rule {node.get('id')} has {len(cells)} and {len(results)} cells, not {inputs} and {outputs}")
    texts = [_text(one) for one in results]
    return Rule(
        id=node.get("id") or "",
        tests=tuple(compile_test(_text(one)) for one in cells),
        results=tuple(_compiled(text) if text not in {"", "-"} else None for text in texts),
    )


def compile_test(cell: str) -> CellTest:
    """A cell as a test of the input; raises ExpressionError or ValueError."""
    text = cell.strip()
    if text in {"", "-"}:
        return lambda _value, _names, _context: True
    inverted = re.fullmatch(r"not\s*\((?P<inner>.+)\)", text, re.DOTALL)
    if inverted:
        inner = compile_test(inverted["inner"])
        return lambda value, names, context: not inner(value, names, context)
    alternatives = split_cell(text)
    if len(alternatives) > 1:
        tests = [compile_test(one) for one in alternatives]
        return lambda value, names, context: any(test(value, names, context) for test in tests)
    condition = _compiled(_as_condition(text))
    return lambda value, names, context: bool(condition.evaluate({**names, INPUT: value}, context))


def _as_condition(text: str) -> str:
    ranged = _RANGE.fullmatch(text)
    if ranged:
        low, high = "<=" if ranged["left"] == "[" else "<", "<=" if ranged["right"] == "]" else "<"
        return f"({_word(ranged['low'])}) {low} {INPUT} and {INPUT} {high} ({_word(ranged['high'])})"
    compared = _COMPARISON.fullmatch(text)
    if compared:
        operator = "==" if compared["operator"] == "=" else compared["operator"]
        return f"{INPUT} {operator} ({_word(compared['value'])})"
    return f"{INPUT} == ({_word(text)})"


def _word(text: str) -> str:
    return _FEEL_WORDS.get(text.strip(), text.strip())


def split_cell(text: str) -> list[str]:
    """Split at the commas that stand outside quotes and brackets."""
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not quote and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def _compiled(text: str) -> Expression:
    return compile_expression(_word(text))


def _refused(file: str, element: str, message: str) -> DefinitionRefused:
    return DefinitionRefused(
        [Finding(file=file, element=element, rule="decision-table", severity=Severity.ERROR, message=message)]
    )


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _children(node: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in node if _local(child) == name]


def _all(node: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in node.iter() if _local(child) == name]


def _text(node: etree._Element, name: str | None = None) -> str:
    """The content of the `text` element of the node, or of its child of that name."""
    holder = node if name is None else next(iter(_children(node, name)), None)
    if holder is None:
        return ""
    text = next(iter(_children(holder, "text")), None)
    return (text.text or "").strip() if text is not None else ""
