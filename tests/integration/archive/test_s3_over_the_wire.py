"""S3 that is not there, refuses, hangs, is cut off in the middle or gives other bytes, over real HTTP: a clear error,
nothing half accessioned, an audit that says what it could not read, and the same again when it works.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from buckets import S3Server
from faulty_s3 import FaultyS3, Wire
from sqlalchemy.orm import Session

from archive.blobs import reference_to
from archive.blobs.s3 import S3BlobStore, S3Bucket, connect
from archive.errors import BlobChanged, BlobStoreDenied, BlobStoreError, BlobStoreUnavailable, DocumentNotFound
from archive.service import Accession, Archive

pytestmark = pytest.mark.xdist_group("s3")
CONTENT = b"%PDF-1.7 signed " + bytes(range(256)) * 400
UPLOADS: dict[Wire, type[BlobStoreError]] = {
    Wire.DENIED: BlobStoreDenied,
    Wire.SLOW_DOWN: BlobStoreUnavailable,
    Wire.HANGS: BlobStoreUnavailable,
    Wire.UPLOAD_CUT: BlobStoreUnavailable,
    Wire.ANSWER_LOST: BlobStoreUnavailable,
}
DOWNLOADS: dict[Wire, type[BlobStoreError]] = {
    Wire.DENIED: BlobStoreDenied,
    Wire.SLOW_DOWN: BlobStoreUnavailable,
    Wire.HANGS: BlobStoreUnavailable,
    Wire.DOWNLOAD_CUT: BlobStoreUnavailable,
    Wire.DOWNLOAD_STALLS: BlobStoreUnavailable,
    Wire.WRONG_BYTES: BlobChanged,
}
WAITING = {Wire.HANGS, Wire.DOWNLOAD_STALLS}
"""those that end by the time limit"""


@pytest.fixture
def faulty(s3_server: S3Server) -> Iterator[FaultyS3]:
    if not s3_server.endpoint.startswith("http://"):
        pytest.skip("the proxy speaks plain HTTP")
    proxy = FaultyS3(s3_server.endpoint)
    yield proxy
    proxy.close()


@pytest.fixture
def place(faulty: FaultyS3, s3_bucket: S3Bucket, s3_server: S3Server) -> S3Bucket:
    """The test's place, reached by the faulty way; the credentials are s3_bucket's."""
    return s3_server.place(prefix=s3_bucket.prefix, endpoint=faulty.endpoint)


@pytest.fixture
def stores(place: S3Bucket, monkeypatch: pytest.MonkeyPatch) -> dict[bool, S3BlobStore]:
    """One attempt a request, so that each fault is met. True: one that waits a second only, for what hangs."""
    monkeypatch.setattr("archive.blobs.s3._ATTEMPTS", 1)
    return {hasty: S3BlobStore(place, connect(replace(place, seconds=1 if hasty else 60))) for hasty in (False, True)}


@pytest.fixture
def store(stores: dict[bool, S3BlobStore]) -> S3BlobStore:
    return stores[False]


def stored(s3_server: S3Server, place: S3Bucket) -> dict[str, bytes]:
    """What the server holds, asked without the proxy."""
    client: Any = s3_server.client
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=place.bucket, Prefix=place.prefix).get("Contents", ())]
    return {key: client.get_object(Bucket=place.bucket, Key=key)["Body"].read() for key in keys}


def accession(archive: Archive, store: S3BlobStore, content: bytes, identity: UUID) -> None:
    """As every intake does it: the bytes, then the row."""
    blob = store.put(content)
    archive.accession(
        Accession(id=identity, owner="housing", number="W-1", type="answer", title="t", blob=blob), actor="clerk"
    )


@pytest.mark.parametrize("shared_database", ["sqlite"], indirect=True)
def test_an_upload_that_fails_leaves_no_document_and_works_again(
    stores: dict[bool, S3BlobStore],
    place: S3Bucket,
    faulty: FaultyS3,
    s3_server: S3Server,
    session: Session,
    now: datetime,
) -> None:
    archive = Archive(session, blobs=stores[False], now=now)
    for number, (wire, expected) in enumerate(UPLOADS.items()):
        content, identity = CONTENT + bytes([number]), uuid4()
        name = reference_to(content).sha256
        faulty.happens(wire, "PUT")
        with pytest.raises(expected, match=name) as told:
            accession(archive, stores[wire in WAITING], content, identity)
        assert type(told.value) is expected, wire
        assert (faulty.asked, "testing" in str(told.value)) == (1, False), wire
        with pytest.raises(DocumentNotFound):
            archive.document(identity)
        whole = {content} if wire is Wire.ANSWER_LOST else set()
        assert {each for key, each in stored(s3_server, place).items() if key.endswith(name)} == whole, wire
        faulty.happens(Wire.SOUND, "PUT")
        accession(archive, stores[False], content, identity)
        assert archive.fetch(identity) == content
    checked = archive.fixity.check()
    assert checked is not None
    assert (checked.checked, checked.findings) == (len(UPLOADS), ())


@pytest.mark.parametrize("shared_database", ["sqlite"], indirect=True)
def test_a_download_that_fails_shows_nothing_and_the_audit_names_it(
    stores: dict[bool, S3BlobStore], faulty: FaultyS3, session: Session, now: datetime
) -> None:
    archives = {hasty: Archive(session, blobs=store, now=now) for hasty, store in stores.items()}
    archive, identity = archives[False], uuid4()
    accession(archive, stores[False], CONTENT, identity)
    name = reference_to(CONTENT).sha256
    for wire, expected in DOWNLOADS.items():
        faulty.happens(wire, "GET")
        with pytest.raises(expected, match=name) as told:
            archives[wire in WAITING].fetch(identity)
        assert type(told.value) is expected, wire
        checked = archives[wire in WAITING].fixity.check()
        assert checked is not None
        kind = "blob_changed" if wire is Wire.WRONG_BYTES else "blob_unreadable"
        assert [(each.number, each.kind) for each in checked.findings] == [("W-1", kind)], wire
        assert faulty.asked == 2, wire
        faulty.happens(Wire.SOUND, "GET")
        assert archive.fetch(identity) == CONTENT
        again = archive.fixity.check()
        assert again is not None
        assert again.findings == (), "what could not be read is not damaged"


def test_where_nobody_listens_everything_is_refused_plainly(store: S3BlobStore, faulty: FaultyS3) -> None:
    store.put(CONTENT)
    faulty.close()
    name = reference_to(CONTENT).sha256
    for use in (
        lambda: store.put(b"new"),
        lambda: store.get(name),
        lambda: store.exists(name),
        lambda: [*store.names()],
    ):
        with pytest.raises(BlobStoreUnavailable, match="EndpointConnectionError"):
            use()
    assert any("cannot be used" in line for line in store.check())


def test_a_fault_that_passes_is_not_even_noticed(place: S3Bucket, faulty: FaultyS3) -> None:
    """S3's own advice: try again after a pause."""
    store = S3BlobStore(place, connect(place))
    faulty.happens(Wire.SLOW_DOWN, "PUT", times=1)
    ref = store.put(CONTENT)
    assert faulty.asked == 1
    faulty.happens(Wire.ANSWER_LOST, "PUT", times=1)
    assert store.put(CONTENT + b"2").bytes == len(CONTENT) + 1
    assert faulty.asked == 1
    faulty.happens(Wire.SLOW_DOWN, "GET", times=1)
    assert store.get(ref.sha256) == CONTENT
    assert faulty.asked == 1
