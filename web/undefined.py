"""What a template may leave out: keys of govuk's parameter dicts, nothing of ours."""

from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.exceptions import UndefinedError
from jinja2.utils import missing


class HouseUndefined(StrictUndefined):
    """Strict for names and attributes of views; a missing key of a dict is merely absent, as govuk's macros need."""

    __slots__ = ()

    def __new__(  # noqa: D102
        cls, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = UndefinedError
    ) -> Any:
        # govuk's macros write JavaScript's words for nothing
        if isinstance(obj, dict | list | tuple | str) or obj is None or name in {"undefined", "null", "caller"}:
            return Undefined(hint, obj, name, exc)
        return super().__new__(cls)
