"""Move all blobs from the store they were in to the one the settings name now; people work on meanwhile."""

from collections.abc import Iterator

from archive.blob_locks import forget_locks
from archive.blobs.moving import Journal, Move, move
from processes.blob_stores import open_store, previous_store
from processes.office import Office

JOURNAL = "move-store.json"
OPERATOR = "operator"


def move_store(office: Office) -> Iterator[Move]:
    """How far it is, blob after blob; at the end a line on the audit trail. Killed, it goes on where it was.

    :raises ConfigurationError: no previous store is set
    :raises BlobStoreError: a store failed; call again
    """
    settings = office.settings
    between = (settings.blob_store_previous, settings.blob_store)
    source, target = previous_store(settings), open_store(settings, settings.blob_store)
    moved = Move(total=0)
    for moved in move(source, target, Journal(settings.home / JOURNAL, between)):
        yield moved
    details = {"from": between[0], "to": between[1], "blobs": moved.done, "copied": moved.copied, "bad": [*moved.bad]}
    with office.unit_of_work() as uow:
        forget_locks(uow.session)  # the new store is told of all of them
        uow.audit.record("archive:store:move", actor=OPERATOR, subject=between[1], details=details)
        uow.commit()
