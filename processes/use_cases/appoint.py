"""Appoint somebody: the head signs the order, the archive keeps it, the mandate rests on its hash (C7, B22)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from archive.blobs import BlobRef
from processes.authorization import require_role
from processes.certificates import OpenedKey, open_key
from processes.documents import DocumentSection, OfficeDocument
from processes.errors import EntryRefused
from processes.mandates import Mandate
from processes.mandates import mandate as mandate_by_id
from processes.numbers import draw_case_number
from processes.office import Office
from processes.organisation import Body, Person, body, person
from processes.roles import NOT_BY_ORDER, known_roles
from processes.sealing import verify_code, verify_url
from processes.sheets import Sheet, archive_sheet, sheet_record, sign_sheet
from processes.step_papers import FIELD, signer_block
from processes.tables import CertificateRow, MandateRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.grant_mandate import WantedMandate, check_mandate
from processes.words import day, word

REGISTER = "orders"
PATTERNS = {"az": "Ə-{year}-{seq:04}", "kk": "Б-{year}-{seq:04}", "ru": "П-{year}-{seq:04}", "en": "O-{year}-{seq:04}"}
"""Əmr, Бұйрық, Приказ, Order: by the working language of the body"""
ACTS = {"az": "Əmr", "kk": "Бұйрық", "ru": "Приказ", "en": "Order"}
"""what a body calls its orders, by its working language"""
TITLED = {"responsible_person": "appointment"}
"""roles whose orders have a title of their own (C7)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appoint(WantedMandate):
    """A head's order: this person may act in this role of the head's body."""

    by: UUID
    pin: str


def appoint(office: Office, request: Appoint) -> UUID:
    """Sign the order and give the mandate; the mandate's id.

    :raises NotPermitted: the signer is not the head of that body
    :raises EntryRefused: a role the head does not give, nobody of the body, an end before the beginning
    :raises NoCertificate: :raises PinRefused: :raises PinLocked: the head's key does not open
    :raises AttemptExpired: signing took so long that the order's number has been annulled
    """
    with office.reading() as uow:
        _check(uow, request)
    opened = open_key(office, request.by, request.pin)
    order = _drawn(office, request, opened)
    paper = _paper(office, order)
    sheet = Sheet(
        id=order.id,
        owner=order.owner,
        paper=paper,
        key=opened.key,
        field=FIELD,
        serial=opened.certificate.serial,
        text=f"{paper.title} {paper.summary}",
        access_level="official_use",
    )
    signed = sign_sheet(office, sheet)
    with office.unit_of_work() as uow:
        archive_sheet(office, uow, signed, actor=str(request.by))
        _grant(uow, order, paper, signed.blob)
        uow.commit()
    return order.id


def roles_in_order(uow: UnitOfWork) -> tuple[str, ...]:
    """The roles a head gives; the head's own passes by substitution only."""
    return tuple(role for role in known_roles(uow) if role not in NOT_BY_ORDER and role != "head")


def _check(uow: UnitOfWork, request: Appoint) -> None:
    require_role(uow.session, request.by, "head", uow.now, body_id=request.body_id)
    check_mandate(uow, request)
    if request.role not in roles_in_order(uow) and not (request.acts_for_id and request.role == "head"):
        raise EntryRefused("role", "unknown")
    if person(uow.session, request.holder_id).body_id != request.body_id:
        raise EntryRefused("person", "unknown")
    replaced = mandate_by_id(uow.session, request.acts_for_id) if request.acts_for_id else None
    if replaced is not None and replaced.holder_id == request.holder_id:
        raise EntryRefused("acts_for", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """An order on its way to being signed."""

    id: UUID
    request: Appoint
    owner: Body
    holder: Person
    mandate: Mandate
    """the head's own"""
    number: str
    replaced: Mandate | None
    certificate: CertificateRow


def _drawn(office: Office, request: Appoint, opened: OpenedKey) -> _Order:
    identity = uuid4()
    with office.unit_of_work() as uow:
        mandate = require_role(uow.session, request.by, "head", uow.now, body_id=request.body_id)
        owner, holder = body(uow.session, request.body_id), person(uow.session, request.holder_id)
        number = draw_case_number(
            uow, owner, register=REGISTER, pattern=PATTERNS[owner.language], case_id=identity, state="drawn"
        )
        replaced = mandate_by_id(uow.session, request.acts_for_id) if request.acts_for_id else None
        uow.commit()
    return _Order(
        id=identity,
        request=request,
        owner=owner,
        holder=holder,
        mandate=mandate,
        number=number,
        replaced=replaced,
        certificate=opened.certificate,
    )


def _rows(order: _Order) -> tuple[tuple[str, str], ...]:
    language, request, owner = order.owner.language, order.request, order.owner
    capacity = word(request.capacity, language)
    if order.replaced:
        capacity = f"{capacity}, {word('acting-for', language, name=order.replaced.holder)}"
    rows = [
        (word("appointed", language), order.holder.name),
        (word("capacity", language), capacity),
        (word("body", language), owner.named()),
        (word("valid-from", language), day(owner.local(request.valid_from))),
    ]
    if request.valid_to:
        rows.append((word("valid-to", language), day(owner.local(request.valid_to))))
    return tuple(rows)


def _record(order: _Order, title: str) -> dict[str, Any]:
    request, owner = order.request, order.owner
    appointed = {"person": str(order.holder.id), "name": order.holder.name}
    return sheet_record(owner, order.id, kind="order", number=order.number, title=title) | {
        "appointed": appointed | {"role": request.role, "capacity": request.capacity},
        "valid_from": request.valid_from.isoformat(),
        "valid_to": request.valid_to.isoformat() if request.valid_to else None,
        "acts_for": order.replaced.holder if order.replaced else None,
        "expected_signatures": [{"field": FIELD, "role": "head", "person": order.mandate.holder}],
    }


def _paper(office: Office, order: _Order) -> OfficeDocument:
    owner, language = order.owner, order.owner.language
    kind = "substitution" if order.replaced else TITLED.get(order.request.role, "mandate")
    key = f"{kind}-title"
    title = word(key, language)
    return OfficeDocument(
        kind="appointment",
        language=language,
        body=owner.named(),
        number=order.number,
        title=title,
        summary=order.holder.name,
        date=owner.local(office.clock()).date(),
        sections=(DocumentSection(title=word("appointed", language), rows=_rows(order)),),
        signer=signer_block(order.mandate, order.certificate, language),
        step=_record(order, title),
        verify_code=verify_code(order.id),
        verify_url=verify_url(office, order.id),
    )


def _grant(uow: UnitOfWork, order: _Order, paper: OfficeDocument, blob: BlobRef) -> None:
    request = order.request
    uow.insert(
        MandateRow,
        id=order.id,
        holder_id=request.holder_id,
        role=request.role,
        capacity=request.capacity,
        body_id=request.body_id,
        # who stands in reads what the absent may read
        unit_id=order.replaced.unit_id if order.replaced else request.unit_id,
        scope=[],
        valid_from=request.valid_from,
        valid_to=request.valid_to,
        acts_for_id=request.acts_for_id,
        ground_act=ACTS[order.owner.language],
        ground_number=paper.number,
        ground_date=paper.date,
        ground_document_id=order.id,
        ground_sha256=blob.sha256,
    )
    uow.audit.record(
        "person:mandate:grant",
        actor=str(request.by),
        subject=str(request.holder_id),
        details={"role": request.role, "capacity": request.capacity, "order": paper.number},
    )
