"""The archive's tables: arrangement, documents and their revisions, holds, custody, search text."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC (SQLite would hand back a naive one)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Towards the database: UTC. Raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database: an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The archive's metadata; every table is named archive_*."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: sa.Uuid(),
        datetime: UtcDateTime(),
        date: sa.Date(),
        str: sa.Text(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
        bytes: sa.LargeBinary(),
    }


class FondsRow(Base):
    """All documents of one body (ISAD(G) fonds; az: fond)."""

    __tablename__ = "archive_fonds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, Any]]
    owner: Mapped[str]
    """the body's id, opaque here"""
    description: Mapped[dict[str, Any]]
    """elements of ISAD(G), by name (arrangement.py)"""
    closed_at: Mapped[datetime | None]


class SeriesRow(Base):
    """A series of files within a fonds, or a sub-series."""

    __tablename__ = "archive_series"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    fonds_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_fonds.id"), index=True)
    above_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("archive_series.id"), index=True)
    """of a sub-series: the series it is part of, in the same fonds"""
    code: Mapped[str]
    title: Mapped[dict[str, Any]]
    retention_class: Mapped[str]
    description: Mapped[dict[str, Any]]
    closed_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("fonds_id", "code"),)


class FileRow(Base):
    """A file: the documents of one affair (az: iş; the dossier of one or more cases)."""

    __tablename__ = "archive_file"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    series_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_series.id"), index=True)
    code: Mapped[str]
    title: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    description: Mapped[dict[str, Any]]
    __table_args__ = (sa.UniqueConstraint("series_id", "code"),)


class ArrangementEventRow(Base):
    """What was done to a fonds, series or file: nothing in the tree changes without a line here."""

    __tablename__ = "archive_arrangement_event"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(index=True)
    """of the fonds, series or file"""
    seq: Mapped[int]
    event: Mapped[str]
    """created, described, moved, closed"""
    at: Mapped[datetime]
    actor: Mapped[str]
    details: Mapped[dict[str, Any]]
    __table_args__ = (sa.UniqueConstraint("unit_id", "seq"),)


class NomenclatureRow(Base):
    """The nomenclature of files of a body for a year (az: işlərin nomenklaturası)."""

    __tablename__ = "archive_nomenclature"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str]
    year: Mapped[int]
    state: Mapped[str]
    """draft, approved, closed"""
    ground: Mapped[str | None]
    """the act that approves it"""
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("owner", "year"),)


class NomenclatureEntryRow(Base):
    """A line of a nomenclature: a file that the year will fill, under its index."""

    __tablename__ = "archive_nomenclature_entry"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    nomenclature_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_nomenclature.id"))
    index: Mapped[str]
    """as the office counts: 01-05"""
    title: Mapped[str]
    series_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_series.id"))
    retention_class: Mapped[str]
    article: Mapped[str]
    """of the retention list"""
    note: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("archive_file.id"))
    """opened when the nomenclature is approved"""
    __table_args__ = (sa.UniqueConstraint("nomenclature_id", "index"),)


class RetentionClassRow(Base):
    """How long and from when a class of documents is kept, with the article that says so."""

    __tablename__ = "archive_retention_class"
    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[dict[str, Any]]
    starts: Mapped[str]
    """the name of a start rule in retention.py (case_closed, year_end …)"""
    years: Mapped[int | None]
    """None: permanent"""
    action: Mapped[str]
    """destroy, review or transfer when the period ends"""
    ground: Mapped[str]


class DocumentRow(Base):
    """A signed document; its newest revision's bytes are in the blob store."""

    __tablename__ = "archive_document"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.ForeignKey("archive_search_text.seq"), unique=True)
    """its place in the order of accession; also the key of its search text"""
    case_id: Mapped[UUID | None]
    owner: Mapped[str]
    """the body's id, opaque here"""
    number: Mapped[str] = mapped_column(index=True)
    type: Mapped[str]
    """questionnaire, finding, notice, resolution, answer, receipt, manifest, attachment …"""
    title: Mapped[str]
    language: Mapped[str]
    media_type: Mapped[str]
    status: Mapped[str]
    """in effect, without effect, destroyed"""
    level: Mapped[str | None]
    """PAdES level of the newest revision"""
    verdict: Mapped[str | None]
    """ETSI verdict of the last validation"""
    validated_at: Mapped[datetime | None]
    access_level: Mapped[str] = mapped_column(index=True)
    access_flags: Mapped[list[Any]]
    access_ground: Mapped[str | None]
    access_until: Mapped[date | None]
    """the last day of the level"""
    access_terms: Mapped[dict[str, Any]]
    """flag → {ground, until}"""
    official_until: Mapped[date]
    """the last day on which at least official use is kept, by level or flag (restrictions.py)"""
    secret_until: Mapped[date]
    """the last day on which commercial secrecy is kept"""
    access_ends: Mapped[date | None] = mapped_column(index=True)
    """the day on which the first of its restrictions ends"""
    unit: Mapped[str | None] = mapped_column(index=True)
    """the unit whose document it is, opaque here; None: the body's as a whole"""
    original_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("archive_document.id"), index=True)
    """the document of which this one is a redacted copy"""
    quarantined: Mapped[bool]
    """found to hold a state secret: nobody sees it but the two who remove it"""
    retention_class: Mapped[str | None]
    retention_facts: Mapped[dict[str, Any]]
    """{name of a fact: ISO date} that the start rules of retention.py read"""
    retention_starts: Mapped[date | None]
    dispose_after: Mapped[date | None] = mapped_column(index=True)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("archive_file.id"), index=True)
    accessioned_at: Mapped[datetime] = mapped_column(index=True)
    signed_at: Mapped[datetime | None]
    dated_on: Mapped[date] = mapped_column(index=True)
    """the day it bears"""
    year: Mapped[int]
    """of dated_on"""
    signers: Mapped[list[Any]]
    """[{name, capacity, serial}]"""
    properties: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(index=True)
    """of the newest revision"""
    bytes: Mapped[int]
    revision: Mapped[int]
    custody_seq: Mapped[int]
    custody_head: Mapped[str]
    __table_args__ = (
        sa.Index("ix_archive_document_newest", "owner", "seq"),
        sa.Index("ix_archive_document_case_newest", "case_id", "seq"),
        sa.Index("ix_archive_document_type_newest", "type", "seq"),
        sa.Index("ix_archive_document_year_newest", "year", "seq"),
        sa.Index("ix_archive_document_class_newest", "retention_class", "seq"),
    )


