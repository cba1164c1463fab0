"""The chain of custody of a document: every event names the hash of the one before it.

The chain is built over salted digests of the details, so that details can be erased by law with the chain intact, and
cannot be guessed from their digest afterwards.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from archive.canonical import canonical
from archive.errors import CustodyBroken

GENESIS = "0" * 64
"""What the first event of a document names as its predecessor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CustodyEvent:
    """One event in a document's life. `details` and `salt` are None once erased; their digest stays."""

    document_id: UUID
    seq: int
    at: datetime
    event: str
    """accessioned, viewed, classified, validated, raised, held, released, fixity, exported …"""
    actor: str
    details: Mapping[str, Any] | None
    details_digest: str
    salt: str | None
    previous: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CustodyHead:
    """Where a document's chain ends."""

    document_id: UUID
    seq: int
    sha256: str

    def append(self, event: str, *, at: datetime, actor: str, details: Mapping[str, Any]) -> CustodyEvent:
        """The next event of this chain."""
        salt = secrets.token_hex(16)
        facts = {
            "at": _instant(at),
            "event": event,
            "actor": actor,
            "details_digest": _details_digest(salt, details),
            "previous": self.sha256,
        }
        return CustodyEvent(
            document_id=self.document_id,
            seq=self.seq + 1,
            at=at.astimezone(UTC),
            event=event,
            actor=actor,
            details=dict(details),
            details_digest=facts["details_digest"],
            salt=salt,
            previous=self.sha256,
            sha256=_event_hash(self.document_id, self.seq + 1, facts),
        )


def verify_chain(head: CustodyHead, events: Sequence[CustodyEvent]) -> None:
    """Check the whole chain of a document, first event first, against its head. Raises CustodyBroken."""
    previous = GENESIS
    for place, event in enumerate(events, start=1):
        reason = _fault(event, place, previous)
        if reason:
            raise CustodyBroken(document_id=head.document_id, seq=place, reason=reason)
        previous = event.sha256
    if (len(events), previous) != (head.seq, head.sha256):
        raise CustodyBroken(document_id=head.document_id, seq=head.seq, reason="the end of the chain is not its head")


def _fault(event: CustodyEvent, place: int, previous: str) -> str | None:
    if event.seq != place:
        return "an event is missing or was added"
    if event.previous != previous:
        return "it does not follow the event before it"
    if event.sha256 != _event_hash(event.document_id, event.seq, _facts(event)):
        return "the event was changed"
    if event.details is not None and event.details_digest != _details_digest(event.salt or "", event.details):
        return "its details were changed"
    return None


def _facts(event: CustodyEvent) -> dict[str, str]:
    return {
        "at": _instant(event.at),
        "event": event.event,
        "actor": event.actor,
        "details_digest": event.details_digest,
        "previous": event.previous,
    }


def hashed_line(event: CustodyEvent) -> bytes:
    """An event as its hash is taken of it, on one line: whoever has these lines checks a chain by SHA-256 alone."""
    return _line(event.document_id, event.seq, _facts(event))


def _event_hash(document_id: UUID, seq: int, facts: Mapping[str, str]) -> str:
    return sha256(_line(document_id, seq, facts)).hexdigest()


def _line(document_id: UUID, seq: int, facts: Mapping[str, str]) -> bytes:
    return canonical({"document": str(document_id), "seq": seq, **facts})


def _details_digest(salt: str, details: Mapping[str, Any]) -> str:
    return sha256(salt.encode() + canonical(dict(details))).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
