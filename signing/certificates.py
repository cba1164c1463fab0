"""X.509 profiles of the pilot authority (RFC 5280; ETSI EN 319 412 as far as a pilot goes)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from signing.algorithms import PrivateKey, PublicKey, mechanism_of
from signing.errors import CertificateUnusable

MARK = "Karguzar Pilot"
NOT_QUALIFIED = "(not qualified)"
UPPER_BOUND = 64
"""characters of an organization name or a number (X.520)"""
UPPER_BOUND_OCTETS = 64
"""of a common name: X.520 counts characters, `cryptography` octets, and Cyrillic takes two each"""
FULL_NAME = x509.ObjectIdentifier("2.5.4.41")
"""X.520 `name`: carries what does not fit into a common name"""
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""id-kp-documentSigning (RFC 9336)"""


class Profile(StrEnum):
    """What a certificate is for."""

    ROOT = "root"
    ISSUING = "issuing"
    TSA = "tsa"
    OCSP = "ocsp"
    OFFICER = "officer"
    SEAL = "seal"


YEARS = {
    Profile.ROOT: 20,
    Profile.ISSUING: 15,
    Profile.TSA: 10,
    Profile.OCSP: 10,
    Profile.OFFICER: 5,
    Profile.SEAL: 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a certificate names."""

    name: str
    """a person's full name, or the body's for an e-seal"""
    organisation: str
    serial_number: str = ""
    """tells people of equal names apart; for an e-seal the organization identifier"""
    country: str = "AZ"


@dataclass(frozen=True, slots=True)
class Places:
    """Where an issuer publishes; a root's own certificate names none."""

    crl: str
    """its list (RFC 5280, 4.2.1.13)"""
    issuer: str
    """its certificate (RFC 5280, 4.2.2.1)"""
    ocsp: str | None = None
    """its responder"""


@dataclass(frozen=True, slots=True)
class Certified:
    """What is to be certified."""

    name: x509.Name
    key: PublicKey
    profile: Profile
    at: datetime
    """valid from this second on"""
    places: Places | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """A certificate and its key, as far as issuing needs them."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What an office keeps of a certificate beside its bytes."""

    certificate_pem: str = field(repr=False)
    serial: str
    """lower-case hex"""
    not_before: datetime
    not_after: datetime
    subject: str
    """RFC 4514"""
    issuer: str


def facts_of(certificate: bytes) -> CertificateFacts:
    """The facts of a DER certificate.

    :raises CertificateUnusable: unreadable
    """
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        return CertificateFacts(
            certificate_pem=parsed.public_bytes(Encoding.PEM).decode("ascii"),
            serial=f"{parsed.serial_number:x}",
            not_before=parsed.not_valid_before_utc,
            not_after=parsed.not_valid_after_utc,
            subject=parsed.subject.rfc4514_string({FULL_NAME: "name"}),
            issuer=parsed.issuer.rfc4514_string(),
        )
    except ValueError as error:
        raise CertificateUnusable(f"unreadable certificate: {error}") from error


def issue(certified: Certified, issuer: Issuer) -> x509.Certificate:
    """A certificate for its profile's years, never longer than its issuer's."""
    begins, ends = period(certified.at, YEARS[certified.profile])
    ends = min(ends, issuer.certificate.not_valid_after_utc)
    return _sign(certified, issuer.certificate.subject, (begins, ends), issuer.key)


def issue_root(certified: Certified, key: PrivateKey) -> x509.Certificate:
    """A self-signed root."""
    return _sign(certified, certified.name, period(certified.at, YEARS[certified.profile]), key)


def period(at: datetime, years: int) -> tuple[datetime, datetime]:
    """From the second of `at` to the second before its anniversary."""
    begins = at.astimezone(UTC).replace(microsecond=0)
    # 29 February has no anniversary in most years
    day = 28 if (begins.month, begins.day) == (2, 29) else begins.day
    return begins, begins.replace(year=begins.year + years, day=day) - timedelta(seconds=1)


def authority_name(role: str) -> x509.Name:
    """An authority's subject; says plainly that it is a pilot."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{MARK} {role} {NOT_QUALIFIED}"),
        ]
    )


def signer_name(subject: Subject, profile: Profile) -> x509.Name:
    """Country, organization, number, common name. A seal's number is its organization identifier (EN 319 412-3)."""
    common = fitted(subject.name, octets=UPPER_BOUND_OCTETS)
    number = NameOID.ORGANIZATION_IDENTIFIER if profile is Profile.SEAL else NameOID.SERIAL_NUMBER
    parts = (
        (NameOID.COUNTRY_NAME, subject.country),
        (NameOID.ORGANIZATION_NAME, fitted(subject.organisation)),
        (number, fitted(subject.serial_number)),
        (FULL_NAME, "" if common == subject.name else subject.name),
        (NameOID.COMMON_NAME, common),
    )
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts if text])


def fitted(text: str, *, octets: int | None = None) -> str:
    """At most 64 characters, and so many octets, cut at a word, the cut shown."""
    if len(text) <= UPPER_BOUND and (octets is None or len(text.encode()) <= octets):
        return text
    kept = text[: UPPER_BOUND - 1]
    while octets is not None and len(f"{kept}…".encode()) > octets:
        kept = kept[:-1]
    return (kept.rsplit(" ", 1)[0] if " " in kept else kept).rstrip(" ,;–-") + "…"


def _sign(
    certified: Certified, issuer: x509.Name, validity: tuple[datetime, datetime], key: PrivateKey
) -> x509.Certificate:
    public = key.public_key()
    begins, ends = validity
    builder = (
        x509.CertificateBuilder(subject_name=certified.name, issuer_name=issuer, public_key=certified.key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(certified.key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
    )
    for extension, critical in _extensions(certified.profile):
        builder = builder.add_extension(extension, critical=critical)
    for published in _published(certified.places):
        builder = builder.add_extension(published, critical=False)
    return builder.sign(key, mechanism_of(public).hash())


def _published(places: Places | None) -> list[x509.ExtensionType]:
    if places is None:
        return []
    where = [x509.UniformResourceIdentifier(places.crl)]
    point = x509.DistributionPoint(full_name=where, relative_name=None, reasons=None, crl_issuer=None)
    access = [(AuthorityInformationAccessOID.CA_ISSUERS, places.issuer)]
    if places.ocsp:
        access.append((AuthorityInformationAccessOID.OCSP, places.ocsp))
    descriptions = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in access]
    return [x509.CRLDistributionPoints([point]), x509.AuthorityInformationAccess(descriptions)]


def _extensions(profile: Profile) -> list[tuple[x509.ExtensionType, bool]]:
    if profile in {Profile.ROOT, Profile.ISSUING}:
        depth = 1 if profile is Profile.ROOT else 0
        return [(x509.BasicConstraints(ca=True, path_length=depth), True), (_usage(certifies=True), True)]
    leaf: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(ca=False, path_length=None), True)]
    if profile is Profile.TSA:
        # exactly one, critical (RFC 3161, 2.3)
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        return [*leaf, (_usage(signs=True), True), (stamping, True)]
    if profile is Profile.OCSP:
        answering = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        return [*leaf, (_usage(signs=True), True), (answering, False), (x509.OCSPNoCheck(), False)]
    return [*leaf, (_usage(signs=True, commits=True), True), (x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), False)]


def _usage(*, signs: bool = False, commits: bool = False, certifies: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=commits,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )
