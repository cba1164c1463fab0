"""What can go wrong in the archive. The docstring of an error is its message; its facts are attributes."""

from typing import Any, ClassVar
from uuid import UUID

from archive.package_faults import PackageFault


class ArchiveError(Exception):
    """The archive could not do what it was asked."""

    code: ClassVar[str] = "archive"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)
        told = ", ".join(f"{name}: {value}" for name, value in facts.items())
        message = (type(self).__doc__ or "").split("\n", maxsplit=1)[0]
        super().__init__(f"{message} ({told})" if told else message)


class StateSecretRefused(ArchiveError):
    """State secrets are never taken in (B16)."""

    code = "archive.state_secret_refused"
    document_id: UUID


class InvalidMetadata(ArchiveError):
    """A document's description is not acceptable."""

    code = "archive.invalid_metadata"
    field: str
    value: str


class IngestRefused(ArchiveError):
    """The table that describes the documents cannot be used."""

    code = "archive.ingest_refused"
    file: str
    reason: str


class PackageRefused(ArchiveError):
    """The package cannot be written, or is not one that this archive takes."""

    code = "archive.package_refused"
    folder: str
    reason: str

    def __init__(self, *, folder: str, fault: PackageFault) -> None:
        super().__init__(folder=folder, reason=str(fault))
        self.fault = fault


class AccessGroundMissing(ArchiveError):
    """A restriction of access needs its ground (B9)."""

    code = "archive.access_ground_missing"
    access_level: str


class NotFound(ArchiveError):
    """There is no such thing in the archive."""

    code = "archive.not_found"


class DocumentNotFound(NotFound):
    """There is no such document in the archive."""

    code = "archive.document_not_found"
    document_id: UUID


class RevisionNotFound(NotFound):
    """The document has no such revision."""

    code = "archive.revision_not_found"
    document_id: UUID
    revision: int


class UnitNotFound(NotFound):
    """There is no such fonds, series or file."""

    code = "archive.unit_not_found"
    kind: str
    id: UUID


class HoldNotFound(NotFound):
    """There is no such hold."""

    code = "archive.hold_not_found"
    hold_id: UUID


class QuarantineNotFound(NotFound):
    """The document is in no quarantine."""

    code = "archive.quarantine_not_found"
    document_id: UUID


class RetentionClassNotFound(NotFound):
    """There is no such retention class."""

    code = "archive.retention_class_not_found"
    retention_class: str


class AuditNotFound(NotFound):
    """There is no such audit."""

    code = "archive.audit_not_found"
    report_id: UUID


class AccessionConflict(ArchiveError):
    """Another document already has this id."""

    code = "archive.accession_conflict"
    document_id: UUID
    sha256: str
    kept: str


class RevisionNotAppended(ArchiveError):
    """A new revision must begin with every byte of the one before it."""

    code = "archive.revision_not_appended"
    document_id: UUID
    revision: int


class DocumentDestroyed(ArchiveError):
    """The document was destroyed; only its description and hash remain."""

    code = "archive.document_destroyed"
    document_id: UUID


class DocumentQuarantined(ArchiveError):
    """The document is locked away: it is held to contain a state secret (B16)."""

    code = "archive.document_quarantined"
    document_id: UUID


class NotTheSecond(ArchiveError):
    """Only the second of the two who were named ends a quarantine."""

    code = "archive.not_the_second"
    document_id: UUID


class CodeTaken(ArchiveError):
    """The code is already in use here."""

    code = "archive.code_taken"
    kind: str
    taken: str


class FileClosed(ArchiveError):
    """The file is closed and takes no more documents."""

    code = "archive.file_closed"
    file_id: UUID


class PublicationBarred(ArchiveError):
    """What is restricted, without effect or gone is not published (B9)."""

    code = "archive.publication_barred"
    document_id: UUID
    rule: str


class UnitClosed(ArchiveError):
    """The fonds or series is closed and takes nothing more."""

    code = "archive.unit_closed"
    kind: str
    id: UUID


class UnitNotEmpty(ArchiveError):
    """Something below is still open: close it first."""

    code = "archive.unit_not_empty"
    kind: str
    id: UUID


class ForeignUnit(ArchiveError):
    """A series or file moves only within the archive of its own body."""

    code = "archive.foreign_unit"
    kind: str
    id: UUID


class NomenclatureState(ArchiveError):
    """The nomenclature is not in the state that this needs."""

    code = "archive.nomenclature_state"
    state: str
    needed: str


class UnknownStartRule(ArchiveError):
    """There is no such rule for the start of retention."""

    code = "archive.unknown_start_rule"
    rule: str


class SchedulePending(ArchiveError):
    """Another wording of the schedule waits for a second person already."""

    code = "archive.schedule_pending"
    retention_class: str


class ScheduleDecided(ArchiveError):
    """The proposal has been decided of meanwhile."""

    code = "archive.schedule_decided"
    state: str


class SecondPersonNeeded(ArchiveError):
    """Nobody puts in force what they proposed themselves."""

    code = "archive.second_person_needed"
    retention_class: str


class HoldAlreadyLifted(ArchiveError):
    """The hold was lifted before."""

    code = "archive.hold_already_lifted"
    hold_id: UUID


class DocumentOnHold(ArchiveError):
    """A hold forbids the disposal of this document."""

    code = "archive.document_on_hold"
    document_id: UUID
    grounds: tuple[str, ...]


class RetentionNotOver(ArchiveError):
    """The document must be kept longer: its period has not ended, has not begun, or has no end."""

    code = "archive.retention_not_over"
    document_id: UUID
    dispose_after: str


class CustodyBroken(ArchiveError):
    """The document's custody chain does not hold."""

    code = "archive.custody_broken"
    document_id: UUID
    seq: int
    reason: str


class EvidenceMissing(ArchiveError):
    """The archive has no evidence of this, or the hash tree of its batch has a hole."""

    code = "archive.evidence_missing"
    batch: int


class BlobStoreError(ArchiveError):
    """The blob store could not read or write."""

    code = "archive.blob_store"
    path: str
    reason: str


class BlobStoreFull(BlobStoreError):
    """The blob store has no room left: nothing was stored; make room and try again."""

    code = "archive.blob_store_full"


class BlobStoreReadOnly(BlobStoreError):
    """The blob store is read-only: nothing was stored; mount it for writing and try again."""

    code = "archive.blob_store_read_only"


class BlobStoreDenied(BlobStoreError):
    """The blob store refuses access: nothing was stored; see who owns it and with which rights Karguzar runs."""

    code = "archive.blob_store_denied"


class BlobStoreUnavailable(BlobStoreError):
    """The blob store does not answer, or broke off: see whether it runs and can be reached, then try again."""

    code = "archive.blob_store_unavailable"


class NotASha256(BlobStoreError):
    """A blob is named by 64 lower-case hexadecimal digits."""

    code = "archive.not_a_sha256"
    name: str


class BlobMissing(BlobStoreError):
    """A blob that should be in the store is not there."""

    code = "archive.blob_missing"
    sha256: str


class BlobChanged(BlobStoreError):
    """A blob's bytes are no longer those it was stored with."""

    code = "archive.blob_changed"
    sha256: str
    actual: str


class BlobLocked(BlobStoreError):
    """The store's own lock keeps a blob from being erased."""

    code = "archive.blob_locked"
    sha256: str
