"""The algorithms signatures are made with: by the key's kind, nothing to choose (ETSI TS 119 312).

RSA signs PKCS#1 v1.5 with SHA-256, P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from signing import der
from signing.errors import CertificateUnusable, NotSignable

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
Digest = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
MINIMAL_RSA_BITS = 2048

_DIGESTS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
_CURVES = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}
_RSA_SHA256 = "1.2.840.113549.1.1.11"
_RSA_SHA256_IDENTIFIER = der.sequence(der.oid(_RSA_SHA256), der.NULL)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Until when an algorithm, or a length of key, is fit for a signature."""

    name: str
    least: int
    """bits of the key this holds from; 0: a digest"""
    until: date | None
    """from this day on no longer; None: no end is set"""


ACCEPTABLE = (
    Acceptance("md5", 0, date(2004, 8, 1)),
    Acceptance("sha1", 0, date(2012, 8, 1)),
    Acceptance("sha224", 0, date(2029, 1, 1)),
    Acceptance("sha256", 0, None),
    Acceptance("sha384", 0, None),
    Acceptance("sha512", 0, None),
    Acceptance("sha3_256", 0, None),
    Acceptance("sha3_384", 0, None),
    Acceptance("sha3_512", 0, None),
    Acceptance("rsa", 1024, date(2019, 10, 1)),
    Acceptance("rsa", 1900, date(2029, 1, 1)),
    Acceptance("rsa", 3000, date(2029, 1, 1)),
    Acceptance("ecdsa", 160, date(2021, 1, 1)),
    Acceptance("ecdsa", 256, None),
    Acceptance("ed25519", 0, None),
    Acceptance("ed448", 0, None),
)
"""ETSI TS 119 312 V1.5.1 (2024-10), as its machine-readable catalogue has it; what is not here is not believed. New
signatures and signatures of any maker are held to it: one that is older than the end of its algorithm stands if a
timestamp proves it. An office may set earlier days, never later ones"""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How one key signs: digest and signature algorithm as DER AlgorithmIdentifiers."""

    digest: str
    """sha256, sha384 or sha512"""
    digest_identifier: bytes
    signature_identifier: bytes

    @property
    def is_rsa(self) -> bool:
        """RSA, not ECDSA."""
        return self.signature_identifier == _RSA_SHA256_IDENTIFIER

    @property
    def digest_oid(self) -> str:
        """The digest's object identifier, dotted."""
        return _DIGESTS[self.digest]

    @property
    def signature_oid(self) -> str:
        """The signature algorithm's object identifier, dotted."""
        return _RSA_SHA256 if self.is_rsa else _ECDSA[self.digest]

    def hash(self) -> Digest:
        """The digest as cryptography knows it."""
        return hash_algorithm(self.digest)

    def hashed(self, *parts: bytes | memoryview) -> bytes:
        """Digest of the parts in a row."""
        context = hashlib.new(self.digest)
        for part in parts:
            context.update(part)
        return context.digest()


def hash_algorithm(digest: str) -> Digest:
    """The digest named sha256, sha384 or sha512."""
    known: dict[str, Digest] = {
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }
    return known[digest]


def digest_identifier(digest: str) -> bytes:
    """AlgorithmIdentifier of a digest, parameters absent (RFC 5754, 2)."""
    return der.sequence(der.oid(_DIGESTS[digest]))


def public_key_of(certificate: x509.Certificate) -> PublicKey:
    """The certificate's key, if it is of a kind that signs here.

    :raises CertificateUnusable: neither RSA of at least 2048 bits nor a NIST curve
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MINIMAL_RSA_BITS:
            raise CertificateUnusable(f"RSA of {key.key_size} bits is too short")
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    raise CertificateUnusable("only RSA, P-256, P-384 and P-521 keys sign here")


def mechanism_of(key: PublicKey) -> Mechanism:
    """How this key signs."""
    if isinstance(key, rsa.RSAPublicKey):
        digest, signature = "sha256", _RSA_SHA256_IDENTIFIER
    else:
        digest = _CURVES[key.curve.name]
        signature = der.sequence(der.oid(_ECDSA[digest]))
    return Mechanism(digest, digest_identifier(digest), signature)


def sign_with(key: PrivateKey, data: bytes) -> bytes:
    """The signature value over `data`, digest included; ECDSA as DER SEQUENCE {r, s}."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data, ec.ECDSA(mechanism_of(key.public_key()).hash()))


def acceptance_of(name: str, bits: int = 0) -> Acceptance | None:
    """The row for a digest, or for a kind of key of this length; None: not fit."""
    fitting = [one for one in ACCEPTABLE if one.name == name and one.least <= bits]
    return max(fitting, key=lambda one: one.least, default=None)


def label_of(acceptance: Acceptance) -> str:
    """How settings and messages call it: `sha256`, `rsa-3000`."""
    return f"{acceptance.name}-{acceptance.least}" if acceptance.least else acceptance.name


def end_of(acceptance: Acceptance, sooner: Mapping[str, date] | None = None) -> date | None:
    """The first day it is no longer fit: the table's, or an earlier one of the office's."""
    days = (acceptance.until, (sooner or {}).get(label_of(acceptance)))
    return min((day for day in days if day is not None), default=None)


def kind_of(key: PublicKey) -> str:
    """As the table calls it: rsa or ecdsa."""
    return "rsa" if isinstance(key, rsa.RSAPublicKey) else "ecdsa"


def require_acceptable(key: PublicKey, digest: str, *, at: datetime, sooner: Mapping[str, date] | None = None) -> None:
    """Key and digest are fit for a signature made at `at`.

    :param sooner: label → an earlier day than the table's
    :raises NotSignable: rule "algorithm"
    """
    for name, bits in ((digest, 0), (kind_of(key), key.key_size)):
        found = acceptance_of(name, bits)
        told = f"{name} of {bits} bits" if bits else name
        if found is None:
            raise NotSignable("algorithm", f"{told} is not accepted")
        end = end_of(found, sooner)
        if end is not None and at.date() >= end:
            raise NotSignable("algorithm", f"{told} has not been accepted since {end:%Y-%m-%d}")


def ecdsa_der(key: PublicKey, value: bytes) -> bytes:
    """An ECDSA value as DER SEQUENCE {r, s}; WebCrypto, PKCS#11 and some services give raw r and s in a row."""
    if isinstance(key, rsa.RSAPublicKey):
        return value
    half = (key.curve.key_size + 7) // 8
    if len(value) != 2 * half or _is_der(value):
        return value
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))


def _is_der(value: bytes) -> bool:
    try:
        decode_dss_signature(value)
    except ValueError:
        return False
    return True


def digest_named(identifier: bytes) -> str:
    """The digest of a DER OBJECT IDENTIFIER.

    :raises ValueError: none of sha256, sha384 and sha512
    """
    known = {der.oid(dotted): name for name, dotted in _DIGESTS.items()}
    if identifier not in known:
        raise ValueError("a digest algorithm that is not used here")
    return known[identifier]


def require_signature(key: PublicKey, signature: bytes, data: bytes, *, digest: str | None = None) -> None:
    """The signature value belongs to this key and these bytes.

    :param digest: of somebody else's signature; None: as keys of this kind sign here
    :raises NotSignable: it does not (rule "value")
    """
    algorithm = hash_algorithm(digest) if digest else mechanism_of(key).hash()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        else:
            key.verify(signature, data, ec.ECDSA(algorithm))
    except InvalidSignature:
        raise NotSignable("value", "the signature value does not belong to this certificate and document") from None
