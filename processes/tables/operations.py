"""Operating cases: incidents, jobs that wait for a suspended case, changes of many cases at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from processes.tables.base import Base


class ParkedJobRow(Base):
    """A service task whose job came while its case was suspended: a new job begins when the case is resumed."""

    __tablename__ = "process_parked_job"
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    parked_at: Mapped[datetime]


class IncidentRow(Base):
    """Something that failed for good and waits for somebody: open → retried → closed, or open again."""

    __tablename__ = "process_incident"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """service, timer, step or job"""
    subject: Mapped[str] = mapped_column(index=True)
    """what failed: a service task's, timer's or work item's id, or the job's name and arguments"""
    case_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    definition_key: Mapped[str | None]
    element_id: Mapped[str | None]
    job: Mapped[str | None]
    """name of the job that is begun anew by a retry"""
    arguments: Mapped[list[Any]]
    cause: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    times: Mapped[int]
    state: Mapped[str] = mapped_column(index=True)
    """open, retried, closed"""
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None]
    """succeeded, skipped"""
    closed_by: Mapped[UUID | None]
    ground: Mapped[str | None]


class BulkRow(Base):
    """One change of many cases; each of them is changed in a transaction of its own."""

    __tablename__ = "process_bulk"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    ground: Mapped[str]
    by: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"))
    total: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class ExportRow(Base):
    """A package of documents that somebody asked for: waiting → ready, failed or withdrawn; gone when its time is."""

    __tablename__ = "process_export"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    by: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"), index=True)
    """only this person may have it"""
    shape: Mapped[str]
    language: Mapped[str]
    documents: Mapped[list[Any]]
    """ids: those asked for; when it is ready, those in it"""
    total: Mapped[int]
    """documents asked for"""
    done: Mapped[int]
    """documents written so far"""
    state: Mapped[str]
    """waiting, ready, failed, withdrawn"""
    reason: Mapped[str | None]
    """of a failure: a reason of ExportRefused, nothing, no-space or crash"""
    bytes: Mapped[int | None] = mapped_column(sa.BigInteger)
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    """when it is swept"""


class BulkCaseRow(Base):
    """One case of a change of many."""

    __tablename__ = "process_bulk_case"
    bulk_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_bulk.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"))
    state: Mapped[str]
    """waiting, done, failed"""
    code: Mapped[str | None]
    """of a failure: the error's code"""
    reason: Mapped[str | None]
    at: Mapped[datetime | None]
    __table_args__ = (sa.Index("ix_process_bulk_case_state", "bulk_id", "state", "seq"),)
