"""The fixity audit: reads every byte and every chain again, and names what is missing, changed or swapped."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobStore
from archive.custody import verify_chain
from archive.documents import GONE, ArchivedDocument, Revision
from archive.errors import BlobMissing, BlobStoreError, CustodyBroken
from archive.store import DOCUMENT, Store, custody_head, table_of
from archive.tables import FixityRow

FIXITY = table_of(FixityRow)
_BATCH = 200

Progress = Callable[[int, int], None]
"""Called with the documents checked so far and the documents in all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FixityFinding:
    """One thing that is not as it was put."""

    document_id: UUID
    number: str
    kind: str
    """blob_missing, blob_changed, blob_unreadable, not_appended, revision_missing, row_changed, custody_broken"""
    sha256: str | None
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FixityReport:
    """One run over all documents."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None
    checked: int
    """documents"""
    bytes: int
    """read and hashed"""
    findings: tuple[FixityFinding, ...]

    @property
    def sound(self) -> bool:
        """Whether everything is as it was put."""
        return not self.findings


class FixityAudit:
    """One run. It only reads, so that it can last hours without holding anybody up."""

    def __init__(self, session: Session, blobs: BlobStore) -> None:
        self._session = session
        self._store = Store(session)
        self._blobs = blobs
        self._bytes = 0

    def run(self, *, started_at: datetime, progress: Progress | None = None) -> FixityReport:
        """Check every document, in the order of accession."""
        total = self._session.execute(sa.select(sa.func.count()).select_from(DOCUMENT)).scalar_one()
        checked = 0
        findings: list[FixityFinding] = []
        for batch in self._batches():
            findings += self._check_batch(batch)
            checked += len(batch)
            if progress is not None:
                progress(checked, max(total, checked))
        return FixityReport(
            id=uuid4(),
            started_at=started_at,
            ended_at=None,
            checked=checked,
            bytes=self._bytes,
            findings=tuple(findings),
        )

    def _batches(self) -> Iterator[list[ArchivedDocument]]:
        last = 0
        while batch := self._store.after(last, limit=_BATCH):
            yield batch
            last = batch[-1].seq

    def _check_batch(self, batch: Sequence[ArchivedDocument]) -> Iterator[FixityFinding]:
        ids = [document.id for document in batch]
        revisions, custody = defaultdict(list), defaultdict(list)
        for revision in self._store.revisions_of(ids):
            revisions[revision.document_id].append(revision)
        for event in self._store.custody_of(ids):
            custody[event.document_id].append(event)
        for document in batch:
            yield from self._check_rows(document, revisions[document.id])
            try:
                verify_chain(custody_head(document), custody[document.id])
            except CustodyBroken as broken:
                yield _finding(document, "custody_broken", f"event {broken.seq}: {broken.reason}")
            if document.status not in GONE:
                yield from self._check_bytes(document, revisions[document.id])

    def _check_rows(self, document: ArchivedDocument, revisions: Sequence[Revision]) -> Iterator[FixityFinding]:
        numbers = [revision.revision for revision in revisions]
        if numbers != list(range(1, document.revision + 1)):
            yield _finding(document, "revision_missing", f"revisions {numbers} of {document.revision}")
        elif (revisions[-1].sha256, revisions[-1].bytes) != (document.sha256, document.bytes):
            yield _finding(document, "row_changed", "the document's hash is not its newest revision's")

    def _check_bytes(self, document: ArchivedDocument, revisions: Sequence[Revision]) -> Iterator[FixityFinding]:
        for place, revision in enumerate(revisions):
            try:
                lengths = [earlier.bytes for earlier in revisions[:place]]
                prefixes, digest, size = self._read(revision.sha256, lengths)
            except BlobMissing:
                yield _finding(document, "blob_missing", f"revision {revision.revision}", revision.sha256)
                continue
            except BlobStoreError as error:
                yield _finding(document, "blob_unreadable", str(error), revision.sha256)
                continue
            if (digest, size) != (revision.sha256, revision.bytes):
                yield _finding(document, "blob_changed", f"{size} bytes with hash {digest}", revision.sha256)
            elif prefixes != [earlier.sha256 for earlier in revisions[:place]]:
                yield _finding(document, "not_appended", f"revision {revision.revision}", revision.sha256)

    def _read(self, name: str, lengths: Sequence[int]) -> tuple[list[str], str, int]:
        """The hashes of the blob's first so many bytes, of all of it, and its size, in one reading."""
        digest, size = sha256(), 0
        prefixes: list[str] = []
        for piece in self._blobs.stream(name):
            at = 0
            for length in (one for one in lengths[len(prefixes) :] if size < one <= size + len(piece)):
                digest.update(piece[at : length - size])
                at = length - size
                prefixes.append(digest.hexdigest())
            digest.update(piece[at:])
            size += len(piece)
        self._bytes += size
        return prefixes, digest.hexdigest(), size


def record_report(session: Session, report: FixityReport, *, ended_at: datetime) -> FixityReport:
    """Keep a report among the archive's records."""
    values: dict[str, Any] = {
        "id": report.id,
        "started_at": report.started_at,
        "ended_at": ended_at,
        "checked": report.checked,
        "bytes": report.bytes,
        "findings": [{**asdict(finding), "document_id": str(finding.document_id)} for finding in report.findings],
    }
    session.execute(sa.insert(FIXITY).values(**values))
    return FixityReport(**{**values, "findings": report.findings})


def reports(session: Session, *, limit: int) -> list[FixityReport]:
    """The newest reports first."""
    query = sa.select(FIXITY).order_by(FIXITY.c.started_at.desc()).limit(limit)
    found = []
    for row in session.execute(query).mappings():
        findings = tuple(
            FixityFinding(**{**finding, "document_id": UUID(finding["document_id"])}) for finding in row["findings"]
        )
        found.append(FixityReport(**{**row, "findings": findings}))
    return found


def _finding(document: ArchivedDocument, kind: str, detail: str, name: str | None = None) -> FixityFinding:
    return FixityFinding(document_id=document.id, number=document.number, kind=kind, sha256=name, detail=detail)
