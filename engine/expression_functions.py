"""The functions expressions may call; nothing else can be called. Each takes the context and its arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.deadlines import WorkingCalendar, add_months, local_day
from engine.expression_values import as_date

MAX_SPAN = 3_660
"""days, working days or months an expression may add: ten years of days"""
MAX_COUNTED = 7_400
"""days between two dates whose working days may be counted: twenty years"""
MAX_DIGITS = 10
MAX_NUMERAL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionContext:
    """The circumstances of an evaluation: the instant, the case's zone and calendar, and its named deadlines."""

    now: datetime
    time_zone: str
    calendar: WorkingCalendar
    deadline: Callable[[str], datetime] | None = None
    """name → due instant; None where there is no case"""

    @property
    def zone(self) -> ZoneInfo:
        """The case's time zone (ZoneInfo keeps its own cache)."""
        return ZoneInfo(self.time_zone)

    @property
    def today(self) -> date:
        """The date on the wall of the case's time zone."""
        return local_day(self.now, self.time_zone)


@dataclass(frozen=True, slots=True)
class Function:
    """A function with the numbers of arguments it takes; its docstring is its documentation."""

    call: Callable[..., Any]
    least: int
    most: int
    cost: int = 1
    """what it takes of an evaluation's budget"""


def _len(_: ExpressionContext, value: Any) -> int:
    """Characters of a text or items of a list; 0 when absent."""
    return 0 if value is None else len(value)


def _str(_: ExpressionContext, value: Any) -> str:
    """A text, number or date as text; the empty text when absent."""
    if isinstance(value, list | tuple | dict):
        raise TypeError("str() takes a text, a number or a date")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _int(_: ExpressionContext, value: Any) -> int | None:
    """A whole number from a number or its text."""
    return None if value is None else int(_numeral(value))


def _float(_: ExpressionContext, value: Any) -> float | None:
    """A number from a number or its text."""
    return None if value is None else float(_numeral(value))


def _numeral(value: Any) -> Any:
    if isinstance(value, int | float) or (isinstance(value, str) and len(value) <= MAX_NUMERAL):
        return value
    raise TypeError("a number or its text is needed")


def _number(value: Any) -> Any:
    if not isinstance(value, int | float):
        raise TypeError(f"a number is needed, not {type(value).__name__}")
    return value


def _min(context: ExpressionContext, *values: Any) -> Any:
    """The least of its arguments or of a list; dates and ISO strings mix; absent for an empty list."""
    return min(_ordered(context, values), default=None)


def _max(context: ExpressionContext, *values: Any) -> Any:
    """The greatest of its arguments or of a list."""
    return max(_ordered(context, values), default=None)


def _ordered(context: ExpressionContext, values: tuple[Any, ...]) -> list[Any]:
    items = _items(values[0]) if len(values) == 1 else list(values)
    if any(isinstance(item, date) for item in items):
        return [as_date(item, context.zone) for item in items]
    return items


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return list(value)
    raise TypeError(f"a list is needed, not {type(value).__name__}")


def _sum(_: ExpressionContext, values: Any) -> Any:
    """The sum of a list of numbers."""
    return sum(_number(value) for value in _items(values))


def _round(_: ExpressionContext, value: Any, digits: Any = 0) -> Any:
    """Rounded to 0 to 10 decimals, half to even."""
    if value is None:
        return None
    if not isinstance(digits, int) or not 0 <= digits <= MAX_DIGITS:
        raise ValueError(f"round() takes 0 to {MAX_DIGITS} decimals")
    return round(_number(value), digits) if digits else round(_number(value))


def _abs(_: ExpressionContext, value: Any) -> Any:
    """The number without its sign."""
    return None if value is None else abs(_number(value))


def _count(_: ExpressionContext, values: Any, wanted: Any) -> int:
    """How often a text, number or truth value stands in a list."""
    if isinstance(wanted, list | tuple | dict):
        raise TypeError("count() looks for a text, a number or a truth value")
    return sum(type(value) is type(wanted) and value == wanted for value in _items(values))


