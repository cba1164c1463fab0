"""The fixity audit: reads every byte and every chain again, and names what is missing, changed or swapped."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobStore
from archive.custody import verify_chain
from archive.described import contradictions
from archive.documents import GONE, ArchivedDocument, Revision
from archive.errors import BlobMissing, BlobStoreError, CustodyBroken
from archive.store import DOCUMENT, Store, custody_head

BATCH = 200
"""documents of one slice"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FixityFinding:
    """One thing that is not as it was put."""

    document_id: UUID | None
    number: str
    """of the document; or the chain, the batch or the blob that it concerns"""
    kind: str
    """see `archive.audits.KINDS`"""
    sha256: str | None
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FixitySlice:
    """What was found among the next documents."""

    last: int
    """the last one's place in the order of accession"""
    checked: int
    bytes: int
    findings: tuple[FixityFinding, ...]


class FixityAudit:
    """Reads documents and their chains again. It only reads, so that it can last hours without holding anybody up."""

    def __init__(self, session: Session, blobs: BlobStore) -> None:
        self._session = session
        self._store = Store(session)
        self._blobs = blobs
        self._bytes = 0

    def total(self) -> int:
        """How many documents there are."""
        return int(self._session.scalar(sa.select(sa.func.count()).select_from(DOCUMENT)) or 0)

    def check(self, after: int = 0, limit: int = BATCH) -> FixitySlice | None:
        """The next documents in the order of accession; None: there are none."""
        batch = self._store.after(after, limit=limit)
        if not batch:
            return None
        before = self._bytes
        findings = tuple(self._check_batch(batch))
        return FixitySlice(last=batch[-1].seq, checked=len(batch), bytes=self._bytes - before, findings=findings)

    def referenced(self, names: Sequence[str]) -> set[str]:
        """Those of the blobs that are some revision's."""
        return self._store.referenced(names)

    def names(self, after: str, limit: int) -> list[str]:
        """The names of the next blobs, ascending."""
        return list(islice(self._blobs.names(after), limit))

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
            for detail in contradictions(document, custody[document.id]):
                yield _finding(document, "row_changed", detail)
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
                whose = ", which is another blob's" if self._store.referenced([digest]) else ""
                detail = f"{size} bytes with hash {digest}{whose}"
                yield _finding(document, "blob_changed", detail, revision.sha256)
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


def _finding(document: ArchivedDocument, kind: str, detail: str, name: str | None = None) -> FixityFinding:
    return FixityFinding(document_id=document.id, number=document.number, kind=kind, sha256=name, detail=detail)
