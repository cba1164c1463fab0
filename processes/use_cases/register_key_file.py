"""Enrol the key of an officer's own .p12: its certificate is entered; file, key and PIN stay with the officer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from processes.errors import EntryRefused
from processes.office import Office
from processes.organisation import person
from processes.own_keys import OwnKey, is_challenge, keep_own_key
from processes.tables import CertificateRow
from processes.trust import trust_store
from processes.unit_of_work import UnitOfWork
from signing.enrolment import facts_of, require_own, require_possession
from signing.errors import SigningError

LARGEST = 65536
"""octets of a certificate with its issuers"""
MOST_ISSUERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterKeyFile:
    """The certificates of the opened file, and the key's signature over the challenge."""

    by: UUID
    certificate: bytes = field(repr=False)
    """DER"""
    chain: Sequence[bytes] = field(default=(), repr=False)
    challenge: str
    value: bytes = field(repr=False)


def register_key_file(office: Office, request: RegisterKeyFile) -> str:
    """Enter the certificate; its serial number.

    :raises EntryRefused: the key is not shown to be theirs, the certificate names somebody else, is not for signing,
        does not lead to a trusted root, is not in force, or is known already
    """
    if not is_challenge(office, request.by, request.challenge, office.clock()):
        raise EntryRefused("certificate", "expired")
    if len(request.chain) > MOST_ISSUERS or len(request.certificate) + sum(map(len, request.chain)) > LARGEST:
        raise EntryRefused("certificate", "too-large")
    with office.reading() as uow:
        holder = person(uow.session, request.by)
    try:
        require_possession(request.certificate, request.value, request.challenge.encode())
        matched_by = require_own(
            request.certificate,
            tuple(request.chain),
            name=holder.name,
            trust=trust_store(office),
            at=office.clock(),
        )
    except SigningError as error:
        raise EntryRefused("certificate", getattr(error, "rule", error.code)) from error
    own = OwnKey(certificate=request.certificate, chain=request.chain, store="file", matched_by=matched_by)
    with office.unit_of_work() as uow:
        require_new(uow, request.certificate)
        serial = keep_own_key(uow, request.by, own, actor=str(request.by))
        uow.commit()
    return serial


def entered_certificates(content: bytes) -> list[bytes]:
    """The certificates of an uploaded file, DER, in its order; the signer's comes first.

    :raises EntryRefused: none, or too many
    """
    if len(content) > LARGEST:
        raise EntryRefused("certificate", "too-large")
    try:
        if b"-----BEGIN" in content:
            found = x509.load_pem_x509_certificates(content)
        else:
            found = [x509.load_der_x509_certificate(content)]
    except ValueError as error:
        raise EntryRefused("certificate", "malformed") from error
    return [one.public_bytes(Encoding.DER) for one in found[: MOST_ISSUERS + 1]]


def require_new(uow: UnitOfWork, certificate: bytes) -> None:
    """No certificate of this serial number is known.

    :raises EntryRefused: it is
    """
    serial = facts_of(certificate).serial
    if uow.session.scalar(sa.select(CertificateRow.id).where(CertificateRow.serial == serial)) is not None:
        raise EntryRefused("certificate", "taken")
