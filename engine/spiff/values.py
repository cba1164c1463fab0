"""What may stand in a process variable: JSON and nothing else, so that state, history and pages agree on it."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.errors import ExecutionFailed

MAX_DEPTH = 32
LARGEST_INTEGER = 2**53 - 1
"""the largest integer every JSON reader keeps exactly"""
_SCALARS = (str, bool, int, float)
_NESTED = (dict, list)


def normalised(value: Any, *, name: str = "", depth: int = 0) -> Any:
    """A deep copy of the value as JSON data; dates become ISO 8601 strings. Raises ExecutionFailed for anything else.

    The copy is also what keeps two parallel branches, the caller and the state from sharing a nested object (P4).
    """
    if depth > MAX_DEPTH:
        raise ExecutionFailed(None, f"variable {name!r} is nested more than {MAX_DEPTH} deep")
    if value is None or isinstance(value, _SCALARS):
        return _scalar(value, name)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return _scalar(int(value) if value == value.to_integral_value() else float(value), name)
    if isinstance(value, Mapping):
        return {_key(key, name): normalised(item, name=name, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normalised(item, name=name, depth=depth + 1) for item in value]
    raise ExecutionFailed(None, f"variable {name!r} cannot hold a {type(value).__name__}")


def copied(data: Mapping[str, Any]) -> dict[str, Any]:
    """A deep copy of what has been normalised before: variables as a case holds them."""
    return {name: _copy(value) if isinstance(value, _NESTED) else value for name, value in data.items()}


def _copy(value: dict[str, Any] | list[Any]) -> Any:
    if isinstance(value, dict):
        return copied(value)
    return [_copy(item) if isinstance(item, _NESTED) else item for item in value]


def _scalar(value: Any, name: str) -> Any:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ExecutionFailed(None, f"variable {name!r} holds text that is not valid Unicode") from None
    elif isinstance(value, float) and not math.isfinite(value):
        raise ExecutionFailed(None, f"variable {name!r} holds a number that is not finite")
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_INTEGER:
        raise ExecutionFailed(None, f"variable {name!r} holds an integer beyond {LARGEST_INTEGER}")
    return value


def _key(key: Any, name: str) -> str:
    if not isinstance(key, str):
        raise ExecutionFailed(None, f"variable {name!r} has a key that is not a text")
    return str(_scalar(key, name))
