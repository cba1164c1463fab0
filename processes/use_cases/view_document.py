"""Read an archived document: who may, and that it was read, are this module's business."""

from dataclasses import dataclass
from uuid import UUID

from archive.errors import ArchiveError
from archive.service import ArchivedDocument
from processes.access import may_read, visibility
from processes.errors import NotFound, NotPermitted
from processes.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDocument:
    """A person wants to read a document."""

    document_id: UUID
    by: UUID


def view_document(office: Office, request: ViewDocument) -> tuple[ArchivedDocument, bytes]:
    """The document and its bytes; the view stands on the audit trail and in the chain of custody.

    :raises NotFound: there is none
    :raises NotPermitted: neither the person's case, nor body, nor access level; or it waits for their signature, and it
        is not their turn yet
    """
    with office.reading() as uow:
        try:
            document = uow.archive.document(request.document_id)
        except ArchiveError as error:
            raise NotFound("no such document") from error
        allowed = may_read(uow, request.by, document)
        early = not allowed and document.id in visibility(uow, request.by).withheld
        content = uow.archive.fetch(request.document_id) if allowed else b""
    action = "archive:document:view" if allowed else "archive:document:refused"
    with office.unit_of_work() as uow:
        stream = str(document.case_id) if document.case_id else "office"
        uow.audit.record(action, actor=str(request.by), subject=str(document.id), stream=stream)
        if allowed:
            uow.archive.record_event(document.id, "viewed", actor=str(request.by), details=None)
        uow.commit()
    if not allowed:
        raise NotPermitted(rule="turn" if early else "access")
    return document, content
