"""Jobs over documents already in the archive: full validation, and raising a level that a timestamp outage cost."""

from uuid import UUID

import structlog

from archive.service import SearchQuery, Visibility
from processes.office import Office
from processes.trust import trust_store
from processes.unit_of_work import UnitOfWork
from signing.errors import TimestampFailed
from signing.request import SignatureLevel

AT_ONCE = 100
"""documents whose level one round raises at most"""
EVERYTHING = Visibility(owners=None, levels={}, cases=frozenset())
log = structlog.get_logger(__name__)


def validate_document(office: Office, document_id: UUID) -> str:
    """Validate an archived document in full and keep the verdict; a B-B document gets a job that raises it."""
    with office.reading() as uow:
        pdf = uow.archive.fetch(document_id)
    report = office.signing.validate(pdf, trust_store(office), at=office.clock())
    with office.unit_of_work() as uow:
        uow.archive.record_validation(
            document_id, verdict=str(report.verdict), level=str(report.level) if report.level else None, actor="system"
        )
        if report.level == SignatureLevel.B_B:
            _raise_later(office, uow, document_id)
        uow.commit()
    return str(report.verdict)


def raise_document_level(office: Office, document_id: UUID) -> str:
    """Append the timestamp that was not to be had at signing; told what came of it.

    Nothing of the signed bytes changes: the earlier revision is the beginning of the new one. While the authority does
    not answer the document stays as it is, and `raise_waiting` asks again.
    """
    with office.reading() as uow:
        pdf = uow.archive.fetch(document_id)
    try:
        raised = office.signing.raise_level(pdf, SignatureLevel.B_T)
    except TimestampFailed as error:
        log.warning("level not raised", document=str(document_id), reason=str(error))
        return "no timestamp yet"
    if raised.pdf == pdf:
        return str(raised.level)  # another job was first
    blob = office.blobs.put(raised.pdf)
    with office.unit_of_work() as uow:
        uow.archive.add_revision(
            document_id, blob, level=str(raised.level), reason="document timestamp", actor="system"
        )
        office.enqueue(uow.session, "validate_document", (str(document_id),), f"validate:{document_id}:{blob.sha256}")
        uow.commit()
    return str(raised.level)


def raise_waiting(office: Office) -> int:
    """A job for every document that an outage of the authority has left without timestamp; how many. Asked hourly."""
    with office.unit_of_work() as uow:
        waiting = uow.archive.search(SearchQuery(level=SignatureLevel.B_B, limit=AT_ONCE), EVERYTHING).documents
        for document in waiting:
            _raise_later(office, uow, document.id)
        uow.commit()
    return len(waiting)


def _raise_later(office: Office, uow: UnitOfWork, document_id: UUID) -> None:
    office.enqueue(uow.session, "raise_level", (str(document_id),), f"raise:{document_id}:{uow.now:%Y%m%d%H}")
