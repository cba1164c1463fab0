"""Whether a certificate whose key is elsewhere may be enrolled: who has its key, whose it is, whom it comes from."""

import os
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.algorithms import public_key_of, require_signature
from signing.certificates import CertificateFacts, facts_of
from signing.cms import load_certificate
from signing.errors import CertificateUnusable
from signing.keys import KeyEntry, KeyStore
from signing.trust import TrustStore, require_chain

CHALLENGE = b"Karguzar: enrolment "


def read_certificates(data: bytes) -> list[bytes]:
    """The certificates of a file, PEM or DER, as DER; at least one.

    :raises CertificateUnusable: none in it
    """
    try:
        if b"-----BEGIN" in data:
            return [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(data)]
        return [x509.load_der_x509_certificate(data).public_bytes(Encoding.DER)]
    except ValueError as error:
        raise CertificateUnusable("the file holds no certificate") from error


def subject_of(certificate: bytes) -> str:
    """Whom a certificate names (RFC 4514)."""
    return load_certificate(certificate).subject.rfc4514_string()


def require_possession(store: KeyStore, entry: KeyEntry, secret: str) -> None:
    """Whoever knows the secret has the certificate's key: it signs something fresh.

    :raises NotSignable: rule "value": the store's key is another one
    :raises WrongPin: and StoreFailed, as the store opens and signs
    """
    challenge = CHALLENGE + os.urandom(32)
    with store.open(entry, secret) as key:
        value = key.sign(challenge)
    require_signature(public_key_of(load_certificate(entry.certificate)), value, challenge)


def enrollable(entry: KeyEntry, trust: TrustStore, *, at: datetime) -> tuple[CertificateFacts, str]:
    """What an office keeps of the certificate, and its issuers as PEM.

    :raises NotSignable: rules "chain", "validity", "revocation"
    :raises CertificateUnusable: unreadable
    """
    require_chain(entry.certificate, entry.chain, trust, at=at)
    return facts_of(entry.certificate), "".join(facts_of(one).certificate_pem for one in entry.chain)
