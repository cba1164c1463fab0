"""What only the local store can be asked: files, modes, crashes and failing disks."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive.blobs import reference_to
from archive.blobs.local import LocalBlobStore
from archive.errors import BlobChanged, BlobStoreDenied, BlobStoreError, BlobStoreFull, BlobStoreReadOnly

ROOT = Path(__file__).parents[3]


def blob_path(root: Path, data: bytes) -> Path:
    name = reference_to(data).sha256
    return root / "blobs" / name[:2] / name


def test_a_stored_file_is_read_only_and_no_temporary_file_stays(tmp_path: Path) -> None:
    LocalBlobStore(tmp_path / "blobs").put(b"data")
    assert stat.S_IMODE(blob_path(tmp_path, b"data").stat().st_mode) == 0o444
    assert list((tmp_path / "blobs" / "tmp").iterdir()) == []


def test_one_flipped_bit_is_found_on_reading_and_on_storing_again(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    ref = store.put(b"data")
    path = blob_path(tmp_path, b"data")
    path.chmod(0o644)
    path.write_bytes(b"dat`")
    with pytest.raises(BlobChanged) as changed:
        store.get(ref.sha256)
    assert (changed.value.sha256, changed.value.actual) == (ref.sha256, sha256(b"dat`").hexdigest())
    with pytest.raises(BlobChanged):
        store.put(b"data")


def test_storing_again_saves_an_old_orphan_from_the_sweep(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    store.put(b"old")
    os.utime(blob_path(tmp_path, b"old"), (1, 1))
    store.put(b"old")
    assert store.sweep(lambda _names: (), grace=timedelta(hours=1)) == []


def test_the_sweep_clears_what_a_crash_left_half_written(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    torn = tmp_path / "blobs" / "tmp" / "torn"
    torn.write_bytes(b"half")
    os.utime(torn, (1, 1))
    assert list(store.names()) == []
    assert store.sweep(lambda _names: (), grace=timedelta(hours=1)) == []
    assert not torn.exists()


@pytest.mark.parametrize(
    ("number", "expected"),
    [(28, BlobStoreFull), (30, BlobStoreReadOnly), (13, BlobStoreDenied), (5, BlobStoreError)],
)
def test_a_disk_that_fails_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[BlobStoreError]
) -> None:
    store = LocalBlobStore(tmp_path / "blobs")

    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fchmod", lambda handle, _mode: fail(handle))
    with pytest.raises(expected) as error:
        store.put(b"data")
    assert type(error.value) is expected
    assert list(store.names()) == []
    assert list((tmp_path / "blobs" / "tmp").iterdir()) == []


@pytest.mark.parametrize("seam", ["fchmod", "fsync", "link"])
def test_whichever_step_fails_nothing_is_kept_and_the_next_try_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seam: str
) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    store.put(b"something else in the same folder")

    def fail(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(os, seam, fail)
        with pytest.raises(BlobStoreFull, match="make room"):
            store.put(b"data")
    assert not store.exists(reference_to(b"data").sha256)
    assert list((tmp_path / "blobs" / "tmp").iterdir()) == []
    assert store.get(store.put(b"data").sha256) == b"data"


WRITE = """
import resource, sys
from pathlib import Path
from archive.blobs.local import LocalBlobStore
from archive.errors import BlobStoreFull

store = LocalBlobStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    store.put(bytes(3 << 20))
except BlobStoreFull as full:
    sys.exit(7 if "File too large" in str(full) else 8)
"""


def test_a_write_that_the_system_cuts_off_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE, str(tmp_path / "blobs")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7
    assert list(LocalBlobStore(tmp_path / "blobs").names()) == []
    assert list((tmp_path / "blobs" / "tmp").iterdir()) == []


def test_a_blob_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    name = store.put(b"data").sha256
    path = blob_path(tmp_path, b"data")
    path.unlink()
    path.mkdir()
    with pytest.raises(BlobStoreError, match=f"{name}.*Is a directory"):
        store.get(name)


def test_a_folder_that_cannot_be_written_is_told_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    assert store.check() == []

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, os.strerror(30), "tmp")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    (line,) = store.check()
    assert "read-only" in line


def test_a_crash_before_the_link_leaves_no_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalBlobStore(tmp_path / "blobs")

    def die(*_names: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", die)
    with pytest.raises(KeyboardInterrupt):
        store.put(b"data")
    assert list(store.names()) == []


def test_every_step_is_on_the_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    told: list[str] = []

    def tell(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            told.append(name)
            return real(*arguments)

        return call

    for name in ("fchmod", "fsync", "link"):
        monkeypatch.setattr(os, name, tell(name, getattr(os, name)))
    store.put(b"data")
    assert told == ["fsync", "fchmod", "fsync", "link", "fsync"]  # shard's parent, then file, name, shard
