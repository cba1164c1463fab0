"""Enrol a person or a body's e-seal: the pilot authority issues a certificate, the key is encrypted at once."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from processes.office import Office
from processes.organisation import body
from processes.own_keys import subject_of
from processes.tables import CertificateRow
from processes.unit_of_work import UnitOfWork
from signing.authority import EnrolledKey, Subject
from signing.keys.pkcs12 import wrap


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolOfficer:
    """A certificate for a person, whose key this PIN will open (at least 8 characters)."""

    person_id: UUID
    pin: str
    by: str


def enrol_officer(office: Office, request: EnrolOfficer) -> str:
    """Issue the certificate; its serial number.

    :raises signing.errors.WeakPin: the PIN is too short
    """
    with office.reading() as uow:
        subject = subject_of(uow.session, request.person_id)
    enrolled = office.keys.authority.enrol(subject, at=office.clock(), profile="officer", pin=request.pin)
    with office.unit_of_work() as uow:
        _keep(office, uow, enrolled, person_id=request.person_id, body_id=None, actor=request.by)
        uow.commit()
    return enrolled.serial


def enrol_seal(office: Office, body_id: UUID, *, by: str) -> str:
    """Issue the certificate of a body's e-seal, which the server opens by itself; its serial number."""
    with office.reading() as uow:
        owner = body(uow.session, body_id)
    subject = Subject(name=owner.named(), organisation=owner.named(), serial_number=owner.code, country=owner.calendar)
    enrolled = office.keys.authority.enrol(subject, at=office.clock(), profile="seal", pin=office.keys.seal_pin())
    with office.unit_of_work() as uow:
        _keep(office, uow, enrolled, person_id=None, body_id=owner.id, actor=by)
        uow.commit()
    return enrolled.serial


def _keep(
    office: Office, uow: UnitOfWork, enrolled: EnrolledKey, *, person_id: UUID | None, body_id: UUID | None, actor: str
) -> None:
    uow.insert(
        CertificateRow,
        id=uuid4(),
        person_id=person_id,
        body_id=body_id,
        serial=enrolled.serial,
        subject=enrolled.subject,
        issuer=enrolled.issuer,
        pem=enrolled.certificate_pem,
        not_before=enrolled.not_before,
        not_after=enrolled.not_after,
        chain="",
        key_store="pkcs12",
        key_reference="",
        wrapped_key=wrap(enrolled.pkcs12, office.keys.server_key),
        failed_pins=0,
        issued_at=uow.now,
    )
    uow.audit.record(
        "person:certificate:issue" if person_id else "body:certificate:issue",
        actor=actor,
        subject=str(person_id or body_id),
        details={"serial": enrolled.serial},
    )
