"""How far documents' signatures have come, and what they still wait for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from processes.office import Office
from processes.signing_room import wanted_level
from processes.tables import DocumentLevelRow
from processes.unit_of_work import UnitOfWork
from signing.service import missing

SIGNATURES = "signatures"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNote:
    """The level of one document."""

    level: str | None
    waits_for: tuple[str, ...]
    """signatures; or timestamp, validation data, archive timestamp. Empty: the office wants no more"""
    cause: str | None = None
    """why the last try did not reach it"""
    next_try_at: datetime | None = None
    proof_ends_at: datetime | None = None
    """until when the newest archive timestamp proves anything"""
    renew_at: datetime | None = None


def level_notes(office: Office, uow: UnitOfWork, levels: Mapping[UUID, str | None]) -> dict[UUID, LevelNote]:
    """A note for each document, whose level is given."""
    wanted = wanted_level(office.settings)
    query = sa.select(DocumentLevelRow).where(DocumentLevelRow.document_id.in_(list(levels)))
    rows = {row.document_id: row for row in uow.session.execute(query).scalars()}

    def note(identity: UUID, level: str | None) -> LevelNote:
        waits = tuple(str(part) for part in missing(level, wanted))
        row = rows.get(identity)
        if row is None:
            return LevelNote(level=level, waits_for=waits)
        return LevelNote(
            level=level,
            waits_for=(SIGNATURES,) if row.outstanding else waits,
            cause=row.cause,
            next_try_at=row.next_try_at,
            proof_ends_at=row.proof_ends_at,
            renew_at=row.renew_at,
        )

    return {identity: note(identity, level) for identity, level in levels.items()}
