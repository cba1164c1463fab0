"""An officer's key, open for one authentication, whatever store it is in. No transaction is open meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from processes.certificates import count_wrong_pin, forget_wrong_pins, named_certificate
from processes.errors import KeyStoreFailed, NoCertificate, PinLocked
from processes.office import Office
from processes.tables import CertificateRow
from signing.errors import StoreFailed, WrongPin
from signing.keys import KeyEntry, Manner, SigningKey
from signing.keys.pkcs12 import unwrap


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInHand:
    """A key that signs now, and the certificate it belongs to."""

    certificate: CertificateRow
    key: SigningKey


@contextmanager
def key_in_hand(office: Office, person_id: UUID, secret: str, *, serial: str) -> Iterator[KeyInHand]:
    """Open the key of a person's certificate with PIN, or PIN and one-time password. What the store says when it opens
    or signs is told in the house's words; wrong secrets are counted.

    :raises NoCertificate: none of this serial in force, or its key is not opened by the server
    :raises PinRefused: wrong, with the tries left; :raises PinLocked: too many wrong ones
    :raises KeyStoreFailed: token or service do not answer, or not with a signature
    """
    with office.reading() as uow:
        certificate = named_certificate(uow, person_id, serial)
        if certificate.locked_until is not None and certificate.locked_until > uow.now:
            raise PinLocked(certificate.locked_until)
    if office.key_stores.kind_of(certificate.key_store).manner is not Manner.OPENED:
        raise NoCertificate("the key of this certificate is not opened by the server")
    store = office.key_stores.opening(certificate.key_store)
    try:
        with store.open(entry_of(office, certificate), secret) as key:
            yield KeyInHand(certificate=certificate, key=key)
    except WrongPin:
        count_wrong_pin(office, certificate, person_id)
    except StoreFailed as error:
        raise KeyStoreFailed(str(error)) from error
    forget_wrong_pins(office, certificate)


def entry_of(office: Office, certificate: CertificateRow) -> KeyEntry:
    """What a store needs of a certificate to find its key."""
    container = unwrap(certificate.wrapped_key, office.keys.server_key) if certificate.wrapped_key else b""
    return KeyEntry(
        certificate=der_of_pem(certificate.pem),
        chain=_ders_of_pem(certificate.chain) if certificate.chain else (),
        reference=certificate.key_reference,
        container=container,
    )


@lru_cache(maxsize=256)
def der_of_pem(pem: str) -> bytes:
    """A certificate as the stores know it."""
    return _der(x509.load_pem_x509_certificate(pem.encode()))


@lru_cache(maxsize=256)
def _ders_of_pem(pem: str) -> tuple[bytes, ...]:
    return tuple(_der(one) for one in x509.load_pem_x509_certificates(pem.encode()))


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
