"""The page of a human step: its form as it stands, what is reviewed, deadlines, remarks, attachments, the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.workitem import Priority
from processes.errors import StepOvertaken
from processes.forms import FieldFinding, clean_text
from processes.office import Office
from processes.organisation import people_named
from processes.queries.deadlines import DeadlineView, deadlines_of
from processes.queries.due import Due, DueCounter
from processes.queries.filled_form import FilledForm, RemarkView, file_fields, filled
from processes.queries.previews import Preview, previews
from processes.queries.review import Reviewed, reviewed
from processes.queries.shared_documents import SharedView, shared_of_step
from processes.queries.submission import Submission, submission
from processes.steps import OpenStep, attachments_of, holder_name, open_remarks, open_step, round_of
from processes.tables import BodyRow, DraftRow, PayloadRow, SigningAttemptRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
SHOWN = "_shown"
"""the posted names of the fields that the page showed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepQuery:
    """Which step, for whom, and what they have in the form right now."""

    item_id: UUID
    by: UUID
    posted: Mapping[str, Sequence[str]] | None = None
    """the form as the browser sent it; None: open it from the draft, or anew"""
    findings: Sequence[FieldFinding] | None = None
    """of a refused submission"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file added to the form."""

    id: UUID
    field: str
    name: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedState:
    """Where the draft stands."""

    saved_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How the step came to this person, and what they have arranged for it."""

    mine: bool
    named: bool
    """given by name: not to be released or delegated"""
    delegated_by: str | None
    priority: Priority
    follow_up_on: date | None
    follow_up_hides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPage:
    """Everything the page shows."""

    item_id: UUID
    version: int
    state: str
    case_id: UUID
    case_number: str
    subject: str
    language: str
    """the body's, in which the subject is written"""
    process: Titles
    step: Titles
    role: Titles
    round: int
    due: Due | None
    deadlines: Sequence[DeadlineView]
    previews: Sequence[Preview]
    held_by: str | None
    """another person who has claimed it"""
    acts_for: str | None
    ground: str
    form: FilledForm
    reviewed: Reviewed | None
    remarks: Sequence[RemarkView]
    """those this form has to answer"""
    drafted_remarks: Sequence[Mapping[str, str]]
    files: Sequence[FileView]
    saved: SavedState | None
    submission: Submission | None
    """the appeal the case began with"""
    attempt_id: UUID | None
    """a document of this step that waits for this person's signature"""
    hold: Hold
    shared: SharedView | None
    """the document of an earlier step that this one signs"""
    signature: str
    """personal, seal or none: what happens when the form is sent"""
    suspended_since: datetime | None
    """the case stands still since then: the draft is kept, and nothing can be submitted"""


def step_page(office: Office, query: StepQuery) -> StepPage:
    """The page of a step for a person who may act on it.

    :raises NotFound: :raises NotPermitted: see steps.open_step
    :raises StepOvertaken: it has ended
    """
    with office.reading() as uow:
        step = open_step(office, uow, query.item_id, query.by)
        if not step.item.state.open:
            raise StepOvertaken(by=holder_name(uow, step.item), at=step.item.ended_at, state=str(step.item.state))
        return _page(uow, step, query)


def _page(uow: UnitOfWork, step: OpenStep, query: StepQuery) -> StepPage:
    draft = _draft(uow, query)
    findings = query.findings if draft or query.posted is not None else ()  # an untouched form is not yet wrong
    drafted = _posted_remarks(query) if query.posted is not None else list(draft.remarks if draft else [])
    remarks = _remarks(uow, step)
    package, item = step.definition.package, step.item
    role = package.roles.get(item.role)
    return StepPage(
        item_id=item.id,
        version=item.version,
        state=str(item.state),
        case_id=step.case.id,
        case_number=step.case.number,
        subject=step.case.subject,
        language=step.body.language,
        process=package.titles,
        step=step.element.titles,
        role=role.titles if role else {"en": item.role},
        round=round_of(uow.session, step.case.id, item.element_id),
        due=DueCounter(uow).due(item.due_at, calendar=step.body.calendar, time_zone=step.body.time_zone),
        deadlines=_deadlines(uow, step),
        previews=previews(uow, step),
        held_by=holder_name(uow, item) if item.assignee not in {None, str(query.by)} else None,
        acts_for=step.mandate.acts_for,
        ground=step.mandate.ground,
        form=filled(step.form, _fields(uow, step, query, draft), step.context, findings=findings, remarks=remarks),
        reviewed=reviewed(uow, step, drafted),
        remarks=remarks,
        drafted_remarks=drafted,
        files=_files(uow, step),
        saved=SavedState(saved_at=draft.updated_at, expires_at=draft.expires_at) if draft else None,
        submission=submission(uow, step.case),
        attempt_id=_attempt(uow, query),
        hold=_hold(uow, step, query.by),
        shared=shared_of_step(uow, step),
        signature=package.signature_of(step.element).kind,
        suspended_since=_suspended_since(uow, step),
    )


