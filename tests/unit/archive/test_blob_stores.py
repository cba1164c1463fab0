"""Both stores keep the same promises."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive.blobs import BlobRef, BlobStore, reference_to
from archive.blobs.local import LocalBlobStore
from archive.blobs.memory import MemoryBlobStore
from archive.errors import (
    BlobChanged,
    BlobMissing,
    BlobStoreDenied,
    BlobStoreError,
    BlobStoreFull,
    BlobStoreReadOnly,
    NotASha256,
)

ABSENT = "0" * 64


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "local":
        return LocalBlobStore(tmp_path / "blobs")
    return MemoryBlobStore(lambda: datetime(2026, 3, 19, tzinfo=UTC))


def test_what_was_stored_comes_back_under_its_hash(store: BlobStore) -> None:
    ref = store.put(b"a signed document")
    assert ref == BlobRef(sha256=sha256(b"a signed document").hexdigest(), bytes=17)
    assert store.get(ref.sha256) == b"a signed document"
    assert b"".join(store.stream(ref.sha256)) == b"a signed document"
    assert store.exists(ref.sha256)


def test_the_empty_blob_is_a_blob(store: BlobStore) -> None:
    assert store.get(store.put(b"").sha256) == b""


def test_the_same_bytes_are_kept_once(store: BlobStore) -> None:
    assert store.put(b"twice") == store.put(b"twice")
    assert list(store.names()) == [reference_to(b"twice").sha256]


def test_names_come_in_order(store: BlobStore) -> None:
    stored = {store.put(bytes([value])).sha256 for value in range(40)}
    assert list(store.names()) == sorted(stored)


def test_a_blob_that_is_not_there_is_named(store: BlobStore) -> None:
    assert not store.exists(ABSENT)
    with pytest.raises(BlobMissing) as missing:
        store.get(ABSENT)
    assert missing.value.sha256 == ABSENT


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_name_that_is_no_hash_never_reaches_the_store(store: BlobStore, name: str) -> None:
    for use in (store.get, store.exists, lambda asked: [*store.stream(asked)]):
        with pytest.raises(NotASha256):
            use(name)


def test_the_sweep_takes_orphans_only(store: BlobStore) -> None:
    kept, orphan = store.put(b"kept").sha256, store.put(b"orphan").sha256
    assert store.sweep({kept}.intersection, grace=timedelta(seconds=-5)) == [orphan]
    assert list(store.names()) == [kept]


def test_the_sweep_spares_what_was_stored_a_moment_ago(store: BlobStore) -> None:
    store.put(b"its transaction is still open")
    assert store.sweep(lambda _names: (), grace=timedelta(hours=1)) == []


def test_a_disposal_erases_what_nobody_else_has(store: BlobStore) -> None:
    shared, disposed, kept = (store.put(data).sha256 for data in (b"shared", b"disposed", b"kept"))
    erased = store.erase([shared, disposed, ABSENT], {shared}.intersection, grace=timedelta(seconds=-5))
    assert erased == [disposed]
    assert list(store.names()) == sorted([shared, kept])
    assert store.erase([disposed], lambda _names: (), grace=timedelta(seconds=-5)) == []


def test_a_disposal_leaves_what_was_stored_again_a_moment_ago(store: BlobStore) -> None:
    again = store.put(b"its transaction is still open").sha256
    assert store.erase([again], lambda _names: (), grace=timedelta(hours=1)) == []
    assert store.exists(again)


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
