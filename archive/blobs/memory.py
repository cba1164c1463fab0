"""A store in memory, for tests and for trying out a process package. It passes the same contract tests."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256 as digest

from archive.blobs import BlobLock, BlobRef, Referenced, nobody, reference_to, require_name, unreferenced
from archive.errors import BlobChanged, BlobMissing


class MemoryBlobStore:
    """Keeps blobs in a dict; `clock` tells when one was last stored."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._blobs: dict[str, bytes] = {}
        self._stored_at: dict[str, datetime] = {}

    @property
    def locks(self) -> bool:
        """No."""
        return False

    def check(self) -> list[str]:
        """A dict is always ready."""
        return []

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

    def names(self, after: str = "") -> Iterator[str]:
        """The names of all blobs, or of those that follow one, ascending."""
        return iter(sorted(name for name in self._blobs if name > after))

    def lock(self, sha256: str, lock: BlobLock) -> None:  # noqa: ARG002 - there is no lock here to be told of it
        """Nothing but the check that the blob is there. Raises BlobMissing."""
        if not self.exists(sha256):
            raise BlobMissing(sha256=sha256)

    def sweep(self, referenced: Referenced, *, grace: timedelta, disposed: Referenced = nobody) -> list[str]:  # noqa: ARG002 - no lock here that would keep others
        """Forget orphans older than `grace`; return their names."""
        return self._forget(unreferenced(self.names(), referenced), grace)

    def erase(self, names: Collection[str], referenced: Referenced, *, grace: timedelta) -> list[str]:
        """Forget those of the names that nobody refers to and nobody stored within `grace`; return them."""
        here = (name for name in sorted(set(names)) if self.exists(name))
        return self._forget(unreferenced(here, referenced), grace)

    def _forget(self, names: Iterable[str], grace: timedelta) -> list[str]:
        limit = self._clock() - grace
        orphans = [name for name in names if self._stored_at[name] < limit]
        for name in orphans:
            del self._blobs[name], self._stored_at[name]
        return orphans
