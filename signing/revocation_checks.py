"""Whether revocation data may be believed: whose they are, of when, about whom (RFC 5280, 6.3; RFC 6960, 3.2)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.errors import SigningError
from signing.timestamp import CLOCK_TOLERANCE

STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
"""digests revocation data may be signed with"""


class RevocationRefused(SigningError):
    """These revocation data prove nothing about this certificate."""

    code = "revocation_refused"


class RevocationKind(StrEnum):
    """The two kinds of revocation data."""

    CRL = "crl"
    OCSP = "ocsp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """What signed, checked data say about one certificate."""

    kind: RevocationKind
    der: bytes = field(repr=False)
    issued_at: datetime
    """thisUpdate"""
    ends_at: datetime | None
    """nextUpdate"""
    revoked_at: datetime | None = None
    """None: good"""
    reason: str | None = None
    responder: x509.Certificate | None = field(default=None, repr=False)
    """who signed an OCSP answer, unless it is the issuer"""


def checked_crl(
    der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, *, at: datetime, after: datetime | None = None
) -> Revocation:
    """What a complete, direct CRL of the issuer says.

    :param at: it must hold then
    :param after: it must have been issued no earlier
    :raises RevocationRefused: unreadable, another's, partial, weak, or of another time
    """
    try:
        crl = x509.load_der_x509_crl(der)
        authentic = crl.issuer == certificate.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # a key of another kind is a TypeError
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RevocationRefused(f"unreadable list: {error}") from error
    _require(authentic, "the list is not the issuer's")
    _require(isinstance(crl.signature_hash_algorithm, STRONG), "the list is signed with a weak digest")
    _require_complete(crl)
    _require_time(crl.last_update_utc, crl.next_update_utc, at, after)
    return Revocation(
        kind=RevocationKind.CRL,
        der=der,
        issued_at=crl.last_update_utc,
        ends_at=crl.next_update_utc,
        revoked_at=entry.revocation_date_utc if entry else None,
        reason=_reason(entry) if entry else None,
    )


def checked_ocsp(
    der: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    at: datetime,
    after: datetime | None = None,
    nonce: bytes | None = None,
) -> Revocation:
    """What an OCSP answer says, signed by the issuer or by a responder the issuer named.

    :param nonce: what was sent; an answer may leave it out (RFC 8954), but not carry another
    :raises RevocationRefused: unreadable, refused, another's, weak, unknown certificate, or of another time
    """
    try:
        response = ocsp.load_der_ocsp_response(der)
        _require(response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL, _status(response))
        _require_nonce(response, nonce)
        responder = _responder(response, issuer, at)
        single = _single(response, certificate, issuer)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RevocationRefused(f"unreadable answer: {error}") from error
    _require(single.certificate_status is not ocsp.OCSPCertStatus.UNKNOWN, "the responder does not know it")
    _require_time(single.this_update_utc, single.next_update_utc, at, after)
    reason = single.revocation_reason
    return Revocation(
        kind=RevocationKind.OCSP,
        der=der,
        issued_at=single.this_update_utc,
        ends_at=single.next_update_utc,
        revoked_at=single.revocation_time_utc,
        reason=reason.value if reason else None,
        responder=responder,
    )


def _require(condition: object, reason: str) -> None:
    if not condition:
        raise RevocationRefused(reason)


def _require_time(issued_at: datetime, ends_at: datetime | None, at: datetime, after: datetime | None) -> None:
    _require(issued_at <= at + CLOCK_TOLERANCE, f"issued in the future, at {issued_at:%Y-%m-%d %H:%M:%S} UTC")
    _require(ends_at is None or at <= ends_at, "it has ended")
    # such data tell whole seconds: issued within the second of the signature is issued after it
    in_time = after is None or issued_at >= after.replace(microsecond=0)
    _require(in_time, f"issued at {issued_at:%Y-%m-%d %H:%M:%S} UTC, before the signature")


def _require_complete(crl: x509.CertificateRevocationList) -> None:
    """Neither a delta nor another issuer's entries nor some reasons only (RFC 5280, 5.2)."""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            whole = not (value.indirect_crl or value.only_some_reasons or value.only_contains_attribute_certs)
            _require(whole, "the list is not complete")
        else:
            _require(not extension.critical, "the list has an extension nobody here knows")


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return x509.ReasonFlags.unspecified.value


def _status(response: ocsp.OCSPResponse) -> str:
    return f"the responder refused: {response.response_status.name.lower()}"


def _require_nonce(response: ocsp.OCSPResponse, nonce: bytes | None) -> None:
    try:
        told = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return
    _require(nonce is None or hmac.compare_digest(told, nonce), "the nonce is not ours")


def _responder(response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> x509.Certificate | None:
    """The delegated responder; None: the issuer itself signed."""
    algorithm = response.signature_hash_algorithm
    _require(isinstance(algorithm, STRONG), "the answer is signed with a weak digest")
    for candidate in _delegated(response.certificates, issuer, at):
        if _signed_by(response, candidate):
            return candidate
    _require(_signed_by(response, issuer), "the answer is not signed by the issuer, nor by a responder it named")
    return None


def _delegated(
    certificates: Sequence[x509.Certificate], issuer: x509.Certificate, at: datetime
) -> list[x509.Certificate]:
    """Those the issuer itself has entrusted with answering (RFC 6960, 4.2.2.2)."""
    found = []
    for one in certificates:
        try:
            one.verify_directly_issued_by(issuer)
            usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
            continue
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage and one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            found.append(one)
    return found


def _signed_by(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    key, algorithm = certificate.public_key(), response.signature_hash_algorithm
    if algorithm is None:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _single(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> ocsp.OCSPSingleResponse:
    """The part that speaks of this certificate of this issuer."""
    for one in response.responses:
        if one.serial_number == certificate.serial_number and names_issuer(one, issuer):
            return one
    raise RevocationRefused("the answer speaks of another certificate")


def names_issuer(named: ocsp.OCSPSingleResponse | ocsp.OCSPRequest, issuer: x509.Certificate) -> bool:
    """Whether a CertID means this issuer: by the digests of its name and of its key (RFC 6960, 4.1.1)."""
    algorithm = named.hash_algorithm
    return hmac.compare_digest(
        named.issuer_name_hash, _digest(algorithm, issuer.subject.public_bytes())
    ) and hmac.compare_digest(named.issuer_key_hash, _digest(algorithm, _key_bits(issuer)))


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The subject's public key without its algorithm."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    raise RevocationRefused("the issuer's key is of a kind unknown here")


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    context = hashes.Hash(algorithm)
    context.update(data)
    return context.finalize()
