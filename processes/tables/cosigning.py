"""Documents that several people sign: whose signature is still wanted, who has signed, who is signing just now."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from processes.tables.base import Base


class SharedDocumentRow(Base):
    """A document that others sign beside whoever made it. OPEN → COMPLETE → CLOSED; from OPEN also LAPSED."""

    __tablename__ = "process_shared_document"
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_case.id"), index=True)
    definition_key: Mapped[str]
    element_id: Mapped[str]
    """the step it was made at"""
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"))
    """whose e-seal closes it"""
    state: Mapped[str] = mapped_column(index=True)
    """open, complete (enough have signed), closed (sealed), lapsed (it will never be complete)"""
    leased_to: Mapped[UUID | None]
    """the attempt of whoever is signing just now"""
    leased_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_person.id"))
    leased_until: Mapped[datetime | None]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]


class CosignatureRow(Base):
    """A signature field of a shared document beside the first one."""

    __tablename__ = "process_cosignature"
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_shared_document.document_id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    """its order among the fields"""
    element_id: Mapped[str]
    """the co-signing step; of its fields `needed` have to be signed"""
    role: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_person.id"), index=True)
    """None: whoever of the role takes the step"""
    needed: Mapped[int]
    step_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_step_record.id"))
    """the step by which it was signed or refused; None: still wanted"""
    refused: Mapped[bool]
