"""Revocation data about certificates: fetched once, believed after checking, kept and shared (RFC 5280, RFC 6960)."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.errors import FetchFailed, RevocationUnavailable
from signing.fetching import Transport
from signing.revocation_checks import Revocation, RevocationRefused, checked_crl, checked_ocsp

__all__ = ["KeptData", "MemoryCache", "Revocation", "RevocationCache", "RevocationSource"]

OCSP_REQUEST = "application/ocsp-request"
NONCE_BYTES = 16
WITHOUT_END = timedelta(days=1)
"""how long data without nextUpdate are kept"""


@dataclass(frozen=True, slots=True)
class KeptData:
    """An answer of an authority as a cache keeps it."""

    der: bytes = field(repr=False)
    issued_at: datetime
    """thisUpdate"""
    ends_at: datetime
    """nextUpdate"""


class RevocationCache(Protocol):
    """Keeps the newest revocation data by their source; shared by whoever raises levels."""

    def find(self, source: str) -> KeptData | None:
        """The newest data of a source."""
        ...

    def keep(self, source: str, data: KeptData) -> None:
        """Replace what is kept of a source."""
        ...


class MemoryCache:
    """A `RevocationCache` of one process."""

    def __init__(self) -> None:
        self._data: dict[str, KeptData] = {}

    def find(self, source: str) -> KeptData | None:
        """The newest data of a source."""
        return self._data.get(source)

    def keep(self, source: str, data: KeptData) -> None:
        """Replace what is kept of a source."""
        self._data[source] = data


class RevocationSource:
    """Says what is known of a certificate's revocation, with the signed data that prove it. Thread-safe.

    :param transport: how authorities are asked
    :param cache: None: one of its own, in memory
    """

    def __init__(self, transport: Transport, cache: RevocationCache | None = None) -> None:
        self._transport = transport
        self._cache: RevocationCache = MemoryCache() if cache is None else cache

    def about(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        *,
        at: datetime,
        after: datetime | None = None,
        lists: tuple[bytes, ...] = (),
    ) -> Revocation:
        """What the certificate's own issuer says of it: by OCSP where the certificate names a responder, else by CRL.

        :param at: the data must hold now
        :param after: and must have been issued no earlier than this, to the second
        :param lists: CRLs at hand (DER), used when no address answers
        :raises RevocationUnavailable: no source has data that will do; each is named with its reason
        """
        question = _Question(certificate, issuer, at, after)
        refusals: list[str] = []
        for ask, url in self._places(certificate):
            try:
                return ask(self, url, question)
            except (FetchFailed, RevocationRefused) as error:
                refusals.append(str(error))
        for crl in lists:
            try:
                return checked_crl(crl, certificate, issuer, at=at, after=after)
            except RevocationRefused:
                # most lists at hand are another issuer's
                continue
        who = certificate.subject.rfc4514_string()
        why = "; ".join(refusals) or "it names no source, and no list at hand will do"
        raise RevocationUnavailable(f"revocation of {who}: {why}")

    @staticmethod
    def _places(certificate: x509.Certificate) -> Iterator[tuple["_Ask", str]]:
        yield from ((RevocationSource._by_ocsp, url) for url in ocsp_addresses(certificate))
        yield from ((RevocationSource._by_crl, url) for url in crl_addresses(certificate))

    def _by_ocsp(self, url: str, question: "_Question") -> Revocation:
        certificate, issuer, at, after = question.certificate, question.issuer, question.at, question.after
        source = f"{url}#{certificate.serial_number:x}"
        if kept := self._kept(source, at):
            try:
                return checked_ocsp(kept.der, certificate, issuer, at=at, after=after)
            except RevocationRefused:
                # aged, or issued before this signature: ask anew
                pass
        nonce = secrets.token_bytes(NONCE_BYTES)
        answer = self._transport.post(url, ocsp_request(certificate, issuer, nonce), OCSP_REQUEST)
        found = checked_ocsp(answer, certificate, issuer, at=at, after=after, nonce=nonce)
        self._keep(source, found)
        return found

    def _by_crl(self, url: str, question: "_Question") -> Revocation:
        certificate, issuer, at, after = question.certificate, question.issuer, question.at, question.after
        if kept := self._kept(url, at):
            try:
                return checked_crl(kept.der, certificate, issuer, at=at, after=after)
            except RevocationRefused:
                pass
        found = checked_crl(self._transport.get(url), certificate, issuer, at=at, after=after)
        self._keep(url, found)
        return found

    def _kept(self, source: str, at: datetime) -> KeptData | None:
        kept = self._cache.find(source)
        return kept if kept is not None and kept.issued_at <= at < kept.ends_at else None

    def _keep(self, source: str, found: Revocation) -> None:
        ends_at = found.ends_at or found.issued_at + WITHOUT_END
        self._cache.keep(source, KeptData(found.der, found.issued_at, ends_at))


@dataclass(frozen=True, slots=True)
class _Question:
    certificate: x509.Certificate
    issuer: x509.Certificate
    at: datetime
    after: datetime | None


class _Ask(Protocol):
    def __call__(self, source: RevocationSource, url: str, question: _Question, /) -> Revocation: ...


def ocsp_request(certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes) -> bytes:
    """A request about one certificate, DER. Its identifier hashes with SHA-1, which every responder knows."""
    # no secret and no signature rests on this digest: it only names the certificate asked about (RFC 5019, 2.1.1)
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - see above
    return builder.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(Encoding.DER)


def ocsp_addresses(certificate: x509.Certificate) -> list[str]:
    """Responders a certificate names (RFC 5280, 4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    named = [one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP]
    return _web_addresses(named)


def crl_addresses(certificate: x509.Certificate) -> list[str]:
    """Where a certificate says its issuer's list is (RFC 5280, 4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return _web_addresses([name for point in points for name in point.full_name or ()])


def _web_addresses(names: list[x509.GeneralName]) -> list[str]:
    values = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return [value for value in values if value.startswith(("http://", "https://"))]
