"""Documents whose time is over: what has to hold before one goes, what remains of it, and how its bytes go.

A document goes in two steps, so that a kill between them loses nothing and leaves nothing behind. One transaction,
under the document's lock, asks for holds and the period, empties what a search finds, keeps the description with every
hash, and writes an erasure for each blob. Then each erasure is done in a transaction of its own, which holds the blob's
lock while it looks for others that need the same bytes. Both steps may be repeated.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobStore, Referenced
from archive.custody import CustodyEvent
from archive.documents import GONE, ArchivedDocument, DocumentStatus, Revision
from archive.errors import BlobMissing, DocumentOnHold, RetentionNotOver
from archive.folding import token_string
from archive.holds import Holds
from archive.search_index import forget_removed_words
from archive.store import DOCUMENT, Store, custody_head, table_of
from archive.tables import ErasureRow

ERASURE = table_of(ErasureRow)
ERASED, SHARED = "erased", "shared"
"""what becomes of a blob: it is gone, or another document has the same bytes and it goes with the last of them"""
_AT_ONCE = timedelta(days=-1)
"""the blob's lock stands for any grace, and no clock of a store is wrong by a day"""
_BLOB_LOCKS = 0x626C6F62
"""PostgreSQL's advisory locks of this first key are blobs'"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """Why a document goes."""

    status: DocumentStatus
    """DESTROYED or TRANSFERRED"""
    ground: str
    act: str
    """the number of the act that allows it"""
    over_on: date | None
    """the period must have ended before this day; None: the ground needs no period (handed over, forbidden content)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """A blob that has to go with its document."""

    document_id: UUID
    sha256: str
    asked_at: datetime
    ended_at: datetime | None
    outcome: str | None


