"""What somebody keeps under a name: views of the inbox, searches of the archive."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from processes.tables import SavedFilterRow, SavedIn
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """What somebody asked for once and kept under a name; what it finds follows what the person may see."""

    id: UUID
    name: str
    wanted: Mapping[str, str]


def saved_filters(uow: UnitOfWork, person_id: UUID, place: SavedIn) -> list[SavedFilter]:
    """All that a person keeps of one page, by name."""
    rows = uow.session.execute(_KEPT, {"person": person_id, "place": place})
    return [SavedFilter(id=row.id, name=row.name, wanted=row.wanted) for row in rows]


_SAVED = sa.inspect(SavedFilterRow).local_table.c
_KEPT = (
    sa.select(_SAVED.id, _SAVED.name, _SAVED.wanted)
    .where(_SAVED.person_id == sa.bindparam("person"), _SAVED.place == sa.bindparam("place"))
    .order_by(_SAVED.name)
)
