"""All stores keep the same promises. S3 is moto's server, or the one TEST_S3_ENDPOINT names."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive.blobs import BlobLock, BlobRef, BlobStore, reference_to
from archive.blobs.local import LocalBlobStore
from archive.blobs.memory import MemoryBlobStore
from archive.errors import BlobMissing, NotASha256

ABSENT = "0" * 64
pytestmark = pytest.mark.xdist_group("s3")


@pytest.fixture(params=["local", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "local":
        return LocalBlobStore(tmp_path / "blobs")
    if request.param == "memory":
        return MemoryBlobStore(lambda: datetime(2026, 3, 19, tzinfo=UTC))
    s3: BlobStore = request.getfixturevalue("s3_store")
    return s3


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
    for place, name in enumerate(sorted(stored), start=1):
        assert list(store.names(after=name)) == sorted(stored)[place:]


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


def test_a_blob_that_is_not_there_cannot_be_locked(store: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        store.lock(ABSENT, BlobLock(until=None, held=True))


def test_a_store_that_is_in_order_has_nothing_to_tell(store: BlobStore) -> None:
    assert [line for line in store.check() if "https" not in line] == []
