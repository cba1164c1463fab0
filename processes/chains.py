"""Hash chains over salted digests: the chain stays whole when what it speaks of is erased."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from archive.canonical import canonical

GENESIS = "0" * 64


def new_salt() -> str:
    """Sixteen random bytes in hex: keeps a digest of few possible values from being guessed."""
    return secrets.token_hex(16)


def salted_digest(salt: str, body: Mapping[str, Any] | None) -> str:
    """SHA-256 over the salt and the canonical JSON (RFC 8785) of `body`."""
    return hashlib.sha256(salt.encode() + canonical(body)).hexdigest()


def link(previous: str, facts: Mapping[str, Any]) -> str:
    """The next head of a chain: SHA-256 over the head before and the canonical JSON of the line's facts."""
    return hashlib.sha256(previous.encode() + canonical(facts)).hexdigest()
