"""One case: facts, timeline, diagrams with tokens, deadlines, remarks, resolutions, documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from archive.tables import DocumentRow
from engine.tables import DefinitionRow, InstanceRow
from processes.access import may_see_case, readable, visibility
from processes.appeals import tracking_code
from processes.errors import NotFound, NotPermitted
from processes.mandates import mandates_of
from processes.office import Office
from processes.organisation import people_named
from processes.queries.deadlines import DeadlineView, deadlines_of, distinct
from processes.queries.definitions import Definitions
from processes.queries.diagrams import localised
from processes.queries.levels import LevelNote, level_notes
from processes.queries.operating import SuspensionView, may_operate, suspension_view
from processes.queries.shared_documents import SharedView, shared_of_case
from processes.queries.submission import Submission, submission
from processes.queries.timeline import TimelineEntry, timeline
from processes.remarks import field_labels
from processes.tables import (
    AppealRow,
    BodyRow,
    CaseDocumentRow,
    CaseRow,
    PersonRow,
    RegisterEntryRow,
    RemarkRow,
    ResolutionRow,
    StepRecordRow,
)
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An element a token has reached."""

    element: str
    title: Titles
    state: str
    """done or active"""
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """One process of the case, with its marks."""

    key: str
    title: Titles
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRemark:
    """A remark made in this case."""

    field: Titles
    text: str
    author: str
    at: datetime
    round: int
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResolution:
    """The head's order on the case."""

    author: str
    lead: str
    co_executors: Sequence[str]
    text: str
    due_on: date | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDocument:
    """A document of the case's chain."""

    id: UUID
    seq: int
    number: str
    title: str
    language: str
    kind: str
    sha256: str
    bytes: int
    verdict: str | None
    level: LevelNote
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything the page shows."""

    id: UUID
    number: str
    subject: str
    process: Titles
    status: str
    body: Titles
    time_zone: str
    language: str
    """the body's, in which the subject is written"""
    started_at: datetime
    started_by: str | None
    ended_at: datetime | None
    overdue_at: datetime | None
    access_level: str
    channel: str | None
    parent: tuple[UUID, str] | None
    timeline: Sequence[TimelineEntry]
    diagrams: Sequence[Diagram]
    deadlines: Sequence[DeadlineView]
    remarks: Sequence[CaseRemark]
    resolutions: Sequence[CaseResolution]
    documents: Sequence[CaseDocument]
    shared: Sequence[SharedView]
    """those of them that several sign"""
    may_assign: bool
    may_operate: bool
    """suspend, resume, cancel …"""
    suspension: SuspensionView | None
    submission: Submission | None
    tracking_code: str | None
    """of an appeal, for the clerk who hands it to the applicant"""


def case_page(office: Office, case_id: UUID, by: UUID) -> CasePage:
    """A case for somebody who has to do with it.

    :raises NotFound: no such case
    :raises NotPermitted: it is not this person's; an audit line says so
    """
    with office.reading() as uow:
        case = _open(office, uow, case_id, by)
        return _page(office, uow, case, by)


def diagram_source(office: Office, case_id: UUID, key: str, by: UUID, *, language: str) -> bytes:
    """The BPMN of a process of the case, in the version the case runs, its names in a language.

    :raises NotFound: :raises NotPermitted: as case_page
    """
    with office.reading() as uow:
        case = _open(office, uow, case_id, by)
        versions = _versions(uow, case)
        if key not in versions:
            raise NotFound("this case has no such process")
        return localised(Definitions(uow).get(key, versions[key]).package, language)


def _open(office: Office, uow: UnitOfWork, case_id: UUID, by: UUID) -> CaseRow:
    case = uow.session.get(CaseRow, case_id)
    if case is None:
        raise NotFound("no such case")
    if not may_see_case(uow, by, case_id):
        with office.unit_of_work() as writing:
            writing.audit.record("case:case:refused", actor=str(by), subject=str(case_id), stream=str(case_id))
            writing.commit()
        raise NotPermitted(rule="access")
    return case


def _page(office: Office, uow: UnitOfWork, case: CaseRow, by: UUID) -> CasePage:
    body = uow.session.get_one(BodyRow, case.body_id)
    starter = uow.session.get(PersonRow, case.started_by) if case.started_by else None
    entry = uow.session.execute(sa.select(RegisterEntryRow).where(RegisterEntryRow.case_id == case.id)).scalar()
    parent = uow.session.get(CaseRow, case.parent_case_id) if case.parent_case_id else None
    hidden = _hidden(uow, case, by)
    return CasePage(
        id=case.id,
        number=case.number,
        subject=case.subject,
        process=Definitions(uow).process_title(case.definition_key),
        status=case.status,
        body=body.title,
        time_zone=body.time_zone,
        language=body.language,
        started_at=case.started_at,
        started_by=starter.name if starter else None,
        ended_at=case.ended_at,
        overdue_at=case.overdue_at,
        access_level=case.access_level,
        channel=entry.channel if entry else None,
        parent=(parent.id, parent.number) if parent else None,
        timeline=timeline(uow, case, body, by, hidden),
        diagrams=_diagrams(uow, case),
        deadlines=distinct(deadlines_of(uow, case, body)),
        remarks=_remarks(uow, case),
        resolutions=_resolutions(uow, case),
        documents=_documents(office, uow, case, hidden),
        shared=shared_of_case(uow, case, visibility(uow, by).withheld | hidden),
        may_assign=_may_assign(uow, case, by),
        may_operate=may_operate(uow, case, by),
        suspension=suspension_view(uow, case),
        submission=submission(uow, case),
        tracking_code=tracking_code(office, case.id) if _registers_appeals(uow, case, by) else None,
    )


