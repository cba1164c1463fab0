"""What only S3 can be asked: versions, locks, holds, credentials, a bucket that is not as it should be."""

import base64
import logging
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from buckets import S3Server

from archive.blobs import BlobLock, nobody
from archive.blobs.s3 import S3BlobStore, S3Bucket, connect
from archive.errors import BlobChanged, BlobLocked, BlobMissing

pytestmark = pytest.mark.xdist_group("s3")
AT_ONCE = timedelta(hours=-1)
"""a grace that spares nothing"""


@pytest.fixture
def client(s3_server: S3Server) -> Any:
    return s3_server.client


def versions(client: Any, place: S3Bucket, name: str) -> list[dict[str, Any]]:
    found = client.list_object_versions(Bucket=place.bucket, Prefix=place.prefix + name)
    return [*found.get("Versions", ())]


def ahead(days: int) -> datetime:
    """A day this far ahead of the server's own time, which no test sets."""
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)  # noqa: TID251 - the server's clock is this machine's


def test_s3_gets_the_hash_it_is_to_check_and_the_condition(s3_store: S3BlobStore, client: Any) -> None:
    sent: list[Any] = []

    def keep(request: Any, **_: object) -> None:
        sent.append(request.headers)

    client.meta.events.register("before-send.s3.PutObject", keep)
    try:
        s3_store.put(b"signed")
    finally:
        client.meta.events.unregister("before-send.s3.PutObject", keep)
    (headers,) = sent
    assert headers["x-amz-checksum-sha256"].decode() == base64.b64encode(sha256(b"signed").digest()).decode()
    assert headers["If-None-Match"] == b"*"


def test_other_things_in_the_bucket_are_left_alone(s3_store: S3BlobStore, s3_bucket: S3Bucket, client: Any) -> None:
    for key in ("elsewhere", f"{s3_bucket.prefix}note.txt"):
        client.put_object(Bucket=s3_bucket.bucket, Key=key, Body=b"not ours")
    ref = s3_store.put(b"ours")
    assert list(s3_store.names()) == [ref.sha256]
    assert s3_store.sweep(nobody, grace=AT_ONCE) == [ref.sha256]


def test_a_period_keeps_a_blob_from_a_sweep_but_not_from_an_approved_disposal(
    s3_store: S3BlobStore, s3_bucket: S3Bucket, client: Any
) -> None:
    name = s3_store.put(b"kept for five years").sha256
    s3_store.lock(name, BlobLock(until=ahead(5), held=False))
    assert s3_store.sweep(nobody, grace=AT_ONCE) == []
    assert s3_store.erase([name], nobody, grace=AT_ONCE) == [name]
    assert versions(client, s3_bucket, name) == []
    with pytest.raises(BlobMissing):
        s3_store.get(name)


def test_the_sweep_finishes_a_disposal_that_was_cut_off(s3_store: S3BlobStore) -> None:
    name, orphan = s3_store.put(b"disposed").sha256, s3_store.put(b"orphan").sha256
    for one in (name, orphan):
        s3_store.lock(one, BlobLock(until=ahead(5), held=False))
    assert s3_store.sweep(nobody, grace=AT_ONCE, disposed={name}.intersection) == [name]


def test_a_hold_wins_over_every_disposal_until_it_is_lifted(s3_store: S3BlobStore) -> None:
    name = s3_store.put(b"evidence in a lawsuit").sha256
    s3_store.lock(name, BlobLock(until=None, held=True))
    with pytest.raises(BlobLocked) as locked:
        s3_store.erase([name], nobody, grace=AT_ONCE)
    assert locked.value.sha256 == name
    assert s3_store.sweep(nobody, grace=AT_ONCE, disposed={name}.intersection) == []
    assert s3_store.get(name) == b"evidence in a lawsuit"
    s3_store.lock(name, BlobLock(until=None, held=False))
    assert s3_store.erase([name], nobody, grace=AT_ONCE) == [name]


def test_compliance_forbids_a_disposal_and_says_so_beforehand(s3_server: S3Server, s3_bucket: S3Bucket) -> None:
    place = s3_server.place(mode="COMPLIANCE")
    store = S3BlobStore(place, s3_server.client)
    assert any("nobody can dispose" in line for line in store.check())
    name = store.put(b"locked for good").sha256
    store.lock(name, BlobLock(until=ahead(5), held=False))
    with pytest.raises(BlobLocked):
        store.erase([name], nobody, grace=AT_ONCE)


def test_a_lock_is_only_ever_made_longer(s3_store: S3BlobStore, s3_bucket: S3Bucket, client: Any) -> None:
    name = s3_store.put(b"kept").sha256
    far, near = ahead(10), ahead(5)
    for until in (far, near, None, ahead(-5)):
        s3_store.lock(name, BlobLock(until=until, held=False))
        head = client.head_object(Bucket=s3_bucket.bucket, Key=s3_bucket.prefix + name)
        assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == ("GOVERNANCE", far)


def test_erasing_takes_every_version_and_every_mark(s3_store: S3BlobStore, s3_bucket: S3Bucket, client: Any) -> None:
    name = s3_store.put(b"twice").sha256
    key = s3_bucket.prefix + name
    client.delete_object(Bucket=s3_bucket.bucket, Key=key)
    assert not s3_store.exists(name)
    assert s3_store.put(b"twice").sha256 == name
    assert len(versions(client, s3_bucket, name)) == 2
    assert s3_store.erase([name], nobody, grace=AT_ONCE) == [name]
    left = client.list_object_versions(Bucket=s3_bucket.bucket, Prefix=key)
    assert "Versions" not in left
    assert "DeleteMarkers" not in left


def test_what_is_put_again_later_is_a_new_version(
    s3_store: S3BlobStore, s3_bucket: S3Bucket, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = s3_store.put(b"again").sha256
    s3_store.put(b"again")
    assert len(versions(client, s3_bucket, name)) == 1
    monkeypatch.setattr("archive.blobs.s3._RENEWED_AFTER", AT_ONCE)
    s3_store.put(b"again")
    assert len(versions(client, s3_bucket, name)) == 2


def test_a_blob_overwritten_behind_our_back_is_found_and_its_first_version_is_still_there(
    s3_store: S3BlobStore, s3_bucket: S3Bucket, client: Any
) -> None:
    name = s3_store.put(b"signed").sha256
    key = s3_bucket.prefix + name
    client.put_object(Bucket=s3_bucket.bucket, Key=key, Body=b"forged")
    with pytest.raises(BlobChanged):
        s3_store.get(name)
    with pytest.raises(BlobChanged):
        s3_store.put(b"signed")
    oldest = versions(client, s3_bucket, name)[-1]["VersionId"]
    assert client.get_object(Bucket=s3_bucket.bucket, Key=key, VersionId=oldest)["Body"].read() == b"signed"


def test_a_bucket_that_is_not_as_it_should_be_is_told(s3_server: S3Server, s3_bucket: S3Bucket, client: Any) -> None:
    def told(bucket: str) -> str:
        return "\n".join(S3BlobStore(s3_server.place(bucket=bucket), client).check())

    plain = f"{s3_bucket.bucket}-plain"
    client.create_bucket(Bucket=plain)
    assert "keeps no versions (off)" in told(plain)
    assert "has no Object Lock" in told(plain)
    assert "cannot be used" in told(f"{s3_bucket.bucket}-none")
    strict = f"{s3_bucket.bucket}-strict"
    client.create_bucket(Bucket=strict, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    client.put_object_lock_configuration(
        Bucket=strict, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    assert "locks everything that is put (COMPLIANCE, 30 days 0 years)" in told(strict)
    assert "is not https" in told(strict)


def test_no_credential_reaches_a_log(
    s3_server: S3Server, s3_bucket: S3Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    S3BlobStore(s3_bucket, connect(s3_bucket)).put(b"signed")
    for secret in (s3_server.environment.get("AWS_SECRET_ACCESS_KEY", "-"), "Signature="):
        assert secret not in caplog.text
