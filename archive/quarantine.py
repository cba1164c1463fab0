"""What is found to hold a state secret is locked away from all but two people, who remove or release it (B16).

The two act one after the other: whoever found it locks it away and names the second; only the second ends it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.errors import InvalidMetadata, NotTheSecond, QuarantineNotFound
from archive.store import DOCUMENT, table_of
from archive.tables import QuarantineRow

QUARANTINE = table_of(QuarantineRow)
RELEASED, REMOVED = "released", "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantine:
    """A document locked away; open as long as `ended_at` is None."""

    id: UUID
    document_id: UUID
    ground: str
    placed_by: str
    placed_at: datetime
    second: str
    ended_at: datetime | None
    ended_as: str | None
    ended_ground: str | None
    act_id: UUID | None


class Quarantines:
    """All quarantines in one session. Whoever calls holds the document's lock."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def place(self, document_id: UUID, *, ground: str, placed_by: str, second: str, at: datetime) -> Quarantine:
        """Lock a document away. One that is locked away stays so: the quarantine it has.

        Raises InvalidMetadata: no ground, or the second is the same person.
        """
        if not ground.strip():
            raise InvalidMetadata(field="ground", value=ground)
        if second == placed_by:
            raise InvalidMetadata(field="second", value=second)
        found = self.of(document_id)
        if found is not None:
            return found
        values = {
            "id": uuid4(),
            "document_id": document_id,
            "ground": ground,
            "placed_by": placed_by,
            "placed_at": at,
            "second": second,
            **dict.fromkeys(("ended_at", "ended_as", "ended_ground", "act_id")),
        }
        self._session.execute(sa.insert(QUARANTINE).values(**values))
        self._mark(document_id, quarantined=True)
        return self._one(QUARANTINE.c.id == values["id"])

    def of(self, document_id: UUID) -> Quarantine | None:
        """The quarantine a document is in, if it is in one."""
        query = sa.select(QUARANTINE).where(QUARANTINE.c.document_id == document_id, QUARANTINE.c.ended_at.is_(None))
        row = self._session.execute(query).mappings().one_or_none()
        return Quarantine(**row) if row else None

    def removed_by(self, person: str) -> frozenset[UUID]:
        """The documents that this person, as one of the two, is to remove."""
        two = (QUARANTINE.c.placed_by == person) | (QUARANTINE.c.second == person)
        open_ones = sa.select(QUARANTINE.c.document_id).where(two, QUARANTINE.c.ended_at.is_(None))
        return frozenset(self._session.scalars(open_ones))

    def require_second(self, document_id: UUID, person: str) -> Quarantine:
        """The quarantine, which this person may end. Raises QuarantineNotFound, NotTheSecond."""
        found = self.of(document_id)
        if found is None:
            raise QuarantineNotFound(document_id=document_id)
        if person != found.second:
            raise NotTheSecond(document_id=document_id)
        return found

    def release(self, document_id: UUID, *, by: str, ground: str, at: datetime) -> Quarantine:
        """It holds no secret after all: seen again by whoever saw it. Raises as require_second, InvalidMetadata."""
        if not ground.strip():
            raise InvalidMetadata(field="ground", value=ground)
        found = self.require_second(document_id, by)
        self._mark(document_id, quarantined=False)
        return self._end(found, {"ended_as": RELEASED, "ended_ground": ground, "ended_at": at})

    def removed(self, document_id: UUID, *, by: str, act_id: UUID, at: datetime) -> Quarantine:
        """Its bytes and texts are gone; the act says so. Raises as require_second."""
        found = self.require_second(document_id, by)
        return self._end(found, {"ended_as": REMOVED, "act_id": act_id, "ended_at": at})

    def empty(self, document_id: UUID, *, title: str) -> None:
        """Of a document that is removed: no title, no properties, nothing that could tell what it said."""
        values = {"title": title, "properties": {}, "quarantined": True}
        self._session.execute(sa.update(DOCUMENT).where(DOCUMENT.c.id == document_id).values(**values))

    def _end(self, found: Quarantine, values: dict[str, object]) -> Quarantine:
        self._session.execute(sa.update(QUARANTINE).where(QUARANTINE.c.id == found.id).values(**values))
        return self._one(QUARANTINE.c.id == found.id)

    def _one(self, condition: sa.ColumnElement[bool]) -> Quarantine:
        return Quarantine(**self._session.execute(sa.select(QUARANTINE).where(condition)).mappings().one())

    def _mark(self, document_id: UUID, *, quarantined: bool) -> None:
        marked = sa.update(DOCUMENT).where(DOCUMENT.c.id == document_id).values(quarantined=quarantined)
        self._session.execute(marked)
