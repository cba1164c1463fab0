"""Values of the expression language: how they compare, how big they may get, and how they become JSON."""

import math
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

MAX_TEXT = 100_000
MAX_WEIGHT = 200_000
"""items and characters of one list or dict that an expression builds"""
MAX_WORK = 2_000_000
"""items and characters all operations of one evaluation may look at together: some tenths of a second"""
MAX_INTEGER = 2**53 - 1
"""beyond it JSON readers disagree"""


class TooBigError(ValueError):
    """A result outgrows what an expression may build."""


class Budget:
    """What one evaluation, or one script, may still do, in items and characters looked at: it ends soon, or fails."""

    __slots__ = ("left",)

    def __init__(self, left: int = MAX_WORK) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        """Raises TooBigError when there is nothing left."""
        self.left -= amount
        _refuse(self.left < 0, "that much work")

    def read(self, value: Any) -> Any:
        """The value, after what it costs to walk over it once: an item each, and the characters of a text."""
        if isinstance(value, str | list | tuple | dict):
            self.spend(len(value))
        return value

    def limited(self, value: Any) -> Any:
        """The value of an operation, or TooBigError: integers, floats, texts and lists all have their limit."""
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            _refuse(abs(value) > MAX_INTEGER, "a number that big")
        elif isinstance(value, float):
            _refuse(not math.isfinite(value), "a number that is not finite")
        elif isinstance(value, str):
            _refuse(len(value) > MAX_TEXT, "a text that long")
            self.spend(len(value))
        elif isinstance(value, list | tuple | dict):
            weight = _weight(value)
            _refuse(weight > MAX_WEIGHT, "a list that long")
            self.spend(weight)
        return value


def _refuse(too_big: bool, what: str) -> None:
    if too_big:
        raise TooBigError(f"{what} is not allowed")


def _weight(value: Any) -> int:
    """What the whole value weighs, counting an item as often as it is reached; more than MAX_WEIGHT is not counted."""
    weight, pending = 0, [value]
    while pending and weight <= MAX_WEIGHT:
        item = pending.pop()
        weight += 1
        if isinstance(item, str):
            weight += len(item)
        elif isinstance(item, list | tuple):
            weight += len(item)
            pending.extend(item if weight <= MAX_WEIGHT else ())
        elif isinstance(item, dict):
            weight += len(item)
            pending.extend(item.values() if weight <= MAX_WEIGHT else ())
    return weight


def plain(value: Any) -> Any:
    """The value as JSON has it, a copy: dates and instants become ISO strings, tuples lists."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} is no value of a process")


def moment(value: Any, zone: ZoneInfo) -> date | datetime | None:
    """A date or an aware instant from itself or its ISO string; None and the empty text are absent."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2026-03-19") else datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=zone) if value.tzinfo is None else value
    if isinstance(value, date):
        return value
    raise TypeError(f"{type(value).__name__} is not a date")


def as_date(value: Any, zone: ZoneInfo) -> date | None:
    """The date on the wall of that zone; None stays None."""
    found = moment(value, zone)
    return found.astimezone(zone).date() if isinstance(found, datetime) else found


class Zoned(Protocol):
    """Something that knows the time zone of the case."""

    @property
    def zone(self) -> ZoneInfo:
        """The case's time zone."""


def common(left: Any, right: Any, zoned: Zoned) -> tuple[Any, Any]:
    """Both sides of a comparison: a date beside an ISO string or an instant makes dates of both."""
    if not (isinstance(left, date) or isinstance(right, date)):
        return left, right
    zone = zoned.zone
    one, other = moment(left, zone), moment(right, zone)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one, other
    return as_date(one, zone), as_date(other, zone)


ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(sign: str, left: Any, right: Any, zoned: Zoned) -> bool:
    """One comparison; ordering anything with an absent value is false."""
    if sign in {"in", "not in"}:
        return contains(right, left, zoned) is (sign == "in")
    left, right = common(left, right, zoned)
    if sign in {"==", "!="}:
        return bool(left == right) is (sign == "==")
    if left is None or right is None:
        return False
    return bool(ORDERINGS[sign](left, right))


def contains(container: Any, item: Any, zoned: Zoned) -> bool:
    """Whether a list, a dict's keys or a text have it; nothing is in what is absent."""
    if container is None:
        return False
    if isinstance(item, date) and isinstance(container, list | tuple):
        return any(compare("==", item, other, zoned) for other in container)
    if isinstance(container, str | list | tuple | Mapping):
        return item in container
    raise TypeError(f"`in` needs a list or a text, not {type(container).__name__}")
