"""Add a file to a work item's form, or take it away again."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from processes.attachments import StoredFile, check_attachment, safe_name
from processes.errors import NotFound, StateSecretDeclared
from processes.forms import declares_state_secret
from processes.office import Office
from processes.steps import open_step, require_current
from processes.tables import AttachmentRow, SigningAttemptRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachFile:
    """A file for a field of a form."""

    item_id: UUID
    by: UUID
    field: str
    name: str
    content: bytes
    declared: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """what the form says that the file comes with"""


def attach_file(office: Office, request: AttachFile) -> UUID:
    """Store the file; its id.

    :raises AttachmentRefused: size, type or name, with which and why
    :raises NotPermitted: the person may not act on the item
    :raises StepOvertaken: the step has ended
    :raises StateSecretDeclared: B16; nothing of the file is kept
    """
    if declares_state_secret(request.declared):
        raise StateSecretDeclared
    stored = store_file(office, request.field, request.name, request.content)
    identity = uuid4()
    with office.unit_of_work() as uow:
        step = open_step(office, uow, request.item_id, request.by)
        require_current(uow, step.item, None)
        uow.archive.rely_on(stored.sha256)
        uow.insert(
            AttachmentRow,
            id=identity,
            work_item_id=request.item_id,
            case_id=step.case.id,
            field=request.field,
            name=stored.name,
            media_type=stored.media_type,
            sha256=stored.sha256,
            bytes=stored.bytes,
            added_by=request.by,
            added_at=uow.now,
        )
        _outdate_attempts(uow, request.item_id)
        uow.commit()
    return identity


def _outdate_attempts(uow: UnitOfWork, item_id: UUID) -> None:
    """A document prepared before lists other files than the step has now: it must not be signed any more."""
    uow.update(
        SigningAttemptRow,
        {"work_item_id": item_id, "state": "prepared"},
        state="abandoned",
        pdf=None,
        prepared=None,
        ended_at=uow.now,
        ended_reason="the step's files have changed",
    )


def store_file(office: Office, field: str, name: str, content: bytes) -> StoredFile:
    """Check a file and put its bytes into the blob store."""
    media_type = check_attachment(name, content)
    blob = office.blobs.put(content)
    return StoredFile(field=field, name=safe_name(name), media_type=media_type, sha256=blob.sha256, bytes=blob.bytes)


def remove_attachment(office: Office, attachment_id: UUID, by: UUID) -> None:
    """Take a file away from a form that is not signed yet.

    :raises NotFound: no such file on an open step of this person
    """
    with office.unit_of_work() as uow:
        row = uow.session.get(AttachmentRow, attachment_id)
        if row is None or row.work_item_id is None:
            raise NotFound("no such attachment")
        step = open_step(office, uow, row.work_item_id, by)
        if not step.item.state.open:
            raise NotFound("the step is signed; its attachments stay")
        row.removed_at = uow.now
        _outdate_attempts(uow, row.work_item_id)
        uow.commit()
