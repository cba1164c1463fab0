"""Cases and what people do in them: steps, attempts, drafts, remarks, numbers, payloads."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from processes.tables.base import Base


class CaseRow(Base):
    """A case as people see it; its id is the root process instance's."""

    __tablename__ = "process_case"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    definition_key: Mapped[str] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"), index=True)
    status: Mapped[str]
    """running, suspended, completed, cancelled"""
    access_level: Mapped[str]
    access_flags: Mapped[list[Any]]
    started_at: Mapped[datetime] = mapped_column(index=True)
    started_by: Mapped[UUID | None]
    """None: a citizen, from the public form"""
    ended_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    """the mark of a breached deadline"""
    document_seq: Mapped[int]
    """the last document number drawn in this case"""
    parent_case_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_case.id"))
    """the case a forwarded appeal came from"""
    unit_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_unit.id"))
    """the unit in which it began: its restricted documents are that unit's; None: the body's as a whole"""
    __table_args__ = (sa.UniqueConstraint("body_id", "number"),)


class CaseDocumentRow(Base):
    """A document in a case's chain: which bytes it had when the next one named it."""

    __tablename__ = "process_case_document"
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(unique=True)
    number: Mapped[str]
    element_id: Mapped[str]
    kind: Mapped[str]
    """step (a person signed), sealed (receipt, notice, extract, manifest), attachment"""
    sha256: Mapped[str]
    bytes: Mapped[int]
    referenced_by: Mapped[UUID | None]
    """the later document whose `previous` names this one; None: a head of the chain"""
    at: Mapped[datetime]
    __table_args__ = (sa.Index("ix_process_case_document_heads", "case_id", "referenced_by"),)


class PayloadRow(Base):
    """What a person wrote, apart from every chain, so that it can be erased with the chain intact."""

    __tablename__ = "process_payload"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    salt: Mapped[str | None]
    body: Mapped[dict[str, Any] | None]
    digest: Mapped[str]
    """sha256 over salt and canonical JSON"""
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    erased_ground: Mapped[str | None]


class StepRecordRow(Base):
    """What was decided, by whom, in which capacity, on what document, if the task makes one."""

    __tablename__ = "process_step_record"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    work_item_id: Mapped[UUID] = mapped_column(unique=True)
    definition_key: Mapped[str]
    definition_version: Mapped[int]
    element_id: Mapped[str]
    round: Mapped[int]
    number: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"), index=True)
    mandate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_mandate.id"))
    capacity: Mapped[str]
    decision: Mapped[str | None]
    payload_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_payload.id"))
    document_id: Mapped[UUID | None] = mapped_column(index=True)
    """its own document, or the one it co-signed; None: the task asks for no signature"""
    certificate_serial: Mapped[str]
    """empty: likewise"""
    accepted_at: Mapped[datetime]
    """the server's acceptance: the legally relevant time"""
    claimed_at: Mapped[datetime]
    """/M of the signature"""
    proven_at: Mapped[datetime | None]
    """the timestamp's time"""


class SigningAttemptRow(Base):
    """One try to sign one work item. PREPARED → SIGNED | ABANDONED."""

    __tablename__ = "process_signing_attempt"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    work_item_id: Mapped[UUID] = mapped_column(index=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    item_version: Mapped[int]
    attempt: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"))
    mandate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_mandate.id"))
    cosigns: Mapped[UUID | None] = mapped_column(index=True)
    """the document of an earlier step that is to be signed; None: one of its own, with the attempt's id"""
    number: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    step: Mapped[dict[str, Any] | None]
    """step.json as embedded"""
    pdf: Mapped[bytes | None]
    """the exact document shown; cleared once it is in the archive"""
    pdf_sha256: Mapped[str]
    prepared: Mapped[bytes | None]
    """JSON: what a key outside this server is to sign, with the bytes appended to the document; cleared with it"""
    ticket: Mapped[str | None]
    """JSON: by which a service that signs later finds its question again"""
    prepared_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    __table_args__ = (sa.UniqueConstraint("work_item_id", "attempt"),)


class DraftRow(Base):
    """A form somebody has begun; never validated, always permission-checked."""

    __tablename__ = "process_draft"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    work_item_id: Mapped[UUID] = mapped_column(index=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"))
    fields: Mapped[dict[str, Any]]
    remarks: Mapped[list[Any]]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("work_item_id", "person_id"),)


class SavedIn(StrEnum):
    """The page whose filters are kept."""

    INBOX = "inbox"
    ARCHIVE = "archive"


class SavedFilterRow(Base):
    """A view of a page somebody keeps under a name: what was asked for, never what was found."""

    __tablename__ = "process_saved_filter"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"))
    place: Mapped[str]
    """a SavedIn"""
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("person_id", "place", "name"),)


class AttachmentRow(Base):
    """A file somebody added to a form; its bytes are in the blob store."""

    __tablename__ = "process_attachment"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    work_item_id: Mapped[UUID | None] = mapped_column(index=True)
    case_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    field: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str]
    bytes: Mapped[int]
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """by disposal: name and bytes are gone, hash and length remain"""


class RemarkRow(Base):
    """A reviewer's remark on one field."""

    __tablename__ = "process_remark"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    step_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_step_record.id"))
    field: Mapped[str]
    text: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"))
    round: Mapped[int]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class NumberRow(Base):
    """A number drawn from a register: never reused, never a silent gap."""

    __tablename__ = "process_number"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"))
    register: Mapped[str]
    year: Mapped[int]
    seq: Mapped[int]
    number: Mapped[str]
    work_item_id: Mapped[UUID | None] = mapped_column(index=True)
    """the step it was drawn for: a human step or a service task"""
    case_id: Mapped[UUID | None]
    state: Mapped[str]
    """drawn, used, annulled"""
    annulled_ground: Mapped[str | None]
    drawn_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("body_id", "register", "year", "seq"),)


class DeadlineRow(Base):
    """A term of law that runs: from which event, on what proof, until when, and every recomputation's reason."""

    __tablename__ = "process_deadline"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    work_item_id: Mapped[UUID | None] = mapped_column(index=True)
    name: Mapped[str]
    law: Mapped[str]
    amount: Mapped[int]
    unit: Mapped[str]
    """working_days, days, months"""
    start_event: Mapped[str]
    start_proof: Mapped[str | None]
    starts_on: Mapped[date]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    state: Mapped[str]
    """running, suspended, kept, breached, cancelled"""
    ended_at: Mapped[datetime | None]
    explanation: Mapped[dict[str, Any]]
    recomputations: Mapped[list[Any]]
    __table_args__ = (sa.Index("ix_process_deadline_due", "state", "due_at"),)


class ResolutionRow(Base):
    """The head's order on a document (az: dərkənar): who does what by when, and who controls it."""

    __tablename__ = "process_resolution"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    step_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_step_record.id"))
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"))
    lead_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"))
    co_executors: Mapped[list[Any]]
    text: Mapped[str]
    due_on: Mapped[date | None]
    controller_id: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
