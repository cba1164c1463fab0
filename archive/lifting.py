"""Writing what restricts documents into their rows; taking away there what has ended."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.restrictions import Access, still_restricting
from archive.store import DOCUMENT, DOCUMENT_COLUMNS, Store, custody_head, to_document


def write_access(session: Session, restricted: Mapping[UUID, Access]) -> None:
    """What restricts each of these locked documents from now on."""
    rows = [
        {"of": identity, **{f"new_{name}": value for name, value in access.columns().items()}}
        for identity, access in restricted.items()
    ]
    if rows:
        names = [name.removeprefix("new_") for name in rows[0] if name != "of"]
        computed = {name: sa.bindparam(f"new_{name}", type_=DOCUMENT.c[name].type) for name in names}
        statement = sa.update(DOCUMENT).where(DOCUMENT.c.id == sa.bindparam("of"))
        session.connection().execute(statement.values(**computed), rows)


def lift_ended(session: Session, *, on: date, at: datetime, limit: int = 100) -> int:
    """Take away restrictions whose last day lies before the day `on`, of so many documents; of how many.

    They bind nobody any more (see Visibility); this says so in the description and in the chain of custody.
    """
    over = sa.select(*DOCUMENT_COLUMNS).where(DOCUMENT.c.access_ends < on).order_by(DOCUMENT.c.access_ends)
    rows = session.execute(over.limit(limit).with_for_update()).mappings()
    documents = [to_document(row) for row in rows]
    write_access(session, {document.id: still_restricting(document, on) for document in documents})
    details = {"on": on.isoformat()}
    Store(session).append_custody(
        [
            custody_head(document).append("restriction ended", at=at, actor="system", details=details)
            for document in documents
        ]
    )
    return len(documents)
