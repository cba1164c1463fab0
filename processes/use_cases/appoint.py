"""Appoint somebody: the head signs the order, the archive keeps it, the mandate rests on its hash (C7, B22)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from archive.blobs import BlobRef
from archive.service import Accession
from processes.authorization import require_role
from processes.certificates import OpenedKey, open_key
from processes.documents import DocumentSection, OfficeDocument
from processes.mandates import Mandate
from processes.mandates import mandate as mandate_by_id
from processes.numbers import draw_case_number
from processes.office import Office
from processes.organisation import Body, Person, body, person
from processes.sealing import verify_code
from processes.step_papers import FIELD, signer_block
from processes.tables import MandateRow
from processes.unit_of_work import UnitOfWork
from processes.words import day, word
from signing.request import SignatureLevel, SignatureRequest

REGISTER = "orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appoint:
    """A head's order: this person may act in this role of the head's body."""

    by: UUID
    pin: str
    holder_id: UUID
    role: str
    capacity: str
    body_id: UUID
    act: str
    """what the order is called, e.g. "Əmr" """
    valid_from: datetime
    valid_to: datetime | None = None
    acts_for_id: UUID | None = None
    """the mandate substituted, in a substitution order"""


def appoint(office: Office, request: Appoint) -> UUID:
    """Sign the order and give the mandate; the mandate's id.

    :raises NotPermitted: the signer is not the head of that body
    """
    opened = open_key(office, request.by, request.pin)
    mandate_id = uuid4()
    with office.unit_of_work() as uow:
        mandate = require_role(uow.session, request.by, "head", uow.now, body_id=request.body_id)
        owner, holder = body(uow.session, request.body_id), person(uow.session, request.holder_id)
        number = draw_case_number(uow, owner, register=REGISTER, pattern="Ə-{year}-{seq:04}", case_id=mandate_id)
        replaced = mandate_by_id(uow.session, request.acts_for_id) if request.acts_for_id else None
        uow.commit()
    paper = _order(office, request, owner, holder, mandate, number, mandate_id, replaced, opened)
    pdf = office.signing.allot_fields(office.renderer.render(paper).pdf, [FIELD])
    signed = office.signing.sign(
        SignatureRequest(
            pdf=pdf,
            field=FIELD,
            certificate=opened.key.certificate,
            chain=opened.key.chain,
            level=SignatureLevel.B_T,
            claimed_at=office.clock(),
            name=mandate.holder,
            reason=f"{paper.title} № {number}",
            location=owner.named(),
            certify=True,
        ),
        opened.key,
    )
    blob = office.blobs.put(signed.pdf)
    with office.unit_of_work() as uow:
        _keep(uow, request, paper, opened, blob, mandate_id, str(signed.level))
        office.enqueue(uow.session, "validate_document", (str(mandate_id),), f"validate:{mandate_id}")
        uow.commit()
    return mandate_id


def _order(  # noqa: PLR0913 an order is made of exactly these
    office: Office,
    request: Appoint,
    owner: Body,
    holder: Person,
    mandate: Mandate,
    number: str,
    mandate_id: UUID,
    replaced: Mandate | None,
    opened: OpenedKey,
) -> OfficeDocument:
    language, code = owner.language, verify_code(mandate_id)
    title = word("substitution-title" if replaced else "appointment-title", language)
    capacity = word(request.capacity, language)
    if replaced:
        capacity = f"{capacity}, {word('acting-for', language, name=replaced.holder)}"
    rows = [
        (word("appointed", language), holder.name),
        (word("capacity", language), capacity),
        (word("body", language), owner.named()),
        (word("valid-from", language), day(owner.local(request.valid_from))),
    ]
    if request.valid_to:
        rows.append((word("valid-to", language), day(owner.local(request.valid_to))))
    step: dict[str, Any] = {
        "karguzar": "order/1",
        "document": str(mandate_id),
        "number": number,
        "title": title,
        "body": {"id": str(owner.id), "code": owner.code, "title": owner.named(), "language": language},
        "appointed": {
            "person": str(holder.id),
            "name": holder.name,
            "role": request.role,
            "capacity": request.capacity,
        },
        "valid_from": request.valid_from.isoformat(),
        "valid_to": request.valid_to.isoformat() if request.valid_to else None,
        "acts_for": replaced.holder if replaced else None,
        "expected_signatures": [{"field": FIELD, "role": "head", "person": mandate.holder}],
        "previous": [],
    }
    return OfficeDocument(
        kind="appointment",
        language=language,
        body=owner.named(),
        number=number,
        title=title,
        summary=holder.name,
        date=owner.local(office.clock()).date(),
        sections=(DocumentSection(title=word("appointed", language), rows=tuple(rows)),),
        signer=signer_block(mandate, opened.certificate, language),
        step=step,
        verify_code=code,
        verify_url=f"{office.settings.public_url}/verify/{code}",
    )


def _keep(  # noqa: PLR0913 see _order
    uow: UnitOfWork,
    request: Appoint,
    paper: OfficeDocument,
    opened: OpenedKey,
    blob: BlobRef,
    mandate_id: UUID,
    level: str,
) -> None:
    uow.archive.accession(
        Accession(
            id=mandate_id,
            case_id=None,
            owner=str(request.body_id),
            number=paper.number,
            type="appointment",
            title=paper.title,
            language=paper.language,
            media_type="application/pdf",
            status="in effect",
            level=level,
            access_level="official_use",
            access_flags=(),
            retention_class=None,
            signed_at=uow.now,
            signers=({"name": paper.signer.name, "capacity": "head", "serial": opened.certificate.serial},),
            properties={},
            text=f"{paper.title} {paper.summary}",
            blob=blob,
        ),
        actor=str(request.by),
    )
    uow.insert(
        MandateRow,
        id=mandate_id,
        holder_id=request.holder_id,
        role=request.role,
        capacity=request.capacity,
        body_id=request.body_id,
        scope=[],
        valid_from=request.valid_from,
        valid_to=request.valid_to,
        acts_for_id=request.acts_for_id,
        ground_act=request.act,
        ground_number=paper.number,
        ground_date=paper.date,
        ground_document_id=mandate_id,
        ground_sha256=blob.sha256,
    )
    uow.audit.record(
        "person:mandate:grant",
        actor=str(request.by),
        subject=str(request.holder_id),
        details={"role": request.role, "capacity": request.capacity, "order": paper.number},
    )
