"""What was given up is erased for good: blobs, words that an index still keeps, what a database's log still holds.

A row is emptied in the transaction that removes its document. That is not the end of its bytes: each blob goes in a
transaction of its own, under its lock; SQLite overwrites what is freed (`secure_delete`), but its index keeps a removed
word until it is merged, and its log an old page until it is emptied. PostgreSQL's own vacuum sees to its dead rows.
"""

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from archive.errors import BlobStoreError
from processes.database import empty_log
from processes.office import Office
from processes.purging import files_in_use

JOB = "forget_words"
LEFT = timedelta(hours=1)
"""whoever was to erase a blob that waits so long was killed"""
log = structlog.get_logger(__name__)


def erase_waiting(
    office: Office, document_ids: Collection[UUID] | None = None, *, left: timedelta | None = None
) -> int:
    """Erase the blobs of documents that are gone, each in a transaction of its own; how many.

    :param document_ids: of these only; None: of all
    :param left: only those that wait for so long
    :raises BlobStoreError: the store refuses; what is left is tried again each hour
    """
    with office.reading() as uow:
        most = 100 * len(document_ids) + 1 if document_ids is not None else 1000
        waiting = uow.archive.disposal.waiting(document_ids, limit=most)
        if left is not None:
            waiting = [each for each in waiting if each.asked_at <= uow.now - left]
    for place, erasure in enumerate(waiting, start=1):
        with office.unit_of_work() as uow:
            uow.archive.disposal.erase(erasure, partial(files_in_use, uow))
            if place == len(waiting):
                office.enqueue(uow.session, JOB, (), f"forget:{erasure.document_id}:{erasure.sha256[:16]}")
            uow.commit()
    return len(waiting)


def forget_words(office: Office) -> str:
    """The job: merge the index part by part, then empty the log. Killed anywhere, it begins again."""
    begins = True
    while True:
        with office.unit_of_work() as uow:
            more = uow.archive.disposal.forget_words(begins=begins)
            uow.commit()
        if not more:
            break
        begins = False
    return "done" if empty_log(office.database) else "the log is emptied later"


def erase_leftovers(office: Office) -> int:
    """What a killed process did not come to, and the log; asked each hour. How many blobs were erased."""
    try:
        erased = erase_waiting(office, left=LEFT)
    except BlobStoreError as error:
        log.warning("a blob of a document that is gone is still there", reason=str(error))
        erased = 0
    empty_log(office.database)
    return erased
