"""The table of what was proposed for a retention schedule, by whom, and who decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from archive.tables import Base

PROPOSED = "proposed"


class RetentionVersionRow(Base):
    """A wording of a retention class: proposed by one person, put in force or refused by another."""

    __tablename__ = "archive_retention_version"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int | None]
    """counted from 1 as wordings come into force; a proposal has none"""
    state: Mapped[str]
    """proposed, in_force, superseded, refused"""
    title: Mapped[dict[str, Any]]
    starts: Mapped[str]
    years: Mapped[int | None]
    action: Mapped[str]
    ground: Mapped[str]
    """the article of the retention list"""
    reason: Mapped[str]
    """why it is proposed"""
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    note: Mapped[str]
    """of whoever decided"""
    __table_args__ = (
        sa.UniqueConstraint("code", "version"),
        sa.Index(
            "ix_archive_retention_version_open",
            "code",
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        ),
    )
