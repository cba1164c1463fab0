"""Which locks a store should have on its blobs: holds and periods, as the database knows them, and what it was told.

A hold on any document that has a blob keeps it. A period keeps it until the last of its documents may go, and never
more than some months ahead, because a schedule may change and a lock is only ever made longer.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobLock
from archive.documents import GONE
from archive.holds import HOLD
from archive.store import DOCUMENT, REVISION, table_of
from archive.tables import BlobLockRow

LOCK = table_of(BlobLockRow)
_KEPT = DOCUMENT.c.status.not_in(sorted(GONE))


class BlobLocks:
    """Compares what a store should know with what it was told; in one session, at one instant."""

    def __init__(self, session: Session, *, now: datetime, ahead: timedelta) -> None:
        """`ahead` is how far ahead a period is locked at most."""
        self._session = session
        self._now = now
        self._ahead = ahead

    def holds_to_tell(self, after: str, limit: int) -> list[str]:
        """The next blobs, by name, on whose documents a hold was placed or lifted since the store was told."""
        held = sa.select(REVISION.c.sha256).where(REVISION.c.document_id.in_(_held_documents()))
        told = sa.select(LOCK.c.sha256).where(LOCK.c.held)
        names = sa.union(
            held.where(REVISION.c.sha256 > after, REVISION.c.sha256.not_in(told)),
            told.where(LOCK.c.sha256 > after, LOCK.c.sha256.not_in(held)),
        ).subquery()
        return list(self._session.scalars(sa.select(names.c.sha256).order_by(names.c.sha256).limit(limit)))

    def periods_to_tell(self, after: str, limit: int) -> list[str]:
        """The next blobs, by name, that are not locked yet or whose lock is to be made longer."""
        soon = sa.or_(LOCK.c.until.is_(None), LOCK.c.until < self._now + self._ahead / 2)
        lasting = sa.or_(DOCUMENT.c.dispose_after.is_(None), DOCUMENT.c.dispose_after >= self._now.date())
        rows = (
            sa.select(REVISION.c.sha256)
            .join_from(REVISION, DOCUMENT)
            .outerjoin(LOCK, LOCK.c.sha256 == REVISION.c.sha256)
        )
        due = rows.where(REVISION.c.sha256 > after, _KEPT, sa.or_(LOCK.c.sha256.is_(None), soon & lasting))
        return list(self._session.scalars(due.distinct().order_by(REVISION.c.sha256).limit(limit)))

    def wanted(self, names: Sequence[str]) -> dict[str, BlobLock]:
        """The locks these blobs should have; none of one whose lock would stay as it is."""
        of_held = self._of(names).where(REVISION.c.document_id.in_(_held_documents()))
        held: set[str] = set(self._session.scalars(of_held))
        ends = dict.fromkeys(names, self._now)
        for row in self._session.execute(self._of(names).add_columns(DOCUMENT.c.dispose_after).where(_KEPT)):
            ends[row.sha256] = max(ends[row.sha256], self._end(row.dispose_after))
        told = {row.sha256: row for row in self._session.execute(sa.select(LOCK).where(LOCK.c.sha256.in_(names)))}
        locks = {}
        for name in names:
            until = ends[name] if ends[name] > self._now else None
            known = told.get(name)
            if known is None or known.held != (name in held) or _longer(until, known.until):
                locks[name] = BlobLock(until=until, held=name in held)
        return locks

    def record(self, locks: Mapping[str, BlobLock]) -> None:
        """The store was told of these."""
        if not locks:
            return
        self._session.execute(sa.delete(LOCK).where(LOCK.c.sha256.in_(list(locks))))
        rows = [{"sha256": name, "until": lock.until, "held": lock.held} for name, lock in locks.items()]
        self._session.execute(sa.insert(LOCK), rows)

    def forget_gone(self) -> None:
        """What no kept document has any more is erased, or will be; put again it is a new blob."""
        kept = sa.exists().where(REVISION.c.sha256 == LOCK.c.sha256, REVISION.c.document_id == DOCUMENT.c.id, _KEPT)
        self._session.execute(sa.delete(LOCK).where(~kept, ~LOCK.c.held))

    def _of(self, names: Sequence[str]) -> sa.Select[str]:
        query = sa.select(REVISION.c.sha256).join_from(REVISION, DOCUMENT)
        return query.where(REVISION.c.sha256.in_(names))

    def _end(self, dispose_after: date | None) -> datetime:
        """When the first day begins on which the document may go, if that is not too far ahead."""
        most = self._now + self._ahead
        if dispose_after is None:
            return most
        return min(most, datetime.combine(dispose_after + timedelta(days=1), time(), UTC))


def forget_locks(session: Session) -> None:
    """The blobs are in another store now, which has been told of no lock."""
    session.execute(sa.delete(LOCK))


def _held_documents() -> sa.CompoundSelect[tuple[object]]:
    """The documents on which, or on whose file, a hold lies."""
    active = HOLD.c.lifted_at.is_(None)
    of_files = sa.select(DOCUMENT.c.id).join(HOLD, HOLD.c.file_id == DOCUMENT.c.file_id).where(active, _KEPT)
    return sa.union(sa.select(HOLD.c.document_id).where(active, HOLD.c.document_id.is_not(None)), of_files)


def _longer(until: datetime | None, told: datetime | None) -> bool:
    return until is not None and (told is None or until > told)
