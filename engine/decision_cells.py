"""What stands in the cells of a decision table: unary tests (DMN 1.5, 7.3.3 and 10.3.1) over the expression language.

`-` or nothing matches anything; `"a", "b"` and `1, 2` any of them; `< 5`, `>= date("2026-01-01")` a comparison;
`[1..5]`, `(0..1]`, `]0..1[` a range; `not(…)` none of them; an expression that mentions `?` decides by itself; any
other is a value that must equal the input, or a list that must hold it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ExpressionError
from engine.expression_values import compare
from engine.expressions import FAILURES, Expression, ExpressionContext, compile_expression

INPUT = "cell_input"
"""the name the input has in a cell's own expression (FEEL writes `?`)"""
CellTest = Callable[[Any, Mapping[str, Any], ExpressionContext], bool]
"""whether an input value passes a cell"""

_QUOTED = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
_SPELLING = re.compile(rf"(?P<at>@\s*(?P<day>{_QUOTED}))|{_QUOTED}|<=|>=|!=|==|=|\?|\b(?:true|false|null)\b", re.DOTALL)
_FEEL: Mapping[str, str] = {"true": "True", "false": "False", "null": "None", "=": "==", "?": INPUT}
_COMPARISON = re.compile(r"(?P<operator><=|>=|<|>|!=|==|=)\s*(?P<value>.+)", re.DOTALL)
_NOT = re.compile(r"not\s*\(")
OPENING, CLOSING = "([{", ")]}"


def compile_feel(text: str) -> Expression:
    """An expression as DMN spells it: true, false, null, `=`, `?` and `@"2026-01-31"` mean what FEEL means by them.

    Whatever else FEEL has and the expression language has not is refused: raises ExpressionError.
    """
    try:
        return compile_expression(_SPELLING.sub(_respelled, text.strip()))
    except ExpressionError as error:
        raise ExpressionError(text.strip(), error.reason) from error


def _respelled(match: re.Match[str]) -> str:
    if match["at"]:
        return f"date({match['day']})"
    return _FEEL.get(match[0], match[0])


def compile_test(cell: str) -> CellTest:
    """A cell as a test of the input; raises ExpressionError."""
    text = cell.strip()
    if text in {"", "-"}:
        return lambda _value, _names, _context: True
    inner = _negated(text)
    if inner is not None:
        refused = compile_test(inner)
        return lambda value, names, context: not refused(value, names, context)
    tests = [_single(one) for one in split_cell(text)]
    if not tests:
        raise ExpressionError(text, "there is nothing between the commas")
    return lambda value, names, context: any(test(value, names, context) for test in tests)


def _negated(text: str) -> str | None:
    """What stands inside a `not(…)` that is the whole cell."""
    begun = _NOT.match(text)
    if begun is None:
        return None
    closing = next((at for at, sign in _outside(text, begun.end()) if sign == ")"), None)
    return text[begun.end() : closing] if closing == len(text) - 1 else None


def _single(text: str) -> CellTest:
    ranged = _range_at(text, 0)
    if ranged is not None and ranged.end == len(text):
        return _within(text, ranged)
    compared = _COMPARISON.fullmatch(text)
    if compared:
        operator = "==" if compared["operator"] == "=" else compared["operator"]
        return _compared(text, operator, compile_feel(compared["value"]))
    expression = compile_feel(text)
    if INPUT in expression.names:
        return lambda value, names, context: bool(expression.evaluate({**names, INPUT: value}, context))
    return _compared(text, "==", expression)


def _compared(text: str, operator: str, expression: Expression) -> CellTest:
    def test(value: Any, names: Mapping[str, Any], context: ExpressionContext) -> bool:
        other = expression.evaluate({**names, INPUT: value}, context)
        try:
            return _holds(operator, value, other, context)
        except FAILURES as error:
            raise ExpressionError(text, str(error)) from error

    return test


def _holds(operator: str, value: Any, other: Any, context: ExpressionContext) -> bool:
    """Equality is strict about true and 1, and a list is equalled by each of its items; the rest as everywhere."""
    if operator == "!=":
        return not _holds("==", value, other, context)
    if operator == "==" and isinstance(other, list) and not isinstance(value, list):
        return any(_holds("==", value, each, context) for each in other)
    if operator == "==" and isinstance(value, bool) is not isinstance(other, bool):
        return False
    return compare(operator, value, other, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """A range as it stands in a text, up to `end`."""

    low: str
    high: str
    above: str
    """the operator the input must satisfy towards the low end"""
    below: str
    end: int


def _within(text: str, ranged: _Range) -> CellTest:
    low = _compared(text, ranged.above, compile_feel(ranged.low))
    high = _compared(text, ranged.below, compile_feel(ranged.high))
    return lambda value, names, context: low(value, names, context) and high(value, names, context)


def _range_at(text: str, start: int) -> _Range | None:
    """The range that begins there, if one does: `[` and `]` may open and close it, and so may `(` and `)`."""
    if text[start : start + 1] not in {"[", "(", "]"}:
        return None
    dots = _dots(text, start + 1)
    if dots is None:
        return None
    for at, sign in _outside(text, dots + 2):
        closes = sign in "])" or (sign == "[" and text[at + 1 :].lstrip()[:1] in {"", ","})
        if closes:
            return _Range(
                low=text[start + 1 : dots],
                high=text[dots + 2 : at],
                above=">=" if text[start] == "[" else ">",
                below="<=" if sign == "]" else "<",
                end=at + 1,
            )
    return None


def _dots(text: str, start: int) -> int | None:
    """Where the two dots of a range stand, before anything that ends it."""
    for at, sign in _outside(text, start):
        if text.startswith("..", at):
            return at
        if sign in CLOSING or sign == ",":
            return None
    return None


def _outside(text: str, start: int) -> Iterator[tuple[int, str]]:
    """The characters outside quotes and brackets that open after `start`; brackets of that level are told too."""
    depth, quote, escaped = 0, "", False
    for at in range(start, len(text)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote and not escaped else quote
            escaped = sign == "\\" and not escaped
            continue
        if sign in "\"'":
            quote = sign
        elif sign in CLOSING and depth:
            depth -= 1
        elif depth == 0:
            yield at, sign
        depth += sign in OPENING


def split_cell(text: str) -> list[str]:
    """Split at the commas that stand outside quotes, brackets and ranges."""
    parts, start = [], 0
    while start < len(text):
        begun = start + len(text[start:]) - len(text[start:].lstrip())
        ranged = _range_at(text, begun)
        comma = next((at for at, sign in _outside(text, ranged.end if ranged else start) if sign == ","), len(text))
        parts.append(text[start:comma].strip())
        start = comma + 1
    return [part for part in parts if part]
