"""What is trusted, and the chain check a signature passes while it is being made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from signing.cms import der_of, is_self_signed, load_certificate
from signing.errors import CertificateRevoked, CertificateUnusable, NotSignable, OutsideValidity, TrustUnreadable
from signing.services import Purpose, TrustedService

LONGEST_CHAIN = 8
_CERTIFICATES = {".pem", ".crt", ".cer", ".der"}


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Certificates and CRLs a judgement rests on, all DER."""

    anchors: tuple[bytes, ...] = field(default=(), repr=False)
    intermediates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    services: tuple[TrustedService, ...] = field(default=(), repr=False)
    """of trusted lists: anchors for one purpose, while they were granted"""
    grace: timedelta = timedelta()
    """how long after a signature data about its signer's revocation must be issued to count: an authority needs a while
    to publish what it is told (signature policy, ETSI TS 119 172-1; revocation freshness,
    ETSI EN 319 102-1, 5.2.5)"""

    def anchors_at(self, moment: datetime, purpose: Purpose) -> tuple[bytes, ...]:
        """What chains may lead to then."""
        granted = (one.certificate for one in self.services if one.purpose is purpose and one.granted_at(moment))
        return (*self.anchors, *granted)

    @property
    def every_anchor(self) -> tuple[bytes, ...]:
        """What chains may lead to at some time or other, for one purpose or other."""
        return (*self.anchors, *(one.certificate for one in self.services))


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """A folder's trust, and what in it could not be read."""

    store: TrustStore
    unreadable: tuple[TrustUnreadable, ...] = ()


def read_trust(directory: Path) -> TrustStore:
    """The trust in a folder, PEM or DER: self-signed certificates are anchors, others intermediates; CRLs are `*.crl`.

    :raises TrustUnreadable: the folder or a file in it
    """
    folder = scan_trust(directory)
    for problem in folder.unreadable:
        raise problem
    return folder.store


def scan_trust(directory: Path) -> TrustFolder:
    """As `read_trust`, with unreadable files told instead of raised: less trust can only make a verdict worse."""
    certificates: list[x509.Certificate] = []
    crls: list[bytes] = []
    problems: list[TrustUnreadable] = []
    try:
        files = sorted(directory.iterdir())
    except OSError as error:
        return TrustFolder(TrustStore(), (TrustUnreadable(str(directory), error.strerror or "unreadable"),))
    for file in files:
        try:
            if file.suffix.lower() in _CERTIFICATES:
                certificates += _certificates(file.read_bytes())
            elif file.suffix.lower() == ".crl":
                crls += _crls(file.read_bytes())
        except (OSError, ValueError) as error:
            problems.append(TrustUnreadable(file.name, str(error)))
    anchors = tuple(der_of(one) for one in certificates if is_self_signed(one))
    others = tuple(der_of(one) for one in certificates if not is_self_signed(one))
    return TrustFolder(TrustStore(anchors, others, tuple(crls)), tuple(problems))


def require_chain(certificate: bytes, chain: tuple[bytes, ...], trust: TrustStore | None, *, at: datetime) -> None:
    """The signer's certificate leads to an anchor, every link is valid now, and none is known to be revoked.

    :param trust: None: the last certificate given in `chain` stands for the anchor
    :raises NotSignable: rules "chain", "validity" (OutsideValidity), "revocation" (CertificateRevoked)
    """
    store = trust or TrustStore(anchors=chain[-1:] or (certificate,), intermediates=chain[:-1])
    path = _path(certificate, chain, store.anchors_at(at, Purpose.SIGNATURES), store.intermediates)
    for one in path:
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise OutsideValidity(_subject(one), one.not_valid_before_utc, one.not_valid_after_utc)
    for one, issuer in pairwise(path):
        revoked_at = _revocation(one.serial_number, der_of(issuer), store.crls)
        if revoked_at is not None and revoked_at <= at:
            raise CertificateRevoked(_subject(one), revoked_at)


def chain_of(certificate: bytes, chain: tuple[bytes, ...], store: TrustStore) -> tuple[x509.Certificate, ...]:
    """From a certificate up to an anchor, whatever the time.

    :raises NotSignable: rule "chain"
    """
    return _path(certificate, chain, store.every_anchor, store.intermediates)


@lru_cache(maxsize=256)
def _path(
    certificate: bytes, chain: tuple[bytes, ...], anchors: tuple[bytes, ...], intermediates: tuple[bytes, ...]
) -> tuple[x509.Certificate, ...]:
    """From the signer up to an anchor; each link verified once."""
    trusted = {der: load_certificate(der) for der in anchors}
    known = {**trusted, **{der: load_certificate(der) for der in (*chain, *intermediates)}}
    path = [load_certificate(certificate)]
    while der_of(path[-1]) not in trusted:
        issuer = next(_issuers(path[-1], known.values()), None)
        if issuer is None or len(path) >= LONGEST_CHAIN:
            raise NotSignable("chain", f"{_subject(path[-1])} does not lead to a trusted root")
        path.append(issuer)
    return tuple(path)


def _issuers(certificate: x509.Certificate, known: Iterable[x509.Certificate]) -> Iterator[x509.Certificate]:
    for one in known:
        if one.subject == certificate.issuer and one != certificate and _may_issue(one):
            try:
                certificate.verify_directly_issued_by(one)
            except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
                continue
            yield one


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _revocation(serial: int, issuer: bytes, crls: tuple[bytes, ...]) -> datetime | None:
    """Earliest revocation of this serial in the issuer's own CRLs."""
    found = [
        entry.revocation_date_utc
        for crl in crls
        if (listed := crl_of(crl, issuer)) is not None
        and (entry := listed.get_revoked_certificate_by_serial_number(serial)) is not None
    ]
    return min(found, default=None)


@lru_cache(maxsize=256)
def crl_of(crl: bytes, issuer: bytes) -> x509.CertificateRevocationList | None:
    """The CRL, if this issuer signed it."""
    certificate = load_certificate(issuer)
    try:
        parsed = x509.load_der_x509_crl(crl)
        authentic = parsed.issuer == certificate.subject and parsed.is_signature_valid(certificate.public_key())  # type: ignore[arg-type]  # a key of another kind is a TypeError
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return parsed if authentic else None


def _certificates(data: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(data) if b"-----BEGIN" in data else [_load_der(data)]


def _load_der(data: bytes) -> x509.Certificate:
    """A DER certificate; ValueError if it is none."""
    try:
        return load_certificate(data)
    except CertificateUnusable as error:
        raise ValueError(str(error)) from error


def _crls(data: bytes) -> list[bytes]:
    """DER of each CRL in the file; parsed to see that it is one."""
    if b"-----BEGIN" in data:
        return [x509.load_pem_x509_crl(data).public_bytes(Encoding.DER)]
    x509.load_der_x509_crl(data)
    return [data]


def _subject(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()
