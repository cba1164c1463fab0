"""A store or a disk that fails in the middle: a clear error, nothing half accessioned, nothing half given out, an audit
that says what it could not read; and when it works again, the same command goes on.

Which fault is tested where, of each store and each work:

| fault | accession | export | audit | import |
| --- | --- | --- | --- | --- |
| disk full, read-only, denied | test_local_blobs, test_failing_store | here | (reads only) | here |
| torn write | test_local_blobs, test_kill | here (renamed when whole) | test_store_faults | here |
| flipped bit, torn or gone blob | test_local_blobs | here | test_store_faults, both stores | test_packages |
| S3 refusing, slow, cut off | test_s3_over_the_wire, test_failing_store | here | here and over the wire | here |
| wrong bytes from S3 | test_s3_over_the_wire | here | test_s3_over_the_wire | test_packages |

`test_s3_over_the_wire` lets real requests be refused, hang or break off on their way to an S3 server; so does the long
test here, in the middle of an import, an export and an audit.
"""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from buckets import S3Server
from faulty_s3 import FaultyS3, Wire

from archive.blobs.local import LocalBlobStore
from archive.blobs.moving import MovingBlobStore
from archive.blobs.s3 import S3BlobStore, S3Bucket, connect
from archive.errors import (
    BlobChanged,
    BlobStoreDenied,
    BlobStoreError,
    BlobStoreFull,
    BlobStoreReadOnly,
    BlobStoreUnavailable,
)
from archive.packages import check_package
from archive.packages.folder import Folder
from archive.service import Accession
from processes.auditing import run_audit
from processes.office import Office
from processes.use_cases.export_documents import ExportDocuments, export_documents
from processes.use_cases.import_package import ImportPackage, import_package

SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
STORE_FAULTS = (BlobStoreFull, BlobStoreReadOnly, BlobStoreDenied, BlobStoreUnavailable)


@pytest.fixture
def three(office: Office) -> list[UUID]:
    identities = [uuid4() for _ in range(3)]
    with office.unit_of_work() as uow:
        for number, identity in enumerate(identities):
            blob = office.blobs.put(b"%PDF-1.7 " + identity.bytes)
            accession = Accession(id=identity, owner="x", number=f"F-{number}", type="letter", title="t", blob=blob)
            uow.archive.accession(accession, actor="test")
        uow.commit()
    return identities


def failing(real: Callable[..., Any], after: int, error: BaseException) -> Callable[..., Any]:
    """Works `after` times, then fails."""
    calls = iter(range(after))

    def use(*args: Any, **named: Any) -> Any:
        if next(calls, None) is None:
            raise error
        return real(*args, **named)

    return use


def fault(kind: type[BlobStoreError]) -> BlobStoreError:
    return kind(path="/blobs", reason="told by the test")


def exported(office: Office, identities: list[UUID]) -> list[UUID]:
    with office.reading() as uow:
        return [each for each in identities if any(line.event == "exported" for line in uow.archive.custody(each))]


