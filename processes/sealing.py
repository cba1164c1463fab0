"""Documents the body itself answers for: rendered, e-sealed and stored outside any transaction, filed inside one."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from archive.blobs import BlobRef
from processes.cases import ChainLink, NewDocument, case_row, file_document, heads
from processes.documents import DocumentSection, OfficeDocument, SignerBlock
from processes.errors import NoCertificate
from processes.numbers import draw_document_number
from processes.office import Office
from processes.organisation import Body, body
from processes.signing_room import level_at_once
from processes.tables import CaseRow, CertificateRow
from processes.unit_of_work import UnitOfWork
from processes.words import word
from signing.keys import SigningKey
from signing.request import SignatureRequest
from signing.service import SignedDocument

FIELD = "seal"
"""the signature field of a sealed document"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRequest:
    """What a sealed document says."""

    case_id: UUID
    step_id: UUID
    """the service task it belongs to: draws the number, keys a repeat"""
    element_id: str
    kind: str
    """receipt, notice, extract, answer or manifest: which of the office's papers it is"""
    title: str
    summary: str
    sections: Sequence[DocumentSection]
    facts: Mapping[str, Any]
    """what step.json says beside the chain"""
    language: str | None = None
    """default: the body's working language"""
    paper: Mapping[str, Any] = field(default_factory=dict)
    """more of OfficeDocument: addressee, text, note, a manifest's entries and history"""


def verify_code(document_id: UUID) -> str:
    """The document's id as people type it: 26 letters and digits in groups (RFC 4648 base 32)."""
    text = base64.b32encode(document_id.bytes).decode().rstrip("=")
    return "-".join(text[start : start + 5] for start in range(0, len(text), 5))


def verify_url(office: Office, document_id: UUID) -> str:
    """The address under which anybody verifies the document."""
    return f"{office.settings.public_url}/verify/{verify_code(document_id)}"


def document_of_code(code: str) -> UUID | None:
    """The document a typed code names; None when it is no code."""
    text = "".join(code.upper().split()).replace("-", "")
    try:
        return UUID(bytes=base64.b32decode(text + "=" * (-len(text) % 8)))
    except ValueError:
        return None


def seal(office: Office, request: SealRequest) -> dict[str, Any]:
    """Render, seal and store; plain JSON that `file_sealed` takes, so that a job can keep it between its steps."""
    with office.unit_of_work() as uow:
        case = case_row(uow.session, request.case_id)
        number = draw_document_number(uow, case, request.step_id)
        previous = heads(uow.session, case.id)
        owner = body(uow.session, case.body_id)
        certificate = seal_certificate(uow, owner)
        uow.commit()
    # the same task seals the same document: a repeat after a crash leaves one orphan blob, never two documents
    document_id = uuid5(request.step_id, request.kind)
    draft = _Draft(case=case, owner=owner, number=number, id=document_id, previous=previous, serial=certificate.serial)
    paper = _paper(office, request, draft)
    key = seal_key(office, certificate)
    signed = seal_pdf(office, office.renderer.render(paper).pdf, owner, key, reason=paper.title)
    blob = office.blobs.put(signed.pdf)
    return {
        "document_id": str(document_id),
        "number": number,
        "sha256": blob.sha256,
        "bytes": blob.bytes,
        "level": str(signed.level),
        "previous": [str(link.document) for link in previous],
        "title": request.title,
        "kind": request.kind,
        "language": paper.language,
        "element_id": request.element_id,
        "signer": {"name": owner.named(), "capacity": "e-seal", "serial": certificate.serial},
        "text": _text(request),
    }


