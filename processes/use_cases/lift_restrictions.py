"""Restrictions of access end by themselves; this writes into the archive that they have."""

from archive.lifting import lift_ended
from processes.access import office_day
from processes.office import Office

BATCH = 200


def lift_restrictions(office: Office) -> int:
    """Take away every restriction whose last day is over in every body here; of how many documents.

    Nobody waits for it: what has ended binds no reader from its first moment on. Descriptions and facets follow.
    """
    lifted = 0
    while True:
        with office.unit_of_work() as uow:
            found = lift_ended(uow.session, on=office_day(uow), at=uow.now, limit=BATCH)
            uow.commit()
        lifted += found
        if found < BATCH:
            return lifted
