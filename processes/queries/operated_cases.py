"""Which cases an act of operating is about: SELECT only."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from processes.tables import CaseRow


def running_cases_of(session: Session, key: str, *, status: str | None = None) -> list[UUID]:
    """The cases of a process that have not ended, the oldest first; of one status, if it is named."""
    wanted = (status,) if status else ("running", "suspended")
    query = sa.select(CaseRow.id).where(CaseRow.definition_key == key, CaseRow.status.in_(wanted))
    return list(session.execute(query.order_by(CaseRow.started_at, CaseRow.id)).scalars())
