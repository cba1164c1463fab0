"""Files of an earlier round: a returned form opens with what was attached to it, as it opens with what was written."""

from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.workitem import WorkItem
from processes.forms import Form, load_form
from processes.steps import attachments_of
from processes.tables import AttachmentRow, StepRecordRow
from processes.unit_of_work import UnitOfWork


def carry_files(uow: UnitOfWork, item: WorkItem) -> None:
    """Attach to an item that has just opened what was attached where its form is prefilled from."""
    if item.form is None:
        return
    form = load_form(uow.engine.definition(item.definition_key, item.definition_version).package, item.form)
    fields = {name for name, field in form.fields.items() if field.widget == "file"}
    earlier = _signed_before(uow, item, form) if form.prefill and fields else None
    for row in attachments_of(uow.session, earlier) if earlier else ():
        if row.field in fields:
            _copy(uow, row, item)


def _signed_before(uow: UnitOfWork, item: WorkItem, form: Form) -> UUID | None:
    elements = {item.element_id, form.prefill_from or item.element_id}
    return uow.session.scalar(
        sa.select(StepRecordRow.work_item_id)
        .where(StepRecordRow.case_id == item.instance_id, StepRecordRow.element_id.in_(elements))
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    )


def _copy(uow: UnitOfWork, row: AttachmentRow, item: WorkItem) -> None:
    uow.insert(
        AttachmentRow,
        id=uuid4(),
        work_item_id=item.id,
        case_id=row.case_id,
        field=row.field,
        name=row.name,
        media_type=row.media_type,
        sha256=row.sha256,
        bytes=row.bytes,
        added_by=row.added_by,
        added_at=row.added_at,
    )
