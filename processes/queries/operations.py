"""The cases somebody may operate, in lists to choose from; changes of many of them; processes with their versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.tables import DefinitionHoldRow, DefinitionRow, InstanceRow, WorkItemRow
from processes.errors import NotFound
from processes.mandates import mandates_of
from processes.office import Office
from processes.operating import name_of
from processes.organisation import people_named
from processes.queries.definitions import Definitions
from processes.queries.incidents import MENDERS, supervised
from processes.queries.matching import contains
from processes.queries.paging import Paging
from processes.queries.people import require_any_role
from processes.queries.reach import OPEN
from processes.tables import BodyRow, BulkCaseRow, BulkRow, CaseRow, IncidentRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
ALIVE = ("running", "suspended")
SHOWN_FAILURES = 500
RECENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsFilter:
    """What somebody asked to see."""

    text: str = ""
    process: str = ""
    version: int = 0
    status: str = ""
    element: str = ""
    """a step that waits"""
    failed: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatedLine:
    """A case to be chosen."""

    id: UUID
    number: str
    subject: str
    language: str
    process: Titles
    version: int
    body: Titles
    time_zone: str
    status: str
    started_at: datetime
    steps: Sequence[Titles]
    incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatedList:
    """A page of them, the newest first."""

    filter: OperationsFilter
    lines: Sequence[OperatedLine]
    paging: Paging
    processes: Sequence[tuple[str, Titles]]
    administers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkFailure:
    """A case that could not be changed."""

    case_id: UUID
    number: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkProgress:
    """How far a change of many cases is."""

    id: UUID
    action: str
    ground: str
    by: str
    total: int
    done: int
    failed: int
    started_at: datetime
    finished_at: datetime | None
    failures: Sequence[BulkFailure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A deployed version and how many cases run it."""

    version: int
    deployed_at: datetime
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLine:
    """A process as an administrator sees it."""

    key: str
    title: Titles
    versions: Sequence[VersionLine]
    held_since: datetime | None
    held_by: str | None
    held_ground: str | None


def operated_cases(office: Office, by: UUID, wanted: OperationsFilter) -> OperatedList:
    """The cases this person may operate: of a supervisor's bodies and those below; all for an administrator.

    :raises NotPermitted: neither
    """
    with office.reading() as uow:
        mine, administers = _mine(uow, by)
        where = sa.and_(mine, *_conditions(wanted))
        joined = sa.select(CaseRow, InstanceRow.definition_version, BodyRow).join(
            InstanceRow, InstanceRow.id == CaseRow.id
        )
        rows = joined.join(BodyRow, BodyRow.id == CaseRow.body_id).where(where)
        total = uow.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
        paging = Paging(page=max(1, wanted.page), total=total)
        page = rows.order_by(CaseRow.started_at.desc(), CaseRow.id).limit(paging.size).offset(paging.offset)
        definitions = Definitions(uow)
        keys = uow.session.execute(sa.select(CaseRow.definition_key).where(mine).distinct()).scalars()
        return OperatedList(
            filter=wanted,
            lines=_lines(uow, definitions, uow.session.execute(page).all()),
            paging=paging,
            processes=[(key, definitions.process_title(key)) for key in sorted(keys)],
            administers=administers,
        )


def selected_cases(office: Office, by: UUID, wanted: OperationsFilter) -> list[UUID]:
    """The ids of all that a filter finds, the oldest first. :raises NotPermitted:"""
    with office.reading() as uow:
        mine, _ = _mine(uow, by)
        query = sa.select(CaseRow.id).join(InstanceRow, InstanceRow.id == CaseRow.id)
        query = query.where(mine, *_conditions(wanted)).order_by(CaseRow.started_at, CaseRow.id)
        return list(uow.session.execute(query).scalars())


def _mine(uow: UnitOfWork, by: UUID) -> tuple[sa.ColumnElement[bool], bool]:
    require_any_role(uow.session, by, MENDERS, uow.now)
    administers = any(mandate.role == "administrator" for mandate in mandates_of(uow.session, by, uow.now))
    return (sa.true() if administers else CaseRow.body_id.in_(supervised(uow, by))), administers


