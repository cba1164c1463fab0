"""Timestamps: asking a time-stamping authority, and believing it only after checking (RFC 3161, RFC 5816)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from asn1crypto import cms as asn1_cms
from asn1crypto import core
from asn1crypto import tsp as asn1_tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing import der
from signing.algorithms import digest_identifier, hash_algorithm, public_key_of, require_signature
from signing.cms import TST_INFO, load_certificate
from signing.errors import FetchFailed, NotSignable, SigningError, TimestampFailed
from signing.fetching import Transport

CLOCK_TOLERANCE = timedelta(minutes=5)
"""how far the authority's clock may be ahead of ours"""
CLOCK_LAG = timedelta(hours=1)
"""how old a fresh token's time may be"""
TIMESTAMP_QUERY = "application/timestamp-query"
TIMESTAMP_REPLY = "application/timestamp-reply"
_TRUE = b"\x01\x01\xff"


class Timestamper(Protocol):
    """A time-stamping authority: in this process, or behind HTTP."""

    def respond(self, request: bytes) -> bytes:
        """DER TimeStampReq in, DER TimeStampResp out.

        :raises TimestampFailed: no answer, in time
        """
        ...


@dataclass(frozen=True, slots=True)
class TimestampToken:
    """A checked token."""

    der: bytes = field(repr=False)
    """ContentInfo"""
    proven_at: datetime
    certificate_serial: str


@dataclass(frozen=True, slots=True)
class HttpTimestamper:
    """A time-stamping authority behind HTTP (RFC 3161, 3.4)."""

    url: str
    transport: Transport = field(repr=False)

    def respond(self, request: bytes) -> bytes:
        """The authority's answer.

        :raises TimestampFailed: none, in time
        """
        try:
            return self.transport.post(self.url, request, TIMESTAMP_QUERY)
        except FetchFailed as error:
            raise TimestampFailed(f"no answer: {error}") from error


def request_token(
    timestamper: Timestamper, digest: bytes, *, at: datetime, algorithm: str = "sha256"
) -> TimestampToken:
    """A token over a digest, checked before anybody embeds it.

    :param at: our clock; the token's time may be neither in its future nor long past
    :param algorithm: of the digest: sha256, sha384 or sha512
    :raises TimestampFailed: no answer, a refusal, or an answer that is not true
    """
    nonce = secrets.randbits(63) | 1 << 62
    imprint = der.sequence(digest_identifier(algorithm), der.octets(digest))
    request = der.sequence(der.integer(1), imprint, der.integer(nonce), _TRUE)
    try:
        response = timestamper.respond(request)
    except SigningError:
        raise
    except Exception as error:
        raise TimestampFailed(f"no answer: {error}") from error
    try:
        token = _token_of(response)
        _require_answer(token, (algorithm, digest), nonce, at)
        return _checked(token)
    except TimestampFailed:
        raise
    except Exception as error:
        # asn1crypto raises many kinds of errors on foreign bytes; none of them may cost a signature
        raise TimestampFailed(f"unreadable answer: {error}") from error


def _token_of(response: bytes) -> Any:
    # asn1crypto's TimeStampResp cannot read a refusal: it wants the token that a refusal leaves out
    status, *tokens = (part.dump() for part in core.SequenceOf.load(response, strict=True, spec=core.Any))
    told = asn1_tsp.PKIStatusInfo.load(status)
    if told["status"].native not in {"granted", "granted_with_mods"}:
        raise TimestampFailed(f"refused: {told['status'].native}, {told['fail_info'].native}")
    return asn1_cms.ContentInfo.load(tokens[0])


def _require_answer(token: Any, asked: tuple[str, bytes], nonce: int, at: datetime) -> None:
    """It is about what was asked, and of now."""
    info = token["content"]["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]
    algorithm, digest = asked
    _require(imprint["hash_algorithm"]["algorithm"].native == algorithm, "another digest algorithm")
    _require(hmac.compare_digest(imprint["hashed_message"].native, digest), "the imprint is of other bytes")
    _require(info["nonce"].native == nonce, "the nonce is not ours")
    moment: datetime = info["gen_time"].native
    _require(moment <= at + CLOCK_TOLERANCE, f"its time {moment:%Y-%m-%d %H:%M:%S} UTC is in the future")
    _require(moment >= at - CLOCK_LAG, f"its time {moment:%Y-%m-%d %H:%M:%S} UTC is long past")


def _checked(token: Any) -> TimestampToken:
    moment: datetime = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    certificate = require_authentic(token["content"])
    _require(
        certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc,
        "the authority's certificate is not valid at that time",
    )
    return TimestampToken(token.dump(), moment, f"{certificate.serial_number:x}")


def _require(condition: object, reason: str) -> None:
    if not condition:
        raise TimestampFailed(reason)


def require_authentic(signed_data: Any) -> x509.Certificate:
    """The token is signed by the certificate it carries, and that one may stamp time (RFC 3161, 2.3).

    :param signed_data: asn1crypto's SignedData; other errors than the one named come of bytes that are no token
    :raises TimestampFailed: it is not
    """
    certificate = certificate_of(signed_data)
    (signer_info,) = signed_data["signer_infos"]
    attributes = {one["type"].native: one["values"] for one in signer_info["signed_attrs"]}
    digest = signer_info["digest_algorithm"]["algorithm"].native
    content = bytes(signed_data["encap_content_info"]["content"])
    _require(attributes["content_type"][0].dotted == TST_INFO, "not a timestamp token")
    _require(
        attributes["message_digest"][0].native == hashlib.new(hash_algorithm(digest).name, content).digest(),
        "the token's content was changed",
    )
    try:
        require_signature(
            public_key_of(certificate),
            signer_info["signature"].native,
            signer_info["signed_attrs"].untag().dump(),
            digest=digest,
        )
    except NotSignable as error:
        raise TimestampFailed("the token's signature is not valid") from error
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    _require(
        usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
        "the certificate is not one of a time-stamping authority",
    )
    return certificate


def certificate_of(signed_data: Any) -> x509.Certificate:
    """The certificate a token carries of the authority that signed it.

    :raises TimestampFailed: it carries none
    """
    (signer_info,) = signed_data["signer_infos"]
    identifier = signer_info["sid"].chosen
    for choice in signed_data["certificates"]:
        certificate = choice.chosen
        if isinstance(identifier, asn1_cms.IssuerAndSerialNumber):
            matches = (certificate.issuer.dump(), certificate.serial_number) == (
                identifier["issuer"].dump(),
                identifier["serial_number"].native,
            )
        else:
            matches = certificate.key_identifier == identifier.native
        if matches:
            return load_certificate(certificate.dump())
    raise TimestampFailed("the token does not carry its authority's certificate")
