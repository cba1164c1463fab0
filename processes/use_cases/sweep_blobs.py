"""Sweep blobs that no row names: what a crash left between a blob's writing and its row's commit."""

from datetime import timedelta

from processes.office import Office
from processes.purging import files_in_use

GRACE = timedelta(days=1)
"""a blob this young may still get its row"""


def sweep_blobs(office: Office) -> int:
    """Remove orphans older than a day; how many."""
    with office.reading() as uow:
        return len(uow.archive.sweep_orphans(lambda names: files_in_use(uow, names), grace=GRACE))
