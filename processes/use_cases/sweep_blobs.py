"""Sweep blobs that no row names: what a crash left between a blob's writing and its row's commit."""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from processes.office import Office
from processes.tables import AttachmentRow

GRACE = timedelta(days=1)
"""a blob this young may still get its row"""


def sweep_blobs(office: Office) -> int:
    """Remove orphans older than a day; how many."""
    with office.reading() as uow:

        def attached(names: Iterable[str]) -> set[str]:
            found = uow.session.execute(sa.select(AttachmentRow.sha256).where(AttachmentRow.sha256.in_(list(names))))
            return set(found.scalars())

        return len(uow.archive.sweep_orphans(attached, grace=GRACE))
