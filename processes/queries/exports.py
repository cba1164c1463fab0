"""The packages somebody asked for: how far each is, and until when it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from processes.exporting import MOST_BYTES
from processes.office import Office
from processes.tables import ExportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """One package."""

    id: UUID
    shape: str
    total: int
    done: int
    left_out: int
    """of a ready one: documents that were gone or out of reach by then"""
    state: str
    reason: str | None
    most: int
    """bytes that a package may hold"""
    bytes: int | None
    asked_at: datetime
    ends_at: datetime


def own_exports(office: Office, by: UUID) -> Sequence[ExportLine]:
    """This person's packages, newest first."""
    with office.reading() as uow:
        mine = sa.select(ExportRow).where(ExportRow.by == by, ExportRow.ends_at > uow.now)
        return [
            ExportLine(
                id=row.id,
                shape=row.shape,
                total=row.total,
                done=row.done,
                left_out=row.total - len(row.documents),
                state=row.state,
                reason=row.reason,
                most=MOST_BYTES,
                bytes=row.bytes,
                asked_at=row.asked_at,
                ends_at=row.ends_at,
            )
            for row in uow.session.scalars(mine.order_by(ExportRow.asked_at.desc(), ExportRow.id))
        ]
