"""Publish a document, withdraw it, and what anybody may read (B9: what is restricted is never within reach)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from archive.errors import PublicationBarred
from archive.publication import Publications
from archive.service import ArchivedDocument
from processes.access import office_day
from processes.errors import EntryRefused, NotFound
from processes.forms import clean_text
from processes.office import Office
from processes.queries.paging import Paging
from processes.use_cases.arrange import refused_entries
from processes.use_cases.classify_document import kept_document

ANYBODY = "the public"
"""how the chain of custody names a reader whom nobody asks for a name"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishDocument:
    """An archivist publishes a document, or withdraws it."""

    by: UUID
    document_id: UUID
    ground: str


def publish_document(office: Office, request: PublishDocument) -> None:
    """Show it to anybody from now on.

    :raises NotFound: :raises NotPermitted: as kept_document
    :raises EntryRefused: no ground; `publication` with the rule that bars it: level, flags, status
    """
    ground = clean_text(request.ground, one_line=True)
    with office.unit_of_work() as uow, refused_entries():
        document = kept_document(uow, request.by, request.document_id)
        actor, on = str(request.by), office_day(uow)
        uow.archive.record_event(document.id, "published", actor, {"ground": ground})
        try:
            Publications(uow.session).publish(document, ground=ground, actor=actor, at=uow.now, on=on)
        except PublicationBarred as error:
            raise EntryRefused("publication", str(error.facts["rule"])) from error
        uow.audit.record("archive:document:publish", actor=actor, subject=str(document.id), details={"ground": ground})
        uow.commit()


def withdraw_document(office: Office, request: PublishDocument) -> None:
    """Show it to nobody without a mandate any more.

    :raises NotFound: :raises NotPermitted: as kept_document
    :raises EntryRefused: no ground
    """
    ground = clean_text(request.ground, one_line=True)
    with office.unit_of_work() as uow, refused_entries():
        document, actor = kept_document(uow, request.by, request.document_id), str(request.by)
        uow.archive.record_event(document.id, "withdrawn", actor, {"ground": ground})
        Publications(uow.session).withdraw(document.id, ground=ground, actor=actor, at=uow.now)
        uow.audit.record("archive:document:withdraw", actor=actor, subject=str(document.id), details={"ground": ground})
        uow.commit()


def published_documents(office: Office, page: int) -> tuple[Sequence[tuple[ArchivedDocument, datetime]], Paging]:
    """What is published, the newest first, a page at a time."""
    with office.reading() as uow:
        on, publications = office_day(uow), Publications(uow.session)
        paging = Paging(page=max(1, page), total=publications.count(on=on))
        return publications.public(on=on, limit=paging.size, offset=paging.offset), paging


def read_published(office: Office, document_id: UUID) -> tuple[ArchivedDocument, bytes]:
    """A published document and its bytes; that it was read stands on the audit trail.

    :raises NotFound: not published, or restricted now
    """
    with office.reading() as uow:
        found = Publications(uow.session).public(on=office_day(uow), document_id=document_id, limit=1)
        if not found:
            raise NotFound("no such document is published")
        document, content = found[0][0], uow.archive.fetch(document_id)
    with office.unit_of_work() as uow:
        uow.audit.record("archive:document:view", actor=ANYBODY, subject=str(document_id))
        uow.commit()
    return document, content
