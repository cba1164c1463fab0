"""The archive's door. One Archive is bound to a session, a blob store and an instant; it flushes and never commits."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.accession import change_signers, check_accession, check_appended, insert_documents
from archive.arrangement import ArchiveFile, Arrangement, Fonds, Series
from archive.audits import Audits, FixityReport
from archive.blobs import BlobRef, BlobStore, Referenced
from archive.classification import Classifier, decided
from archive.custody import CustodyEvent, verify_chain
from archive.disposal import Disposal, rely_on_blob
from archive.documents import GONE, Accession, ArchivedDocument, Classification, DocumentStatus, Restriction, Revision
from archive.errors import AccessionConflict, DocumentDestroyed, DocumentNotFound, DocumentQuarantined, InvalidMetadata
from archive.evidence import Evidence
from archive.fixity import FixityAudit, FixityFinding
from archive.holds import DisposalHold, Holds, HoldTarget, locked_targets
from archive.nomenclature import Nomenclatures
from archive.quarantine import Quarantines
from archive.reindexing import reindex
from archive.retention import Facts, RetentionClass, write_facts
from archive.review_lists import ReviewLists
from archive.schedules import Schedules
from archive.search import Search, SearchPage, SearchQuery, SearchSort
from archive.store import Store, custody_head

__all__ = [
    "Accession",
    "Archive",
    "ArchiveFile",
    "ArchivedDocument",
    "BlobRef",
    "Classification",
    "CustodyEvent",
    "DisposalHold",
    "DocumentStatus",
    "FixityFinding",
    "FixityReport",
    "Fonds",
    "HoldTarget",
    "Restriction",
    "RetentionClass",
    "Revision",
    "SearchPage",
    "SearchQuery",
    "SearchSort",
    "Series",
    "Visibility",
]


class Archive:
    """Keeps documents, finds them, and says what happened to them."""

    def __init__(self, session: Session, *, blobs: BlobStore, now: datetime) -> None:
        self._session = session
        self._store = Store(session)
        self._blobs = blobs
        self._now = now
        self.arrangement = self._arrangement = Arrangement(session)
        self._classifier = Classifier(session, self._arrangement)
        self.schedules = Schedules(session, self._classifier, now)
        self._holds = Holds(session)
        self.quarantine = Quarantines(session)
        self.nomenclatures = Nomenclatures(session, self._arrangement)
        self.evidence = Evidence(session, now)
        self.audits = Audits(session, now)
        self.fixity = FixityAudit(session, blobs)

    # documents

    def accession(self, accession: Accession, *, actor: str) -> ArchivedDocument:
        """Take a document in; its blob must be stored. The same document again is answered with what is kept.

        Raises StateSecretRefused, InvalidMetadata, BlobMissing, AccessionConflict.
        """
        self.take_in(accession, actor=actor)
        return self.document(accession.id)

    def take_in(self, accession: Accession, *, actor: str) -> None:
        """As `accession`, for who does not ask what is kept then."""
        check_accession(accession)
        self.rely_on(accession.blob.sha256)
        if self._store.find(accession.id) is not None or not self._take_in(accession, actor):
            kept = self._store.revision(accession.id, 1).sha256
            if kept != accession.blob.sha256:
                raise AccessionConflict(document_id=accession.id, sha256=accession.blob.sha256, kept=kept)

    def accession_all(self, accessions: Sequence[Accession], *, actor: str) -> frozenset[UUID]:
        """Take many documents in at once; which of them are new here. One that is refused leaves none taken.

        Raises StateSecretRefused, InvalidMetadata, BlobMissing, AccessionConflict.
        """
        known = {each.id for each in self._store.documents([each.id for each in accessions])}
        new = {each.id: each for each in accessions if each.id not in known}
        for accession in new.values():
            check_accession(accession)
            self.rely_on(accession.blob.sha256)
        if new and not self._inserted(list(new.values()), actor):
            new = {each.id: each for each in new.values() if self._take_in(each, actor)}
        for accession in (each for each in accessions if each is not new.get(each.id)):
            self.take_in(accession, actor=actor)
        return frozenset(new)

    def rely_on(self, sha256: str) -> None:
        """Nobody erases this blob before the transaction ends: ask before a row names it. Raises BlobMissing."""
        rely_on_blob(self._session, self._blobs, sha256)

    def _inserted(self, accessions: Sequence[Accession], actor: str) -> bool:
        """False if somebody else took one of them in at this very moment; none is inserted then."""
        self._session.flush()
        try:
            with self._session.connection().begin_nested():
                insert_documents(self._store, accessions, now=self._now, actor=actor)
        except IntegrityError:
            return False
        return True

    def _take_in(self, accession: Accession, actor: str) -> bool:
        """False if somebody else took the document in at this very moment."""
        if self._inserted([accession], actor):
            return True
        if self._store.find(accession.id) is None:
            raise InvalidMetadata(field="document", value=str(accession.id))
        return False

    def document(self, document_id: UUID) -> ArchivedDocument:
        """The document's description. Raises DocumentNotFound."""
        found = self._store.find(document_id)
        if found is None:
            raise DocumentNotFound(document_id=document_id)
        return found

    def exists(self, document_id: UUID) -> bool:
        """Whether the archive has this document and the store its bytes; `fetch` says whether they are sound."""
        found = self._store.find(document_id)
        return found is not None and self._blobs.exists(found.sha256)

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

    def fetch(self, document_id: UUID, revision: int | None = None, *, quarantined: bool = False) -> bytes:
        """A revision's bytes, the newest by default, re-hashed while read.

        `quarantined` is for the two alone who remove such a document.

        Raises DocumentNotFound, RevisionNotFound, DocumentDestroyed, DocumentQuarantined, BlobMissing, BlobChanged.
        """
        document = self.document(document_id)
        if document.quarantined and not quarantined:
            raise DocumentQuarantined(document_id=document_id)
        if document.status in GONE:
            raise DocumentDestroyed(document_id=document_id)
        if revision is None:
            return self._blobs.get(document.sha256)
        return self._blobs.get(self._store.revision(document_id, revision).sha256)

    def revisions(self, document_id: UUID) -> list[Revision]:
        """All revisions, oldest first."""
        return self._store.revisions(document_id)

    def add_revision(
        self,
        document_id: UUID,
        blob: BlobRef,
        *,
        level: str | None,
        reason: str,
        actor: str,
        signers: Sequence[Mapping[str, Any]] | None = None,
    ) -> ArchivedDocument:
        """Add bytes that begin with every byte kept so far (a timestamp, a co-signature). The newest ones again: no-op.

        `signers`, if given, are those of the document from now on.

        Raises DocumentNotFound, DocumentDestroyed, RevisionNotAppended, BlobMissing, BlobChanged.
        """
        document = self._locked(document_id)
        if document.sha256 == blob.sha256:
            return document
        if document.status in GONE:
            raise DocumentDestroyed(document_id=document_id)
        self.rely_on(blob.sha256)
        check_appended(self._blobs, document, blob)
        number = document.revision + 1
        revision = Revision(
            document_id=document_id,
            revision=number,
            sha256=blob.sha256,
            bytes=blob.bytes,
            level=level,
            reason=reason,
            created_at=self._now,
        )
        self._store.insert_revisions([revision])
        self._store.update(document_id, sha256=blob.sha256, bytes=blob.bytes, revision=number, level=level)
        if signers is not None:
            change_signers(self._store, document, signers)
        details = {"revision": number, "sha256": blob.sha256, "bytes": blob.bytes, "level": level, "reason": reason}
        self._record([document], "revised", actor, details)
        return self.document(document_id)

    def record_validation(
        self, document_id: UUID, *, verdict: str, level: str | None, actor: str, report: Mapping[str, Any] | None = None
    ) -> ArchivedDocument:
        """Note what a validation of the newest revision found, with its report, if any. Raises DocumentNotFound."""
        document = self._locked(document_id)
        self._store.update(document_id, verdict=verdict, level=level, validated_at=self._now)
        details = {"verdict": verdict, "level": level, "revision": document.revision}
        self._record([document], "validated", actor, {**details, **({"report": dict(report)} if report else {})})
        return self.document(document_id)

    def set_status(self, document_id: UUID, status: DocumentStatus, *, ground: str, actor: str) -> ArchivedDocument:
        """Say that a document has no effect (or has it again), and why. Raises DocumentNotFound, DocumentDestroyed."""
        document = self._locked(document_id)
        if GONE & {document.status, status}:
            raise DocumentDestroyed(document_id=document_id)
        self._store.update(document_id, status=str(status))
        self._record([document], "status", actor, {"status": str(status), "ground": ground})
        return self.document(document_id)

    # arrangement and classification

    def fonds(self, owner: str | None = None) -> list[Fonds]:
        """All fonds, or those of one body, by code."""
        return self._arrangement.fonds(owner)

    def series(self, fonds_id: UUID | None = None) -> list[Series]:
        """The series of a fonds, or of all, by code."""
        return self._arrangement.series(fonds_id)

    def files(self, series_id: UUID) -> list[ArchiveFile]:
        """The files of a series, by code, with their numbers of documents."""
        return self._arrangement.files(series_id)

    def file(self, file_id: UUID) -> ArchiveFile:
        """One file. Raises UnitNotFound."""
        return self._arrangement.file(file_id)

    def file_documents(self, file_id: UUID) -> list[ArchivedDocument]:
        """All documents of a file, in the order of accession."""
        return self._store.of_file(file_id)

    def create_fonds(self, *, code: str, title: Mapping[str, str], owner: str) -> Fonds:
        """A new fonds. Raises CodeTaken."""
        return self._arrangement.create_fonds(code=code, title=title, owner=owner)

    def create_series(self, fonds_id: UUID, *, code: str, title: Mapping[str, str], retention_class: str) -> Series:
        """A new series; its files have this retention class by default. Raises UnitNotFound, CodeTaken."""
        return self._arrangement.create_series(fonds_id, code=code, title=title, retention_class=retention_class)

    def create_file(self, series_id: UUID, *, title: str, code: str | None = None) -> ArchiveFile:
        """A new file, numbered within its series unless a code is given. Raises UnitNotFound, CodeTaken."""
        return self._arrangement.create_file(series_id, title=title, opened_at=self._now, code=code)

    def close_file(self, file_id: UUID) -> ArchiveFile:
        """The file takes no more documents. Raises UnitNotFound, FileClosed."""
        return self._arrangement.close_file(file_id, at=self._now)

    def classify(self, documents: Sequence[UUID], classification: Classification, *, actor: str) -> ArchiveFile | None:
        """Apply an archivist's decision to documents; return the file they stand in now, if it names one.

        Raises DocumentNotFound, UnitNotFound, FileClosed, RetentionClassNotFound, AccessGroundMissing,
        StateSecretRefused, InvalidMetadata.
        """
        locked = self._store.locked(documents)
        file = self._classifier.classify(locked, classification, now=self._now)
        self._record(locked, "classified", actor, decided(classification, file))
        return file

    def retention_classes(self) -> list[RetentionClass]:
        """All retention classes, by code."""
        return self._classifier.classes()

    def save_retention_class(self, retention: RetentionClass) -> int:
        """Add or change a class; the periods of its documents follow. Return how many documents that concerned.

        Raises UnknownStartRule, InvalidMetadata.
        """
        return self.schedules.found(retention, actor="system")

    def record_retention_facts(self, documents: Sequence[UUID], facts: Facts, *, actor: str) -> None:
        """Tell when the case was closed, the act repealed …; the periods follow. Raises DocumentNotFound …"""
        locked = self._store.locked(documents)
        self._classifier.set_facts(locked, facts)
        self._record(locked, "retention", actor, write_facts(facts))

    # holds

    def place_hold(self, target: HoldTarget, *, ground: str, actor: str) -> DisposalHold:
        """Forbid the disposal of a document or of a file's.

        Raises DocumentNotFound, UnitNotFound, DocumentDestroyed, InvalidMetadata.
        """
        locked = locked_targets(self._store, target)
        hold = self._holds.place(target, ground=ground, actor=actor, at=self._now)
        self._record(locked, "held", actor, {"hold": str(hold.id), "ground": ground})
        return hold

    def hold_all(self, documents: Sequence[UUID], *, ground: str, actor: str) -> list[DisposalHold]:
        """Holds on many documents in one go; those that are gone are left out. Raises DocumentNotFound …"""
        locked = [each for each in self._store.locked(documents) if each.status not in GONE]
        targets = [HoldTarget(document_id=each.id) for each in locked]
        order = self._holds.place_all(targets, ground=ground, actor=actor, at=self._now)
        self._record(locked, "held", actor, {"hold": str(order), "ground": ground})
        return self._holds.of_order(order)

    def lift_hold(self, hold_id: UUID, *, ground: str, actor: str) -> DisposalHold:
        """Lift a hold. Raises HoldNotFound, HoldAlreadyLifted, InvalidMetadata."""
        hold = self._holds.lift(hold_id, ground=ground, actor=actor, at=self._now)
        locked = locked_targets(self._store, HoldTarget(document_id=hold.document_id, file_id=hold.file_id))
        self._record(locked, "released", actor, {"hold": str(hold_id), "ground": ground})
        return hold

    def holds(self, document_id: UUID) -> list[DisposalHold]:
        """All holds there have been on a document or its file, oldest first. Raises DocumentNotFound."""
        return self._holds.on(self.document(document_id))

    @property
    def disposal(self) -> Disposal:
        """Removal of documents whose time is over."""
        return Disposal(self._session, blobs=self._blobs, now=self._now)

    @property
    def review_lists(self) -> ReviewLists:
        """Documents up for disposal, and what was decided of them."""
        return ReviewLists(self._session, classes=self._classifier.classes, now=self._now)

    # finding

    def search(self, query: SearchQuery, visible: Visibility) -> SearchPage:
        """What of the query this person may see."""
        return Search(self._session, query, visible).page()

    def reindex(self, progress: Callable[[int, int], None] | None = None, *, limit: int | None = None) -> int:
        """Fold the text of documents anew that an older version of the folding indexed; return how many."""
        return reindex(self._session, progress, limit=limit)

    # fixity

    def note_findings(self, report: FixityReport, findings: Sequence[FixityFinding], **values: Any) -> FixityReport:
        """Keep what an audit found and where it is, and note each finding in its document's chain of custody."""
        for finding in findings:
            if finding.document_id is not None and self._store.find(finding.document_id) is not None:
                details = {"report": str(report.id), "kind": finding.kind, "detail": finding.detail}
                self.record_event(finding.document_id, "fixity", "audit", details)
        return self.audits.note(report, findings, **values)

    def sweep_orphans(self, also_referenced: Referenced, *, grace: timedelta) -> list[str]:
        """Remove blobs that no revision and nobody else (attachments of open forms …) refers to; return their names."""

        def referenced(names: Sequence[str]) -> set[str]:
            return {*self._store.referenced(names), *also_referenced(names)}

        return self._blobs.sweep(referenced, grace=grace, disposed=self._store.disposed)

    # custody

    def custody(self, document_id: UUID) -> list[CustodyEvent]:
        """The document's whole chain of custody, first event first."""
        return self._store.custody_of([document_id])

    def verify_custody(self, document_id: UUID) -> None:
        """Check the chain of custody. Raises DocumentNotFound, CustodyBroken."""
        verify_chain(custody_head(self.document(document_id)), self._store.custody_of([document_id]))

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
