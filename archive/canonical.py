"""Canonical JSON (RFC 8785) of what chains are built over: at once where it is plain."""

from typing import Any

import orjson
import rfc8785

_LARGEST = 2**53 - 1
"""integers beyond are no JSON of every reader (RFC 8785, 3.2.2.3)"""


def canonical(value: Any) -> bytes:
    """UTF-8 bytes of `value`.

    :raises rfc8785.CanonicalizationError: NaN, integers beyond 2^53, or what is no JSON value
    :raises UnicodeEncodeError: lone surrogates
    """
    if _plain(value):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            pass  # a lone surrogate: refused below, as it always is
    return rfc8785.dumps(value)


def _plain(value: Any) -> bool:
    """Of texts, integers and their like alone, its names ASCII: no number's form, no order of names is in doubt."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is dict:
        return all(type(name) is str and name.isascii() and _plain(each) for name, each in value.items())
    if kind is list or kind is tuple:
        return all(map(_plain, value))
    return kind is int and -_LARGEST <= value <= _LARGEST
