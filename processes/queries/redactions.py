"""Which redacted copies there are of a document."""

from uuid import UUID

import sqlalchemy as sa

from archive.documents import ArchivedDocument
from archive.tables import DocumentRow
from processes.unit_of_work import UnitOfWork


def copies_of(uow: UnitOfWork, document_id: UUID) -> list[ArchivedDocument]:
    """The redacted copies of a document, in the order of accession."""
    ids = uow.session.scalars(sa.select(DocumentRow.id).where(DocumentRow.original_id == document_id))
    return uow.archive.documents(list(ids))
