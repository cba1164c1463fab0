"""Which documents are published: shown to anybody as long as nothing restricts them (B9).

A publication is a permission, never a way around a restriction: what becomes restricted, is locked away or destroyed
is out of reach from that moment on, whether or not somebody withdraws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility, level_on
from archive.documents import AccessLevel, ArchivedDocument, DocumentStatus
from archive.errors import InvalidMetadata, PublicationBarred
from archive.store import DOCUMENT, DOCUMENT_COLUMNS, table_of, to_document
from archive.tables import PublicationRow

PUBLICATION = table_of(PublicationRow)


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """That a document is published, or was."""

    document_id: UUID
    ground: str
    published_by: str
    published_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_ground: str | None


def require_publishable(document: ArchivedDocument, on: date) -> None:
    """Nothing restricts the document on a day. Raises PublicationBarred with the rule: level, flags, status."""
    if document.status != DocumentStatus.IN_EFFECT or document.quarantined:
        raise PublicationBarred(document_id=document.id, rule="status")
    if level_on(document, on) != AccessLevel.OPEN:
        rule = "flags" if document.access_level == AccessLevel.OPEN else "level"
        raise PublicationBarred(document_id=document.id, rule=rule)


class Publications:
    """All publications in one session. Whoever changes one holds the document's lock."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, document_id: UUID) -> Publication | None:
        """The publication of a document, withdrawn or not; None: it never was published."""
        query = sa.select(PUBLICATION).where(PUBLICATION.c.document_id == document_id)
        row = self._session.execute(query).mappings().one_or_none()
        return Publication(**row) if row else None

    def publish(self, document: ArchivedDocument, *, ground: str, actor: str, at: datetime, on: date) -> None:
        """Show it to anybody. Raises PublicationBarred, InvalidMetadata: no ground."""
        require_publishable(document, on)
        if not ground.strip():
            raise InvalidMetadata(field="ground", value=ground)
        self._session.execute(sa.delete(PUBLICATION).where(PUBLICATION.c.document_id == document.id))
        values = {"document_id": document.id, "ground": ground, "published_by": actor, "published_at": at}
        self._session.execute(sa.insert(PUBLICATION).values(**values))

    def withdraw(self, document_id: UUID, *, ground: str, actor: str, at: datetime) -> None:
        """Show it no more. Raises InvalidMetadata: no ground."""
        if not ground.strip():
            raise InvalidMetadata(field="ground", value=ground)
        of = sa.update(PUBLICATION).where(PUBLICATION.c.document_id == document_id)
        self._session.execute(of.values(withdrawn_at=at, withdrawn_by=actor, withdrawn_ground=ground))

    def public(
        self, *, on: date, document_id: UUID | None = None, limit: int = 20, offset: int = 0
    ) -> Sequence[tuple[ArchivedDocument, datetime]]:
        """What anybody may read on a day, with when it was published, the newest first."""
        query = sa.select(*DOCUMENT_COLUMNS, PUBLICATION.c.published_at).where(*self._shown(on))
        query = query.join_from(DOCUMENT, PUBLICATION, PUBLICATION.c.document_id == DOCUMENT.c.id)
        if document_id is not None:
            query = query.where(DOCUMENT.c.id == document_id)
        newest = query.order_by(PUBLICATION.c.published_at.desc(), DOCUMENT.c.seq.desc()).limit(limit).offset(offset)
        return [(to_document(row), row["published_at"]) for row in self._session.execute(newest).mappings()]

    def count(self, *, on: date) -> int:
        """How many there are on a day."""
        query = sa.select(sa.func.count()).select_from(DOCUMENT).where(*self._shown(on))
        query = query.join(PUBLICATION, PUBLICATION.c.document_id == DOCUMENT.c.id)
        return self._session.scalar(query) or 0

    def _shown(self, on: date) -> tuple[sa.ColumnElement[bool], ...]:
        in_effect = DOCUMENT.c.status == str(DocumentStatus.IN_EFFECT)
        return PUBLICATION.c.withdrawn_at.is_(None), in_effect, Visibility.public(on).condition()
