"""The signing page: what waits for whose signature, with which certificate, in which capacity; and the receipt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from archive.service import ArchivedDocument
from engine.tables import WorkItemRow
from processes.cosignatures import require_head
from processes.errors import AttemptExpired, ConfigurationError, NotFound, StepOvertaken
from processes.office import Office
from processes.organisation import people_named
from processes.queries.definitions import Definitions
from processes.queries.due import Due, DueCounter
from processes.queries.shared_documents import SharedView, shared_view
from processes.sealing import verify_code
from processes.tables import BodyRow, CaseRow, CertificateRow, SigningAttemptRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from signing.keys import KINDS, Manner

Titles = Mapping[str, str]
SEALED = "seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """An officer's certificate."""

    serial: str
    subject: str
    issuer: str
    not_after: datetime
    locked_until: datetime | None
    store: str
    """pkcs12, browser, file, or a name of karguzar.toml"""
    kind: str
    """of that store; empty: it is not set up any more"""
    manner: str
    """opened, page, agent, consent, later, or seal: the body's, which the server opens by itself; empty likewise"""
    reference: str
    """by which a browser finds its key"""
    sole_control: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningPage:
    """What an officer sees before signing."""

    attempt_id: UUID
    item_id: UUID
    signed: bool
    case_id: UUID
    case_number: str
    subject: str
    number: str
    title: str
    step: Titles
    process: Titles
    decision: str | None
    sha256: str
    bytes: int
    attachments: int
    expires_at: datetime
    due: Due | None
    capacity: str
    acts_for: str | None
    ground: str
    certificate: CertificateView | None
    asked: bool
    """a service has been asked for the signature, which the officer gives on another device"""
    code: str
    """shown there too; empty where the service has none"""
    previous: int
    """how many earlier documents it names by their hashes"""
    shared: SharedView | None
    """of a document that others have signed or will sign"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReceipt:
    """What an officer sees after signing: it is safe."""

    document_id: UUID
    case_id: UUID
    case_number: str
    subject: str
    number: str
    step: Titles
    sha256: str
    bytes: int
    level: str | None
    verdict: str | None
    accepted_at: datetime
    claimed_at: datetime
    proven_at: datetime | None
    certificate_serial: str
    verify_code: str
    next_steps: tuple[tuple[Titles, Titles], ...]
    """(step, role) of what waits in the case now"""
    shared: SharedView | None
    """of a document that others sign too"""


def signing_page(office: Office, attempt_id: UUID, by: UUID) -> SigningPage:
    """The page of an attempt, for the person it was prepared for.

    :raises NotFound: no such attempt of this person
    :raises StepOvertaken: the step was done or interrupted meanwhile
    :raises AttemptExpired: it waited too long, or was withdrawn
    :raises DocumentMoved: somebody else has signed the shared document since
    """
    with office.reading() as uow:
        attempt = uow.session.get(SigningAttemptRow, attempt_id)
        if attempt is None or attempt.person_id != by:
            raise NotFound("no document waits for your signature here")
        item = uow.session.get_one(WorkItemRow, attempt.work_item_id)
        if attempt.state != "signed":
            _require_waiting(uow, attempt, item)
        return _page(office, uow, attempt, item)


def item_of_attempt(office: Office, attempt_id: UUID, by: UUID) -> UUID:
    """The step an attempt of this person belongs to.

    :raises NotFound: no such attempt of this person
    """
    with office.reading() as uow:
        attempt = uow.session.get(SigningAttemptRow, attempt_id)
        if attempt is None or attempt.person_id != by:
            raise NotFound("no document waits for your signature here")
        return attempt.work_item_id


def _require_waiting(uow: UnitOfWork, attempt: SigningAttemptRow, item: WorkItemRow) -> None:
    if item.state in {"completed", "exited"}:
        names = people_named(uow.session, {UUID(item.assignee)}) if item.assignee else {}
        raise StepOvertaken(by=next(iter(names.values()), None), at=item.ended_at, state=item.state)
    if attempt.state != "prepared" or attempt.expires_at <= uow.now:
        raise AttemptExpired
    require_head(uow, attempt)


def _page(office: Office, uow: UnitOfWork, attempt: SigningAttemptRow, item: WorkItemRow) -> SigningPage:
    case = uow.session.get_one(CaseRow, attempt.case_id)
    body = uow.session.get_one(BodyRow, case.body_id)
    definitions, step = Definitions(uow), attempt.step or {}
    mandate: Mapping[str, Any] = step.get("mandate", {})
    certificate = _certificate(office, uow, str(step.get("certificate", "")))
    return SigningPage(
        attempt_id=attempt.id,
        item_id=attempt.work_item_id,
        signed=attempt.state == "signed",
        case_id=case.id,
        case_number=case.number,
        subject=case.subject,
        number=attempt.number,
        title=str(step.get("title", "")),
        step=definitions.step_title(item.definition_key, item.definition_version, item.element_id),
        process=definitions.process_title(item.definition_key, item.definition_version),
        decision=step.get("decision"),
        sha256=attempt.pdf_sha256,
        bytes=len(attempt.pdf or b""),
        attachments=len(step.get("attachments", ())),
        expires_at=attempt.expires_at,
        due=DueCounter(uow).due(item.due_at, calendar=body.calendar, time_zone=body.time_zone),
        capacity=str(mandate.get("capacity", "")),
        acts_for=mandate.get("acts_for"),
        ground=_ground(mandate.get("ground", {})),
        certificate=certificate,
        asked=bool(attempt.ticket) and certificate is not None and certificate.manner == Manner.LATER,
        code=str(json.loads(attempt.ticket)["code"]) if attempt.ticket else "",
        previous=len(step.get("previous", ())),
        shared=shared_view(uow, attempt.cosigns) if attempt.cosigns else None,
    )


def _ground(ground: Mapping[str, Any]) -> str:
    day = ".".join(reversed(str(ground.get("date", "")).split("-")))
    return f"{ground.get('act', '')} № {ground.get('number', '')}, {day}"


def _certificate(office: Office, uow: UnitOfWork, serial: str) -> CertificateView | None:
    row = uow.session.execute(sa.select(CertificateRow).where(CertificateRow.serial == serial)).scalar()
    if row is None:
        return None
    kind = kind_of_store(office, row.key_store)
    return CertificateView(
        serial=row.serial,
        subject=row.subject,
        issuer=row.issuer,
        not_after=row.not_after,
        locked_until=row.locked_until,
        store=row.key_store,
        kind=kind,
        manner=SEALED if row.body_id else KINDS[kind].manner if kind else "",
        reference=row.key_reference,
        sole_control=under_sole_control(office, row.key_store),
    )


def kind_of_store(office: Office, name: str) -> str:
    """The kind of the store a certificate names; empty: it is not set up any more."""
    try:
        return office.key_stores.kind_of(name).name
    except ConfigurationError:
        return ""


def under_sole_control(office: Office, name: str) -> bool:
    """Whether only its holder controls a key in this store; of one that is not set up any more nobody can say so."""
    return bool(kind_of_store(office, name)) and office.key_stores.sole_control(name)


def signed_receipt(office: Office, attempt_id: UUID, by: UUID) -> SignedReceipt:
    """The receipt of a signed step, for whoever signed it.

    :raises NotFound: this person signed no such document
    """
    with office.reading() as uow:
        record = uow.session.execute(
            sa.select(StepRecordRow)
            .join(SigningAttemptRow, SigningAttemptRow.work_item_id == StepRecordRow.work_item_id)
            .where(SigningAttemptRow.id == attempt_id, StepRecordRow.person_id == by)
        ).scalar()
        if record is None or record.document_id is None:
            raise NotFound("you signed no such document")
        return _receipt(uow, record, uow.archive.document(record.document_id))


def _receipt(uow: UnitOfWork, record: StepRecordRow, document: ArchivedDocument) -> SignedReceipt:
    case = uow.session.get_one(CaseRow, record.case_id)
    definitions = Definitions(uow)
    waiting = uow.engine.open_items(case.id)
    return SignedReceipt(
        document_id=document.id,
        case_id=case.id,
        case_number=case.number,
        subject=case.subject,
        number=record.number,
        step=definitions.step_title(record.definition_key, record.definition_version, record.element_id),
        sha256=document.sha256,
        bytes=document.bytes,
        level=document.level,
        verdict=document.verdict,
        accepted_at=record.accepted_at,
        claimed_at=record.claimed_at,
        proven_at=record.proven_at,
        certificate_serial=record.certificate_serial,
        verify_code=verify_code(document.id),
        next_steps=tuple(
            (
                definitions.step_title(item.definition_key, item.definition_version, item.element_id),
                definitions.role_title(item.definition_key, item.definition_version, item.role),
            )
            for item in waiting
        ),
        shared=shared_view(uow, document.id),
    )
