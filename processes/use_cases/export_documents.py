"""Give documents out of the archive as a package that proves itself with public tools."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import sqlalchemy as sa

from archive.documents import GONE
from archive.evidence import ObjectKind
from archive.packages import Package, PackagedDocument, PackagedProof, PackageInfo, PackageShape, Prove, new_package
from archive.service import ArchivedDocument, SearchQuery, Visibility
from processes import VERSION
from processes.access import readable
from processes.authorization import COMMAND_LINE
from processes.errors import NotFound
from processes.evidence_records import packaged_proofs
from processes.office import Office
from processes.organisation import bodies
from processes.progress import Expect, nobody_waits
from processes.tables import CaseRow
from processes.trust import export_trust
from processes.unit_of_work import UnitOfWork
from signing.evidence import make_batch

PAGE = 100
EVERYTHING = Visibility(owners=None, levels={}, cases=frozenset())
"""whoever runs the machine sees all"""
SOFTWARE = f"Karguzar {VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDocuments:
    """Which documents, and where to: those of a case by its number, those a search finds, those of a file, or these."""

    target: Path
    """the folder or file the package becomes; there is nothing yet"""
    shape: PackageShape = PackageShape.BAGIT
    case: str = ""
    number: str = ""
    """of one document"""
    text: str = ""
    file_id: UUID | None = None
    """of an archival file"""
    documents: Sequence[UUID] = ()
    """by their ids, and nothing else of the above"""
    language: str = "en"
    """of the page that opens first"""
    by: UUID | None = None
    """only what this person may read; None: the operator of the machine"""


def export_documents(
    office: Office, request: ExportDocuments, expect: Expect = nobody_waits
) -> Iterator[ArchivedDocument]:
    """Write the package and note in each document's chain of custody that it went out; yields each as it is written.

    :raises NotFound: no such case, or nothing to export
    :raises archive.errors.PackageRefused: the target exists
    :raises signing.errors.TimestampFailed: an ASiC-E needs a timestamp, and the authority did not answer
    """
    documents = chosen(office, request)
    expect(len(documents))
    yield from write_package(office, request, documents)
    with office.unit_of_work() as uow:
        note_exported(uow, request, documents)
        uow.commit()


def write_package(
    office: Office, request: ExportDocuments, documents: Sequence[ArchivedDocument]
) -> Iterator[ArchivedDocument]:
    """Write the package, without a note that anything went out; raises what `export_documents` does."""
    with new_package(request.target, request.shape, _info(office, request, documents), _prover(office)) as package:
        for document in documents:
            package.add(_packaged(office, document))
            yield document
        _add_trust(office, package)


def note_exported(uow: UnitOfWork, request: ExportDocuments, documents: Sequence[ArchivedDocument]) -> None:
    """That they went out, and to whom, in the chain of custody of each and on the audit trail."""
    actor = str(request.by) if request.by else COMMAND_LINE
    told = {"package": request.target.name, "format": str(request.shape)}
    for document in documents:
        uow.archive.record_event(document.id, "exported", actor, told)
    details = {"documents": len(documents), "format": str(request.shape)}
    uow.audit.record("archive:export", actor=actor, subject=request.target.name, details=details)


def chosen(office: Office, request: ExportDocuments) -> Sequence[ArchivedDocument]:
    """The documents that are asked for, in the order of accession; those destroyed have no bytes to give.

    :raises NotFound: no such case, or no document that this person may read
    """
    with office.reading() as uow:
        found = _asked_for(uow, request)
        if request.by is not None:
            found = readable(uow, request.by, found)
    kept = [document for document in found if is_there(document)]
    if not kept:
        raise NotFound("no document is found")
    return sorted(kept, key=lambda document: document.seq)


def is_there(document: ArchivedDocument) -> bool:
    """Whether it has bytes that may be given out."""
    return document.status not in GONE and not document.quarantined


def _asked_for(uow: UnitOfWork, request: ExportDocuments) -> list[ArchivedDocument]:
    if request.documents:
        return uow.archive.documents(request.documents)
    if request.file_id is not None:
        return uow.archive.file_documents(request.file_id)
    case_id: UUID | None = None
    if request.case:
        case_id = uow.session.scalar(sa.select(CaseRow.id).where(CaseRow.number == request.case))
        if case_id is None:
            raise NotFound(f"there is no case {request.case}")
    found: list[ArchivedDocument] = []
    while True:
        number = request.number or None
        query = SearchQuery(text=request.text, number=number, case_id=case_id, limit=PAGE, offset=len(found))
        page = uow.archive.search(query, EVERYTHING).documents
        found += page
        if len(page) < PAGE:
            return found


def _info(office: Office, request: ExportDocuments, documents: Sequence[ArchivedDocument]) -> PackageInfo:
    owners = {document.owner for document in documents}
    with office.reading() as uow:
        titles = [each.title for each in bodies(uow.session) if str(each.id) in owners]
    named = [title.get(request.language) or title["en"] for title in titles]
    return PackageInfo(
        name=request.target.name,
        organisation="; ".join(named) or "Karguzar",
        made_at=office.clock().replace(microsecond=0),
        language=request.language,
        software=SOFTWARE,
    )


def _prover(office: Office) -> Prove:
    """Evidence over a whole package: one timestamp, by the office's authority."""

    def prove(digests: Sequence[bytes]) -> bytes:
        batch = make_batch("sha256", [digests], lambda root, algorithm: office.signing.stamp(root, algorithm).der)
        return batch.record(digests).der

    return prove


def _packaged(office: Office, document: ArchivedDocument) -> PackagedDocument:
    with office.reading() as uow:
        current = uow.archive.document(document.id)
        proofs = packaged_proofs(uow, document.id)
        return PackagedDocument(
            document=current,
            content=uow.archive.fetch(document.id),
            revisions=uow.archive.revisions(document.id),
            custody=uow.archive.custody(document.id),
            evidence=[each.record for each in proofs if _is_of_all(each, current)],
            proofs=[each for each in proofs if not _is_of_all(each, current)],
        )


def _is_of_all(proof: PackagedProof, document: ArchivedDocument) -> bool:
    """Whether it is about the bytes as they go out, not about those that were there when evidence was made."""
    return proof.kind == ObjectKind.DOCUMENT and proof.number == document.revision


def _add_trust(office: Office, package: Package) -> None:
    """Certificates and fresh lists beside the documents, so that nobody has to ask for them."""
    with TemporaryDirectory() as folder:
        export_trust(office, Path(folder))
        for path in sorted(Path(folder).iterdir()):
            package.attach(path.name, path.read_bytes())
