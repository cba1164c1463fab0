"""What the office itself knows of a document that goes: content of forms, drafts, attempts, files, notices, jobs.

All of it goes in the transaction that removes the document from the archive. Digests stay, so every chain holds; that
something happened, when and by whom, stays too. What belongs to the case as a whole goes with its last document.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa

from archive.documents import GONE
from processes.filed_papers import paper_id
from processes.payloads import erase_payload
from processes.tables import (
    AppealEventRow,
    AppealRow,
    AttachmentRow,
    CaseRow,
    DraftRow,
    OutboxRow,
    PayloadRow,
    RemarkRow,
    SigningAttemptRow,
    StepRecordRow,
)
from processes.unit_of_work import UnitOfWork


def purge_document(uow: UnitOfWork, document_id: UUID, *, ground: str, actor: str) -> list[str]:
    """Forget the content of the steps that made or signed a document; hashes of the files that went with them."""
    steps = uow.session.execute(
        sa.select(StepRecordRow.id, StepRecordRow.work_item_id, StepRecordRow.payload_id).where(
            StepRecordRow.document_id == document_id
        )
    ).all()
    for step in steps:
        erase_payload(uow, step.payload_id, ground=ground, actor=actor)
    items = [step.work_item_id for step in steps]
    attempts = sa.or_(
        SigningAttemptRow.id == document_id,
        SigningAttemptRow.cosigns == document_id,
        SigningAttemptRow.work_item_id.in_(items),
    )
    uow.session.execute(
        sa.update(SigningAttemptRow).where(attempts).values(step=None, pdf=None, prepared=None, ticket=None)
    )
    uow.session.execute(sa.update(RemarkRow).where(RemarkRow.step_id.in_([step.id for step in steps])).values(text=""))
    uow.session.execute(sa.delete(DraftRow).where(DraftRow.work_item_id.in_(items)))
    _forget_notices(uow, OutboxRow.document_id == document_id)
    _forget_jobs(uow, [f"{work}:{document_id}" for work in ("validate", "raise", "close")])
    return _erase_files(uow, sa.or_(AttachmentRow.work_item_id.in_(items), _is_paper(uow, document_id)))


def _is_paper(uow: UnitOfWork, document_id: UUID) -> sa.ColumnElement[bool]:
    """The rows of a file of a case that is a document of its own: it goes with that."""
    document = uow.archive.document(document_id)
    if document.case_id is None or document_id != paper_id(document.case_id, document.sha256):
        return sa.false()
    return (AttachmentRow.case_id == document.case_id) & (AttachmentRow.sha256 == document.sha256)


def purge_case(uow: UnitOfWork, case_id: UUID, *, ground: str, actor: str) -> list[str]:
    """If no document of an ended case is kept any more: forget what it carried; hashes of its files."""
    case = uow.session.get(CaseRow, case_id)
    if case is None or case.ended_at is None:
        return []
    if any(document.status not in GONE for document in uow.archive.case_documents(case_id)):
        return []
    kept = sa.select(PayloadRow.id).where(PayloadRow.case_id == case_id, PayloadRow.erased_at.is_(None))
    for payload_id in uow.session.scalars(kept).all():
        erase_payload(uow, payload_id, ground=ground, actor=actor)
    _forget_notices(uow, OutboxRow.case_id == case_id)
    uow.update(AppealRow, {"case_id": case_id}, applicant_key=None)
    uow.update(AppealEventRow, {"case_id": case_id}, facts={})
    uow.update(CaseRow, {"id": case_id}, subject="")
    uow.engine.erase_history(case_id, by=actor, ground=ground)
    _forget_jobs(uow, [], beginning=f"{case_id}:")
    return _erase_files(uow, AttachmentRow.case_id == case_id)


def _forget_notices(uow: UnitOfWork, condition: sa.ColumnElement[bool]) -> None:
    """Whom they were for and what they said; one that still waits is not sent any more."""
    uow.session.execute(sa.update(OutboxRow).where(condition).values(recipient="", subject="", body=""))
    ids = uow.session.scalars(sa.select(OutboxRow.id).where(condition)).all()
    _forget_jobs(uow, [f"notice:{each}" for each in ids])


def files_in_use(uow: UnitOfWork, names: Sequence[str]) -> set[str]:
    """Those of the blobs that are files somebody added to a form, not erased since."""
    query = sa.select(AttachmentRow.sha256).where(AttachmentRow.sha256.in_(list(names)))
    return set(uow.session.scalars(query.where(AttachmentRow.erased_at.is_(None))))


def _erase_files(uow: UnitOfWork, condition: sa.ColumnElement[bool]) -> list[str]:
    """Mark files as erased; their blobs are erased with the document's."""
    kept = sa.and_(condition, AttachmentRow.erased_at.is_(None))
    hashes = sorted(set(uow.session.scalars(sa.select(AttachmentRow.sha256).where(kept))))
    uow.session.execute(sa.update(AttachmentRow).where(kept).values(erased_at=uow.now, name=""))
    return hashes


_JOB_TABLES = (("datasource_outputs", "workflow_id"), ("workflow_status", "workflow_uuid"))
"""the job engine's own; its other tables follow `workflow_status` by foreign keys"""
_DONE = "('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')"


def _forget_jobs(uow: UnitOfWork, ids: Collection[str], *, beginning: str | None = None) -> None:
    """Forget inputs and results of jobs that have ended."""
    on_postgresql = uow.session.get_bind().dialect.name == "postgresql"
    schema = "dbos." if on_postgresql else ""
    there = sa.inspect(uow.session.connection())
    for table, key in _JOB_TABLES:
        if not there.has_table(table, schema="dbos" if on_postgresql else None):
            continue  # no worker has run here yet
        named = sa.column(key).in_(list(ids))
        mine = named if beginning is None else sa.or_(named, sa.column(key).startswith(beginning))
        source = sa.table(table, sa.column(key), schema="dbos" if on_postgresql else None)
        ended = sa.text(f"{key} IN (SELECT workflow_uuid FROM {schema}workflow_status WHERE status IN {_DONE})")  # noqa: S608 fixed names
        uow.session.execute(sa.delete(source).where(mine, ended))
