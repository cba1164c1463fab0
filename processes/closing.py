"""The body's e-seal closes a document that enough have signed: nothing but timestamps may follow it."""

from functools import partial
from uuid import UUID

from processes.cosigning import CLOSING, new_head
from processes.office import Office
from processes.organisation import Body, body
from processes.purging import files_in_use
from processes.sealing import seal_certificate, seal_key
from processes.signing_room import level_at_once
from processes.tables import CertificateRow, SharedDocumentRow
from processes.unit_of_work import UnitOfWork
from processes.words import word
from signing.request import SignatureLevel, SignatureRequest
from signing.service import SignedDocument


def close_document(office: Office, document_id: UUID) -> str:
    """Seal a complete document, once; told what came of it. Who has signed, and on what ground, was checked before.

    :raises NoCertificate: the body has no e-seal that is valid now
    """
    with office.reading() as uow:
        row = uow.session.get(SharedDocumentRow, document_id)
        if row is None or row.state != "complete":
            return "nothing to close"
        archived = uow.archive.document(document_id)
        pdf = uow.archive.fetch(document_id)
        owner, certificate = body(uow.session, row.body_id), seal_certificate(uow, body(uow.session, row.body_id))
    signed = _sealed(office, owner, certificate, pdf)
    blob = office.blobs.put(signed.pdf)
    with office.unit_of_work() as uow:
        uow.engine.lock(row.case_id)
        current = uow.session.get_one(SharedDocumentRow, document_id)
        if current.state != "complete":
            uow.archive.disposal.discard(blob.sha256, partial(files_in_use, uow))
            uow.commit()
            return "closed before"
        signers = uow.archive.document(document_id).signers
        uow.archive.add_revision(
            document_id, blob, level=_level(archived.level, signed), reason="closing seal", actor="system",
            signers=(*signers, {"name": owner.named(), "capacity": "e-seal", "serial": certificate.serial}),
        )  # fmt: skip
        new_head(uow, document_id, blob.sha256, blob.bytes)
        current.state, current.ended_at = "closed", uow.now
        _note(office, uow, current, blob.sha256)
        uow.commit()
    return "closed"


def _note(office: Office, uow: UnitOfWork, row: SharedDocumentRow, sha256: str) -> None:
    identity = str(row.document_id)
    uow.audit.record(
        "case:document:close", actor="system", subject=identity, stream=str(row.case_id), details={"sha256": sha256}
    )
    office.enqueue(uow.session, "validate_document", (identity,), f"validate:{identity}:closed")


def _sealed(office: Office, owner: Body, certificate: CertificateRow, pdf: bytes) -> SignedDocument:
    key = seal_key(office, certificate)
    request = SignatureRequest(
        pdf=pdf,
        field=CLOSING,
        certificate=key.certificate,
        chain=key.chain,
        level=level_at_once(office.settings),
        claimed_at=office.clock(),
        name=owner.named(),
        reason=word("closed-by-seal", owner.language),
        location=None,
        certify=False,
    )
    return office.signing.sign(request, key)


def _level(before: str | None, signed: SignedDocument) -> str | None:
    return None if before is None else min(before, str(signed.level), key=lambda one: SignatureLevel(one).rank)
