"""Types of decision tables' columns (DMN 1.5, 10.3.2.3): what a value must be, and what is taken for it.

A form hands in texts, so the text of a number is taken for a number and an ISO string for a date; anything else that
does not fit its column is an error, never a rule that silently does not match.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.expression_functions import ExpressionContext
from engine.expression_values import as_date, moment

Convert = Callable[[Any, ExpressionContext], Any]
MAX_NUMERAL = 40


def _text(value: Any, _: ExpressionContext) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is needed, not {value!r:.60}")
    return value


def _boolean(value: Any, _: ExpressionContext) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return bool(value == "true")
    raise TypeError(f"true or false is needed, not {value!r:.60}")


def _number(value: Any, _: ExpressionContext) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= MAX_NUMERAL:
        number = float(value)
        return int(number) if number.is_integer() else number
    raise TypeError(f"a number is needed, not {value!r:.60}")


def _integer(value: Any, context: ExpressionContext) -> int:
    number = _number(value, context)
    if isinstance(number, float) and not number.is_integer():
        raise TypeError(f"a whole number is needed, not {value!r:.60}")
    return int(number)


def _date(value: Any, context: ExpressionContext) -> Any:
    return as_date(value, context.zone)


def _instant(value: Any, context: ExpressionContext) -> Any:
    return moment(value, context.zone)


def _anything(value: Any, _: ExpressionContext) -> Any:
    return value


CONVERSIONS: Mapping[str, Convert] = {
    "": _anything,
    "any": _anything,
    "list": _anything,
    "string": _text,
    "boolean": _boolean,
    "number": _number,
    "double": _number,
    "decimal": _number,
    "integer": _integer,
    "long": _integer,
    "int": _integer,
    "date": _date,
    "datetime": _instant,
    "date and time": _instant,
}
"""FEEL's types, and those Camunda and XSD name beside them, in small letters"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnType:
    """The type of a column."""

    name: str
    convert: Convert

    def converted(self, value: Any, context: ExpressionContext) -> Any:
        """The value as one of this type; nothing stays nothing. Raises TypeError or ValueError."""
        return None if value is None else self.convert(value, context)


def column_type(reference: str | None, items: Mapping[str, str]) -> ColumnType:
    """The type a typeRef names, looked up among the file's item definitions too; raises ValueError for others."""
    name, seen = _local(reference or ""), set[str]()
    while name in items and name not in seen:
        seen.add(name)
        name = _local(items[name])
    conversion = CONVERSIONS.get(name.lower())
    if conversion is None:
        raise ValueError(f"the type {reference!r} is not taken: there are {', '.join(sorted(CONVERSIONS))[2:]}")
    return ColumnType(name=name, convert=conversion)


def _local(reference: str) -> str:
    """Without a prefix, as `feel:string` and `xsd:string` have one."""
    return reference.rpartition(":")[2].strip()