def _registers_appeals(uow: UnitOfWork, case: CaseRow, by: UUID) -> bool:
    """Whether it is an appeal, and the reader a clerk of its body."""
    if uow.session.scalar(sa.select(AppealRow.case_id).where(AppealRow.case_id == case.id)) is None:
        return False
    return any(each.role == "clerk" and each.body_id == case.body_id for each in mandates_of(uow.session, by, uow.now))


def _may_assign(uow: UnitOfWork, case: CaseRow, by: UUID) -> bool:
    return any(
        mandate.role == "supervisor" or (mandate.role == "head" and mandate.body_id == case.body_id)
        for mandate in mandates_of(uow.session, by, uow.now)
    )


def _versions(uow: UnitOfWork, case: CaseRow) -> dict[str, int]:
    """Process key → version, as fixed when the case began."""
    instance = uow.session.get_one(InstanceRow, case.id)
    rows = uow.session.execute(
        sa.select(DefinitionRow.key, DefinitionRow.version).where(
            DefinitionRow.sha256.in_(list(instance.bindings.values()))
        )
    )
    return {row.key: row.version for row in rows} | {instance.definition_key: instance.definition_version}


def _diagrams(uow: UnitOfWork, case: CaseRow) -> list[Diagram]:
    versions, definitions = _versions(uow, case), Definitions(uow)
    found: dict[str, list[Mark]] = {case.definition_key: []}
    for marking in uow.engine.markings(case.id):
        key = marking.definition_key
        if key not in versions:
            continue
        title = definitions.step_title(key, versions[key], marking.element_id)
        mark = Mark(element=marking.element_id, title=title, state=str(marking.state), visits=marking.visits)
        found.setdefault(key, []).append(mark)
    return [
        Diagram(key=key, title=definitions.process_title(key, versions[key]), marks=marks)
        for key, marks in found.items()
    ]


def _remarks(uow: UnitOfWork, case: CaseRow) -> list[CaseRemark]:
    rows = list(
        uow.session.execute(
            sa.select(RemarkRow, StepRecordRow)
            .join(StepRecordRow, StepRecordRow.id == RemarkRow.step_id)
            .where(RemarkRow.case_id == case.id)
            .order_by(RemarkRow.created_at)
        )
    )
    names = people_named(uow.session, {remark.author_id for remark, _ in rows})
    labels = field_labels(uow, case)
    return [
        CaseRemark(
            field=labels.get(remark.field, {"en": remark.field}),
            text=remark.text,
            author=names[remark.author_id],
            at=remark.created_at,
            round=remark.round,
            resolved_at=remark.resolved_at,
        )
        for remark, _ in rows
    ]


def _resolutions(uow: UnitOfWork, case: CaseRow) -> list[CaseResolution]:
    rows = list(uow.session.execute(sa.select(ResolutionRow).where(ResolutionRow.case_id == case.id)).scalars())
    people = {UUID(str(each)) for row in rows for each in (row.author_id, row.lead_id, *row.co_executors)}
    names = people_named(uow.session, people)
    return [
        CaseResolution(
            author=names[row.author_id],
            lead=names[row.lead_id],
            co_executors=[names[UUID(str(each))] for each in row.co_executors],
            text=row.text,
            due_on=row.due_on,
            done_at=row.done_at,
        )
        for row in rows
    ]


def _hidden(uow: UnitOfWork, case: CaseRow, by: UUID) -> frozenset[UUID]:
    """Documents of the case of which the reader is to know nothing."""
    documents = uow.archive.case_documents(case.id)
    return frozenset(each.id for each in documents) - {each.id for each in readable(uow, by, documents)}


def _documents(office: Office, uow: UnitOfWork, case: CaseRow, hidden: frozenset[UUID]) -> list[CaseDocument]:
    query = (
        sa.select(CaseDocumentRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == CaseDocumentRow.document_id)
        .where(CaseDocumentRow.case_id == case.id)
        .order_by(CaseDocumentRow.seq)
    )
    rows = [row for row in uow.session.execute(query).all() if row[1].id not in hidden]
    notes = level_notes(office, uow, {document.id: document.level for _, document in rows})
    return [
        CaseDocument(
            id=document.id,
            seq=link.seq,
            number=link.number,
            title=document.title,
            language=document.language,
            kind=link.kind,
            sha256=document.sha256,
            bytes=document.bytes,
            verdict=document.verdict,
            level=notes[document.id],
            at=link.at,
        )
        for link, document in rows
    ]
