"""The pilot authority: root, issuing CA, OCSP responder and TSA for pilots and tests, plainly marked as not qualified.

Its keys lie beside it as PKCS#12 files (0600), encrypted by the installation's passphrase.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.algorithms import PrivateKey, PublicKey, mechanism_of
from signing.certificates import (
    CertificateFacts,
    Certified,
    Issuer,
    Places,
    Profile,
    Subject,
    authority_name,
    facts_of,
    issue,
    issue_root,
    signer_name,
)
from signing.cms import der_of, load_certificate
from signing.errors import AuthorityUnusable, KeyUnreadable, WrongPin
from signing.keys.pkcs12 import create_pkcs12, open_pkcs12
from signing.keys.software import SoftwareKey
from signing.ocsp import PilotResponder, Revoked, StatusOf
from signing.trust import TrustStore
from signing.tsa import PilotTimestamper

DEFAULT_URL = "http://127.0.0.1:8080/pki"
CRL_LIFE = {"issuing": timedelta(days=35), "root": timedelta(days=370)}
FORMAT = 1

Issuing = Literal["issuing", "root"]

__all__ = ["DEFAULT_URL", "EnrolledKey", "IssuedCertificate", "PilotAuthority", "PilotResponder", "Revoked", "Subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledKey(CertificateFacts):
    """A new key and its certificate, as the officer gets them."""

    pkcs12: bytes = field(repr=False)
    """encrypted by the PIN"""


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate for a key that is somewhere else."""

    certificate: bytes = field(repr=False)
    """DER"""
    chain: tuple[bytes, ...] = field(repr=False)
    """the issuers', DER, the nearest first"""


