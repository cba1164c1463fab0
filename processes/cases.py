"""Cases and the chain of their documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobRef
from archive.documents import GONE
from archive.service import Accession
from engine.prepared import Prepared, flushed
from processes.detached import Detached
from processes.errors import NotFound
from processes.numbers import use_number
from processes.organisation import body
from processes.tables import CaseDocumentRow, CaseRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """An earlier document as a later one names it: the hash of its first `bytes` bytes, which never change."""

    document: UUID
    number: str
    sha256: str
    bytes: int

    def as_json(self) -> dict[str, Any]:
        """An entry of `previous` in step.json."""
        return {
            "document": str(self.document),
            "number": self.number,
            "sha256": self.sha256,
            "bytes": self.bytes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A signed or sealed document of a case, ready for the archive."""

    id: UUID
    step_id: UUID
    """the work item or service task it belongs to, which drew its number"""
    number: str
    element_id: str
    kind: str
    """step, sealed or attachment"""
    type: str
    title: str
    language: str
    level: str
    signers: Sequence[Mapping[str, Any]]
    blob: BlobRef
    text: str
    """what a search may find in it"""
    previous: Sequence[UUID]


SUBJECT_FIELDS = ("subject", "service_name")
"""fields that name what a case is about"""


_OF_CASE = CaseDocumentRow.case_id == sa.bindparam("case", type_=sa.Uuid())
_CASE = Detached(CaseRow, CaseRow.id == sa.bindparam("case", type_=sa.Uuid()))
_LAST = Prepared(sa.select(sa.func.max(CaseDocumentRow.seq)).where(_OF_CASE))
_HEADS = Prepared(
    sa.select(
        CaseDocumentRow.document_id.label("document"),
        CaseDocumentRow.number,
        CaseDocumentRow.sha256,
        CaseDocumentRow.bytes,
    )
    .where(_OF_CASE, CaseDocumentRow.referenced_by.is_(None))
    .order_by(CaseDocumentRow.seq)
)


def named_subject(fields: Mapping[str, Any]) -> str | None:
    """What a form's fields say the case is about, if they do."""
    return next((str(fields[name]) for name in SUBJECT_FIELDS if fields.get(name)), None)


def case_row(session: Session, case_id: UUID) -> CaseRow:
    """The case with this id, to be looked at: nothing that is set on it is written.

    :raises NotFound: there is none
    """
    row = _CASE.one(session, case=case_id)
    if row is None:
        raise NotFound("no such case")
    return row


def heads(session: Session, case_id: UUID) -> list[ChainLink]:
    """The documents of a case that no later one has named yet, oldest first."""
    return [ChainLink(**row) for row in _HEADS.all(flushed(session), {"case": case_id})]


def documents_of(session: Session, case_id: UUID) -> list[CaseDocumentRow]:
    """Every document of a case in the order of its chain."""
    query = sa.select(CaseDocumentRow).where(CaseDocumentRow.case_id == case_id).order_by(CaseDocumentRow.seq)
    return list(session.execute(query).scalars())


def kept_of(uow: UnitOfWork, case_id: UUID) -> list[UUID]:
    """Every document of a case that the archive keeps: those of its chain, and the files that came with them."""
    return [each.id for each in uow.archive.case_documents(case_id) if each.status not in GONE]


def file_document(uow: UnitOfWork, case: CaseRow, document: NewDocument, *, actor: str) -> None:
    """Take a document into the archive and at the end of its case's chain. The case's instance must be locked."""
    uow.archive.take_in(_accession(uow, case, document), actor=actor)
    last = uow.first(_LAST, case=case.id)
    uow.insert(
        CaseDocumentRow,
        case_id=case.id,
        seq=(last or 0) + 1,
        document_id=document.id,
        number=document.number,
        element_id=document.element_id,
        kind=document.kind,
        sha256=document.blob.sha256,
        bytes=document.blob.bytes,
        at=uow.now,
    )
    for earlier in document.previous:
        uow.update(CaseDocumentRow, {"document_id": earlier, "referenced_by": None}, referenced_by=document.id)
    use_number(uow, document.step_id)


def _accession(uow: UnitOfWork, case: CaseRow, document: NewDocument) -> Accession:
    return Accession(
        id=document.id,
        case_id=case.id,
        owner=str(case.body_id),
        number=document.number,
        type=document.type,
        title=document.title,
        language=document.language,
        media_type="application/pdf",
        status="in effect",
        level=document.level,
        access_level=case.access_level,
        access_flags=tuple(case.access_flags),
        unit=str(case.unit_id) if case.unit_id else None,
        retention_class=None,
        signed_at=uow.now,
        dated_on=body(uow.session, case.body_id).local(uow.now).date(),
        signers=tuple(document.signers),
        properties={"element": document.element_id, "case_number": case.number},
        text=document.text,
        blob=document.blob,
    )
