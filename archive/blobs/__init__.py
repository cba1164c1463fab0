"""Where signed bytes live: content-addressed, write-once, re-hashed on every read."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Protocol

from archive.errors import NotASha256

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class BlobRef:
    """A blob's name, which is the SHA-256 of its bytes in lower-case hexadecimal, and its length in bytes."""

    sha256: str
    bytes: int


def reference_to(data: bytes) -> BlobRef:
    """The reference these bytes have in every store."""
    return BlobRef(sha256=sha256(data).hexdigest(), bytes=len(data))


Referenced = Callable[[Sequence[str]], Collection[str]]
"""Asked of some hundred names at a time: those of them that somebody refers to."""
SWEEP_BATCH = 500


def nobody(_names: Sequence[str]) -> Collection[str]:
    """None of the names."""
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BlobLock:
    """What a store with locks of its own is told of a blob."""

    until: datetime | None
    """until when it is not to be erased; a lock is only ever made longer; None: no date is known"""
    held: bool
    """a hold lies on a document that has it"""


class BlobStore(Protocol):
    """What every store can do. All of it raises BlobStoreError and nothing else."""

    @property
    def locks(self) -> bool:
        """Whether the store itself keeps locked blobs from being erased (S3 Object Lock)."""

    def check(self) -> list[str]:
        """What an operator should know of the store before relying on it; empty: nothing. Raises nothing."""

    def put(self, data: bytes) -> BlobRef:
        """Keep the bytes for good before returning; storing the same bytes again changes nothing."""

    def get(self, sha256: str) -> bytes:
        """All bytes, re-hashed. Raises BlobMissing, BlobChanged."""

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces, not verified: for an audit that hashes them itself. Raises BlobMissing."""

    def exists(self, sha256: str) -> bool:
        """Whether the store has a blob of this name; says nothing about its bytes."""

    def names(self, after: str = "") -> Iterator[str]:
        """The names of all blobs, in ascending order; those that follow a name only, to go on from there."""

    def lock(self, sha256: str, lock: BlobLock) -> None:
        """Tell the store how long a blob is to stay; one without locks of its own does nothing. Raises BlobMissing."""

    def sweep(self, referenced: Referenced, *, grace: timedelta, disposed: Referenced = nobody) -> list[str]:
        """Remove blobs nobody refers to and nobody stored within `grace`; return their names.

        `disposed` names those whose disposal was approved: a lock that keeps a period does not keep them, a hold does.
        What the store's locks keep stays.
        """

    def erase(self, names: Collection[str], referenced: Referenced, *, grace: timedelta) -> list[str]:
        """The same for these blobs of an approved disposal, at once; return the names of those erased.

        Call it when the rows that say so are committed: what somebody stored again within `grace` is left to the sweep.
        Raises BlobLocked.
        """


def unreferenced(names: Iterator[str], referenced: Referenced) -> Iterator[str]:
    """Those of the names that nobody refers to."""
    while batch := list(islice(names, SWEEP_BATCH)):
        known = set(referenced(batch))
        yield from (name for name in batch if name not in known)


def is_name(text: str) -> bool:
    """Whether this can be a blob's name."""
    return _SHA256.fullmatch(text) is not None


def require_name(name: str) -> str:
    """The name itself if it can be a blob's. Raises NotASha256: a name never becomes a path unchecked."""
    if not is_name(name):
        raise NotASha256(name=name[:80])
    return name
