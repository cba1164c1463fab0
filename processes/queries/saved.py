"""What somebody keeps under a name: views of the inbox, searches of the archive."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from engine.prepared import Asked, Prepared, Row
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
    statement, parameters = asked_for_saved(person_id, place)
    return saved_among(statement.all(uow.session.connection(), parameters))


def asked_for_saved(person_id: UUID, place: SavedIn) -> Asked:
    """What the database is asked for `saved_filters`, for those who ask for more at once."""
    return _KEPT, {"person": person_id, "place": place}


def saved_among(rows: Iterable[Row]) -> list[SavedFilter]:
    """What it answers."""
    return [SavedFilter(**row) for row in rows]


_SAVED = sa.inspect(SavedFilterRow).local_table.c
_KEPT = Prepared(
    sa.select(_SAVED.id, _SAVED.name, _SAVED.wanted)
    .where(_SAVED.person_id == sa.bindparam("person"), _SAVED.place == sa.bindparam("place"))
    .order_by(_SAVED.name)
)
