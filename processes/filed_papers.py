"""Files of a case as documents of the archive: as they came, each with a report of its own on what is signed in it.

A file comes in with the step that is done, or with the case that it began, in that transaction. The same file again in
the same case, as a returned form carries it, is the same document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from archive.blobs import BlobRef
from archive.service import Accession, ArchivedDocument
from processes.office import Office
from processes.organisation import body
from processes.signed_documents import FOREIGN
from processes.tables import AttachmentRow, CaseRow
from processes.unit_of_work import UnitOfWork

TYPE = "attachment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Files that come in together."""

    number: str
    """of the document they belong to, or of the case"""
    files: Sequence[AttachmentRow]
    document_id: UUID | None = None
    """the document they belong to"""


def paper_id(case_id: UUID, sha256: str) -> UUID:
    """The archive's id of a file of a case."""
    return uuid5(case_id, f"file:{sha256}")


def file_papers(office: Office, uow: UnitOfWork, case: CaseRow, papers: Papers, *, actor: str) -> list[UUID]:
    """Take the files into the archive; a job judges each. Ids of those that are new there.

    :raises archive.errors.BlobMissing: a file's bytes are gone
    """
    if not papers.files:
        return []
    accessions = {
        accession.id: accession
        for place, row in enumerate(papers.files, start=1)
        if (accession := _accession(uow, case, papers, row, f"{papers.number}.{place}"))
    }
    new = uow.archive.accession_all(list(accessions.values()), actor=actor)
    for document_id in sorted(new):
        office.enqueue(uow.session, "validate_document", (str(document_id),), f"validate:{document_id}")
    return sorted(new)


def _accession(uow: UnitOfWork, case: CaseRow, papers: Papers, row: AttachmentRow, number: str) -> Accession:
    owner = body(uow.session, case.body_id)
    origin: dict[str, Any] = {"file": row.name, "field": row.field}
    if papers.document_id is not None:
        origin["document"] = str(papers.document_id)
    return Accession(
        id=paper_id(case.id, row.sha256),
        case_id=case.id,
        owner=str(case.body_id),
        number=number,
        type=TYPE,
        title=row.name,
        language=owner.language,
        media_type=row.media_type,
        access_level=case.access_level,
        access_flags=tuple(case.access_flags),
        unit=str(case.unit_id) if case.unit_id else None,
        dated_on=owner.local(row.added_at).date(),
        properties={"case_number": case.number, FOREIGN: origin},
        text=f"{row.name}\n{case.number}\n{case.subject}",
        blob=BlobRef(sha256=row.sha256, bytes=row.bytes),
    )


def papers_of(uow: UnitOfWork, document: ArchivedDocument) -> list[ArchivedDocument]:
    """The files that came with a document, as documents of their own."""
    if document.case_id is None:
        return []
    found = uow.archive.case_documents(document.case_id)
    return [each for each in found if each.properties.get(FOREIGN, {}).get("document") == str(document.id)]
