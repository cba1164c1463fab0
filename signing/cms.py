"""CAdES signatures as PAdES embeds them (RFC 5652, ETSI EN 319 122-1), assembled directly in DER."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import der
from signing.algorithms import Mechanism, PublicKey, mechanism_of, public_key_of
from signing.errors import CertificateUnusable

DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
_SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
_CONTEXT_4 = 0xA4


@dataclass(frozen=True, slots=True)
class Signer:
    """The constant parts of every signature made with one certificate."""

    certificate: x509.Certificate
    der: bytes
    public_key: PublicKey
    mechanism: Mechanism
    identifier: bytes
    """IssuerAndSerialNumber"""
    constant_attributes: tuple[bytes, ...]
    """signing-certificate-v2 (RFC 5035) and CMSAlgorithmProtection (RFC 6211)"""
    certificates: bytes
    """[0] CertificateSet: the signer's and its issuers', without a self-signed root"""


@lru_cache(maxsize=256)
def signer_of(certificate: bytes, chain: tuple[bytes, ...] = ()) -> Signer:
    """The signer behind a DER certificate; parsed once.

    :raises CertificateUnusable: unreadable, or a key that cannot sign here
    """
    parsed = load_certificate(certificate)
    key = public_key_of(parsed)
    mechanism = mechanism_of(key)
    # the issuer's name exactly as the certificate encodes it, whatever string types it uses
    issuer: bytes = asn1_x509.Certificate.load(certificate).issuer.dump()
    serial = der.integer(parsed.serial_number)
    issuers = [one for one in chain if not is_self_signed(load_certificate(one))]
    return Signer(
        certificate=parsed,
        der=certificate,
        public_key=key,
        mechanism=mechanism,
        identifier=der.sequence(issuer, serial),
        constant_attributes=(
            _attribute(_SIGNING_CERTIFICATE_V2, _ess_certificate(certificate, issuer, serial)),
            _attribute(_ALGORITHM_PROTECTION, _algorithm_protection(mechanism)),
        ),
        certificates=der.tlv(der.CONTEXT_0, *sorted({certificate, *issuers})),
    )


@lru_cache(maxsize=256)
def load_certificate(data: bytes) -> x509.Certificate:
    """A DER certificate.

    :raises CertificateUnusable: it cannot be read
    """
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise CertificateUnusable(f"unreadable certificate: {error}") from error


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Names itself as its issuer."""
    return certificate.subject == certificate.issuer


def der_of(certificate: x509.Certificate) -> bytes:
    """The certificate's DER."""
    return certificate.public_bytes(Encoding.DER)


def signed_attributes(signer: Signer, digest: bytes, *, content_type: str = DATA) -> bytes:
    """What the key signs: DER SET OF attributes over the content's digest.

    PAdES forbids the signing-time attribute; the claimed time is /M (ETSI EN 319 142-1, 6.3).
    """
    return der.set_of(
        _attribute(_CONTENT_TYPE, der.oid(content_type)),
        _attribute(_MESSAGE_DIGEST, der.octets(digest)),
        *signer.constant_attributes,
    )


def signed_data(
    signer: Signer,
    attributes: bytes,
    signature: bytes,
    *,
    token: bytes | None = None,
    content: bytes | None = None,
) -> bytes:
    """ContentInfo with SignedData of one signer.

    :param attributes: as `signed_attributes` made them
    :param token: signature timestamp (DER ContentInfo), an unsigned attribute
    :param content: TSTInfo when the content is encapsulated (a timestamp token), None for a detached signature
    """
    # the attributes are signed as SET OF and carried as [0] IMPLICIT (RFC 5652, 5.4)
    implicit = der.implicit(der.CONTEXT_0, attributes)
    unsigned = b"" if token is None else der.tlv(der.CONTEXT_1, _attribute(_SIGNATURE_TIME_STAMP, token))
    signer_info = der.sequence(
        der.integer(1),
        signer.identifier,
        signer.mechanism.digest_identifier,
        implicit,
        signer.mechanism.signature_identifier,
        der.octets(signature),
        unsigned,
    )
    if content is None:
        version, encapsulated = 1, der.sequence(der.oid(DATA))
    else:
        version, encapsulated = 3, der.sequence(der.oid(TST_INFO), der.tlv(der.CONTEXT_0, der.octets(content)))
    body = der.sequence(
        der.integer(version),
        der.set_of(signer.mechanism.digest_identifier),
        encapsulated,
        signer.certificates,
        der.set_of(signer_info),
    )
    return der.sequence(der.oid(SIGNED_DATA), der.tlv(der.CONTEXT_0, body))


def _attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.oid(kind), der.set_of(value))


def _ess_certificate(certificate: bytes, issuer: bytes, serial: bytes) -> bytes:
    """SigningCertificateV2 with one ESSCertIDv2; SHA-256 is the default and left out."""
    names = der.sequence(der.tlv(_CONTEXT_4, issuer))
    identifier = der.sequence(der.octets(hashlib.sha256(certificate).digest()), der.sequence(names, serial))
    return der.sequence(der.sequence(identifier))


def _algorithm_protection(mechanism: Mechanism) -> bytes:
    """Ties digest and signature algorithm to the signature; signatureAlgorithm is [1] IMPLICIT."""
    implicit = der.implicit(der.CONTEXT_1, mechanism.signature_identifier)
    return der.sequence(mechanism.digest_identifier, implicit)
