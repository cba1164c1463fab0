"""Registers and what leaves the office: register entries, services, appeals, the outbox, the audit trail."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from processes.tables.base import Base


class RegisterEntryRow(Base):
    """One line of a body's register: the facts from which E8 is computed."""

    __tablename__ = "process_register_entry"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"), index=True)
    register: Mapped[str]
    number: Mapped[str]
    case_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    direction: Mapped[str]
    """incoming, outgoing, internal"""
    channel: Mapped[str]
    """portal, paper, e-mail, oral, in_person, inter_departmental, internal"""
    document_type: Mapped[str]
    legal_basis: Mapped[str | None]
    correspondent: Mapped[str | None]
    received_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    due_on: Mapped[date | None]
    electronic_only: Mapped[bool]
    approved_electronically: Mapped[bool]
    prepared_for_archive: Mapped[bool]
    __table_args__ = (
        sa.UniqueConstraint("body_id", "register", "number"),
        sa.Index("ix_process_register_entry_register", "body_id", "register", "registered_at"),
    )


class ServiceEntryRow(Base):
    """A service in the Electronic Registry of Services (C1)."""

    __tablename__ = "process_service_entry"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"), index=True)
    section: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    recipients: Mapped[list[Any]]
    electronic: Mapped[bool]
    current_version: Mapped[int]
    published_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    search: Mapped[str]


class ServiceVersionRow(Base):
    """One version of a service's entry, as the operator's signature confirmed it."""

    __tablename__ = "process_service_version"
    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_service_entry.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, Any]]
    document_id: Mapped[UUID]
    late: Mapped[bool]
    due_on: Mapped[date | None]
    """the last day of C11's month, where it applies"""
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[UUID]


class AppealRow(Base):
    """What the law asks about an appeal; who wrote it is an erasable payload."""

    __tablename__ = "process_appeal"
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), primary_key=True)
    kind: Mapped[str]
    """proposal, application, complaint"""
    collective: Mapped[bool]
    signatories: Mapped[int | None]
    channel: Mapped[str]
    territory: Mapped[str]
    topic: Mapped[str]
    anonymous: Mapped[bool]
    applicant_payload_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_payload.id"))
    applicant_key: Mapped[str | None] = mapped_column(index=True)
    """keyed hash of the applicant's identity, to find repeated appeals without keeping it in clear"""
    complained_body_id: Mapped[UUID | None]
    complained_person_id: Mapped[UUID | None]
    tracking_hash: Mapped[str] = mapped_column(unique=True)
    """keyed hash of the tracking code; the code itself is drawn anew whenever it is shown, and kept nowhere"""
    status: Mapped[str]
    """the state a citizen sees: registered, in_progress, forwarded, not_considered, extended, answered, cancelled"""
    answer_document_id: Mapped[UUID | None]
    received_at: Mapped[datetime]


class AppealEventRow(Base):
    """A line of the citizen's tracking page."""

    __tablename__ = "process_appeal_event"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_appeal.case_id"), index=True)
    seq: Mapped[int]
    at: Mapped[datetime]
    event: Mapped[str]
    """registered, routed, resolution, extended, forwarded, copied, not_considered, answered, suspended, resumed,
    cancelled"""
    facts: Mapped[dict[str, Any]]
    document_id: Mapped[UUID | None]
    __table_args__ = (sa.UniqueConstraint("case_id", "seq"),)


class OutboxRow(Base):
    """A notice to somebody; mailed where SMTP is configured, and always readable here."""

    __tablename__ = "process_outbox"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """its cause; a repeated job writes it once"""
    case_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    document_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]


class JobEffectRow(Base):
    """That a job's effect has been recorded: a second try finds this row and does nothing."""

    __tablename__ = "process_job_effect"
    key: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    handler: Mapped[str]
    at: Mapped[datetime]


class AuditRow(Base):
    """Who did or saw what, append-only; hash-chained per stream (a case, or the office)."""

    __tablename__ = "process_audit"
    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    """source:subject:action, e.g. case:step:sign"""
    subject: Mapped[str]
    details: Mapped[dict[str, Any] | None]
    details_digest: Mapped[str]
    salt: Mapped[str | None]
    previous: Mapped[str]
    sha256: Mapped[str]
