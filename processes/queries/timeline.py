"""What happened in a case, in order: signed steps, sealed documents, overdue marks, and what waits now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from archive.tables import DocumentRow
from engine.tables import HistoryRow
from engine.workitem import WorkItem
from processes.authorization import mandate_for
from processes.errors import NotPermitted
from processes.operating import name_of
from processes.organisation import people_named
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.tables import BodyRow, CaseDocumentRow, CaseRow, CertificateRow, MandateRow, PersonRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
OPERATIONS = (
    "instance.suspended", "instance.resumed", "instance.cancelled", "instance.migrated", "token.moved",
    "incident.skipped", "message.sent",
)  # fmt: skip
"""events of a case's history that somebody caused by operating it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened, or waits."""

    kind: str
    """started, signed, decided (and sealed by the body), recorded (and not signed), sealed,
    overdue, operated, item.assigned and its like, now, ended"""
    at: datetime
    title: Titles
    actor: str | None = None
    capacity: str | None = None
    acts_for: str | None = None
    decision: str | None = None
    round: int = 1
    type: str = ""
    """of a sealed document: receipt, notice, extract, manifest"""
    number: str | None = None
    document_id: UUID | None = None
    verdict: str | None = None
    level: str | None = None
    item_id: UUID | None = None
    version: int | None = None
    role: Titles | None = None
    due: Due | None = None
    proven_at: datetime | None = None
    operation: str = ""
    """of an operated entry: the event, such as instance.suspended"""
    to: str | None = None
    """who has the step after it was given on"""
    ground: str | None = None
    can_open: bool = False
    """whether whoever reads this may act on it"""


def timeline(
    uow: UnitOfWork, case: CaseRow, body: BodyRow, by: UUID, hidden: Collection[UUID] = ()
) -> list[TimelineEntry]:
    """The past in order of time, then what waits now; without the documents that the reader is not to know of."""
    definitions = Definitions(uow)
    past = [
        *_signed(uow, case, definitions),
        *(entry for entry in _sealed(uow, case) if entry.document_id not in hidden),
        *_overdue(uow, case, definitions),
        *_operated(uow, case),
        *_given_on(uow, case, definitions),
    ]
    seen = [replace(entry, document_id=None) if entry.document_id in hidden else entry for entry in past]
    return sorted(seen, key=lambda entry: entry.at) + _waiting(uow, case, body, by)


def _signed(uow: UnitOfWork, case: CaseRow, definitions: Definitions) -> list[TimelineEntry]:
    substituted, absent = aliased(MandateRow), aliased(PersonRow)
    rows = uow.session.execute(
        sa.select(
            StepRecordRow,
            PersonRow.name,
            absent.name.label("absent"),
            DocumentRow.verdict,
            DocumentRow.level,
            CertificateRow.body_id,
        )
        .join(PersonRow, PersonRow.id == StepRecordRow.person_id)
        .join(MandateRow, MandateRow.id == StepRecordRow.mandate_id)
        .outerjoin(substituted, substituted.id == MandateRow.acts_for_id)
        .outerjoin(absent, absent.id == substituted.holder_id)
        .outerjoin(DocumentRow, DocumentRow.id == StepRecordRow.document_id)
        .outerjoin(CertificateRow, CertificateRow.serial == StepRecordRow.certificate_serial)
        .where(StepRecordRow.case_id == case.id)
    )
    return [
        TimelineEntry(
            kind="recorded" if record.document_id is None else "decided" if seal_of else "signed",
            at=record.accepted_at,
            title=definitions.step_title(record.definition_key, record.definition_version, record.element_id),
            actor=name,
            capacity=record.capacity,
            acts_for=acts_for,
            decision=record.decision,
            round=record.round,
            number=record.number,
            document_id=record.document_id,
            verdict=verdict,
            level=level,
            proven_at=record.proven_at,
        )
        for record, name, acts_for, verdict, level, seal_of in rows
    ]


