"""Certification requests (PKCS#10, RFC 2986) that a page made with the officer's own key.

The page builds the part that is signed and signs it; WebCrypto gives an ECDSA value as r‖s, so the whole is put
together here, in the one place that turns such values into DER.
"""

from dataclasses import dataclass, field

from asn1crypto import csr as asn1_csr
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from signing import der
from signing.algorithms import PublicKey, ecdsa_der, mechanism_of
from signing.certificates import Profile, Subject, signer_name
from signing.errors import RequestRefused

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