def _conditions(wanted: OperationsFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.text.strip():
        found.append(contains(wanted.text, CaseRow.number, CaseRow.subject))
    if wanted.process:
        found.append(CaseRow.definition_key == wanted.process)
    if wanted.version:
        found.append(InstanceRow.definition_version == wanted.version)
    found.append(CaseRow.status == wanted.status if wanted.status in ALIVE else CaseRow.status.in_(ALIVE))
    if wanted.element:
        waiting = sa.select(WorkItemRow.instance_id).where(WorkItemRow.element_id == wanted.element, OPEN)
        found.append(CaseRow.id.in_(waiting))
    if wanted.failed:
        found.append(CaseRow.id.in_(sa.select(IncidentRow.case_id).where(IncidentRow.state != "closed")))
    return found


def _lines(uow: UnitOfWork, definitions: Definitions, rows: Sequence[Any]) -> list[OperatedLine]:
    ids = [case.id for case, _, _ in rows]
    waiting: dict[UUID, list[WorkItemRow]] = {}
    items = sa.select(WorkItemRow).where(WorkItemRow.instance_id.in_(ids), OPEN)
    for item in uow.session.execute(items.order_by(WorkItemRow.created_at)).scalars():
        waiting.setdefault(item.instance_id, []).append(item)
    failed = sa.select(IncidentRow.case_id, sa.func.count()).where(
        IncidentRow.case_id.in_(ids), IncidentRow.state != "closed"
    )
    counts = {row[0]: row[1] for row in uow.session.execute(failed.group_by(IncidentRow.case_id))}
    return [
        OperatedLine(
            id=case.id,
            number=case.number,
            subject=case.subject,
            language=body.language,
            process=definitions.process_title(case.definition_key),
            version=version,
            body=body.title,
            time_zone=body.time_zone,
            status=case.status,
            started_at=case.started_at,
            steps=[
                definitions.step_title(item.definition_key, item.definition_version, item.element_id)
                for item in waiting.get(case.id, ())
            ],
            incidents=counts.get(case.id, 0),
        )
        for case, version, body in rows
    ]


def bulk_progress(office: Office, bulk_id: UUID, by: UUID) -> BulkProgress:
    """How far it is, and which cases could not be changed.

    :raises NotFound: :raises NotPermitted: neither who began it nor an administrator
    """
    with office.reading() as uow:
        row = uow.session.get(BulkRow, bulk_id)
        if row is None:
            raise NotFound("no such bulk")
        if row.by != by:
            require_any_role(uow.session, by, frozenset({"administrator"}), uow.now)
        failures = uow.session.execute(
            sa.select(BulkCaseRow, CaseRow.number)
            .join(CaseRow, CaseRow.id == BulkCaseRow.case_id)
            .where(BulkCaseRow.bulk_id == bulk_id, BulkCaseRow.state == "failed")
            .order_by(BulkCaseRow.seq)
            .limit(SHOWN_FAILURES)
        )
        found = [
            BulkFailure(case_id=one.case_id, number=number, code=one.code or "", reason=one.reason or "")
            for one, number in failures
        ]
        return _progress(uow, row, found)


def recent_bulks(office: Office, by: UUID) -> list[BulkProgress]:
    """The last changes of many cases: one's own, all for an administrator. :raises NotPermitted:"""
    with office.reading() as uow:
        _, administers = _mine(uow, by)
        query = sa.select(BulkRow).where(sa.true() if administers else BulkRow.by == by)
        rows = uow.session.execute(query.order_by(BulkRow.started_at.desc()).limit(RECENT)).scalars()
        return [_progress(uow, row) for row in rows]


def _progress(uow: UnitOfWork, row: BulkRow, failures: Sequence[BulkFailure] = ()) -> BulkProgress:
    counted = sa.select(BulkCaseRow.state, sa.func.count()).where(BulkCaseRow.bulk_id == row.id)
    counts = {row[0]: row[1] for row in uow.session.execute(counted.group_by(BulkCaseRow.state))}
    return BulkProgress(
        id=row.id,
        action=row.action,
        ground=row.ground,
        by=people_named(uow.session, {row.by}).get(row.by, ""),
        total=row.total,
        done=counts.get("done", 0),
        failed=counts.get("failed", 0),
        started_at=row.started_at,
        finished_at=row.finished_at,
        failures=failures,
    )


def process_lines(office: Office, by: UUID) -> list[ProcessLine]:
    """The deployed processes with their versions, for an administrator. :raises NotPermitted:"""
    with office.reading() as uow:
        require_any_role(uow.session, by, frozenset({"administrator"}), uow.now)
        running = sa.select(InstanceRow.definition_key, InstanceRow.definition_version, sa.func.count()).where(
            InstanceRow.status.in_(ALIVE)
        )
        grouped = running.group_by(InstanceRow.definition_key, InstanceRow.definition_version)
        counts = {(key, version): count for key, version, count in uow.session.execute(grouped)}
        holds = {row.key: row for row in uow.session.execute(sa.select(DefinitionHoldRow)).scalars()}
        versions: dict[str, list[VersionLine]] = {}
        columns = sa.select(DefinitionRow.key, DefinitionRow.version, DefinitionRow.deployed_at)
        for key, version, at in uow.session.execute(columns.order_by(DefinitionRow.key, DefinitionRow.version.desc())):
            line = VersionLine(version=version, deployed_at=at, running=counts.get((key, version), 0))
            versions.setdefault(key, []).append(line)
        definitions = Definitions(uow)
        return [
            ProcessLine(
                key=key,
                title=definitions.process_title(key),
                versions=lines,
                held_since=holds[key].since if key in holds else None,
                held_by=name_of(uow, holds[key].by) if key in holds else None,
                held_ground=holds[key].ground if key in holds else None,
            )
            for key, lines in versions.items()
        ]
