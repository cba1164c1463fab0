"""Lists of cases, and which case an item belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.tables import WorkItemRow
from processes.access import visible_cases
from processes.errors import NotFound
from processes.office import Office
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.queries.matching import contains
from processes.queries.paging import Paging
from processes.queries.reach import OPEN
from processes.tables import BodyRow, CaseRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
STATUSES = ("running", "suspended", "completed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What somebody asked to see."""

    text: str = ""
    process: str = ""
    status: str = ""
    overdue: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list."""

    id: UUID
    number: str
    subject: str
    process: Titles
    body: Titles
    time_zone: str
    language: str
    """the body's, in which the subject is written"""
    status: str
    started_at: datetime
    ended_at: datetime | None
    overdue: bool
    steps: Sequence[Titles]
    """what it waits for"""
    due: Due | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """A page of cases, the newest first."""

    filter: CaseFilter
    lines: Sequence[CaseLine]
    paging: Paging
    processes: Sequence[tuple[str, Titles]]


def case_list(office: Office, person_id: UUID, wanted: CaseFilter) -> CaseList:
    """The cases this person may see."""
    with office.reading() as uow:
        visible = visible_cases(uow, person_id)
        conditions = sa.and_(visible, *_filters(wanted))
        total = uow.session.scalar(sa.select(sa.func.count()).select_from(CaseRow).where(conditions)) or 0
        paging = Paging(page=max(1, wanted.page), total=total)
        rows = uow.session.execute(
            sa.select(CaseRow, BodyRow)
            .join(BodyRow, BodyRow.id == CaseRow.body_id)
            .where(conditions)
            .order_by(CaseRow.started_at.desc(), CaseRow.id)
            .limit(paging.size)
            .offset(paging.offset)
        ).all()
        keys = uow.session.execute(sa.select(CaseRow.definition_key).where(visible).distinct()).scalars()
        definitions = Definitions(uow)
        return CaseList(
            filter=wanted,
            lines=_lines(uow, definitions, rows),
            paging=paging,
            processes=[(key, definitions.process_title(key)) for key in sorted(keys)],
        )


def _filters(wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.text.strip():
        found.append(contains(wanted.text, CaseRow.number, CaseRow.subject))
    if wanted.process:
        found.append(CaseRow.definition_key == wanted.process)
    if wanted.status in STATUSES:
        found.append(CaseRow.status == wanted.status)
    if wanted.overdue:
        found.append(CaseRow.overdue_at.is_not(None))
    return found


def _lines(uow: UnitOfWork, definitions: Definitions, rows: Sequence[Any]) -> list[CaseLine]:
    items = _open_items(uow, [case.id for case, _ in rows])
    counter = DueCounter(uow)
    lines = []
    for case, body in rows:
        mine = items.get(case.id, [])
        dues = [item.due_at for item in mine if item.due_at is not None]
        lines.append(
            CaseLine(
                id=case.id,
                number=case.number,
                subject=case.subject,
                process=definitions.process_title(case.definition_key),
                body=body.title,
                time_zone=body.time_zone,
                language=body.language,
                status=case.status,
                started_at=case.started_at,
                ended_at=case.ended_at,
                overdue=case.overdue_at is not None,
                steps=[
                    definitions.step_title(item.definition_key, item.definition_version, item.element_id)
                    for item in mine
                ],
                due=counter.due(min(dues), calendar=body.calendar, time_zone=body.time_zone) if dues else None,
            )
        )
    return lines


def _open_items(uow: UnitOfWork, case_ids: Sequence[UUID]) -> dict[UUID, list[WorkItemRow]]:
    rows = uow.session.execute(
        sa.select(WorkItemRow).where(WorkItemRow.instance_id.in_(case_ids), OPEN).order_by(WorkItemRow.created_at)
    ).scalars()
    found: dict[UUID, list[WorkItemRow]] = {}
    for row in rows:
        found.setdefault(row.instance_id, []).append(row)
    return found


def case_of_item(office: Office, item_id: UUID) -> UUID:
    """The case a work item belongs to.

    :raises NotFound: no such item
    """
    with office.reading() as uow:
        found = uow.session.scalar(sa.select(WorkItemRow.instance_id).where(WorkItemRow.id == item_id))
    if found is None:
        raise NotFound("no such work item")
    return found
