"""Keys that officers keep themselves: whom their certificates must name, and how the office keeps what it knows."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from processes.office import Office
from processes.organisation import body, person
from processes.tables import CertificateRow
from processes.unit_of_work import UnitOfWork
from signing.authority import Subject
from signing.enrolment import facts_of

CHALLENGE_HOURS = 2
"""an hour's challenge is good until the end of the next"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """A certificate whose key its holder keeps."""

    certificate: bytes
    """DER"""
    chain: Sequence[bytes]
    store: str
    """browser or file"""
    matched_by: str
    """how it was seen that the certificate is this person's; stands in the audit trail"""


def subject_of(session: Session, person_id: UUID) -> Subject:
    """Whom a person's certificate names."""
    holder = person(session, person_id)
    owner = body(session, holder.body_id)
    return Subject(name=holder.name, organisation=owner.named(), serial_number=str(holder.id), country=owner.calendar)


def keep_own_key(uow: UnitOfWork, person_id: UUID, own: OwnKey, *, actor: str) -> str:
    """Enter it; from now on this person's documents name it. Its serial number."""
    facts = facts_of(own.certificate)
    uow.insert(
        CertificateRow,
        id=uuid4(),
        person_id=person_id,
        body_id=None,
        serial=facts.serial,
        subject=facts.subject,
        issuer=facts.issuer,
        pem=facts.certificate_pem,
        chain="".join(facts_of(one).certificate_pem for one in own.chain),
        not_before=facts.not_before,
        not_after=facts.not_after,
        key_store=own.store,
        key_reference=reference_of(own.certificate),
        matched_by=own.matched_by,
        wrapped_key=None,
        failed_pins=0,
        issued_at=uow.now,
    )
    uow.audit.record(
        "person:certificate:enter",
        actor=actor,
        subject=str(person_id),
        details={"serial": facts.serial, "store": own.store, "matched by": own.matched_by, "issuer": facts.issuer},
    )
    return facts.serial


def reference_of(certificate: bytes) -> str:
    """SHA-256 of the certificate's SubjectPublicKeyInfo, hex: a browser finds its key by it."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return reference_of_key(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def reference_of_key(spki: bytes) -> str:
    """The same of a SubjectPublicKeyInfo, DER."""
    return hashlib.sha256(spki).hexdigest()


def challenge(office: Office, person_id: UUID, at: datetime) -> str:
    """What the key in a person's file signs to show that they have it. No document's attributes can look like it."""
    hour = at.strftime("%Y-%m-%dT%H")
    told = f"karguzar enrolment of {person_id} at {hour}"
    return f"{told}: {hmac.new(office.keys.lookup_key, told.encode(), hashlib.sha256).hexdigest()}"


def is_challenge(office: Office, person_id: UUID, text: str, at: datetime) -> bool:
    """Given out to this person in this hour or the last."""
    hours = (at - timedelta(hours=each) for each in range(CHALLENGE_HOURS))
    return any(hmac.compare_digest(text.encode(), challenge(office, person_id, hour).encode()) for hour in hours)
