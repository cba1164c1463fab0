"""What a supervisor watches: overdue steps, deadlines kept and breached, workload, execution discipline (D12, E8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from engine.tables import WorkItemRow
from processes.office import Office
from processes.organisation import people_named
from processes.queries.open_work import OpenLine, open_lines
from processes.queries.people import require_any_role
from processes.queries.reach import OPEN
from processes.queries.registry import Share
from processes.tables import BodyRow, CaseRow, DeadlineRow, RegisterEntryRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
WATCHERS = frozenset({"supervisor"})
MOST = 200
"""overdue steps a page shows; the counts tell of the rest"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Deadlines of a body that have ended, and those that run."""

    body: Titles
    kept: Share
    running: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What somebody has claimed."""

    name: str
    open: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Discipline:
    """Indicators of E8 for a body; a share of nothing is not assessed."""

    body: Titles
    documents: int
    in_time: Share
    electronic_only: Share
    approved_electronically: Share
    prepared_for_archive: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """Everything the page shows."""

    overdue: Sequence[OpenLine]
    overdue_total: int
    running_cases: int
    ended_cases: int
    marked_cases: int
    kept: Sequence[Kept]
    workload: Sequence[Workload]
    discipline: Sequence[Discipline]


def supervision(office: Office, by: UUID) -> Supervision:
    """The supervisor's page, over every body.

    :raises NotPermitted: no supervisor
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, WATCHERS, uow.now)
        late = sa.and_(OPEN, WorkItemRow.due_at < uow.now)
        return Supervision(
            overdue=open_lines(uow, late, (WorkItemRow.due_at,), limit=MOST),
            overdue_total=_count(uow, WorkItemRow, late),
            running_cases=_count(uow, CaseRow, CaseRow.status.in_(("running", "suspended"))),
            ended_cases=_count(uow, CaseRow, CaseRow.status.in_(("completed", "cancelled"))),
            marked_cases=_count(uow, CaseRow, CaseRow.overdue_at.is_not(None)),
            kept=_kept(uow),
            workload=_workload(uow),
            discipline=_discipline(uow),
        )


def _count(uow: UnitOfWork, table: type, where: sa.ColumnElement[bool]) -> int:
    return uow.session.scalar(sa.select(sa.func.count()).select_from(table).where(where)) or 0


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _kept(uow: UnitOfWork) -> list[Kept]:
    breached = sa.or_(
        DeadlineRow.state == "breached", sa.and_(DeadlineRow.state == "running", DeadlineRow.due_at < uow.now)
    )
    rows = uow.session.execute(
        sa.select(
            BodyRow.title,
            _sum(DeadlineRow.state == "kept"),
            _sum(breached),
            _sum(sa.and_(DeadlineRow.state == "running", DeadlineRow.due_at >= uow.now)),
        )
        .select_from(DeadlineRow)
        .join(CaseRow, CaseRow.id == DeadlineRow.case_id)
        .join(BodyRow, BodyRow.id == CaseRow.body_id)
        .group_by(BodyRow.id, BodyRow.code)
        .order_by(BodyRow.code)
    )
    return [
        Kept(body=title, kept=Share(count=kept, total=kept + late), running=running, overdue=late)
        for title, kept, late, running in rows
    ]


def _workload(uow: UnitOfWork) -> list[Workload]:
    rows = uow.session.execute(
        sa.select(WorkItemRow.assignee, sa.func.count(), _sum(WorkItemRow.due_at < uow.now))
        .where(WorkItemRow.state == "reserved", WorkItemRow.assignee.is_not(None))
        .group_by(WorkItemRow.assignee)
    ).all()
    names = people_named(uow.session, {UUID(assignee) for assignee, _, _ in rows if assignee})
    found = [
        Workload(name=names.get(UUID(assignee), assignee), open=count, late=late)
        for assignee, count, late in rows
        if assignee
    ]
    return sorted(found, key=lambda each: (-each.late, -each.open, each.name))


def _discipline(uow: UnitOfWork) -> list[Discipline]:
    timely = sa.or_(
        RegisterEntryRow.due_on.is_(None),
        sa.func.date(RegisterEntryRow.registered_at) <= sa.func.date(RegisterEntryRow.received_at),
    )
    rows = uow.session.execute(
        sa.select(
            BodyRow.title,
            sa.func.count(),
            _sum(timely),
            _sum(RegisterEntryRow.electronic_only.is_(True)),
            _sum(RegisterEntryRow.approved_electronically.is_(True)),
            _sum(RegisterEntryRow.prepared_for_archive.is_(True)),
        )
        .select_from(RegisterEntryRow)
        .join(BodyRow, BodyRow.id == RegisterEntryRow.body_id)
        .group_by(BodyRow.id, BodyRow.code)
        .order_by(BodyRow.code)
    )
    return [
        Discipline(
            body=title,
            documents=total,
            in_time=Share(count=in_time, total=total),
            electronic_only=Share(count=electronic, total=total),
            approved_electronically=Share(count=approved, total=total),
            prepared_for_archive=Share(count=prepared, total=total),
        )
        for title, total, in_time, electronic, approved, prepared in rows
    ]