class Disposal:
    """Removal of documents in one session."""

    def __init__(self, session: Session, *, blobs: BlobStore, now: datetime) -> None:
        self._session = session
        self._store = Store(session)
        self._holds = Holds(session)
        self._blobs = blobs
        self._now = now

    def require_removable(self, document: ArchivedDocument, over_on: date | None) -> None:
        """Guard a removal. Raises DocumentOnHold, RetentionNotOver."""
        self._holds.require_none(document)
        if over_on is not None and (document.dispose_after is None or document.dispose_after >= over_on):
            ends = document.dispose_after.isoformat() if document.dispose_after else "never"
            raise RetentionNotOver(document_id=document.id, dispose_after=ends)

    def removable(self, document: ArchivedDocument, over_on: date | None) -> bool:
        """Whether a document could be removed now."""
        try:
            self.require_removable(document, over_on)
        except (DocumentOnHold, RetentionNotOver):
            return False
        return document.status not in GONE

    def remove(self, document_id: UUID, removal: Removal, *, actor: str) -> ArchivedDocument:
        """Keep the description and hashes of a document and nothing else; its blobs are erased afterwards.

        All its revisions and redacted copies go together. One that is gone already stays as it is.

        Raises DocumentNotFound, DocumentOnHold, RetentionNotOver.
        """
        (document,) = self._store.locked([document_id])
        if document.status in GONE:
            return document
        copies = self._copies(document_id)
        self.require_removable(document, removal.over_on)
        for copy in copies:
            self._holds.require_none(copy)
        for each in (document, *copies):
            revisions = self._store.revisions(each.id)
            self.ask_erasure(document_id, [revision.sha256 for revision in revisions])
            self._leave_description(each, revisions, removal, actor)
        (gone,) = self._store.documents([document_id])
        return gone

    def _copies(self, document_id: UUID) -> list[ArchivedDocument]:
        """Its redacted copies, locked: they go with it, or a hold on one of them keeps all."""
        ids = self._session.scalars(sa.select(DOCUMENT.c.id).where(DOCUMENT.c.original_id == document_id)).all()
        return [copy for copy in self._store.locked(ids) if copy.status not in GONE] if ids else []

    def _leave_description(
        self, document: ArchivedDocument, revisions: Sequence[Revision], removal: Removal, actor: str
    ) -> None:
        self._store.update(document.id, status=str(removal.status))
        # its number stays findable: whoever asks for the document must learn what became of it
        self._store.update_tokens(document.id, token_string(document.number), text="")
        details = {
            "ground": removal.ground,
            "act": removal.act,
            "revisions": [{"sha256": each.sha256, "bytes": each.bytes} for each in revisions],
        }
        self._note(document, str(removal.status), actor, details)

    def ask_erasure(self, document_id: UUID, hashes: Collection[str]) -> None:
        """These blobs are to be erased with the document: its own, and files that came with it."""
        known = {erasure.sha256 for erasure in self.erasures(document_id)}
        asked = [
            {"document_id": document_id, "sha256": each, "asked_at": self._now} for each in sorted(set(hashes) - known)
        ]
        if asked:
            self._session.execute(sa.insert(ERASURE), asked)

    def waiting(self, document_ids: Collection[UUID] | None = None, *, limit: int = 1000) -> list[Erasure]:
        """Blobs still to be erased, of these documents or of all, oldest first."""
        query = sa.select(ERASURE).where(ERASURE.c.ended_at.is_(None)).order_by(ERASURE.c.asked_at, ERASURE.c.sha256)
        if document_ids is not None:
            query = query.where(ERASURE.c.document_id.in_(document_ids))
        return [Erasure(**row) for row in self._session.execute(query.limit(limit)).mappings()]

    def erasures(self, document_id: UUID) -> list[Erasure]:
        """What became of the blobs of a document that is gone."""
        query = sa.select(ERASURE).where(ERASURE.c.document_id == document_id).order_by(ERASURE.c.sha256)
        return [Erasure(**row) for row in self._session.execute(query).mappings()]

    def erase(self, erasure: Erasure, also_referenced: Referenced) -> str:
        """Erase a blob unless somebody still needs it; ERASED or SHARED. Again does no harm. Commit right after.

        The blob goes before the commit: killed in between, the next run finds it gone and says so.

        Raises BlobLocked and what else a store may raise; the erasure waits on.
        """
        outcome = ERASED if self.discard(erasure.sha256, also_referenced) else SHARED
        mine = (ERASURE.c.document_id == erasure.document_id) & (ERASURE.c.sha256 == erasure.sha256)
        self._session.execute(sa.update(ERASURE).where(mine).values(ended_at=self._now, outcome=outcome))
        return outcome

    def discard(self, sha256: str, also_referenced: Referenced) -> bool:
        """Erase a blob unless somebody needs it, and say so: one whose row another was quicker to write, for instance.

        Commit right after. Raises BlobLocked and what else a store may raise.
        """
        _lock_blob(self._session, sha256, shared=False)
        needed = {*self._store.referenced([sha256]), *also_referenced([sha256])}
        # the same bytes may be put there again at any moment; no row can name them before this transaction has ended
        self._blobs.erase([sha256], needed.intersection, grace=_AT_ONCE)
        return not needed

    def forget_words(self, *, begins: bool) -> bool:
        """Let the index forget the next part of what a search found them by; whether more is left. Commit right after.

        :param begins: the first of the transactions that go over the whole index
        """
        return forget_removed_words(self._session, begins=begins)

    def _note(self, document: ArchivedDocument, event: str, actor: str, details: Mapping[str, object]) -> None:
        added: CustodyEvent = custody_head(document).append(event, at=self._now, actor=actor, details=details)
        self._store.append_custody([added])


def rely_on_blob(session: Session, blobs: BlobStore, sha256: str) -> None:
    """Nobody erases this blob before the transaction ends; call it before a row names the blob. Raises BlobMissing."""
    _lock_blob(session, sha256, shared=True)
    if not blobs.exists(sha256):
        raise BlobMissing(sha256=sha256)


def _lock_blob(session: Session, sha256: str, *, shared: bool) -> None:
    """Until the transaction ends. On SQLite whoever writes writes alone, from when the transaction has begun."""
    if session.connection().dialect.name != "postgresql":
        return
    take: Callable[..., sa.ColumnElement[None]] = (
        sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
    )
    session.execute(sa.select(take(_BLOB_LOCKS, sa.func.hashtext(sha256))))
