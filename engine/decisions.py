"""Decisions (DMN 1.5): tables with every hit policy, literal expressions, and what they require of one another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decision_cells import CellTest
from engine.decision_types import ColumnType
from engine.errors import ExecutionFailed, ExpressionError
from engine.expressions import FAILURES, Expression, ExpressionContext, plain

SINGLE = frozenset({"UNIQUE", "ANY", "PRIORITY", "FIRST"})
"""hit policies with one row as the result"""
ORDERED = frozenset({"PRIORITY", "OUTPUT ORDER"})
"""hit policies that rank rows by the order of the output values"""
HIT_POLICIES = SINGLE | {"RULE ORDER", "OUTPUT ORDER", "COLLECT"}
AGGREGATIONS: Mapping[str, Callable[[list[Any]], Any]] = {"SUM": sum, "MIN": min, "MAX": max, "COUNT": len}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A column of conditions."""

    label: str
    expression: Expression
    type: ColumnType
    allowed: CellTest | None
    """the values it may have at all"""

    def value(self, names: Mapping[str, Any], context: ExpressionContext) -> Any:
        """What the column is asked about; raises ExecutionFailed for a value its type or its list does not know."""
        given = self.expression.evaluate(names, context)
        try:
            value = self.type.converted(given, context)
        except FAILURES as error:
            raise ExecutionFailed(None, f"input {self.label!r} is of type {self.type.name}: {error}") from error
        if self.allowed is not None and value is not None and value != "" and not self.allowed(value, names, context):
            raise ExecutionFailed(None, f"input {self.label!r}: {value!r:.60} is none of its allowed values")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A column of results: the variable it sets, its type, its default, and its values in order of priority."""

    name: str
    type: ColumnType
    default: Expression | None
    priorities: tuple[Expression, ...]

    def value(self, result: Expression | None, names: Mapping[str, Any], context: ExpressionContext) -> Any:
        """What an entry gives; raises TypeError or ValueError when it does not fit the column's type."""
        return plain(self.type.converted(result.evaluate(names, context), context)) if result else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row, counted from 1."""

    number: int
    id: str
    tests: tuple[CellTest, ...]
    results: tuple[Expression | None, ...]

    def __str__(self) -> str:
        return f"{self.number} ({self.id})" if self.id else str(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a decision says: rows of outputs, and whether there may be several by its nature."""

    rows: Sequence[Row]
    many: bool

    @property
    def value(self) -> Any:
        """One value: an output's, or a dict where there are several outputs, or a list of those."""
        values = [next(iter(row.values())) if len(row) == 1 else row for row in self.rows]
        return values if self.many else values[0]

    def variables(self) -> Row:
        """By the outputs' names; a list each where there may be several rows."""
        if not self.many:
            return dict(self.rows[0])
        return {name: [row[name] for row in self.rows] for name in (self.rows[0] if self.rows else ())}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralExpression:
    """A decision that is one expression (DMN 1.5, 7.3.1)."""

    variable: str
    type: ColumnType
    expression: Expression

    @property
    def reads(self) -> frozenset[str]:
        """The names it reads."""
        return self.expression.names

    @property
    def sets(self) -> tuple[str, ...]:
        """The variables it gives."""
        return (self.variable,)

    def result(self, names: Mapping[str, Any], context: ExpressionContext) -> Result:
        """Its value; raises ExecutionFailed, ExpressionError."""
        given = self.expression.evaluate(names, context)
        try:
            return Result(rows=[{self.variable: plain(self.type.converted(given, context))}], many=False)
        except FAILURES as error:
            raise ExecutionFailed(None, f"the result is of type {self.type.name}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """A compiled table."""

    hit_policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def reads(self) -> frozenset[str]:
        """The names its inputs read."""
        return frozenset().union(*(one.expression.names for one in self.inputs))

    @property
    def sets(self) -> tuple[str, ...]:
        """The variables its outputs set."""
        return tuple(output.name for output in self.outputs)

    def result(self, names: Mapping[str, Any], context: ExpressionContext) -> Result:
        """Ask the table; raises ExecutionFailed, which names the rule and the cell, and ExpressionError."""
        values = [one.value(names, context) for one in self.inputs]
        hits = [rule for rule in self.rules if self._matches(rule, values, names, context)]
        rows = [self._row(rule, names, context) for rule in hits]
        if not rows:
            return self._default(names, context)
        if self.hit_policy in {"UNIQUE", "ANY"}:
            self._require_agreement(hits, rows)
        if self.hit_policy in ORDERED:
            rows = self._ranked(hits, rows, names, context)
        if self.aggregation is not None:
            return self._aggregated(rows)
        many = self.hit_policy not in SINGLE
        return Result(rows=rows if many else rows[:1], many=many)

    def _default(self, names: Mapping[str, Any], context: ExpressionContext) -> Result:
        """What no rule gives: the outputs' defaults, else nothing, an empty list, a count of 0."""
        row = {output.name: output.value(output.default, names, context) for output in self.outputs}
        told = any(output.default for output in self.outputs)
        if self.hit_policy in SINGLE or self.aggregation in {"SUM", "MIN", "MAX"}:
            return Result(rows=[row], many=False)
        if self.aggregation == "COUNT":
            return Result(rows=[row if told else dict.fromkeys(row, 0)], many=False)
        return _Nothing(rows=[row] if told else [], many=True, names=self.sets)

    def _matches(self, rule: Rule, values: list[Any], names: Mapping[str, Any], context: ExpressionContext) -> bool:
        for column, test, value in zip(self.inputs, rule.tests, values, strict=True):
            try:
                if not test(value, names, context):
                    return False
            except ExpressionError as error:
                raise ExecutionFailed(None, f"rule {rule}, input {column.label!r}: {error}") from error
        return True

    def _row(self, rule: Rule, names: Mapping[str, Any], context: ExpressionContext) -> Row:
        row: Row = {}
        for output, result in zip(self.outputs, rule.results, strict=True):
            try:
                row[output.name] = output.value(result, names, context)
            except (ExpressionError, *FAILURES) as error:
                raise ExecutionFailed(None, f"rule {rule}, output {output.name!r}: {error}") from error
        return row

    def _require_agreement(self, hits: list[Rule], rows: list[Row]) -> None:
        """UNIQUE: at most one rule; ANY: all that match say the same."""
        if len(rows) > 1 and (self.hit_policy == "UNIQUE" or any(row != rows[0] for row in rows)):
            told = ", ".join(str(rule) for rule in hits)
            raise ExecutionFailed(None, f"several rules match, against the hit policy {self.hit_policy}: {told}")

    def _ranked(
        self, hits: list[Rule], rows: list[Row], names: Mapping[str, Any], context: ExpressionContext
    ) -> list[Row]:
        """By the place of each output's value among its output values, the leftmost output first."""
        orders = {
            output.name: [plain(value.evaluate(names, context)) for value in output.priorities]
            for output in self.outputs
            if output.priorities
        }

        def rank(numbered: tuple[int, Row]) -> list[int]:
            number, row = numbered
            for name, order in orders.items():
                if row[name] not in order:
                    told = f"rule {hits[number]}, output {name!r}: {row[name]!r:.60} is none of the output values"
                    raise ExecutionFailed(None, told)
            return [order.index(row[name]) for name, order in orders.items()]

        return [row for _, row in sorted(enumerate(rows), key=rank)]

    def _aggregated(self, rows: list[Row]) -> Result:
        name = self.outputs[0].name
        values = [row[name] for row in rows if row[name] is not None or self.aggregation == "COUNT"]
        try:
            value = AGGREGATIONS[str(self.aggregation)](values) if values else None
        except TypeError as error:
            raise ExecutionFailed(None, f"{self.aggregation} of {values!r:.80}: {error}") from error
        return Result(rows=[{name: value}], many=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nothing(Result):
    """No row, where there may be several: an empty list an output."""

    names: tuple[str, ...]

    def variables(self) -> Row:
        return {name: [row[name] for row in self.rows] for name in self.names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision with those it requires, whose results it sees as variables (DMN 1.5, 6.3)."""

    id: str
    name: str
    variable: str | None
    """the name of its whole result, where it has one"""
    logic: DecisionTable | LiteralExpression
    requires: tuple["Decision", ...] = ()
    into: str | None = None
    """the one variable a business rule task puts the result in"""
    as_list: bool = False
    """whether that is a list of rows whatever the hit policy"""

    @property
    def reads(self) -> frozenset[str]:
        """The process's variables that this decision and those it requires read."""
        required = frozenset().union(*(one.gives for one in self.requires))
        own: frozenset[str] = self.logic.reads - required
        return own.union(*(one.reads for one in self.requires))

    @property
    def gives(self) -> frozenset[str]:
        """The names under which a decision that requires this one sees its result."""
        return frozenset([*self.logic.sets, *([self.variable] if self.variable else [])])

    @property
    def sets(self) -> tuple[str, ...]:
        """The variables a business rule task sets by it."""
        return (self.into,) if self.into else self.logic.sets

    def decide(self, names: Mapping[str, Any], context: ExpressionContext) -> Row:
        """The variables it sets; raises ExecutionFailed with the decision, the rules or the cell, and why."""
        result = self._result(names, context)
        if self.into is None:
            return result.variables()
        return {self.into: list(result.rows) if self.as_list else result.value}

    def _result(self, names: Mapping[str, Any], context: ExpressionContext) -> Result:
        seen = dict(names)
        for one in self.requires:
            required = one._result(names, context)  # noqa: SLF001 - a decision's own kind
            seen |= required.variables()
            if one.variable:
                seen[one.variable] = required.value
        try:
            return self.logic.result(seen, context)
        except (ExecutionFailed, ExpressionError) as error:
            reason = error.reason if isinstance(error, ExecutionFailed) else str(error)
            raise ExecutionFailed(None, f"decision {self.id!r}: {reason}") from error