def _files(uow: UnitOfWork, step: OpenStep) -> list[FileView]:
    rows = attachments_of(uow.session, step.item.id)
    return [FileView(id=row.id, field=row.field, name=row.name, bytes=row.bytes) for row in rows]


def _suspended_since(uow: UnitOfWork, step: OpenStep) -> datetime | None:
    suspended = uow.engine.suspension(step.case.id)
    return suspended.since if suspended else None


def _hold(uow: UnitOfWork, step: OpenStep, by: UUID) -> Hold:
    item = step.item
    owner = UUID(item.delegated_by) if item.delegated_by else None
    return Hold(
        mine=item.assignee == str(by),
        named=item.named,
        delegated_by=people_named(uow.session, {owner}).get(owner) if owner else None,
        priority=Priority(item.priority),
        follow_up_on=step.body.local(item.follow_up_at).date() if item.follow_up_at else None,
        follow_up_hides=item.follow_up_hides,
    )


def kept_fields(uow: UnitOfWork, step: OpenStep, by: UUID) -> dict[str, Any]:
    """What the form of a step holds when this person opens it: the draft, or what the case knows already."""
    query = StepQuery(item_id=step.item.id, by=by)
    return _fields(uow, step, query, _draft(uow, query))


def _draft(uow: UnitOfWork, query: StepQuery) -> DraftRow | None:
    wanted = sa.select(DraftRow).where(DraftRow.work_item_id == query.item_id, DraftRow.person_id == query.by)
    return uow.session.execute(wanted.where(DraftRow.expires_at > uow.now)).scalar()


def _fields(uow: UnitOfWork, step: OpenStep, query: StepQuery, draft: DraftRow | None) -> dict[str, Any]:
    fields = _entered(uow, step, query, draft)
    for name in file_fields(step.form):
        fields[name] = [
            {"name": row.name, "sha256": row.sha256, "bytes": row.bytes, "type": row.media_type}
            for row in attachments_of(uow.session, step.item.id)
            if row.field == name
        ]
    return fields


def _entered(uow: UnitOfWork, step: OpenStep, query: StepQuery, draft: DraftRow | None) -> dict[str, Any]:
    kept = dict(draft.fields) if draft else _prefill(uow, step)
    if query.posted is None:
        return kept
    shown = set(" ".join(query.posted.get(SHOWN, ())).split())
    hidden = {name: value for name, value in kept.items() if name not in shown and name in step.form.fields}
    return hidden | step.form.parse(query.posted)


def _prefill(uow: UnitOfWork, step: OpenStep) -> dict[str, Any]:
    """What the case knows already; over it what was signed before."""
    known = {name: step.item.data.get(name) for name, field in step.form.fields.items() if not field.computed}
    return {name: value for name, value in known.items() if value} | _signed_before(uow, step)


def _signed_before(uow: UnitOfWork, step: OpenStep) -> dict[str, Any]:
    """At the element the form opens from, or at this one, whichever is newer."""
    if not step.form.prefill:
        return {}
    elements = {step.item.element_id, step.form.prefill_from or step.item.element_id}
    payload = uow.session.scalar(
        sa.select(PayloadRow.body)
        .join(StepRecordRow, StepRecordRow.payload_id == PayloadRow.id)
        .where(StepRecordRow.case_id == step.case.id, StepRecordRow.element_id.in_(elements))
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    )
    kept = dict((payload or {}).get("fields", {}))
    return {name: value for name, value in kept.items() if name in step.form.fields and name != "decision"}


def _posted_remarks(query: StepQuery) -> list[dict[str, str]]:
    found = []
    for name, texts in (query.posted or {}).items():
        prefix, _, field = name.partition(":")
        text = clean_text(texts[-1]) if prefix == "remark" and texts else ""
        if text:
            found.append({"field": field, "text": text})
    return found


def _remarks(uow: UnitOfWork, step: OpenStep) -> list[RemarkView]:
    rows = open_remarks(uow.session, step.case.id) if step.form.answers_remarks else []
    names = people_named(uow.session, {row.author_id for row in rows})
    return [
        RemarkView(
            field=row.field,
            label=step.form.fields[row.field].label if row.field in step.form.fields else {"en": row.field},
            text=row.text,
            author=names[row.author_id],
            at=row.created_at,
            round=row.round,
        )
        for row in rows
    ]


def _deadlines(uow: UnitOfWork, step: OpenStep) -> list[DeadlineView]:
    owner = uow.session.get_one(BodyRow, step.case.body_id)
    return [each for each in deadlines_of(uow, step.case, owner) if each.work_item_id == step.item.id]


def _attempt(uow: UnitOfWork, query: StepQuery) -> UUID | None:
    return uow.session.scalar(
        sa.select(SigningAttemptRow.id).where(
            SigningAttemptRow.work_item_id == query.item_id,
            SigningAttemptRow.person_id == query.by,
            SigningAttemptRow.state == "prepared",
            SigningAttemptRow.expires_at > uow.now,
        )
    )
