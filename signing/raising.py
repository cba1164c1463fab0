"""Raising levels: timestamps and validation data are appended, nothing earlier changes (EN 319 142-1, 5.4, 5.5)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from cryptography import x509

from signing import pades
from signing.cms import der_of
from signing.errors import CertificateRevoked, DocumentUnusable, GracePeriod, LevelNotOffered
from signing.levels import DocumentState, SignatureState, Stamped, document_state
from signing.request import SignatureLevel, SignedDocument
from signing.revocation import Revocation, RevocationSource
from signing.revocation_checks import RevocationKind
from signing.timestamp import certificate_of
from signing.trust import TrustStore, chain_of


@dataclass(frozen=True, slots=True)
class Means:
    """What levels are raised with."""

    stamped: Callable[[bytes], bytes]
    """appends a document timestamp whose token is checked"""
    trust: TrustStore | None
    revocation: RevocationSource
    at: datetime

    @property
    def grace(self) -> timedelta:
        """How long after a signature revocation data about its signer must be issued to count."""
        return self.trust.grace if self.trust else timedelta()


def raised(pdf: bytes, level: SignatureLevel, means: Means) -> SignedDocument:
    """The document with what the level needs appended, part by part; already there: as it is.

    :raises TimestampFailed: the authority did not answer
    :raises RevocationUnavailable: no revocation data that would do (GracePeriod: by policy, not yet)
    :raises CertificateRevoked: a certificate was revoked before what it signed was proven to exist
    :raises NotSignable: a certificate leads to no anchor (rule "chain")
    :raises LevelNotOffered: B-LT and B-LTA need trust, and there is none
    :raises DocumentUnusable: no signed PDF
    """
    state = document_state(pdf, grace=means.grace)
    if state.level.rank >= level.rank:
        return state.described(pdf)
    if level.rank > SignatureLevel.B_T.rank and means.trust is None:
        raise LevelNotOffered(level)
    if state.level is SignatureLevel.B_B:
        pdf = _appended(pdf, means.stamped(pdf))
        # the new timestamp's own certificate needs revocation data too
        state = document_state(pdf, grace=means.grace)
    reached = state.level
    if reached is SignatureLevel.B_T and level.rank > SignatureLevel.B_T.rank:
        pdf, reached = _appended(pdf, _with_validation_data(pdf, state, means)), SignatureLevel.B_LT
    if reached is SignatureLevel.B_LT and level is SignatureLevel.B_LTA:
        pdf, reached = _appended(pdf, means.stamped(pdf)), SignatureLevel.B_LTA
    return replace(state.described(pdf), level=reached)


def renewed(pdf: bytes, means: Means) -> SignedDocument:
    """A B-LTA document with validation data about its newest timestamps, and one more timestamp over them.

    To be done while the newest timestamp still proves something: see `signing.renewal`.

    :raises LevelNotOffered: the document is not at B-LTA yet
    :raises TimestampFailed, RevocationUnavailable, CertificateRevoked, NotSignable: as `raised`
    """
    state = document_state(pdf, grace=means.grace)
    if state.level is not SignatureLevel.B_LTA or means.trust is None:
        raise LevelNotOffered("renewal")
    pdf = _appended(pdf, _with_validation_data(pdf, state, means))
    return state.described(_appended(pdf, means.stamped(pdf)))


def _appended(earlier: bytes, later: bytes) -> bytes:
    if not later.startswith(earlier):
        raise DocumentUnusable("appending would have changed the document")
    return later


def _with_validation_data(pdf: bytes, state: DocumentState, means: Means) -> bytes:
    collected = _Collected(means)
    for signature in state.signatures:
        collected.add_signature(signature)
    for token in state.timestamps:
        collected.add_token(token)
    contents = [one.stamp.embedded.pkcs7_content for one in state.signatures]
    return pades.append_validation_data(pdf, collected.data(), contents)


class _Collected:
    """Paths and revocation data of everybody who signed or stamped a document."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._trust = means.trust or TrustStore()
        self._certificates: dict[bytes, None] = {}
        self._data: dict[RevocationKind, dict[bytes, None]] = {kind: {} for kind in RevocationKind}

    def data(self) -> pades.ValidationData:
        return pades.ValidationData(
            certificates=tuple(self._certificates),
            crls=tuple(self._data[RevocationKind.CRL]),
            ocsps=tuple(self._data[RevocationKind.OCSP]),
        )

    def add_signature(self, signature: SignatureState) -> None:
        """The signer's own status must have been issued after the signature was proven to exist."""
        embedded = signature.stamp.embedded
        certificates = [one.dump() for one in (embedded.signer_cert, *embedded.other_embedded_certs)]
        self._add_path(certificates, proven_at=signature.proven_at)
        for token in signature.tokens:
            self.add_token(token)

    def add_token(self, token: Stamped) -> None:
        certificates = [der_of(certificate_of(token.signed_data)), *_others(token.signed_data)]
        self._add_path(certificates, proven_at=None)

    def _add_path(self, certificates: list[bytes], *, proven_at: datetime | None) -> None:
        first, *others = certificates
        path = chain_of(first, tuple(others), self._trust)
        if proven_at is not None and len(path) > 1:
            self._require_grace(proven_at)
        for position, (one, issuer) in enumerate(pairwise(path)):
            self._add(one, issuer, proven_at if position == 0 else None)
        self._certificates.update(dict.fromkeys(der_of(one) for one in path))

    def _require_grace(self, proven_at: datetime) -> None:
        until = proven_at + self._means.grace
        if self._means.at < until and self._means.grace:
            raise GracePeriod(until)

    def _add(self, certificate: x509.Certificate, issuer: x509.Certificate, proven_at: datetime | None) -> None:
        if der_of(certificate) in self._certificates and proven_at is None:
            return
        found = self._about(certificate, issuer, proven_at and proven_at + self._means.grace)
        # revoked later is told by the data themselves; revoked before, they would only prove the signature bad
        if found.revoked_at is not None and (proven_at is None or found.revoked_at <= proven_at):
            raise CertificateRevoked(certificate.subject.rfc4514_string(), found.revoked_at)
        self._data[found.kind][found.der] = None
        responder = found.responder
        if responder is not None and not _is_exempt(responder):
            about = self._about(responder, issuer, None)
            self._data[about.kind][about.der] = None

    def _about(self, certificate: x509.Certificate, issuer: x509.Certificate, after: datetime | None) -> Revocation:
        at, lists = self._means.at, self._trust.crls
        return self._means.revocation.about(certificate, issuer, at=at, after=after, lists=lists)


def _others(signed_data: Any) -> Iterator[bytes]:
    choices: Iterable[Any] = signed_data["certificates"]
    return (one.chosen.dump() for one in choices if one.name == "certificate")


def _is_exempt(responder: x509.Certificate) -> bool:
    """Its issuer says that nobody need ask whether it is revoked (id-pkix-ocsp-nocheck, RFC 6960, 4.2.2.2.1)."""
    return any(isinstance(extension.value, x509.OCSPNoCheck) for extension in responder.extensions)