class SignerRow(Base):
    """Who signed a document, apart from it, so that a search by signer has an index."""

    __tablename__ = "archive_signer"
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    capacity: Mapped[str | None]
    serial: Mapped[str | None] = mapped_column(index=True)


class RevisionRow(Base):
    """One state of a document's bytes; later ones only append to earlier ones."""

    __tablename__ = "archive_revision"
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(index=True)
    bytes: Mapped[int]
    level: Mapped[str | None]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class HoldRow(Base):
    """A ban on disposal of a document or a file, with ground and author."""

    __tablename__ = "archive_hold"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(index=True)
    """holds placed in one go, on all that a search has found, have one order and are lifted together"""
    document_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("archive_document.id"), index=True)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("archive_file.id"), index=True)
    ground: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    lifted_ground: Mapped[str | None]


class DisposalEntryRow(Base):
    """A document on a review list: what was proposed, what was decided, what became of it."""

    __tablename__ = "archive_disposal_entry"
    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    """the case that decides; opaque here"""
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), primary_key=True, index=True)
    position: Mapped[int]
    proposed: Mapped[str]
    """the action of its retention class"""
    decision: Mapped[str | None]
    """destroy, retain or transfer, once all reviewers have spoken"""
    state: Mapped[str]
    """listed, destroyed, retained, transferred, withheld (a hold lay on it), dropped (the list was given up)"""
    note: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (sa.Index("ix_archive_disposal_entry_state", "state", "list_id"),)


class DisposalOpinionRow(Base):
    """What one reviewer decided of one document on a list."""

    __tablename__ = "archive_disposal_opinion"
    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), primary_key=True)
    reviewer: Mapped[str] = mapped_column(primary_key=True)
    decision: Mapped[str]
    at: Mapped[datetime]


class ErasureRow(Base):
    """A blob that has to go because its document went; written in the transaction that marks the document."""

    __tablename__ = "archive_erasure"
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """erased, or shared: another document has the same bytes, and they go with the last of them"""
    __table_args__ = (sa.Index("ix_archive_erasure_waiting", "ended_at", "asked_at"),)


class BlobLockRow(Base):
    """What a store with locks of its own was last told of a blob; the truth are the holds and periods themselves."""

    __tablename__ = "archive_blob_lock"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime | None] = mapped_column(index=True)
    held: Mapped[bool] = mapped_column(index=True)


class CustodyRow(Base):
    """One event in a document's life, append-only and hash-chained per document."""

    __tablename__ = "archive_custody"
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str]
    """accessioned, viewed, classified, validated, raised, held, released, fixity, exported …"""
    actor: Mapped[str]
    details: Mapped[dict[str, Any] | None]
    details_digest: Mapped[str]
    salt: Mapped[str | None]
    previous: Mapped[str]
    sha256: Mapped[str]


class SearchTextRow(Base):
    """What a search finds a document by. The full-text index of each database is built from `tokens`."""

    __tablename__ = "archive_search_text"
    seq: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)
    """drawn by the database: the order of accession"""
    text: Mapped[str]
    """as a person wrote it, for highlights; emptied when the document is destroyed"""
    tokens: Mapped[str]
    """folded and stemmed, separated by single spaces, one space at each end"""
    grounds: Mapped[str]
    """why somebody may see the document, as further words of the index (grounds.py)"""
    folding: Mapped[int] = mapped_column(index=True)
    """version of the folding that made the tokens"""
    __table_args__ = ({"sqlite_autoincrement": True},)


class PublicationRow(Base):
    """That a document is published: anybody may read it as long as nothing restricts it (B9)."""

    __tablename__ = "archive_publication"
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), primary_key=True)
    ground: Mapped[str]
    published_by: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(index=True)
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_ground: Mapped[str | None]


class QuarantineRow(Base):
    """A document found to hold a state secret: locked away from all but two, who remove it (B16)."""

    __tablename__ = "archive_quarantine"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("archive_document.id"), index=True)
    ground: Mapped[str]
    """on what it is held to be a secret: law, list, article"""
    placed_by: Mapped[str] = mapped_column(index=True)
    placed_at: Mapped[datetime]
    second: Mapped[str] = mapped_column(index=True)
    """the other one, without whom nothing is removed and nothing released"""
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None]
    """removed or released"""
    ended_ground: Mapped[str | None]
    act_id: Mapped[UUID | None]
    """the act of removal, a document of this archive"""
