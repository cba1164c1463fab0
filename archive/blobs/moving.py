"""A store that is being moved: what is new goes to the current one, what is not there yet is read from the previous.

`move` copies blob after blob, each hashed on both sides. It may be killed and called again at any time: a journal tells
up to which name everything is there.
"""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import merge
from itertools import groupby
from pathlib import Path

from archive.blobs import BlobLock, BlobRef, BlobStore, Referenced, nobody
from archive.errors import BlobChanged, BlobMissing, BlobStoreError

_JOURNAL_EACH = 50
"""blobs between two entries of the journal"""


class MovingBlobStore:
    """Both stores as one. Nothing is erased from the previous one except by a sweep or a disposal."""

    def __init__(self, current: BlobStore, previous: BlobStore) -> None:
        self._current = current
        self._previous = previous

    @property
    def locks(self) -> bool:
        """Whether one of the two has locks."""
        return self._current.locks or self._previous.locks

    def check(self) -> list[str]:
        """What both have to tell, and that the move is not over."""
        moving = "blob_store_previous is set: when `karguzar archive move-store` has moved everything, take it out"
        return [*self._current.check(), *self._previous.check(), moving]

    def put(self, data: bytes) -> BlobRef:
        """Store the bytes in the current store."""
        return self._current.put(data)

    def get(self, sha256: str) -> bytes:
        """All bytes of a blob, re-hashed. Raises BlobMissing, BlobChanged."""
        try:
            return self._current.get(sha256)
        except BlobMissing:
            return self._previous.get(sha256)

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces, not verified. Raises BlobMissing."""
        yield from (self._current if self._current.exists(sha256) else self._previous).stream(sha256)

    def exists(self, sha256: str) -> bool:
        """Whether one of the two has a blob of this name."""
        return self._current.exists(sha256) or self._previous.exists(sha256)

    def names(self, after: str = "") -> Iterator[str]:
        """The names of all blobs, or of those that follow one, ascending, each once."""
        return (name for name, _same in groupby(merge(self._current.names(after), self._previous.names(after))))

    def lock(self, sha256: str, lock: BlobLock) -> None:
        """Lock it wherever it is. Raises BlobMissing."""
        told = 0
        for store in (self._current, self._previous):
            with suppress(BlobMissing):
                store.lock(sha256, lock)
                told += 1
        if not told:
            raise BlobMissing(sha256=sha256)

    def sweep(self, referenced: Referenced, *, grace: timedelta, disposed: Referenced = nobody) -> list[str]:
        """Sweep both; the names of all that went from either."""
        gone = (store.sweep(referenced, grace=grace, disposed=disposed) for store in (self._previous, self._current))
        return sorted({name for names in gone for name in names})

    def erase(self, names: Collection[str], referenced: Referenced, *, grace: timedelta) -> list[str]:
        """Erase from both; the names of those that are in neither any more. Raises BlobLocked."""
        gone = {
            name for store in (self._previous, self._current) for name in store.erase(names, referenced, grace=grace)
        }
        return sorted(name for name in gone if not self.exists(name))


@dataclass(slots=True, kw_only=True)
class Move:
    """What a move has done so far."""

    total: int
    """blobs in the previous store when it began"""
    done: int = 0
    """looked at, whatever came of it"""
    copied: int = 0
    bytes: int = 0
    """of those copied"""
    bad: dict[str, str] = field(default_factory=dict)
    """blobs that could not be moved because they are damaged: name and what is wrong"""


@dataclass(frozen=True, slots=True)
class Journal:
    """A small file that says how far a move from one address to another has come."""

    path: Path
    between: tuple[str, str]
    """what it is a journal of; another move's says nothing here"""

    def read(self) -> str:
        """Up to which name everything was copied and hashed; empty: nothing is known."""
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            return str(told["reached"]) if tuple(told["between"]) == self.between else ""
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return ""

    def write(self, reached: str) -> None:
        """Everything up to this name is there. Raises BlobStoreError."""
        fresh = self.path.with_suffix(".new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                json.dump({"between": self.between, "reached": reached}, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except OSError as error:
            raise BlobStoreError(path=str(self.path), reason=error.strerror or type(error).__name__) from error


def move(source: BlobStore, target: BlobStore, journal: Journal) -> Iterator[Move]:
    """Copy what the target does not have, and hash it there; each time it goes on, how far it is.

    What the target has already is hashed too unless the journal vouches for it. A blob that is disposed of meanwhile
    is not copied, or goes from the target with its next sweep.

    Raises BlobStoreError: a store cannot be read or written any more; call again when it can.
    """
    so_far = Move(total=sum(1 for _ in source.names()))
    reached = journal.read()
    for name in source.names():
        if not (name <= reached and target.exists(name)):
            _copy(source, target, name, so_far)
        so_far.done += 1
        if name > reached and so_far.done % _JOURNAL_EACH == 0:
            journal.write(name)
        yield so_far
    journal.path.unlink(missing_ok=True)
    yield so_far


def _copy(source: BlobStore, target: BlobStore, name: str, so_far: Move) -> None:
    try:
        if target.exists(name):
            target.get(name)
            return
        data = source.get(name)
        target.put(data)
        target.get(name)
    except BlobMissing:
        return  # disposed of at this moment
    except BlobChanged as changed:
        so_far.bad[name] = f"hash {changed.actual}"
        return
    so_far.copied += 1
    so_far.bytes += len(data)
