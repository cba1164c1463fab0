"""Canonical JSON (RFC 8785): the bytes that are hashed, embedded as step.json and compared for ever."""

from typing import Any

import rfc8785

from archive.canonical import canonical
from processes.documents.errors import NotCanonical


def canonical_json(value: Any) -> bytes:
    """UTF-8 bytes of `value` by RFC 8785. Raises NotCanonical for NaN, integers beyond 2^53, lone surrogates and
    anything that is no JSON value: dates, UUIDs and decimals are written as strings by whoever knows their form.
    """
    try:
        return canonical(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonical(f"no canonical JSON form: {error}") from error