def _any(_: ExpressionContext, values: Any) -> bool:
    """Whether one of a list is true."""
    return any(_items(values))


def _all(_: ExpressionContext, values: Any) -> bool:
    """Whether every one of a list is true."""
    return all(_items(values))


def _lower(_: ExpressionContext, value: Any) -> str | None:
    """The text in small letters."""
    return None if value is None else _text(value).lower()


def _upper(_: ExpressionContext, value: Any) -> str | None:
    """The text in capital letters."""
    return None if value is None else _text(value).upper()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is needed, not {type(value).__name__}")
    return value


def _empty(_: ExpressionContext, value: Any) -> bool:
    """Whether nothing was given: absent, blank text, empty list. Zero and false are something."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | dict) and not value)


def _date(context: ExpressionContext, value: Any) -> date | None:
    """A date from an ISO string or an instant."""
    return as_date(value, context.zone)


def _today(context: ExpressionContext) -> date:
    """The date on the wall of the case's time zone."""
    return context.today


def _now(context: ExpressionContext) -> datetime:
    """The instant."""
    return context.now


def _from(context: ExpressionContext, given: tuple[Any, ...]) -> date | None:
    return as_date(given[0], context.zone) if given else context.today


def _span(n: Any) -> int:
    whole = int(n) if isinstance(n, float) and n.is_integer() else n
    if not isinstance(whole, int) or abs(whole) > MAX_SPAN:
        raise ValueError(f"a whole number from -{MAX_SPAN} to {MAX_SPAN} is needed, not {n!r}")
    return whole


def _days(context: ExpressionContext, n: Any, *given: Any) -> date | None:
    """The date n days after a date, or after today; absent when either is absent."""
    day = _from(context, given)
    return None if n is None or day is None else day + timedelta(days=_span(n))


def _months(context: ExpressionContext, n: Any, *given: Any) -> date | None:
    """The same day number n months after a date (or today), or that month's last day."""
    day = _from(context, given)
    return None if n is None or day is None else add_months(day, _span(n))


def _working_days(context: ExpressionContext, n: Any, *given: Any) -> date | None:
    """The n-th working day after a date (or today), which is day 0; n = 0: the first working day from it on."""
    day = _from(context, given)
    return None if n is None or day is None else context.calendar.add_working_days(day, _span(n))


def _working_days_between(context: ExpressionContext, first: Any, last: Any) -> int | None:
    """Working days after the first date up to and including the last."""
    start, end = as_date(first, context.zone), as_date(last, context.zone)
    if start is None or end is None:
        return None
    if abs((end - start).days) > MAX_COUNTED:
        raise ValueError("the dates lie more than twenty years apart")
    return context.calendar.working_days_between(start, end)


def _deadline(context: ExpressionContext, name: str) -> datetime:
    """The due instant of a named deadline of process.toml."""
    if context.deadline is None:
        raise ValueError("there are no deadlines here")
    return context.deadline(name)


MANY = 100
FUNCTIONS: Mapping[str, Function] = {
    "len": Function(_len, 1, 1),
    "str": Function(_str, 1, 1),
    "int": Function(_int, 1, 1),
    "float": Function(_float, 1, 1),
    "min": Function(_min, 1, MANY),
    "max": Function(_max, 1, MANY),
    "sum": Function(_sum, 1, 1),
    "round": Function(_round, 1, 2),
    "abs": Function(_abs, 1, 1),
    "count": Function(_count, 2, 2),
    "any": Function(_any, 1, 1),
    "all": Function(_all, 1, 1),
    "lower": Function(_lower, 1, 1),
    "upper": Function(_upper, 1, 1),
    "empty": Function(_empty, 1, 1),
    "date": Function(_date, 1, 1),
    "today": Function(_today, 0, 0),
    "now": Function(_now, 0, 0),
    "days": Function(_days, 1, 2),
    "months": Function(_months, 1, 2),
    "working_days": Function(_working_days, 1, 2, 10 * MAX_SPAN),
    "working_days_between": Function(_working_days_between, 2, 2, 10 * MAX_COUNTED),
    "deadline": Function(_deadline, 1, 1),
}
