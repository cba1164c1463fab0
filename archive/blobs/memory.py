"""A store in memory, for tests and for trying out a process package. It passes the same contract tests."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256 as digest

from archive.blobs import BlobRef, Referenced, reference_to, require_name, unreferenced
from archive.errors import BlobChanged, BlobMissing


class MemoryBlobStore:
    """Keeps blobs in a dict; `clock` tells when one was last stored."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._blobs: dict[str, bytes] = {}
        self._stored_at: dict[str, datetime] = {}

    def put(self, data: bytes) -> BlobRef:
        """Keep the bytes."""
        ref = reference_to(data)
        if ref.sha256 in self._blobs:
            self.get(ref.sha256)
        self._blobs.setdefault(ref.sha256, bytes(data))
        self._stored_at[ref.sha256] = self._clock()
        return ref

    def get(self, sha256: str) -> bytes:
        """All bytes, re-hashed. Raises BlobMissing, BlobChanged."""
        data = b"".join(self.stream(sha256))
        actual = digest(data).hexdigest()
        if actual != sha256:
            raise BlobChanged(sha256=sha256, actual=actual)
        return data

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes in one piece. Raises BlobMissing."""
        if require_name(sha256) not in self._blobs:
            raise BlobMissing(sha256=sha256)
        return iter((self._blobs[sha256],))

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob of this name."""
        return require_name(sha256) in self._blobs

    def names(self) -> Iterator[str]:
        """The names of all blobs, ascending."""
        return iter(sorted(self._blobs))

    def sweep(self, referenced: Referenced, *, grace: timedelta) -> list[str]:
        """Forget orphans older than `grace`; return their names."""
        limit = self._clock() - grace
        orphans = [name for name in unreferenced(self.names(), referenced) if self._stored_at[name] < limit]
        for name in orphans:
            del self._blobs[name], self._stored_at[name]
        return orphans
