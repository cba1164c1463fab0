"""Give documents out of the archive as a BagIt folder that proves itself with public tools."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import sqlalchemy as sa

from archive.documents import GONE
from archive.packages import Bag, PackagedDocument, new_bag
from archive.service import ArchivedDocument, SearchQuery, Visibility
from processes.authorization import COMMAND_LINE
from processes.errors import NotFound
from processes.office import Office
from processes.tables import CaseRow
from processes.trust import export_trust

PAGE = 100
EVERYTHING = Visibility(owners=None, levels={}, cases=frozenset())
"""whoever runs the machine sees all"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDocuments:
    """Which documents, and where to: those of a case by its number, or those a search finds, or both together."""

    target: Path
    """the folder the bag becomes; there is nothing yet"""
    case: str = ""
    number: str = ""
    """of one document"""
    text: str = ""
    language: str = "en"
    """of the index page"""


def export_documents(office: Office, request: ExportDocuments) -> Iterator[ArchivedDocument]:
    """Write the bag and note in each document's chain of custody that it went out; yields each as it is written.

    :raises NotFound: no such case, or nothing to export
    :raises archive.errors.PackageRefused: the target exists
    """
    documents = _chosen(office, request)
    with new_bag(request.target) as bag:
        for document in documents:
            bag.add(_packaged(office, document))
            yield document
        _add_trust(office, bag)
        made = office.clock().date().isoformat()
        bag.finish({"Source-Organization": "Karguzar", "Bagging-Date": made}, language=request.language)
    with office.unit_of_work() as uow:
        for document in documents:
            uow.archive.record_event(document.id, "exported", COMMAND_LINE, {"package": request.target.name})
        uow.audit.record(
            "archive:export", actor=COMMAND_LINE, subject=request.target.name, details={"documents": len(documents)}
        )
        uow.commit()


def _chosen(office: Office, request: ExportDocuments) -> Sequence[ArchivedDocument]:
    found: list[ArchivedDocument] = []
    with office.reading() as uow:
        case_id: UUID | None = None
        if request.case:
            case_id = uow.session.scalar(sa.select(CaseRow.id).where(CaseRow.number == request.case))
            if case_id is None:
                raise NotFound(f"there is no case {request.case}")
        while True:
            query = SearchQuery(
                text=request.text,
                number=request.number or None,
                case_id=case_id,
                limit=PAGE,
                offset=len(found),
            )
            page = uow.archive.search(query, EVERYTHING).documents
            found += page
            if len(page) < PAGE:
                break
    kept = [document for document in found if document.status not in GONE]
    if not kept:
        raise NotFound("no document is found")
    return sorted(kept, key=lambda document: document.seq)


def _packaged(office: Office, document: ArchivedDocument) -> PackagedDocument:
    with office.reading() as uow:
        current = uow.archive.document(document.id)
        return PackagedDocument(
            document=current,
            content=uow.archive.fetch(document.id),
            revisions=uow.archive.revisions(document.id),
            custody=uow.archive.custody(document.id),
        )


def _add_trust(office: Office, bag: Bag) -> None:
    """Certificates and fresh lists beside the documents, so that nobody has to ask for them."""
    with TemporaryDirectory() as folder:
        export_trust(office, Path(folder))
        for path in sorted(Path(folder).iterdir()):
            bag.write(f"trust/{path.name}", path.read_bytes())
