"""The archive's door. One Archive is bound to a session, a blob store and an instant; it flushes and never commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.accession import check_accession, check_appended, insert_document
from archive.blobs import BlobRef, BlobStore
from archive.custody import CustodyEvent, verify_chain
from archive.documents import Accession, ArchivedDocument, DocumentStatus, Revision
from archive.errors import AccessionConflict, DocumentDestroyed, DocumentNotFound, InvalidMetadata
from archive.search import Search, SearchPage, SearchQuery
from archive.store import Store, custody_head


class Archive:
    """Keeps documents, finds them, and says what happened to them."""

    def __init__(self, session: Session, *, blobs: BlobStore, now: datetime) -> None:
        self._session = session
        self._store = Store(session)
        self._blobs = blobs
        self._now = now

    # documents

    def accession(self, accession: Accession, *, actor: str) -> ArchivedDocument:
        """Take a document in; its blob must be stored. The same document again is answered with what is kept.

        Raises StateSecretRefused, InvalidMetadata, BlobMissing, AccessionConflict.
        """
        check_accession(accession, self._blobs)
        if self._store.find(accession.id) is None and self._take_in(accession, actor):
            return self.document(accession.id)
        first = self._store.revision(accession.id, 1)
        if first.sha256 != accession.blob.sha256:
            raise AccessionConflict(document_id=accession.id, sha256=accession.blob.sha256, kept=first.sha256)
        return self.document(accession.id)

    def _take_in(self, accession: Accession, actor: str) -> bool:
        """False if somebody else took the document in at this very moment."""
        try:
            with self._session.begin_nested():
                insert_document(self._store, accession, now=self._now, actor=actor)
        except IntegrityError as error:
            if self._store.find(accession.id) is None:
                raise InvalidMetadata(field="document", value=str(accession.id)) from error
            return False
        return True

    def document(self, document_id: UUID) -> ArchivedDocument:
        """The document's description. Raises DocumentNotFound."""
        found = self._store.find(document_id)
        if found is None:
            raise DocumentNotFound(document_id=document_id)
        return found

    def documents(self, document_ids: Sequence[UUID]) -> list[ArchivedDocument]:
        """Those of these documents that exist, in the order of accession."""
        return self._store.documents(document_ids)

    def case_documents(self, case_id: UUID) -> list[ArchivedDocument]:
        """All documents of a case, in the order of accession."""
        return self._store.of_case(case_id)

    def find_by_sha256(self, sha256: str) -> ArchivedDocument | None:
        """The document of which some revision has this hash; the first taken in if several share their bytes."""
        found = self._store.with_revision(sha256)
        return found[0] if found else None

    def fetch(self, document_id: UUID, revision: int | None = None) -> bytes:
        """A revision's bytes, the newest by default, re-hashed while read.

        Raises DocumentNotFound, RevisionNotFound, DocumentDestroyed, BlobMissing, BlobChanged.
        """
        document = self.document(document_id)
        if document.status == DocumentStatus.DESTROYED:
            raise DocumentDestroyed(document_id=document_id)
        if revision is None:
            return self._blobs.get(document.sha256)
        return self._blobs.get(self._store.revision(document_id, revision).sha256)

    def revisions(self, document_id: UUID) -> list[Revision]:
        """All revisions, oldest first."""
        return self._store.revisions(document_id)

    def add_revision(
        self, document_id: UUID, blob: BlobRef, *, level: str | None, reason: str, actor: str
    ) -> ArchivedDocument:
        """Add bytes that begin with every byte kept so far (a timestamp, a co-signature). The newest ones again: no-op.

        Raises DocumentNotFound, RevisionNotAppended, BlobMissing, BlobChanged.
        """
        document = self._locked(document_id)
        if document.sha256 == blob.sha256:
            return document
        check_appended(self._blobs, document, blob)
        number = document.revision + 1
        self._store.insert_revision(
            Revision(
                document_id=document_id,
                revision=number,
                sha256=blob.sha256,
                bytes=blob.bytes,
                level=level,
                reason=reason,
                created_at=self._now,
            )
        )
        self._store.update(document_id, sha256=blob.sha256, bytes=blob.bytes, revision=number, level=level)
        details = {"revision": number, "sha256": blob.sha256, "bytes": blob.bytes, "level": level, "reason": reason}
        self._record([document], "revised", actor, details)
        return self.document(document_id)

    def record_validation(self, document_id: UUID, *, verdict: str, level: str | None, actor: str) -> ArchivedDocument:
        """Note what a validation of the newest revision found. Raises DocumentNotFound."""
        document = self._locked(document_id)
        self._store.update(document_id, verdict=verdict, level=level, validated_at=self._now)
        self._record(
            [document], "validated", actor, {"verdict": verdict, "level": level, "revision": document.revision}
        )
        return self.document(document_id)

    # finding

    def search(self, query: SearchQuery, visible: Visibility) -> SearchPage:
        """What of the query this person may see."""
        return Search(self._session, query, visible).page()

    # custody

    def custody(self, document_id: UUID) -> list[CustodyEvent]:
        """The document's whole chain of custody, first event first."""
        return self._store.custody(document_id)

    def verify_custody(self, document_id: UUID) -> None:
        """Check the chain of custody. Raises DocumentNotFound, CustodyBroken."""
        verify_chain(custody_head(self.document(document_id)), self._store.custody(document_id))

    def record_event(
        self, document_id: UUID, event: str, actor: str, details: Mapping[str, Any] | None = None
    ) -> CustodyEvent:
        """Add an event to the chain of custody: viewed, exported … Details are JSON values. Raises DocumentNotFound."""
        return self._record([self._locked(document_id)], event, actor, details or {})[0]

    def _locked(self, document_id: UUID) -> ArchivedDocument:
        return self._store.locked([document_id])[0]

    def _record(
        self, documents: Sequence[ArchivedDocument], event: str, actor: str, details: Mapping[str, Any]
    ) -> list[CustodyEvent]:
        """One event for each of several locked documents."""
        events = [
            custody_head(document).append(event, at=self._now, actor=actor, details=details) for document in documents
        ]
        self._store.append_custody(events)
        return events
