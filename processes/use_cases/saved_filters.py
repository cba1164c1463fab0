"""Views of the inbox and searches of the archive that somebody keeps under a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa

from archive.search import FACETS
from processes.errors import BadInput
from processes.office import Office
from processes.organisation import person
from processes.tables import SavedFilterRow, SavedIn

__all__ = ["KEPT", "SaveFilter", "SavedIn", "forget_filter", "save_filter"]

MOST = 20
"""views of a page one person may keep"""
LONGEST_NAME = 60
KEPT = {
    SavedIn.INBOX: frozenset({"tab", "text", "process", "due", "sort"}),
    SavedIn.ARCHIVE: frozenset({"text", "number", "dated_from", "dated_to", "sort", *FACETS}),
}
"""what of a page's address a view keeps"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveFilter:
    """Keep what a page shows now under a name; the same name again replaces it."""

    by: UUID
    place: SavedIn
    name: str
    wanted: Mapping[str, str]


def save_filter(office: Office, request: SaveFilter) -> None:
    """Keep a view.

    :raises BadInput: no name, a long one, or too many views
    """
    name = request.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInput("a view needs a name of at most 60 characters")
    with office.unit_of_work() as uow:
        person(uow.session, request.by)
        mine = (SavedFilterRow.person_id == request.by) & (SavedFilterRow.place == request.place)
        uow.session.execute(sa.delete(SavedFilterRow).where(mine, SavedFilterRow.name == name))
        if (uow.session.scalar(sa.select(sa.func.count()).select_from(SavedFilterRow).where(mine)) or 0) >= MOST:
            raise BadInput("twenty views are enough: forget one first")
        wanted = {key: value for key, value in request.wanted.items() if key in KEPT[request.place] and value}
        uow.insert(
            SavedFilterRow,
            id=uuid4(),
            person_id=request.by,
            place=request.place,
            name=name,
            wanted=wanted,
            created_at=uow.now,
        )
        uow.commit()


def forget_filter(office: Office, filter_id: UUID, by: UUID) -> None:
    """Forget one's own view; somebody else's stays as it is."""
    with office.unit_of_work() as uow:
        uow.session.execute(
            sa.delete(SavedFilterRow).where(SavedFilterRow.id == filter_id, SavedFilterRow.person_id == by)
        )
        uow.commit()