def file_sealed(office: Office, uow: UnitOfWork, case: CaseRow, step_id: UUID, sealed: Mapping[str, Any]) -> UUID:
    """Take what `seal` made into the archive and the case's chain, and have it validated; its document id."""
    document_id = UUID(sealed["document_id"])
    document = NewDocument(
        id=document_id,
        step_id=step_id,
        number=sealed["number"],
        element_id=sealed["element_id"],
        kind="sealed",
        type=sealed["kind"],
        title=sealed["title"],
        language=sealed["language"],
        level=sealed["level"],
        signers=(sealed["signer"],),
        blob=BlobRef(sha256=sealed["sha256"], bytes=sealed["bytes"]),
        text=sealed["text"],
        previous=tuple(UUID(each) for each in sealed["previous"]),
    )
    file_document(uow, case, document, actor="system")
    office.enqueue(uow.session, "validate_document", (str(document_id),), f"validate:{document_id}")
    return document_id


def seal_certificate(uow: UnitOfWork, owner: Body) -> CertificateRow:
    """The certificate of a body's e-seal.

    :raises NoCertificate: none is valid now
    """
    row = uow.session.execute(
        sa.select(CertificateRow)
        .where(
            CertificateRow.body_id == owner.id,
            CertificateRow.revoked_at.is_(None),
            CertificateRow.not_before <= uow.now,
            CertificateRow.not_after > uow.now,
        )
        .order_by(CertificateRow.not_after.desc())
    ).scalar()
    if row is None:
        raise NoCertificate(f"{owner.code} has no e-seal that is valid now")
    return row


def seal_key(office: Office, certificate: CertificateRow) -> SigningKey:
    """The e-seal's key, opened by the server itself."""
    return office.keys.seal(certificate.serial, lambda: certificate.wrapped_key or b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What a sealed paper is made of beside the request."""

    case: CaseRow
    owner: Body
    number: str
    id: UUID
    previous: Sequence[ChainLink]
    serial: str


def seal_pdf(office: Office, pdf: bytes, owner: Body, key: SigningKey, *, reason: str) -> SignedDocument:
    """Put a body's e-seal on a PDF."""
    request = SignatureRequest(
        pdf=office.signing.allot_fields(pdf, [FIELD]),
        field=FIELD,
        certificate=key.certificate,
        chain=key.chain,
        level=level_at_once(office.settings),
        claimed_at=office.clock(),
        name=owner.named(),
        reason=reason,
        location=None,
        certify=True,
    )
    return office.signing.sign(request, key)


def _sealed_record(office: Office, request: SealRequest, draft: _Draft) -> dict[str, Any]:
    case, owner = draft.case, draft.owner
    return {
        "karguzar": "sealed/1",
        "document": str(draft.id),
        "number": draft.number,
        "kind": request.kind,
        "title": request.title,
        "case": {"id": str(case.id), "number": case.number, "process": case.definition_key},
        "body": {"id": str(owner.id), "code": owner.code, "title": owner.named(), "language": owner.language},
        "facts": dict(request.facts),
        "sealed_at": office.clock().isoformat(),
        "expected_signatures": [{"field": FIELD, "role": "e-seal", "person": owner.named()}],
        "previous": [link.as_json() for link in draft.previous],
    }


def _paper(office: Office, request: SealRequest, draft: _Draft) -> OfficeDocument:
    owner = draft.owner
    language = request.language or owner.language
    return OfficeDocument(
        kind=request.kind,
        language=language,
        body=owner.named(language),
        number=draft.number,
        title=request.title,
        summary=request.summary,
        date=owner.local(office.clock()).date(),
        sections=tuple(request.sections),
        signer=SignerBlock(
            name=owner.named(language),
            capacity=word("e-seal", language),
            certificate=draft.serial,
            sealed=True,
        ),
        step=_sealed_record(office, request, draft),
        verify_code=verify_code(draft.id),
        verify_url=verify_url(office, draft.id),
        **request.paper,
    )


def _text(request: SealRequest) -> str:
    rows = [f"{label} {value}" for section in request.sections for label, value in section.rows]
    return "\n".join([request.title, request.summary, request.paper.get("text", ""), *rows])
