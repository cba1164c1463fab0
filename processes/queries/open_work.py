"""Open steps as whoever gives them on sees them: a supervisor those of every body, a head those of the own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from engine.tables import WorkItemRow
from engine.workitem import Priority
from processes.authorization import require_giver
from processes.errors import NotPermitted
from processes.mandates import mandates_of
from processes.office import Office
from processes.organisation import people_named
from processes.queries.assigning import Candidate, candidates
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.queries.paging import Paging
from processes.queries.reach import OPEN
from processes.steps import item_of
from processes.tables import BodyRow, CaseRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


class Standing(StrEnum):
    """Which open steps to show."""

    ALL = ""
    NOBODYS = "nobody"
    """waiting to be claimed"""
    ORPHANED = "orphaned"
    """given by name, but nobody holds it: it has to be given on"""
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """One open step."""

    item_id: UUID
    version: int
    case_id: UUID
    case_number: str
    subject: str
    language: str
    step: Titles
    body: Titles
    holder: str | None
    orphaned: bool
    priority: Priority
    due: Due | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWork:
    """A page of them."""

    standing: Standing
    lines: Sequence[OpenLine]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """A selection, and who may do every step of it."""

    lines: Sequence[OpenLine]
    candidates: Sequence[Candidate]


def open_work(office: Office, by: UUID, standing: Standing, page: int) -> OpenWork:
    """A page of the open steps this person may give on, overdue first.

    :raises NotPermitted: neither a supervisor nor a head
    """
    with office.reading() as uow:
        where = sa.and_(_theirs(uow, by), OPEN, _stands(standing, uow))
        total = uow.session.scalar(sa.select(sa.func.count()).select_from(WorkItemRow).where(where)) or 0
        paging = Paging(page=max(1, page), total=total)
        order = (WorkItemRow.due_at.is_(None), WorkItemRow.due_at, WorkItemRow.created_at, WorkItemRow.id)
        return OpenWork(
            standing=standing,
            lines=open_lines(uow, where, order, limit=paging.size, offset=paging.offset),
            paging=paging,
        )


def giving(office: Office, item_ids: Sequence[UUID], by: UUID) -> Giving:
    """The chosen steps and the people who may do each of them.

    :raises NotPermitted: one of them is not this person's to give on
    """
    with office.reading() as uow:
        items = [item_of(uow, item_id) for item_id in item_ids]
        for item in items:
            require_giver(uow.session, by, item, uow.now)
        common: dict[UUID, Candidate] | None = None
        for item in items:
            able = {each.id: each for each in candidates(uow, item)}
            common = able if common is None else {ident: each for ident, each in common.items() if ident in able}
        lines = open_lines(uow, WorkItemRow.id.in_(item_ids), (WorkItemRow.due_at, WorkItemRow.id), limit=len(items))
        return Giving(lines=lines, candidates=sorted((common or {}).values(), key=lambda each: each.name))


def _theirs(uow: UnitOfWork, by: UUID) -> sa.ColumnElement[bool]:
    mandates = mandates_of(uow.session, by, uow.now)
    if any(mandate.role == "supervisor" for mandate in mandates):
        return sa.true()
    headed = [str(mandate.body_id) for mandate in mandates if mandate.role == "head"]
    if not headed:
        raise NotPermitted(rule="mandate")
    return WorkItemRow.scope.in_(headed)


def _stands(standing: Standing, uow: UnitOfWork) -> sa.ColumnElement[bool]:
    conditions = {
        Standing.ALL: sa.true(),
        Standing.NOBODYS: sa.and_(WorkItemRow.state == "ready", WorkItemRow.named.is_(False)),
        Standing.ORPHANED: sa.and_(WorkItemRow.state == "ready", WorkItemRow.named.is_(True)),
        Standing.LATE: WorkItemRow.due_at < uow.now,
    }
    return conditions[standing]


def open_lines(
    uow: UnitOfWork,
    where: sa.ColumnElement[bool],
    order: Sequence[sa.ColumnExpressionArgument[object]],
    *,
    limit: int,
    offset: int = 0,
) -> list[OpenLine]:
    """Steps as lines of a list; whose they may be is the caller's condition."""
    rows = uow.session.execute(
        sa.select(WorkItemRow, CaseRow, BodyRow)
        .join(CaseRow, CaseRow.id == WorkItemRow.instance_id)
        .join(BodyRow, BodyRow.id == CaseRow.body_id)
        .where(where)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    ).all()
    definitions, counter = Definitions(uow), DueCounter(uow)
    names = people_named(uow.session, {UUID(item.assignee) for item, _, _ in rows if item.assignee})
    return [
        OpenLine(
            item_id=item.id,
            version=item.version,
            case_id=case.id,
            case_number=case.number,
            subject=case.subject,
            language=body.language,
            step=definitions.step_title(item.definition_key, item.definition_version, item.element_id),
            body=body.title,
            holder=names.get(UUID(item.assignee)) if item.assignee else None,
            orphaned=item.named and item.assignee is None,
            priority=Priority(item.priority),
            due=counter.due(item.due_at, calendar=body.calendar, time_zone=body.time_zone),
        )
        for item, case, body in rows
    ]
