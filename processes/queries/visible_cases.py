"""Which cases a person may see, as a condition of a query; the same rule as processes.access.may_see_case."""

from uuid import UUID

import sqlalchemy as sa

from engine.tables import WorkItemRow
from processes.access import OVERSEERS
from processes.mandates import mandates_for_work, mandates_of
from processes.queries.reach import OPEN, covered
from processes.tables import CaseRow, StepRecordRow
from processes.unit_of_work import UnitOfWork


def visible_cases(uow: UnitOfWork, person_id: UUID) -> sa.ColumnElement[bool]:
    """Cases of the person's bodies, those they signed in, and those that wait for them; a supervisor sees all (D12)."""
    mandates = mandates_of(uow.session, person_id, uow.now)
    if any(mandate.role in OVERSEERS for mandate in mandates):
        return sa.true()
    signed = sa.select(StepRecordRow.case_id).where(StepRecordRow.person_id == person_id)
    work = mandates_for_work(uow.session, person_id, uow.now)
    groups = sa.or_(sa.false(), *(covered(mandate) for mandate in work))
    waiting = sa.select(WorkItemRow.instance_id).where(OPEN, groups)
    return sa.or_(
        CaseRow.body_id.in_({mandate.body_id for mandate in mandates}),
        CaseRow.id.in_(signed),
        CaseRow.id.in_(waiting),
    )
