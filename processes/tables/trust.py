"""Whom this office trusts: anchors that administrators entered, and trusted lists with their services."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from processes.tables.base import Base


class TrustAnchorRow(Base):
    """A certificate of an authority that this office trusts."""

    __tablename__ = "process_trust_anchor"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    pem: Mapped[str]
    purpose: Mapped[str]
    """any, signatures or timestamps"""
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    ground: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_ground: Mapped[str | None]


class TrustedListRow(Base):
    """A trusted list (ETSI TS 119 612) as it was last read; of a territory one is in force."""

    __tablename__ = "process_trusted_list"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory: Mapped[str]
    operator: Mapped[str]
    """name of the scheme operator"""
    operator_pem: Mapped[str]
    """its certificates, got by another way than the list"""
    source: Mapped[str]
    """address it is fetched from; empty: somebody brings each new one"""
    version: Mapped[int]
    sequence: Mapped[int]
    issued_at: Mapped[datetime]
    next_update: Mapped[datetime | None]
    sha256: Mapped[str]
    content: Mapped[bytes]
    """the XML as it was signed"""
    left_out: Mapped[int]
    """services of kinds that anchor nothing here"""
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    ground: Mapped[str]
    refreshed_at: Mapped[datetime]
    """when it was last found to be the newest"""
    next_look_at: Mapped[datetime | None] = mapped_column(index=True)
    """when it is fetched again, or when somebody is told that it ends; None: never"""
    tries: Mapped[int]
    """failures in a row"""
    problem: Mapped[str | None]
    """why it could not be refreshed"""
    removed_at: Mapped[datetime | None]
    removed_ground: Mapped[str | None]


class TrustedServiceRow(Base):
    """A service of a trusted list that anchors chains while it was granted."""

    __tablename__ = "process_trusted_service"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_trusted_list.id"), index=True)
    name: Mapped[str]
    subject: Mapped[str]
    sha256: Mapped[str]
    certificate: Mapped[bytes]
    """DER"""
    purpose: Mapped[str]
    """signatures or timestamps"""
    periods: Mapped[list[Any]]
    """pairs of beginning and end, ISO 8601; no end: it lasts"""
