"""The tables of proof: evidence batches, what they cover and the levels of their hash trees; runs of the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables import Base


class EvidenceBatchRow(Base):
    """One hash tree and its timestamp: collecting (what it covers is being listed), then sealed for ever."""

    __tablename__ = "archive_evidence_batch"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """one after the other, in the order in which they were begun"""
    algorithm: Mapped[str]
    """of all hashes in it: sha256, sha384 or sha512"""
    state: Mapped[str] = mapped_column(index=True)
    """collecting, sealed"""
    renews: Mapped[list[Any]]
    """numbers of the batches whose hash trees it renews; none: what it covers had no evidence before"""
    superseded_by: Mapped[int | None]
    """the batch that renewed this one's hash tree"""
    complete: Mapped[bool]
    """whether with it everything had evidence that was there when it was begun"""
    opened_at: Mapped[datetime]
    stamped_at: Mapped[datetime | None]
    objects: Mapped[int]
    leaves: Mapped[int]
    """distinct ones; objects with equal bytes share theirs"""
    token: Mapped[bytes | None]
    """RFC 3161, DER, with the authority's chain and revocation lists in it"""


class EvidenceMemberRow(Base):
    """What a batch covers. `leaf` says its place: the leaves stand sorted in the lowest level of the tree."""

    __tablename__ = "archive_evidence_member"
    kind: Mapped[str] = mapped_column(primary_key=True)
    """document (a revision), custody, case or audit (the head of a chain), token (of an older batch)"""
    subject: Mapped[str] = mapped_column(primary_key=True)
    """id of the document or the case, name of the trail's stream, number of the batch"""
    number: Mapped[int] = mapped_column(primary_key=True)
    """of the revision, or of the chain's event"""
    batch: Mapped[int] = mapped_column(sa.ForeignKey("archive_evidence_batch.number"), primary_key=True)
    sha256: Mapped[str]
    """of the revision's bytes, of the chain's event, of the token"""
    leaf: Mapped[bytes]
    __table_args__ = (sa.Index("ix_archive_evidence_member_batch", "batch"), {"sqlite_with_rowid": False})


class EvidenceNodesRow(Base):
    """A stretch of one level of a batch's hash tree."""

    __tablename__ = "archive_evidence_nodes"
    batch: Mapped[int] = mapped_column(sa.ForeignKey("archive_evidence_batch.number"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    """0: the leaves, in ascending order"""
    stretch: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[bytes]
    """its first hash: by it a leaf's stretch is found"""
    hashes: Mapped[bytes]
    __table_args__ = (sa.Index("ix_archive_evidence_nodes_first", "batch", "level", "first"),)


class FixityRow(Base):
    """One run of the audit, kept while it goes on so that it is resumed where it was interrupted."""

    __tablename__ = "archive_fixity"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    started_by: Mapped[str]
    """a person's id, the command line, or the system on its own"""
    ended_at: Mapped[datetime | None]
    stage: Mapped[str]
    """documents, then blobs, cases, trail, evidence; done"""
    position: Mapped[int]
    """the last document checked, by its place in the order of accession"""
    cursor: Mapped[str]
    """how far a later stage is: the last blob, case, line or batch that was checked; empty at its beginning"""
    total: Mapped[int]
    """documents when it began"""
    checked: Mapped[int]
    """documents"""
    bytes: Mapped[int] = mapped_column(sa.BigInteger())
    """read and hashed"""
    found: Mapped[int]
    """findings in all; the first of them are kept"""
    findings: Mapped[list[Any]]
