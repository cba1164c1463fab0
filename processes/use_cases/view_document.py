"""Read an archived document or a file of a case: who may, and that it was read, are this module's business."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from archive.errors import ArchiveError
from archive.service import ArchivedDocument
from processes.access import may_read, visibility
from processes.audit import OFFICE
from processes.authorization import COMMAND_LINE
from processes.errors import NotFound, NotPermitted
from processes.office import Office
from processes.queries.archive import ArchiveRecord, archive_record, evidence_file
from processes.queries.managing import ManagePage, manage_page
from processes.queries.shared_documents import document_to_cosign
from processes.queries.submission import attachment
from processes.queries.tracking import tracked_document

BY_CODE = "tracking code"
"""how the audit trail names whoever has the code of an appeal"""
RECORD_VIEW, EVIDENCE_VIEW = "archive:record:view", "archive:evidence:view"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDocument:
    """A person wants to read a document."""

    document_id: UUID
    by: UUID


def view_document(office: Office, request: ViewDocument) -> tuple[ArchivedDocument, bytes]:
    """The document and its bytes; the view stands on the audit trail and in the chain of custody.

    :raises NotFound: there is none, or nobody may know of it
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
        content = uow.archive.fetch(request.document_id, quarantined=True) if allowed else b""
    _note(office, document, str(request.by), allowed=allowed)
    if not allowed:
        if document.quarantined:
            raise NotFound("no such document")
        raise NotPermitted(rule="turn" if early else "access")
    return document, content


def view_record(office: Office, request: ViewDocument) -> ArchiveRecord:
    """What the archive knows of a document; that it was read stands on the audit trail.

    :raises NotFound, NotPermitted: as `archive_record`
    """
    record = archive_record(office, request.document_id, request.by)
    note_view(office, record.document, str(request.by), RECORD_VIEW)
    return record


def view_management(office: Office, request: ViewDocument) -> ManagePage:
    """The same for whoever decides of the document.

    :raises NotFound, NotPermitted: as `manage_page`
    """
    page = manage_page(office, request.by, request.document_id)
    note_view(office, page.document, str(request.by), RECORD_VIEW)
    return page


def view_evidence(office: Office, request: ViewDocument) -> tuple[str, bytes]:
    """The evidence record of a document and what its file is called; the trail says who has it.

    :raises NotFound, NotPermitted: as `evidence_file`
    """
    found = evidence_file(office, request.document_id, request.by)
    with office.reading() as uow:
        document = uow.archive.document(request.document_id)
    note_view(office, document, str(request.by), EVIDENCE_VIEW)
    return found


def note_view(office: Office, document: ArchivedDocument, actor: str, action: str) -> None:
    """A line on the trail of the document's case, or of the office; its chain of custody has openings of the bytes."""
    with office.unit_of_work() as uow:
        stream = str(document.case_id) if document.case_id else OFFICE
        uow.audit.record(action, actor=actor, subject=str(document.id), stream=stream)
        uow.commit()


def note_operator(office: Office, action: str, subject: str, details: Mapping[str, Any]) -> None:
    """A line on the office's trail: what was shown at the command line, where no mandate narrows what one sees."""
    with office.unit_of_work() as uow:
        uow.audit.record(action, actor=COMMAND_LINE, subject=subject, details=details)
        uow.commit()


def view_to_cosign(office: Office, item_id: UUID, by: UUID) -> tuple[str, bytes]:
    """The number and the newest bytes of a document, for whoever's turn it is to sign it too.

    :raises NotFound: the step co-signs nothing
    :raises NotPermitted: it is not this person's step
    """
    document, content = document_to_cosign(office, item_id, by)
    _note(office, document, str(by), allowed=True)
    return document.number, content


def view_tracked(office: Office, code: str, document_id: UUID) -> bytes:
    """A paper that stands on the track of this code.

    :raises NotFound: no such code, or no such paper on it
    """
    document, content = tracked_document(office, code, document_id)
    _note(office, document, BY_CODE, allowed=True)
    return content


def view_attachment(office: Office, attachment_id: UUID, by: UUID) -> tuple[str, str, bytes]:
    """Name, media type and bytes of a file of a case this person may see; the view stands on the case's audit trail.

    :raises NotFound: no such file
    :raises NotPermitted: the case is not this person's
    """
    found = attachment(office, attachment_id, by)
    with office.unit_of_work() as uow:
        stream = str(found.case_id)
        uow.audit.record("case:file:view", actor=str(by), subject=str(attachment_id), stream=stream)
        uow.commit()
    return found.name, found.media_type, found.content


def _note(office: Office, document: ArchivedDocument, actor: str, *, allowed: bool) -> None:
    action = "archive:document:view" if allowed else "archive:document:refused"
    with office.unit_of_work() as uow:
        stream = str(document.case_id) if document.case_id else OFFICE
        uow.audit.record(action, actor=actor, subject=str(document.id), stream=stream)
        if allowed:
            uow.archive.record_event(document.id, "viewed", actor=actor, details=None)
        uow.commit()
