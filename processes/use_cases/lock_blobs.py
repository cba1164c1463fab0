"""Tell a store that has locks of its own which blobs to keep: at once what a hold says, each hour what periods say.

The rows are the truth: until the store knows of a hold, the archive itself refuses the disposal.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog

from archive.blob_locks import BlobLocks
from archive.blobs import BlobLock
from archive.errors import BlobMissing, BlobStoreError
from processes.office import Office
from processes.unit_of_work import UnitOfWork

_BATCH = 100

ToTell = Callable[[BlobLocks, str], list[str]]

log = structlog.get_logger(__name__)


def lock_held_blobs(office: Office) -> int:
    """Place and lift Legal Holds; how many blobs it was."""
    return _tell(office, lambda locks, after: locks.holds_to_tell(after, _BATCH))


def lock_kept_blobs(office: Office) -> int:
    """Lock what is new and make locks longer that would end soon; how many blobs it was."""
    told = _tell(office, lambda locks, after: locks.periods_to_tell(after, _BATCH))
    if office.blobs.locks:
        with office.unit_of_work() as uow:
            _locks(office, uow).forget_gone()
            uow.commit()
    return told


def _tell(office: Office, to_tell: ToTell) -> int:
    """Batch after batch, each recorded when the store knows; what is told twice does no harm."""
    count, after = 0, ""
    while office.blobs.locks:
        with office.reading() as uow:
            locks = _locks(office, uow)
            names = to_tell(locks, after)
            wanted = locks.wanted(names)
        if not names:
            break
        try:
            told = {name: known for name, lock in wanted.items() if (known := _told(office, name, lock))}
        except BlobStoreError as error:
            log.warning("blobs are not locked yet; tried again", code=error.code, reason=str(error))
            break
        with office.unit_of_work() as uow:
            _locks(office, uow).record(told)
            uow.commit()
        count, after = count + len(told), names[-1]
    return count


def _told(office: Office, name: str, lock: BlobLock) -> BlobLock | None:
    """What the store knows now. A blob that is missing is the audit's finding: asked again, its hold more often."""
    try:
        office.blobs.lock(name, lock)
    except BlobMissing:
        return None if lock.held else BlobLock(until=None, held=False)
    return lock


def _locks(office: Office, uow: UnitOfWork) -> BlobLocks:
    return BlobLocks(uow.session, now=uow.now, ahead=timedelta(days=office.settings.s3_lock_days))