def _sealed(uow: UnitOfWork, case: CaseRow) -> list[TimelineEntry]:
    rows = uow.session.execute(
        sa.select(CaseDocumentRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == CaseDocumentRow.document_id)
        .where(CaseDocumentRow.case_id == case.id, CaseDocumentRow.kind == "sealed")
    )
    return [
        TimelineEntry(
            kind="sealed",
            at=link.at,
            title={document.language: document.title},
            type=document.type,
            number=link.number,
            document_id=link.document_id,
            verdict=document.verdict,
            level=document.level,
        )
        for link, document in rows
    ]


def _overdue(uow: UnitOfWork, case: CaseRow, definitions: Definitions) -> list[TimelineEntry]:
    rows = uow.session.execute(
        sa.select(HistoryRow)
        .where(HistoryRow.instance_id == case.id, HistoryRow.event == "timer.fired")
        .order_by(HistoryRow.seq)
    ).scalars()
    found = []
    for row in rows:
        element = definitions.get(row.definition_key).package.elements.get(row.element_id or "")
        found.append(
            TimelineEntry(kind="overdue", at=row.at, title=element.titles if element and element.titles else {})
        )
    return found


def _operated(uow: UnitOfWork, case: CaseRow) -> list[TimelineEntry]:
    """What supervisors and administrators did to the case, with the ground they gave."""
    rows = uow.session.execute(
        sa.select(HistoryRow)
        .where(HistoryRow.instance_id == case.id, HistoryRow.event.in_(OPERATIONS))
        .order_by(HistoryRow.seq)
    ).scalars()
    return [
        TimelineEntry(
            kind="operated",
            at=row.at,
            title={},
            operation=row.event,
            actor=name_of(uow, row.actor or ""),
            ground=(row.payload or {}).get("ground"),
        )
        for row in rows
    ]


GIVEN_ON = ("item.assigned", "item.delegated", "item.handed_back", "item.released", "item.prioritised")


def _given_on(uow: UnitOfWork, case: CaseRow, definitions: Definitions) -> list[TimelineEntry]:
    """Who gave a step to whom, or took it away, and why; claims and releases without a ground are not told."""
    rows = uow.session.execute(
        sa.select(HistoryRow)
        .where(HistoryRow.instance_id == case.id, HistoryRow.event.in_(GIVEN_ON))
        .order_by(HistoryRow.seq)
    ).scalars()
    told = [row for row in rows if (row.payload or {}).get("ground")]
    people = {each for row in told for each in (row.actor, (row.payload or {}).get("assignee"))} - {None, "system"}
    names = people_named(uow.session, {UUID(each) for each in people if each})
    return [
        TimelineEntry(
            kind=row.event,
            at=row.at,
            title=_step_title(definitions, row),
            actor=names.get(UUID(row.actor)) if row.actor and row.actor != "system" else None,
            to=_name(names, (row.payload or {}).get("assignee")),
            ground=(row.payload or {})["ground"],
        )
        for row in told
    ]


def _name(names: Mapping[UUID, str], person: str | None) -> str | None:
    return names.get(UUID(person)) if person else None


def _step_title(definitions: Definitions, row: HistoryRow) -> Titles:
    element = definitions.get(row.definition_key).package.elements.get(row.element_id or "")
    return element.titles if element else {}


def _waiting(uow: UnitOfWork, case: CaseRow, body: BodyRow, by: UUID) -> list[TimelineEntry]:
    items = uow.engine.open_items(case.id)
    names = people_named(uow.session, {UUID(item.assignee) for item in items if item.assignee})
    definitions, counter = Definitions(uow), DueCounter(uow)
    return [
        TimelineEntry(
            kind="now",
            at=item.created_at,
            title=definitions.step_title(item.definition_key, item.definition_version, item.element_id),
            role=definitions.role_title(item.definition_key, item.definition_version, item.role),
            actor=names.get(UUID(item.assignee)) if item.assignee else None,
            round=item.visit,
            item_id=item.id,
            version=item.version,
            due=counter.due(item.due_at, calendar=body.calendar, time_zone=body.time_zone),
            can_open=_may_act(uow, by, item),
        )
        for item in items
    ]


def _may_act(uow: UnitOfWork, by: UUID, item: WorkItem) -> bool:
    try:
        mandate_for(uow.session, by, item, uow.now)
    except NotPermitted:
        return False
    return True
