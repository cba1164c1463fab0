"""Where signed bytes live: content-addressed, write-once, re-hashed on every read."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
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


class BlobStore(Protocol):
    """What every store can do. All of it raises BlobStoreError and nothing else."""

    def put(self, data: bytes) -> BlobRef:
        """Keep the bytes for good before returning; storing the same bytes again changes nothing."""

    def get(self, sha256: str) -> bytes:
        """All bytes, re-hashed. Raises BlobMissing, BlobChanged."""

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces, not verified: for an audit that hashes them itself. Raises BlobMissing."""

    def exists(self, sha256: str) -> bool:
        """Whether the store has a blob of this name; says nothing about its bytes."""

    def names(self) -> Iterator[str]:
        """The names of all blobs, in ascending order."""

    def sweep(self, referenced: Referenced, *, grace: timedelta) -> list[str]:
        """Remove blobs nobody refers to and nobody stored within `grace`; return their names."""


def unreferenced(names: Iterator[str], referenced: Referenced) -> Iterator[str]:
    """Those of the names that nobody refers to."""
    while batch := list(islice(names, SWEEP_BATCH)):
        known = set(referenced(batch))
        yield from (name for name in batch if name not in known)


def require_name(name: str) -> str:
    """The name itself if it can be a blob's. Raises NotASha256: a name never becomes a path unchecked."""
    if not _SHA256.fullmatch(name):
        raise NotASha256(name=name[:80])
    return name
