"""A human step opened by somebody who may act on it: everything a form page or a submission needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definition import UNSIGNED, ElementDefinition, ProcessDefinition
from engine.errors import WorkItemNotFound
from engine.prepared import Prepared, flushed
from engine.workitem import WorkItem
from processes.attachments import StoredFile
from processes.authorization import mandate_for
from processes.cases import case_row
from processes.errors import NotFound, NotPermitted, ProcessesError, StepOvertaken
from processes.forms import Form, FormContext, load_form
from processes.mandates import Mandate
from processes.office import Office
from processes.operating import name_of
from processes.options import OptionSource
from processes.organisation import Body, body, people_named
from processes.queries.engine_rows import working_calendar
from processes.tables import AttachmentRow, CaseRow, PayloadRow, RemarkRow, StepRecordRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStep:
    """A work item with its case, form and the mandate on which this person acts."""

    item: WorkItem
    case: CaseRow
    body: Body
    definition: ProcessDefinition
    element: ElementDefinition
    form: Form
    context: FormContext
    options: OptionSource
    mandate: Mandate
    attachments: Sequence[AttachmentRow]

    @property
    def unsigned(self) -> bool:
        """Its task is recorded without a document."""
        return self.definition.package.signature_of(self.element).kind == UNSIGNED


def open_step(
    office: Office, uow: UnitOfWork, item_id: UUID, person_id: UUID, *, version: int | None = None
) -> OpenStep:
    """Open a work item for a person, who saw it at `version` (None: just now).

    :raises NotFound: no such item
    :raises NotPermitted: the person may not act on it; an audit line says so
    :raises StepOvertaken: the person might have, but somebody else has finished it, or taken it since `version`
    """
    return open_item(office, uow, item_of(uow, item_id), person_id, version=version)


def open_item(
    office: Office, uow: UnitOfWork, item: WorkItem, person_id: UUID, *, version: int | None = None
) -> OpenStep:
    """As `open_step`, for who has just read the item."""
    mandate = _mandate(office, uow, item, person_id, version)
    case = case_row(uow.session, item.instance_id)
    owner = body(uow.session, case.body_id)
    definition = uow.engine.definition(item.definition_key, item.definition_version)
    element = definition.package.elements[item.element_id]
    if item.form is None:
        raise NotFound("this step has no form")
    options = OptionSource(uow.session, uow.archive, owner, uow.now, case_id=case.id)
    attachments = attachments_of(uow.session, item.id)
    return OpenStep(
        item=item,
        case=case,
        body=owner,
        definition=definition,
        element=element,
        form=load_form(definition.package, item.form),
        context=form_context(uow, owner, item.data, options, attachments),
        options=options,
        mandate=mandate,
        attachments=attachments,
    )


def _mandate(office: Office, uow: UnitOfWork, item: WorkItem, person_id: UUID, version: int | None) -> Mandate:
    try:
        return mandate_for(uow.session, person_id, item, uow.now)
    except NotPermitted as refusal:
        if refusal.rule == "assignment":
            # who holds the role but comes late is told by whom, not turned away
            require_current(uow, item, version)
        note_refusal(office, uow, person_id, item, refusal)
        raise


def require_current(uow: UnitOfWork, item: WorkItem, version: int | None) -> None:
    """The item is open, and unchanged since `version` if one is given.

    :raises StepOvertaken: with who did what, and when
    """
    if not item.state.open:
        raise StepOvertaken(by=holder_name(uow, item), at=item.ended_at, state=str(item.state))
    if version not in {None, item.version}:
        raise StepOvertaken(by=holder_name(uow, item), at=item.claimed_at, state="changed")


def require_actable(uow: UnitOfWork, item: WorkItem, version: int | None) -> None:
    """As require_current, and the case is not suspended; a draft may be kept even then.

    :raises StepOvertaken: with who did what, and when
    """
    require_current(uow, item, None)
    kept = uow.engine.suspension(item.instance_id)
    if kept is not None:
        raise StepOvertaken(by=name_of(uow, kept.by), at=kept.since, state="suspended")
    require_current(uow, item, version)


def holder_name(uow: UnitOfWork, item: WorkItem) -> str | None:
    """The name of the person who has, or finished, an item."""
    if item.assignee is None:
        return None
    identity = UUID(item.assignee)
    return people_named(uow.session, {identity}).get(identity)


def item_of(uow: UnitOfWork, item_id: UUID) -> WorkItem:
    """The work item.

    :raises NotFound: there is none
    """
    try:
        return uow.engine.work_item(item_id)
    except WorkItemNotFound as error:
        raise NotFound("no such work item") from error


def form_context(
    uow: UnitOfWork,
    owner: Body,
    variables: Mapping[str, Any],
    options: OptionSource,
    files: Iterable[AttachmentRow | StoredFile] = (),
) -> FormContext:
    """What a form may see: the clock, the body's calendar, the case's variables, the option lists, the files added."""
    added: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        facts = {"name": file.name, "sha256": file.sha256, "bytes": file.bytes, "type": file.media_type}
        added.setdefault(file.field, []).append(facts)
    return FormContext(
        now=uow.now,
        time_zone=owner.time_zone,
        calendar=working_calendar(uow.session, owner.calendar),
        variables=variables,
        options=options,
        files=added,
    )


def note_refusal(office: Office, refused: UnitOfWork, person_id: UUID, item: WorkItem, refusal: ProcessesError) -> None:
    """A refused attempt is on the audit trail; the transaction that refused it ends here with nothing done."""
    # it may hold the write lock that the line of the trail needs: SQLite has only one
    refused.session.rollback()
    with office.unit_of_work() as uow:
        uow.audit.record(
            "case:item:refused",
            actor=str(person_id),
            subject=str(item.id),
            stream=str(item.instance_id),
            details={"code": refusal.code, "rule": getattr(refusal, "rule", None)},
        )
        uow.commit()


def last_fields(session: Session, case_id: UUID, element_id: str) -> dict[str, Any]:
    """What was signed at an element the last time; empty if never, or erased."""
    body_ = session.scalar(
        sa.select(PayloadRow.body)
        .join(StepRecordRow, StepRecordRow.payload_id == PayloadRow.id)
        .where(StepRecordRow.case_id == case_id, StepRecordRow.element_id == element_id)
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    )
    return dict((body_ or {}).get("fields", {}))


def open_remarks(session: Session, case_id: UUID) -> list[RemarkRow]:
    """The remarks of a case that nobody has answered yet, oldest first."""
    query = sa.select(RemarkRow).where(RemarkRow.case_id == case_id, RemarkRow.resolved_at.is_(None))
    return list(session.execute(query.order_by(RemarkRow.created_at)).scalars())


_ATTACHED = (
    sa.select(AttachmentRow)
    .where(AttachmentRow.work_item_id == sa.bindparam("item"), AttachmentRow.removed_at.is_(None))
    .order_by(AttachmentRow.added_at, AttachmentRow.name)
)
_ANY_ATTACHED = Prepared(
    sa.select(AttachmentRow.id)
    .where(AttachmentRow.work_item_id == sa.bindparam("item", type_=sa.Uuid()), AttachmentRow.removed_at.is_(None))
    .limit(1)
)
_DONE = Prepared(
    sa.select(sa.func.count().label("times"))
    .select_from(StepRecordRow)
    .where(
        StepRecordRow.case_id == sa.bindparam("case", type_=sa.Uuid()),
        StepRecordRow.element_id == sa.bindparam("element", type_=sa.String()),
    )
)


def attachments_of(session: Session, item_id: UUID) -> list[AttachmentRow]:
    """The files added to a work item and not removed again."""
    if _ANY_ATTACHED.one(flushed(session), {"item": item_id}) is None:
        return []  # as nearly always; objects are mapped only where there are any
    return list(session.execute(_ATTACHED, {"item": item_id}).scalars())


def round_of(session: Session, case_id: UUID, element_id: str) -> int:
    """Which time this element is being done in this case, from 1."""
    done = _DONE.one(flushed(session), {"case": case_id, "element": element_id})
    return (done["times"] if done else 0) + 1