@dataclass(frozen=True)
class PilotAuthority:
    """Root, issuing CA, TSA and OCSP responder kept in one directory."""

    directory: Path
    _passphrase: str = field(repr=False)
    url: str
    """below which its lists, certificates, OCSP responder and TSA are published"""

    @classmethod
    def create(cls, directory: Path, passphrase: str, *, at: datetime, url: str = DEFAULT_URL) -> "PilotAuthority":
        """A new authority, valid from `at`.

        :raises AuthorityUnusable: there is one already
        :raises WeakPin: a passphrase of fewer than 8 characters
        """
        if (directory / "authority.json").exists():
            raise AuthorityUnusable(f"{directory} holds an authority already")
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _created(at, url.rstrip("/"))
        for role, key in made.items():
            certificate = load_certificate(key.certificate)
            chain = tuple(load_certificate(one) for one in key.chain)
            _write(directory / f"{role}.p12", create_pkcs12(key.private_key, certificate, chain, passphrase), 0o600)
            _write(directory / f"{role}.pem", certificate.public_bytes(Encoding.PEM), 0o644)
        # written last: an authority cut short by a crash is made anew
        settings = {"format": FORMAT, "url": url.rstrip("/"), "created_at": at.astimezone(UTC).isoformat()}
        _write(directory / "authority.json", json.dumps(settings, indent=2).encode(), 0o644)
        return cls.open(directory, passphrase)

    @classmethod
    def open(cls, directory: Path, passphrase: str) -> "PilotAuthority":
        """An authority made before.

        :raises AuthorityUnusable: none there, damaged, or the passphrase is wrong
        """
        try:
            settings = json.loads((directory / "authority.json").read_bytes())
            authority = cls(directory, passphrase, str(settings["url"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AuthorityUnusable(f"no pilot authority in {directory}: {error}") from error
        # opened now, so that a wrong passphrase is told at once
        _ = authority.issuing
        return authority

    @cached_property
    def root(self) -> SoftwareKey:
        """The root; needed for its CRL only."""
        return self._key(Profile.ROOT)

    @cached_property
    def issuing(self) -> SoftwareKey:
        """The issuing CA."""
        return self._key(Profile.ISSUING)

    @cached_property
    def tsa(self) -> SoftwareKey:
        """The time-stamping authority."""
        return self._key(Profile.TSA)

    @cached_property
    def ocsp(self) -> SoftwareKey:
        """The OCSP responder of the issuing CA."""
        return self._key(Profile.OCSP)

    def enrol(self, subject: Subject, *, at: datetime, profile: str = "officer", pin: str) -> EnrolledKey:
        """A new P-256 key with its certificate, encrypted by the PIN.

        :param profile: officer, or seal for a body
        :raises WeakPin: fewer than 8 characters
        :raises AuthorityUnusable: no such profile, or the issuing CA is not valid then
        """
        key = ec.generate_private_key(ec.SECP256R1())
        issued = self.certify(subject, key.public_key(), at=at, profile=profile)
        chain = tuple(load_certificate(one) for one in issued.chain)
        return EnrolledKey(
            pkcs12=create_pkcs12(key, load_certificate(issued.certificate), chain, pin),
            **asdict(facts_of(issued.certificate)),
        )

    def certify(self, subject: Subject, key: PublicKey, *, at: datetime, profile: str = "officer") -> IssuedCertificate:
        """A certificate for a key that somebody else holds. Whether they hold it is the caller's to check.

        :raises AuthorityUnusable: no such profile, or the issuing CA is not valid then
        """
        if profile not in {Profile.OFFICER, Profile.SEAL}:
            raise AuthorityUnusable(f"nobody is enrolled as {profile!r}")
        kind = Profile(profile)
        issuer = Issuer(load_certificate(self.issuing.certificate), self.issuing.private_key)
        if not issuer.certificate.not_valid_before_utc <= at < issuer.certificate.not_valid_after_utc:
            raise AuthorityUnusable(f"the issuing CA is not valid on {at:%Y-%m-%d}")
        places = _places(self.url, "issuing", answers=True)
        certified = Certified(signer_name(subject, kind), key, kind, at, places)
        return IssuedCertificate(der_of(issue(certified, issuer)), (self.issuing.certificate, *self.issuing.chain))

    def crl(self, issuer: Issuing = "issuing", revoked: Sequence[Revoked] = (), *, at: datetime) -> bytes:
        """A CRL issued at `at`, DER. The issuing CA's concerns officers and seals, the root's the two authorities.

        :raises AuthorityUnusable: an entry's serial or reason is not one
        """
        key = self.issuing if issuer == "issuing" else self.root
        certificate = load_certificate(key.certificate)
        issued = at.astimezone(UTC).replace(microsecond=0)
        public = key.private_key.public_key()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(certificate.subject)
            .last_update(issued)
            .next_update(issued + CRL_LIFE[issuer])
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
            # grows with time, as RFC 5280, 5.2.3 asks
            .add_extension(x509.CRLNumber(int(at.timestamp() * 1000)), critical=False)
        )
        for entry in revoked:
            builder = builder.add_revoked_certificate(_entry(entry))
        return builder.sign(key.private_key, mechanism_of(public).hash()).public_bytes(Encoding.DER)

    def responder(self, status_of: StatusOf, clock: Callable[[], datetime]) -> PilotResponder:
        """The OCSP responder on the office's clock.

        :param status_of: what is known of a certificate of the issuing CA, by its serial
        """
        return PilotResponder(self.ocsp, self.certificate(Profile.ISSUING), status_of, clock)

    def timestamper(self, clock: Callable[[], datetime]) -> PilotTimestamper:
        """The TSA on the office's clock."""
        return PilotTimestamper(self.tsa, clock)

    def anchors(self) -> TrustStore:
        """The root as the anchor, without CRLs."""
        return self.trust()

    def trust(self, crls: Sequence[bytes] = ()) -> TrustStore:
        """The root as the anchor, issuing CA and TSA as known certificates, and the CRLs given."""
        root, issuing, tsa = (self.certificate(role) for role in (Profile.ROOT, Profile.ISSUING, Profile.TSA))
        return TrustStore(anchors=(root,), intermediates=(issuing, tsa), crls=tuple(crls))

    def export_trust(self, directory: Path, crls: Mapping[str, bytes]) -> None:
        """Write root.pem, issuing.pem, tsa.pem and `<name>.crl` (DER) for whoever verifies offline."""
        directory.mkdir(parents=True, exist_ok=True)
        for role in (Profile.ROOT, Profile.ISSUING, Profile.TSA):
            _write(directory / f"{role}.pem", (self.directory / f"{role}.pem").read_bytes(), 0o644)
        for name, crl in crls.items():
            _write(directory / f"{name}.crl", crl, 0o644)

    def certificate(self, role: str) -> bytes:
        """A certificate of its own, DER: root, issuing, tsa or ocsp.

        :raises AuthorityUnusable: it cannot be read
        """
        try:
            return _der((self.directory / f"{role}.pem").read_bytes())
        except (OSError, ValueError) as error:
            raise AuthorityUnusable(f"{role} certificate: {error}") from error

    def _key(self, role: Profile) -> SoftwareKey:
        try:
            return open_pkcs12((self.directory / f"{role}.p12").read_bytes(), self._passphrase)
        except WrongPin as error:
            raise AuthorityUnusable(f"the passphrase does not open the {role} key") from error
        except (OSError, KeyUnreadable) as error:
            raise AuthorityUnusable(f"{role} key: {error}") from error


@lru_cache(maxsize=16)
def _der(pem: bytes) -> bytes:
    return der_of(x509.load_pem_x509_certificate(pem))


def _created(at: datetime, url: str) -> dict[Profile, SoftwareKey]:
    keys: dict[Profile, PrivateKey] = {
        Profile.ROOT: ec.generate_private_key(ec.SECP384R1()),
        Profile.ISSUING: ec.generate_private_key(ec.SECP384R1()),
        Profile.TSA: ec.generate_private_key(ec.SECP256R1()),
        Profile.OCSP: ec.generate_private_key(ec.SECP256R1()),
    }

    def certified(role: Profile, name: str, places: Places | None = None) -> Certified:
        return Certified(authority_name(name), keys[role].public_key(), role, at, places)

    root = issue_root(certified(Profile.ROOT, "Root CA"), keys[Profile.ROOT])
    by_root, root_places = Issuer(root, keys[Profile.ROOT]), _places(url, "root")
    issuing = issue(certified(Profile.ISSUING, "Issuing CA", root_places), by_root)
    tsa = issue(certified(Profile.TSA, "TSA", root_places), by_root)
    # nobody asks whether the responder itself is revoked: its certificate says so, and names no place to ask
    ocsp = issue(certified(Profile.OCSP, "OCSP"), Issuer(issuing, keys[Profile.ISSUING]))
    above_root: tuple[bytes, ...] = ()
    chains = {Profile.ROOT: above_root, Profile.OCSP: (der_of(issuing), der_of(root))}
    made = {Profile.ROOT: root, Profile.ISSUING: issuing, Profile.TSA: tsa, Profile.OCSP: ocsp}
    return {
        role: SoftwareKey(der_of(certificate), chains.get(role, (der_of(root),)), keys[role])
        for role, certificate in made.items()
    }


def _places(url: str, issuer: Issuing, *, answers: bool = False) -> Places:
    """Where an issuer's list and certificate are; its responder, if it has one."""
    return Places(f"{url}/{issuer}.crl", f"{url}/{issuer}.cer", f"{url}/ocsp" if answers else None)


def _entry(revoked: Revoked) -> x509.RevokedCertificate:
    try:
        serial, reason = int(revoked.serial, 16), x509.ReasonFlags(revoked.reason)
    except ValueError as error:
        raise AuthorityUnusable(f"certificate {revoked.serial} cannot be listed as revoked: {error}") from error
    when = revoked.at.astimezone(UTC).replace(microsecond=0)
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
    if reason is not x509.ReasonFlags.unspecified:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    return builder.build()


def _write(path: Path, data: bytes, mode: int) -> None:
    """Whole or not at all, never readable by others for a moment."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
