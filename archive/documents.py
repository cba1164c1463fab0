"""The archive's central types: what comes in, what is kept, and how it is classified."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from archive.blobs import BlobRef


class AccessLevel(StrEnum):
    """Who may see a document (B16), from the widest circle to the narrowest. A state secret has no level here."""

    OPEN = "open"
    OFFICIAL_USE = "official_use"
    COMMERCIAL_SECRET = "commercial_secret"  # noqa: S105 - a level's name, no password


STATE_SECRET = "state_secret"  # noqa: S105 - the name of what is refused
"""Refused at every door (B16)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """Why a flag restricts a document, and until when."""

    ground: str
    until: date | None = None
    """the last day; None: no end"""

    def as_json(self) -> dict[str, str | None]:
        """As a column keeps it."""
        return {"ground": self.ground, "until": self.until.isoformat() if self.until else None}

    @classmethod
    def from_json(cls, told: Mapping[str, str | None]) -> "Restriction":
        """As a column has kept it."""
        until = told["until"]
        return cls(ground=told["ground"] or "", until=date.fromisoformat(until) if until else None)


class DocumentStatus(StrEnum):
    """Whether a document has effect."""

    IN_EFFECT = "in effect"
    WITHOUT_EFFECT = "without effect"
    """signed too late: kept as proof, changes nothing"""
    DESTROYED = "destroyed"
    """disposed of; description and hash remain"""
    TRANSFERRED = "transferred"
    """handed over to another archive, which has signed for it; description and hash remain"""


GONE = frozenset({DocumentStatus.DESTROYED, DocumentStatus.TRANSFERRED})
"""of these the archive has no bytes any more"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accession:
    """A document to be taken in; its blob is in the store already."""

    id: UUID
    owner: str
    """the body's id, opaque here"""
    number: str
    type: str
    """questionnaire, finding, notice, resolution, answer, receipt, manifest, attachment …"""
    title: str
    blob: BlobRef
    case_id: UUID | None = None
    language: str = ""
    """az, kk, ru or en"""
    media_type: str = "application/pdf"
    status: str = DocumentStatus.IN_EFFECT
    level: str | None = None
    """PAdES level: B-B, B-T, B-LT, B-LTA"""
    access_level: str = AccessLevel.OPEN
    access_flags: tuple[str, ...] = ()
    """personal_data, special_categories"""
    access_ground: str | None = None
    access_until: date | None = None
    access_terms: Mapping[str, Restriction] = field(default_factory=dict)
    """flag → its own ground and last day"""
    unit: str | None = None
    """the unit whose document it is, opaque here; None: the body's as a whole"""
    original_id: UUID | None = None
    """the document of which this one is a redacted copy"""
    retention_class: str | None = None
    signed_at: datetime | None = None
    dated_on: date | None = None
    """the day the document bears, in its body's zone; by default the day of signature, else of accession, in UTC"""
    signers: tuple[Mapping[str, Any], ...] = ()
    """[{name, capacity, serial}]"""
    properties: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    """what a search should find"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedDocument:
    """A document in the archive, as its newest revision stands."""

    id: UUID
    case_id: UUID | None
    owner: str
    number: str
    type: str
    title: str
    language: str
    media_type: str
    status: str
    level: str | None
    verdict: str | None
    validated_at: datetime | None
    access_level: str
    access_flags: tuple[str, ...]
    access_ground: str | None
    access_until: date | None
    access_terms: Mapping[str, Mapping[str, str | None]]
    """flag → {ground, until}"""
    official_until: date
    """the last day on which at least official use is kept, by level or flag"""
    secret_until: date
    """the last day on which commercial secrecy is kept, by level or flag"""
    unit: str | None
    """the unit whose document it is; None: the body's as a whole"""
    original_id: UUID | None
    """the document of which this one is a redacted copy"""
    quarantined: bool
    """found to hold a state secret: nobody sees it but the two who remove it (B16)"""
    retention_class: str | None
    retention_facts: Mapping[str, str]
    retention_starts: date | None
    dispose_after: date | None
    file_id: UUID | None
    accessioned_at: datetime
    signed_at: datetime | None
    dated_on: date
    signers: tuple[Mapping[str, Any], ...]
    properties: Mapping[str, Any]
    sha256: str
    bytes: int
    revision: int
    custody_seq: int
    custody_head: str
    seq: int
    """its place in the order of accession"""

    @property
    def blob(self) -> BlobRef:
        """The newest revision's bytes."""
        return BlobRef(sha256=self.sha256, bytes=self.bytes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """One state of a document's bytes; revision 1 is what was taken in."""

    document_id: UUID
    revision: int
    sha256: str
    bytes: int
    level: str | None
    reason: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """An archivist's decision: an existing file, or a series and the title of a new one; how long kept; who may see it.

    None leaves a matter as it is.
    """

    file_id: UUID | None = None
    series_id: UUID | None = None
    file_title: str | None = None
    retention_class: str | None = None
    access_level: str | None = None
    access_ground: str | None = None
    access_until: date | None = None
    access_flags: tuple[str, ...] | None = None
    access_terms: Mapping[str, Restriction] | None = None
    """flag → its own ground and last day"""
    unit: str | None = None
    """the unit whose document it is; empty: the body's as a whole"""
    note: str | None = None
