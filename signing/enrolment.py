"""Enrolment of an officer's own key: certification requests (PKCS#10, RFC 2986), and proof that a key is at hand.

The page builds the part that is signed and signs it; WebCrypto gives an ECDSA value as r‖s, so the whole is put
together here, in the one place that turns such values into DER.
"""

from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import csr as asn1_csr
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from signing import der
from signing.algorithms import PublicKey, ecdsa_der, mechanism_of, public_key_of, require_signature
from signing.certificates import CertificateFacts, Profile, Subject, facts_of, signer_name
from signing.cms import load_certificate
from signing.errors import RequestRefused
from signing.foreign import require_signed_challenge
from signing.policy import Matched, matched, require_signing_usage
from signing.trust import TrustStore, require_chain

__all__ = [
    "CertificateFacts",
    "CheckedRequest",
    "Matched",
    "checked_request",
    "facts_of",
    "require_new_key",
    "require_own",
    "require_possession",
    "require_signed_challenge",
    "subject_name",
]

MINIMAL_NEW_RSA_BITS = 3072
"""of a key made today (ETSI TS 119 312; SOG-IS: 2048 only until the end of 2025)"""
LARGEST_RSA_BITS = 8192
NEW_CURVES = frozenset({"secp256r1", "secp384r1"})
LONGEST = 16384
"""octets of a request"""


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request whose maker has the key and asks for no more than is due."""

    public_key: PublicKey
    spki: bytes = field(repr=False)
    """SubjectPublicKeyInfo, DER"""
    pem: str = field(repr=False)
    """PKCS#10, as an authority takes it"""


def subject_name(subject: Subject) -> bytes:
    """The subject a person's request has to name, DER."""
    return signer_name(subject, Profile.OFFICER).public_bytes()


def checked_request(info: bytes, value: bytes, subject: Subject) -> CheckedRequest:
    """Put the request together and check it: proof of possession, the person's own subject, an allowed new key.

    :param info: CertificationRequestInfo, DER
    :param value: the signature over `info`, ECDSA as r‖s
    :raises RequestRefused: `rule` is shape, subject, key or possession
    """
    key = _key_of(info)
    signature = der.tlv(der.BIT_STRING, b"\0", ecdsa_der(key, value))
    request = der.sequence(info, mechanism_of(key).signature_identifier, signature)
    try:
        parsed = x509.load_der_x509_csr(request)
        named, extensions = parsed.subject.public_bytes(), len(parsed.attributes)
        proven = parsed.is_signature_valid
    except (ValueError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise RequestRefused("shape", "no certification request") from error
    if named != subject_name(subject):
        raise RequestRefused("subject", f"it names {parsed.subject.rfc4514_string()}")
    if extensions:
        raise RequestRefused("shape", "it asks for attributes; what a certificate may do is the authority's to say")
    if not proven:
        raise RequestRefused("possession", "it is not signed by the key it names")
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return CheckedRequest(key, spki, parsed.public_bytes(Encoding.PEM).decode("ascii"))


def require_possession(certificate: bytes, value: bytes, challenge: bytes) -> None:
    """Whoever sent the certificate has its key, and it is one that signs documents.

    :param value: the signature over `challenge`, ECDSA as r‖s or DER
    :raises NotSignable: rules "value" and "usage"
    :raises CertificateUnusable: unreadable, or a key that cannot sign here
    """
    parsed = load_certificate(certificate)
    key = public_key_of(parsed)
    require_signature(key, ecdsa_der(key, value), challenge)
    require_signing_usage(parsed)


def require_own(certificate: bytes, chain: tuple[bytes, ...], *, name: str, trust: TrustStore, at: datetime) -> Matched:
    """A certificate from outside is this person's, for documents, and leads to a trusted root; how it is theirs.

    :raises NotSignable: rules holder, usage, chain, validity, revocation
    :raises CertificateUnusable: it, or one of the chain, cannot be read
    """
    found = matched(certificate, name=name)
    require_signing_usage(load_certificate(certificate))
    require_chain(certificate, chain, trust, at=at)
    for one in chain:
        load_certificate(one)
    return found


def require_new_key(key: object) -> PublicKey:
    """A key as it may be certified today.

    :raises RequestRefused: rule "key"
    """
    if isinstance(key, rsa.RSAPublicKey):
        if not MINIMAL_NEW_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS:
            raise RequestRefused("key", f"RSA of {key.key_size} bits; new keys have at least {MINIMAL_NEW_RSA_BITS}")
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in NEW_CURVES:
        return key
    raise RequestRefused("key", "only P-256, P-384 and RSA keys are certified")


def _key_of(info: bytes) -> PublicKey:
    if len(info) > LONGEST:
        raise RequestRefused("shape", f"more than {LONGEST} octets")
    try:
        spki: bytes = asn1_csr.CertificationRequestInfo.load(info, strict=True)["subject_pk_info"].dump()
        key = load_der_public_key(spki)
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm) as error:
        raise RequestRefused("shape", "no certification request") from error
    return require_new_key(key)
