"""Holds: bans on disposal, of a document or of all documents of a file, any number at once. A hold always wins."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.documents import GONE, ArchivedDocument
from archive.errors import (
    DocumentDestroyed,
    DocumentOnHold,
    HoldAlreadyLifted,
    HoldNotFound,
    InvalidMetadata,
    UnitNotFound,
)
from archive.store import DOCUMENT, Store, table_of
from archive.tables import FileRow, HoldRow

FILE = table_of(FileRow)
HOLD = table_of(HoldRow)


@dataclass(frozen=True, kw_only=True, slots=True)
class DisposalHold:
    """One ban, with its ground and author; lifted if `lifted_at` is set."""

    id: UUID
    order_id: UUID
    """shared by all holds placed in one go"""
    document_id: UUID | None
    file_id: UUID | None
    ground: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_ground: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldTarget:
    """What a hold lies on: one document, or all documents of a file, now and later."""

    document_id: UUID | None = None
    file_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.document_id is None) == (self.file_id is None):
            raise InvalidMetadata(field="hold", value="a document or a file")


class Holds:
    """The holds in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def place(self, target: HoldTarget, *, ground: str, actor: str, at: datetime) -> DisposalHold:
        """Place a hold. Raises InvalidMetadata without a ground."""
        return self.hold(self.place_all([target], ground=ground, actor=actor, at=at))

    def place_all(self, targets: Sequence[HoldTarget], *, ground: str, actor: str, at: datetime) -> UUID:
        """Place holds in one go; their order, which is the first one's id. Raises InvalidMetadata without a ground."""
        if not ground.strip():
            raise InvalidMetadata(field="ground", value=ground)
        if not targets:
            raise InvalidMetadata(field="hold", value="nothing to hold")
        ids = [uuid4() for _ in targets]
        common = {"order_id": ids[0], "ground": ground, "placed_by": actor, "placed_at": at}
        rows = [
            {"id": hold_id, "document_id": target.document_id, "file_id": target.file_id, **common}
            for hold_id, target in zip(ids, targets, strict=True)
        ]
        self._session.execute(sa.insert(HOLD), rows)
        return ids[0]

    def hold(self, hold_id: UUID) -> DisposalHold:
        """One hold. Raises HoldNotFound."""
        found = self._holds(HOLD.c.id == hold_id)
        if not found:
            raise HoldNotFound(hold_id=hold_id)
        return found[0]

    def lift(self, hold_id: UUID, *, ground: str, actor: str, at: datetime) -> DisposalHold:
        """Lift a hold. Raises HoldNotFound, HoldAlreadyLifted, InvalidMetadata without a ground."""
        if not ground.strip():
            raise InvalidMetadata(field="ground", value=ground)
        query = sa.select(HOLD.c.lifted_at).where(HOLD.c.id == hold_id).with_for_update()
        row = self._session.execute(query).one_or_none()
        if row is None:
            raise HoldNotFound(hold_id=hold_id)
        if row.lifted_at is not None:
            raise HoldAlreadyLifted(hold_id=hold_id)
        values = {"lifted_by": actor, "lifted_at": at, "lifted_ground": ground}
        self._session.execute(sa.update(HOLD).where(HOLD.c.id == hold_id).values(**values))
        return self.hold(hold_id)

    def of_order(self, order_id: UUID) -> list[DisposalHold]:
        """All holds placed in one go. Raises HoldNotFound."""
        found = self._holds(HOLD.c.order_id == order_id)
        if not found:
            raise HoldNotFound(hold_id=order_id)
        return found

    def on(self, document: ArchivedDocument) -> list[DisposalHold]:
        """All holds there have been on the document or its file, oldest first."""
        condition = HOLD.c.document_id == document.id
        if document.file_id is not None:
            condition |= HOLD.c.file_id == document.file_id
        return self._holds(condition)

    def of_file(self, file_id: UUID) -> list[DisposalHold]:
        """All holds there have been on a file as a whole, oldest first."""
        return self._holds(HOLD.c.file_id == file_id)

    def require_none(self, document: ArchivedDocument) -> None:
        """Guard a disposal. Raises DocumentOnHold."""
        grounds = tuple(hold.ground for hold in self.on(document) if hold.lifted_at is None)
        if grounds:
            raise DocumentOnHold(document_id=document.id, grounds=grounds)

    def _holds(self, condition: sa.ColumnElement[bool]) -> list[DisposalHold]:
        columns: Sequence[sa.Column[object]] = [HOLD.c[field.name] for field in fields(DisposalHold)]
        query = sa.select(*columns).where(condition).order_by(HOLD.c.placed_at, HOLD.c.id)
        return [DisposalHold(**row) for row in self._session.execute(query).mappings()]


def locked_targets(store: Store, target: HoldTarget) -> list[ArchivedDocument]:
    """The documents a hold lies on, locked. Raises DocumentNotFound, UnitNotFound; DocumentDestroyed: too late."""
    if target.file_id is not None:
        if not store.session.scalar(sa.select(FILE.c.id).where(FILE.c.id == target.file_id)):
            raise UnitNotFound(kind="file", id=target.file_id)
        return store.of_file(target.file_id, lock=True)
    locked = store.locked([target.document_id] if target.document_id else [])
    if any(document.status in GONE for document in locked):
        raise DocumentDestroyed(document_id=target.document_id)
    return locked


def is_held() -> sa.ColumnElement[bool]:
    """A condition on archive_document: a hold that has not been lifted lies on it or on its file."""
    on_it = (HOLD.c.document_id == DOCUMENT.c.id) & HOLD.c.lifted_at.is_(None)
    on_file = (HOLD.c.file_id == DOCUMENT.c.file_id) & HOLD.c.lifted_at.is_(None)
    return sa.exists().where(on_it) | sa.exists().where(on_file)
