"""A complete CMS made elsewhere, by an agent on the officer's computer or a service: judged, then taken apart.

Nothing of it is embedded that was not checked: the signed attributes, the value and the officer's known certificate are
kept, the rest (other certificates, unsigned attributes, encapsulated content) is left out, and what is embedded is
assembled anew in DER.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing import der
from signing.algorithms import Mechanism, PublicKey, digest_identifier, hash_algorithm, require_acceptable
from signing.cms import Signer, signer_of
from signing.errors import NotSignable
from signing.policy import require_signing_usage
from signing.request import PreparedSignature
from signing.trust import TrustStore, require_chain

LARGEST = 64 * 1024
"""bytes of a CMS from outside"""
CLOCKS_APART = timedelta(hours=1)
"""between a signing-time attribute and the office's clock"""
DIGESTS = frozenset({"sha256", "sha384", "sha512"})
_COMMON = frozenset({"content_type", "message_digest", "signing_certificate_v2"})
"""every PAdES signature has these (ETSI EN 319 142-1, 6.3)"""


@dataclass(frozen=True, slots=True)
class ForeignSignature:
    """What is kept of a CMS from outside."""

    signer: Signer
    """of the certificate that was asked for, with the algorithms that were used"""
    attributes: bytes
    """DER SET OF, as they were signed"""
    value: bytes


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was to be signed, and by whom."""

    content: bytes
    certificate: bytes
    chain: tuple[bytes, ...]


def require_foreign(
    prepared: PreparedSignature, cms: bytes, *, trust: TrustStore | None, at: datetime
) -> ForeignSignature:
    """The CMS is one signature, by the certificate that was asked for, over exactly this document, now.

    :raises NotSignable: `rule` is shape, algorithm, certificate, attributes, digest, value, usage, chain, validity or
        revocation
    """
    return _judged(_Asked(covered(prepared), prepared.certificate, prepared.chain), cms, trust, at)


def require_signed_challenge(
    cms: bytes, challenge: bytes, *, trust: TrustStore | None, at: datetime
) -> tuple[bytes, tuple[bytes, ...]]:
    """The CMS is one signature over the challenge, as it would have to be over a document, by a certificate it carries.

    :returns: that certificate and the others it carries, DER
    :raises NotSignable: as `require_foreign`
    """
    with _readable():
        signed_data, info = _shape(cms)
        identifier = info["sid"].chosen
        enclosed = [one.chosen for one in signed_data["certificates"] or () if one.name == "certificate"]
        own = [one.dump() for one in enclosed if _names(identifier, one)]
    if len(own) != 1:
        raise NotSignable("certificate", "it does not carry the certificate of its signer")
    chain = tuple(one.dump() for one in enclosed if one.dump() != own[0])
    _judged(_Asked(challenge, own[0], chain), cms, trust, at)
    return own[0], chain


def _names(identifier: Any, certificate: Any) -> bool:
    """SignerIdentifier, in either of its two forms, means this certificate."""
    if isinstance(identifier, asn1_cms.IssuerAndSerialNumber):
        found = (identifier["issuer"].dump(), identifier["serial_number"].native)
        return bool(found == (certificate.issuer.dump(), certificate.serial_number))
    return bool(identifier.native == certificate.key_identifier)


def _judged(asked: _Asked, cms: bytes, trust: TrustStore | None, at: datetime) -> ForeignSignature:
    signer = signer_of(asked.certificate, asked.chain)
    with _readable():
        signed_data, info = _shape(cms)
        _require_certificate(signed_data, info, signer)
        mechanism = _mechanism(info, signer.public_key)
        _require_attributes(_attributes(info), info, asked, mechanism, at)
        signed = info["signed_attrs"].untag().dump()
        value: bytes = info["signature"].native
    _require_value(signer.public_key, value, signed, mechanism)
    require_acceptable(signer.public_key, mechanism.digest, at=at)
    require_signing_usage(signer.certificate)
    require_chain(asked.certificate, asked.chain, trust, at=at)
    return ForeignSignature(replace(signer, mechanism=mechanism), signed, value)


def covered(prepared: PreparedSignature) -> bytes:
    """The bytes of the document that the signature covers: what an agent is given to sign, detached."""
    start, end = prepared.reserved
    return prepared.pdf[:start] + prepared.pdf[end:]


@contextmanager
def _readable() -> Iterator[None]:
    """The library parses as it goes, and raises many things on what is no CMS."""
    try:
        yield
    except NotSignable:
        raise
    except Exception as error:
        raise NotSignable("shape", "what came back cannot be read as a CMS") from error


def _shape(cms: bytes) -> tuple[Any, Any]:
    if len(cms) > LARGEST:
        raise NotSignable("shape", f"{len(cms)} bytes are more than a signature of one person has")
    content = asn1_cms.ContentInfo.load(cms, strict=True)
    if content["content_type"].native != "signed_data":
        raise NotSignable("shape", "it is no SignedData")
    signed_data = content["content"]
    infos = list(signed_data["signer_infos"])
    if len(infos) != 1:
        raise NotSignable("shape", f"{len(infos)} signers instead of one")
    if signed_data["encap_content_info"]["content"].native is not None:
        raise NotSignable("shape", "it carries a document of its own; a detached signature is asked for")
    return signed_data, infos[0]


def _require_certificate(signed_data: Any, info: Any, signer: Signer) -> None:
    """The signer is the certificate that was asked for: another key of the same person would not be enrolled here."""
    identifier = info["sid"]
    if identifier.name != "issuer_and_serial_number":
        key_identifier = hashlib.sha1(_bit_string(signer), usedforsecurity=False).digest()
        named = identifier.native == key_identifier
    else:
        named = identifier.chosen.dump() == signer.identifier
    enclosed = [one.chosen.dump() for one in signed_data["certificates"] or () if one.name == "certificate"]
    if not named or (enclosed and signer.der not in enclosed):
        raise NotSignable("certificate", "it was signed with another certificate than the one this document names")


def _bit_string(signer: Signer) -> bytes:
    key: bytes = asn1_x509.Certificate.load(signer.der).public_key["public_key"].contents[1:]
    return key


def _mechanism(info: Any, key: PublicKey) -> Mechanism:
    digest, algorithm = str(info["digest_algorithm"]["algorithm"].native), info["signature_algorithm"]
    if digest not in DIGESTS:
        raise NotSignable("algorithm", f"digest {digest} is not accepted; SHA-256, SHA-384 and SHA-512 are")
    name = str(algorithm["algorithm"].native)
    kinds = {"rsassa_pkcs1v15", f"{digest}_rsa"} if isinstance(key, rsa.RSAPublicKey) else {f"{digest}_ecdsa"}
    if name not in kinds:
        raise NotSignable("algorithm", f"signature algorithm {name} is not accepted for this key and {digest}")
    identifier: bytes = algorithm.dump()
    return Mechanism(digest, digest_identifier(digest), identifier)


def _attributes(info: Any) -> dict[str, Any]:
    """Type → value; each once, each with one value."""
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"] or ():
        name, values = str(attribute["type"].native), list(attribute["values"])
        if name in found or len(values) != 1:
            raise NotSignable("attributes", f"the signed attribute {name} does not stand there once with one value")
        found[name] = values[0]
    if missing := _COMMON - found.keys():
        raise NotSignable("attributes", f"signed attributes are missing: {', '.join(sorted(missing))}")
    return found


def _require_attributes(
    attributes: dict[str, Any], info: Any, asked: _Asked, mechanism: Mechanism, at: datetime
) -> None:
    if attributes["content_type"].native != "data":
        raise NotSignable("attributes", "the content type is not data")
    digest = mechanism.hashed(asked.content)
    if not hmac.compare_digest(attributes["message_digest"].native, digest):
        raise NotSignable("digest", "it was made over another document")
    for name, require in _MORE.items():
        if name in attributes:
            require(attributes[name], asked, info, at)


def _require_signing_certificate(value: Any, asked: _Asked, _info: Any, _at: datetime) -> None:
    """ESSCertIDv2 of the certificate (RFC 5035)."""
    first = value["certs"][0]
    name = str(first["hash_algorithm"]["algorithm"].native)
    if name not in DIGESTS:
        raise NotSignable("algorithm", f"digest {name} is not accepted in signing-certificate-v2")
    if not hmac.compare_digest(first["cert_hash"].native, hashlib.new(name, asked.certificate).digest()):
        raise NotSignable("attributes", "signing-certificate-v2 names another certificate")


def _require_time(value: Any, _asked: _Asked, _info: Any, at: datetime) -> None:
    """An agent's own time, which PAdES does without (/M tells it), is no other than ours."""
    if abs(value.native - at) > CLOCKS_APART:
        raise NotSignable("attributes", f"signing-time {value.native:%Y-%m-%d %H:%M} is far from this office's time")


def _require_protection(value: Any, _asked: _Asked, info: Any, _at: datetime) -> None:
    """CMSAlgorithmProtection names the algorithms that were used (RFC 6211)."""
    same = (
        value["digest_algorithm"]["algorithm"].native == info["digest_algorithm"]["algorithm"].native
        and value["signature_algorithm"]["algorithm"].native == info["signature_algorithm"]["algorithm"].native
    )
    if not same:
        raise NotSignable("attributes", "CMSAlgorithmProtection names other algorithms")


_MORE: dict[str, Callable[[Any, _Asked, Any, datetime], None]] = {
    "signing_certificate_v2": _require_signing_certificate,
    "signing_time": _require_time,
    "cms_algorithm_protection": _require_protection,
}


def _require_value(key: PublicKey, value: bytes, signed: bytes, mechanism: Mechanism) -> None:
    if signed[:1] != bytes((der.SET,)):
        raise NotSignable("attributes", "the signed attributes are no SET OF")
    digest = hash_algorithm(mechanism.digest)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, signed, padding.PKCS1v15(), digest)
        else:
            key.verify(value, signed, ec.ECDSA(digest))
    except InvalidSignature:
        raise NotSignable("value", "the signature value does not belong to this certificate and document") from None
