"""State secrets are refused at every door (B16)."""

from collections.abc import Mapping
from typing import Any

_DECLARED = frozenset({"yes", "true", "on", "1"})
_LEVEL = "state_secret"


def declares_state_secret(fields: Mapping[str, Any]) -> bool:
    """Whether somebody says that these fields hold a state secret: a field `state_secret` that is true, or an
    `access_level` of that name. Works on a raw post as well as on typed fields.
    """
    return _is_declared(fields.get(_LEVEL)) or _LEVEL in _texts(fields.get("access_level"))


def _is_declared(value: Any) -> bool:
    return value is True or bool(_DECLARED.intersection(text.casefold() for text in _texts(value)))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value.strip()]
    return [each.strip() for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []
