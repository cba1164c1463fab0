"""Damage and failures on both stores: the audit names what is bad; S3 that refuses, hangs or breaks off is told."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from buckets import S3Server
from sqlalchemy.orm import Session

from archive.blobs import BlobStore, reference_to
from archive.blobs.local import LocalBlobStore
from archive.blobs.s3 import S3BlobStore, S3Bucket, connect
from archive.errors import (
    BlobChanged,
    BlobStoreDenied,
    BlobStoreError,
    BlobStoreFull,
    BlobStoreUnavailable,
)
from archive.service import Accession, Archive

pytestmark = pytest.mark.xdist_group("s3")
CONTENT = b"%PDF-1.7 signed" + bytes(range(256)) * 20

Damage = Callable[[bytes | None], None]
"""puts other bytes in the place of a stored blob; None: takes it away"""


@pytest.fixture(params=["local", "s3"])
def damaged(
    request: pytest.FixtureRequest, tmp_path: Path, s3_server: S3Server, s3_bucket: S3Bucket
) -> tuple[BlobStore, Damage]:
    """A store, and a way to damage what is kept of CONTENT behind its back."""
    name = reference_to(CONTENT).sha256
    path = tmp_path / "blobs" / name[:2] / name
    place: dict[str, Any] = {"Bucket": s3_bucket.bucket, "Key": s3_bucket.prefix + name}

    def on_disk(content: bytes | None) -> None:
        path.unlink()
        if content is not None:
            path.write_bytes(content)

    def in_s3(content: bytes | None) -> None:
        if content is None:
            s3_server.client.delete_object(**place)
        else:
            s3_server.client.put_object(**place, Body=content)

    if request.param == "local":
        return LocalBlobStore(tmp_path / "blobs"), on_disk
    return S3BlobStore(s3_bucket, s3_server.client), in_s3


def flipped(content: bytes) -> bytes:
    return content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (flipped(CONTENT), "blob_changed"),
        (CONTENT[:1000], "blob_changed"),
        (b"", "blob_changed"),
        (CONTENT + b"\0", "blob_changed"),
        (None, "blob_missing"),
    ],
    ids=["one bit", "torn", "empty", "longer", "gone"],
)
def test_the_audit_names_what_is_bad(
    damaged: tuple[BlobStore, Damage], session: Session, now: datetime, content: bytes | None, kind: str
) -> None:
    store, damage = damaged
    archive = Archive(session, blobs=store, now=now)
    for number, each in (("A-1", CONTENT), ("A-2", b"%PDF sound")):
        blob = store.put(each)
        accession = Accession(id=uuid4(), owner="housing", number=number, type="answer", title="t", blob=blob)
        archive.accession(accession, actor="clerk")
    damage(content)
    checked = archive.fixity.check()
    assert checked is not None
    found = [(finding.number, finding.kind) for finding in checked.findings]
    assert found == [("A-1", kind)]
    if content is not None:
        with pytest.raises(BlobChanged):
            store.get(reference_to(CONTENT).sha256)
        with pytest.raises(BlobChanged):  # never promised anew while it is damaged
            store.put(CONTENT)


ERROR = "<Error><Code>{}</Code><Message>told by the test</Message></Error>"


class Trouble:
    """An S3 server that does to every request what `answer` says."""

    def __init__(self) -> None:
        self.answer = b""
        self.hangs = False
        self._released = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def refuse(self, status: int, code: str) -> None:
        body = ERROR.format(code).encode()
        head = f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.answer = head.encode() + body

    def close(self) -> None:
        self._released.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes whoever accepts
        self._listener.close()
        self._thread.join(timeout=30)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(1 << 16)
            if self.hangs:
                self._released.wait(60)
            connection.sendall(self.answer)


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    server = Trouble()
    yield server
    server.close()


@pytest.fixture
def troubled(
    trouble: Trouble, s3_server: S3Server, s3_bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> S3BlobStore:
    monkeypatch.setattr("archive.blobs.s3._ATTEMPTS", 1)  # the pauses between attempts are boto's business
    place = s3_server.place(bucket="office-blobs", endpoint=trouble.endpoint, seconds=1)
    return S3BlobStore(place, connect(place))


def test_what_s3_refuses_is_told_with_its_place(troubled: S3BlobStore, trouble: Trouble) -> None:
    refusals: list[tuple[int, str, type[BlobStoreError]]] = [
        (403, "AccessDenied", BlobStoreDenied),
        (403, "InvalidAccessKeyId", BlobStoreDenied),
        (503, "SlowDown", BlobStoreUnavailable),
        (500, "InternalError", BlobStoreUnavailable),
        (507, "XMinioStorageFull", BlobStoreFull),
        (400, "BadDigest", BlobStoreUnavailable),
        (404, "NoSuchBucket", BlobStoreError),
    ]
    name = reference_to(CONTENT).sha256
    for status, code, expected in refusals:
        trouble.refuse(status, code)
        for use in (lambda: troubled.put(CONTENT), lambda: troubled.get(name), lambda: [*troubled.names()]):
            with pytest.raises(expected, match=rf"s3://office-blobs/.*{code}") as told:
                use()
            assert type(told.value) is expected
            assert "testing" not in str(told.value)
        assert any(code in line or "cannot be used" in line for line in troubled.check())


def test_s3_that_hangs_or_breaks_off_is_told(troubled: S3BlobStore, trouble: Trouble) -> None:
    name = reference_to(CONTENT).sha256
    trouble.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5135\r\n\r\n" + CONTENT[:100]
    with pytest.raises(BlobStoreUnavailable, match=name):
        troubled.get(name)
    trouble.answer = b""
    for use in (lambda: troubled.put(CONTENT), lambda: troubled.get(name), lambda: troubled.exists(name)):
        with pytest.raises(BlobStoreUnavailable, match=name):
            use()
    trouble.hangs = True
    with pytest.raises(BlobStoreUnavailable, match=r"path: s3://.*Timeout"):
        troubled.get(name)


def test_s3_that_is_not_there_is_told(troubled: S3BlobStore, trouble: Trouble) -> None:
    trouble.close()
    with pytest.raises(BlobStoreUnavailable, match="see whether it runs"):
        troubled.put(CONTENT)


def test_without_credentials_nothing_is_asked(
    trouble: Trouble, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in s3_server.environment:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    place = s3_server.place(endpoint=trouble.endpoint, region="us-east-1")
    with pytest.raises(BlobStoreDenied, match="no credentials"):
        S3BlobStore(place, connect(place)).put(CONTENT)
