"""Blobs on the local file system.

A blob is written to a temporary file, made read-only, synced, and only then linked to its final name: a crash at any
point leaves a whole blob or none. The link creates and never replaces, so no stored blob is ever written again.
"""

import errno
import fcntl
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256 as digest
from pathlib import Path

from archive.blobs import BlobLock, BlobRef, Referenced, nobody, reference_to, require_name, unreferenced
from archive.errors import (
    BlobChanged,
    BlobMissing,
    BlobStoreDenied,
    BlobStoreError,
    BlobStoreFull,
    BlobStoreReadOnly,
)

_PIECE = 1 << 20
_READ_ONLY = 0o444
_TEMPORARY = "tmp"
_LOCK = "lock"
_SHARD = 2
_ERRORS: dict[int, type[BlobStoreError]] = {
    errno.ENOSPC: BlobStoreFull,
    errno.EDQUOT: BlobStoreFull,
    errno.EFBIG: BlobStoreFull,
    errno.EROFS: BlobStoreReadOnly,
    errno.EACCES: BlobStoreDenied,
    errno.EPERM: BlobStoreDenied,
}


class LocalBlobStore:
    """Blobs below `root`, as `<first two digits>/<sha256>`. Safe for several processes on one machine."""

    def __init__(self, root: Path) -> None:
        self._root = root
        with _translated(root):
            for folder in (root, root / _TEMPORARY):
                folder.mkdir(parents=True, exist_ok=True)
            (root / _LOCK).touch()

    @property
    def locks(self) -> bool:
        """No: whoever may write the folder may erase in it."""
        return False

    def check(self) -> list[str]:
        """Whether the folder can be written."""
        try:
            with _translated(self._root):
                self._file_system_time()
        except BlobStoreError as error:
            return [f"{self._root}: nothing can be stored: {error}"]
        return []

    def put(self, data: bytes) -> BlobRef:
        """Store the bytes; they are on the disk, with their name, when this returns."""
        ref = reference_to(data)
        with _translated(self._root), self._lock(fcntl.LOCK_SH):
            target = self._path(ref.sha256)
            if not target.parent.is_dir():
                target.parent.mkdir(exist_ok=True)
                _sync(self._root)
            if not self._kept_already(target, ref):
                self._write(data, target)
            # even if another process linked it: that one may not have come to its own sync yet
            _sync(target.parent)
        return ref

    def get(self, sha256: str) -> bytes:
        """All bytes of a blob, re-hashed. Raises BlobMissing, BlobChanged."""
        data = b"".join(self.stream(sha256))
        actual = digest(data).hexdigest()
        if actual != sha256:
            raise BlobChanged(sha256=sha256, actual=actual)
        return data

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces of at most 1 MiB. Raises BlobMissing."""
        path = self._path(sha256)
        with _translated(path):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                raise BlobMissing(sha256=sha256) from None
            with file:
                while piece := file.read(_PIECE):
                    yield piece

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob of this name."""
        with _translated(self._root):
            return self._path(sha256).is_file()

    def names(self, after: str = "") -> Iterator[str]:
        """The names of all blobs, or of those that follow one, ascending."""
        with _translated(self._root):
            for shard in sorted(self._root.glob("[0-9a-f]" * _SHARD)):
                if shard.name >= after[:_SHARD]:
                    yield from sorted(entry.name for entry in shard.iterdir() if entry.name > after)

    def lock(self, sha256: str, lock: BlobLock) -> None:  # noqa: ARG002 - there is no lock here to be told of it
        """Nothing but the check that the blob is there. Raises BlobMissing."""
        if not self.exists(sha256):
            raise BlobMissing(sha256=sha256)

    def sweep(self, referenced: Referenced, *, grace: timedelta, disposed: Referenced = nobody) -> list[str]:  # noqa: ARG002 - no lock here that would keep others
        """Remove orphans older than `grace`, and temporary files a crash left; return the orphans' names.

        Ages are told by the file system's own clock: the office's may stand in another year.
        """
        with _translated(self._root):
            limit = self._file_system_time() - grace.total_seconds()
            self._sweep_temporary(limit)
            return self._remove_all(unreferenced(self.names(), referenced), limit)

    def erase(self, names: Collection[str], referenced: Referenced, *, grace: timedelta) -> list[str]:
        """Remove those of the names that nobody refers to and nobody stored within `grace`; return them."""
        with _translated(self._root):
            limit = self._file_system_time() - grace.total_seconds()
            here = (name for name in sorted(set(names)) if self.exists(name))
            return self._remove_all(unreferenced(here, referenced), limit)

    def _remove_all(self, names: Iterable[str], limit: float) -> list[str]:
        return [name for name in names if self._remove(name, limit)]

    def _path(self, sha256: str) -> Path:
        return self._root / require_name(sha256)[:_SHARD] / sha256

    def _kept_already(self, target: Path, ref: BlobRef) -> bool:
        """True if a sound blob is there; raises BlobChanged rather than promise bytes that are damaged."""
        if not target.is_file():
            return False
        self.get(ref.sha256)
        os.utime(target)  # begins the sweep's grace anew: somebody relies on this blob again
        return True

    def _write(self, data: bytes, target: Path) -> None:
        handle, name = tempfile.mkstemp(dir=self._root / _TEMPORARY)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), _READ_ONLY)
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # the same bytes, stored by somebody else a moment ago
                os.link(temporary, target)
        finally:
            temporary.unlink()

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Shared while storing, exclusive while sweeping: a blob stored again is never swept in that moment."""
        with (self._root / _LOCK).open("rb") as file:
            fcntl.flock(file, kind)
            yield

    def _remove(self, name: str, limit: float) -> bool:
        path = self._path(name)
        with self._lock(fcntl.LOCK_EX):
            if path.stat().st_mtime >= limit:
                return False
            path.unlink()
            _sync(path.parent)
        return True

    def _sweep_temporary(self, limit: float) -> None:
        for path in (self._root / _TEMPORARY).iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    path.unlink()

    def _file_system_time(self) -> float:
        with tempfile.NamedTemporaryFile(dir=self._root / _TEMPORARY) as probe:
            return os.fstat(probe.fileno()).st_mtime


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the operating system's errors into the archive's."""
    try:
        yield
    except OSError as error:
        kind = _ERRORS.get(error.errno or 0, BlobStoreError)
        raise kind(path=str(error.filename or path), reason=error.strerror or type(error).__name__) from error