@SQLITE
def test_an_export_is_whole_or_not_there(
    office: Office, three: list[UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"

    def export() -> None:
        assert len(list(export_documents(office, ExportDocuments(target=target, documents=three)))) == len(three)

    for kind in (*STORE_FAULTS, None):
        with monkeypatch.context() as patch:
            broken = fault(kind) if kind else BlobChanged(sha256="0" * 64, actual="1" * 64)
            patch.setattr(LocalBlobStore, "get", failing(LocalBlobStore.get, 1, broken))
            with pytest.raises(type(broken)):
                export()
        assert list(tmp_path.glob("*out*")) == []
    for code in (errno.ENOSPC, errno.EROFS, errno.EACCES):
        with monkeypatch.context() as patch:
            patch.setattr(Folder, "write", failing(Folder.write, 3, OSError(code, "told by the test")))
            with pytest.raises(OSError, match="told by the test"):
                export()
        assert list(tmp_path.glob("*out*")) == []
    assert exported(office, three) == []
    export()
    assert check_package(target) == []
    assert exported(office, three) == three


@SQLITE
def test_an_import_takes_each_document_whole_and_goes_on(
    office: Office, three: list[UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "out"
    list(export_documents(office, ExportDocuments(target=package, documents=three)))
    with monkeypatch.context() as patch:  # what another archive gave out, with ids that are new here
        patch.setattr("processes.use_cases.import_package.UUID", lambda text: UUID(int=UUID(text).int ^ 1))
        there = [UUID(int=each.int ^ 1) for each in three]

        def taken() -> list[UUID]:
            with office.reading() as uow:
                return [each for each in there if uow.archive.exists(each)]

        for done, kind in enumerate(STORE_FAULTS):
            with pytest.MonkeyPatch.context() as once:
                allowed = 1 if done < len(three) - 1 else 0
                once.setattr(LocalBlobStore, "put", failing(LocalBlobStore.put, allowed, fault(kind)))
                with pytest.raises(kind, match=r"/blobs.*told by the test"):
                    list(import_package(office, ImportPackage(package=package, body="executive")))
            assert len(taken()) == min(done + 1, 2)
        states = [each.state for each in import_package(office, ImportPackage(package=package, body="executive"))]
        assert sorted(states) == ["kept", "kept", "taken"]
        assert len(taken()) == len(three)
    with office.reading() as uow:
        assert all(uow.archive.fetch(new) == uow.archive.fetch(old) for new, old in zip(there, three, strict=True))


@SQLITE
@pytest.mark.parametrize("kind", [BlobStoreDenied, BlobStoreUnavailable])
def test_an_audit_says_what_it_could_not_read(
    office: Office, three: list[UUID], monkeypatch: pytest.MonkeyPatch, kind: type[BlobStoreError]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LocalBlobStore, "stream", failing(LocalBlobStore.stream, 1, fault(kind)))
        report = run_audit(office, by="test")
    unread = {each.number for each in report.findings if each.kind == "blob_unreadable"}
    assert unread
    assert not report.sound
    assert all("told by the test" in each.detail for each in report.findings if each.kind == "blob_unreadable")
    assert run_audit(office, by="test").sound, "what could not be read is not damaged"
    del three


@SQLITE
@pytest.mark.long
@pytest.mark.xdist_group("s3")
def test_an_office_on_s3_goes_on_after_whatever_happened_on_the_wire(
    office: Office,
    three: list[UUID],
    tmp_path: Path,
    s3_server: S3Server,
    s3_bucket: S3Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Documents come from a package into S3, are given out again and audited; each request for a blob may fail."""
    package, local = tmp_path / "out", office.blobs
    list(export_documents(office, ExportDocuments(target=package, documents=three)))
    monkeypatch.setattr("archive.blobs.s3._ATTEMPTS", 1)
    for number, (wire, method) in enumerate(WIRES):
        faulty = FaultyS3(s3_server.endpoint)
        place = s3_server.place(prefix=f"{s3_bucket.prefix}{number}/", endpoint=faulty.endpoint, seconds=3)
        office.blobs = MovingBlobStore(S3BlobStore(place, connect(place)), local)
        try:
            there = [UUID(int=each.int ^ (number + 1)) for each in three]
            with monkeypatch.context() as patch:
                patch.setattr(
                    "processes.use_cases.import_package.UUID",
                    lambda text, mask=number + 1: UUID(int=UUID(text).int ^ mask),
                )
                _imported_in_the_end(office, package, faulty, wire if method == "PUT" else Wire.SOUND, there)
            _given_out_and_audited(office, tmp_path / f"again-{number}", faulty, wire, method, there)
        finally:
            faulty.close()
            office.blobs = local


WIRES = (
    *((wire, "PUT") for wire in (Wire.SLOW_DOWN, Wire.HANGS, Wire.UPLOAD_CUT, Wire.ANSWER_LOST)),
    *((wire, "GET") for wire in (Wire.DENIED, Wire.DOWNLOAD_CUT, Wire.DOWNLOAD_STALLS, Wire.WRONG_BYTES)),
)


def _imported_in_the_end(office: Office, package: Path, faulty: FaultyS3, wire: Wire, there: list[UUID]) -> None:
    def taken() -> int:
        with office.reading() as uow:
            return len(uow.archive.documents(there))

    request = ImportPackage(package=package, body="executive")
    if wire is not Wire.SOUND:
        for before in range(len(there)):
            faulty.happens(wire, "PUT", after=1 if before else 0)
            with pytest.raises(BlobStoreUnavailable):
                list(import_package(office, request))
            assert taken() == before, wire
    faulty.happens(Wire.SOUND, "PUT")
    list(import_package(office, request))
    with office.reading() as uow:
        assert [len(uow.archive.fetch(each)) for each in there] == [25] * len(there)


def _given_out_and_audited(
    office: Office, target: Path, faulty: FaultyS3, wire: Wire, method: str, there: list[UUID]
) -> None:
    request = ExportDocuments(target=target, documents=there)
    if method == "GET":
        faulty.happens(wire, "GET", after=1)
        with pytest.raises(BlobStoreError):
            list(export_documents(office, request))
        assert not target.exists()
        assert exported(office, there) == []
        faulty.happens(wire, "GET", after=1)
        found = {each.kind for each in run_audit(office, by="test").findings}
        assert found == {"blob_changed" if wire is Wire.WRONG_BYTES else "blob_unreadable"}
    faulty.happens(Wire.SOUND, "GET")
    list(export_documents(office, request))
    assert check_package(target) == []
    assert run_audit(office, by="test").sound
