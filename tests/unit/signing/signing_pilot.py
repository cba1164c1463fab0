"""A pilot authority made on 5 January 2026, officers, small PDF/A-3 documents, and outside programs."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import typst
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from outside_programs import program

from signing import pades
from signing.authority import EnrolledKey, PilotAuthority, Revoked, Subject
from signing.certificates import Certified, Issuer, Profile, issue, signer_name
from signing.cms import der_of, load_certificate, signed_data, signer_of
from signing.errors import FetchFailed
from signing.fetching import InProcess
from signing.keys.pkcs12 import open_pkcs12
from signing.keys.software import SoftwareKey
from signing.request import SignatureLevel, SignatureRequest, SignedDocument
from signing.revocation import RevocationSource
from signing.service import Signing
from signing.trust import TrustStore

CREATED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SIGNED = datetime(2026, 3, 19, 10, 30, 15, tzinfo=UTC)
JUDGED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OFFICER = "Əliyev Şükür İsmayıl oğlu"
PIN = "Şəhər-2026"
PASSPHRASE = "correct horse battery staple"
FONTS = Path(__file__).parents[3] / "processes" / "documents" / "fonts"

SOURCE = """
#let d = json(bytes(sys.inputs.at("data")))
#set document(title: "Anket", author: "Dövlət Agentliyi", date: datetime(year: 2026, month: 3, day: 19))
#set text(lang: "az")
#if d.step != none { pdf.attach("step.json", bytes(d.step), relationship: "data", mime-type: "application/json",
  description: "Step record") }
= Anket
#for n in range(d.paragraphs) [#lorem(40) #parbreak()]
"""


@lru_cache
def render(step: str | None, paragraphs: int) -> bytes:
    data = rfc8785.dumps({"step": step, "paragraphs": paragraphs}).decode()
    options: dict[str, Any] = {"format": "pdf", "pdf_standards": ["a-3b", "ua-1"], "sys_inputs": {"data": data}}
    return typst.compile(SOURCE.encode(), **options)


def document(*expected: str, step: str | None = "", paragraphs: int = 3, person: str = OFFICER) -> bytes:
    """A rendered PDF/A-3b + UA-1 whose step.json expects these fields."""
    if step == "":
        fields = [{"field": name, "role": "operator", "person": person} for name in expected]
        step = rfc8785.dumps({"expected_signatures": fields, "previous": []}).decode()
    return render(step, paragraphs)


@dataclass
class SetClock:
    now: datetime = SIGNED

    def __call__(self) -> datetime:
        return self.now


class Nobody:
    """A transport to which nobody answers."""

    def get(self, url: str) -> bytes:
        raise FetchFailed(f"{url}: nobody answers")

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        raise FetchFailed(f"{url}: nobody answers ({len(body)} bytes of {content_type})")


@dataclass
class Pilot:
    """The authority with an officer, as the office uses them."""

    authority: PilotAuthority
    enrolled: EnrolledKey
    key: SoftwareKey
    clock: SetClock
    signing: Signing

    def request(self, pdf: bytes, field: str = "Signature1", **changes: Any) -> SignatureRequest:
        parts: dict[str, Any] = {
            "pdf": pdf,
            "field": field,
            "certificate": self.key.certificate,
            "chain": self.key.chain,
            "level": SignatureLevel.B_T,
            "claimed_at": self.clock(),
            "name": "Əliyev Şükür İsmayıl oğlu",
            "reason": "Qəbul edildi, səlahiyyət: operator",
            "location": "Bakı",
            "certify": True,
        }
        return SignatureRequest(**(parts | changes))

    def fielded(self, *fields: str, **options: Any) -> bytes:
        names = fields or ("Signature1",)
        return self.signing.allot_fields(document(*names, **options), names)

    def signed(self, pdf: bytes | None = None, **changes: Any) -> SignedDocument:
        return self.signing.sign(self.request(pdf or self.fielded(), **changes), self.key)

    def raising(self, *revoked: Revoked, lists_at: datetime | None = None, **parts: Any) -> Signing:
        """A signing room that also raises levels: lists and OCSP of the authority, asked in this process.

        :param lists_at: when the lists were issued; by default now
        """
        doors = self.doors(*revoked, lists_at=lists_at)
        transport = InProcess(self.authority.url, doors, parts.pop("elsewhere", Nobody()))
        room: dict[str, Any] = {
            "clock": self.clock,
            "timestamper": self.authority.timestamper(self.clock),
            "trust": self.authority.anchors,
            "revocation": RevocationSource(transport, parts.pop("cache", None)),
        }
        return Signing(**(room | parts))

    def doors(self, *revoked: Revoked, lists_at: datetime | None = None) -> dict[str, Callable[[bytes], bytes]]:
        """What the authority answers, by path."""
        by_serial = {one.serial: one for one in revoked}
        responder = self.authority.responder(lambda serial: by_serial.get(serial, True), self.clock)

        def crl(issuer: Any) -> Callable[[bytes], bytes]:
            listed = revoked if issuer == "issuing" else ()
            return lambda _: self.authority.crl(issuer, listed, at=lists_at or self.clock())

        return {"/issuing.crl": crl("issuing"), "/root.crl": crl("root"), "/ocsp": responder.respond}

    def trust(self, *revoked: Revoked, at: datetime = JUDGED) -> TrustStore:
        crls = (self.authority.crl("issuing", revoked, at=at), self.authority.crl("root", at=at))
        return self.authority.trust(crls)


def foreign_signature(pilot: Pilot, key: SoftwareKey, pdf: bytes | None = None, **changes: Any) -> bytes:
    """A signature made without the product's gate, as a foreign program could."""
    request = pilot.request(pdf or pilot.fielded(), certificate=key.certificate, chain=key.chain, **changes)
    prepared = pilot.signing.prepare(request)
    signer = signer_of(key.certificate, key.chain)
    cms = signed_data(signer, prepared.to_be_signed, key.sign(prepared.to_be_signed))
    return pades.Placeholder(prepared.pdf, prepared.digest, prepared.reserved).filled(cms)


@pytest.fixture(scope="session")
def foreign_key(authority: PilotAuthority) -> Callable[..., SoftwareKey]:
    """Keys of other kinds than the product makes, certified by the pilot authority."""

    @lru_cache
    def key(kind: str) -> SoftwareKey:
        private: Any = {
            "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
            "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
            "ed25519": ed25519.Ed25519PrivateKey.generate,
            "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
            "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
        }[kind]()
        issuer = Issuer(load_certificate(authority.issuing.certificate), authority.issuing.private_key)
        name = signer_name(Subject(name=f"Other {kind}", organisation="Agentlik"), Profile.OFFICER)
        certificate = issue(Certified(name, private.public_key(), Profile.OFFICER, CREATED), issuer)
        return SoftwareKey(der_of(certificate), (authority.issuing.certificate,), private)

    return key


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> PilotAuthority:
    return PilotAuthority.create(tmp_path_factory.mktemp("pki") / "authority", PASSPHRASE, at=CREATED)


@pytest.fixture(scope="session")
def enrol(authority: PilotAuthority) -> Callable[..., EnrolledKey]:
    @lru_cache
    def enrolled(name: str, profile: str) -> EnrolledKey:
        subject = Subject(name=name, organisation="Dövlət Agentliyi", serial_number=f"AZ-{len(name)}", country="AZ")
        return authority.enrol(subject, at=CREATED, profile=profile, pin=PIN)

    return enrolled


@pytest.fixture(scope="session")
def opened(enrol: Callable[..., EnrolledKey]) -> Callable[..., SoftwareKey]:
    @lru_cache
    def key(name: str, profile: str) -> SoftwareKey:
        return open_pkcs12(enrol(name, profile).pkcs12, PIN)

    return key


@pytest.fixture
def pilot(authority: PilotAuthority, enrol: Callable[..., EnrolledKey], opened: Callable[..., SoftwareKey]) -> Pilot:
    name = OFFICER
    clock = SetClock()
    signing = Signing(clock=clock, timestamper=authority.timestamper(clock))
    return Pilot(authority, enrol(name, "officer"), opened(name, "officer"), clock, signing)


@dataclass(frozen=True)
class Tool:
    """Runs a program of the system as an outside check; missing it skips, and fails where CI is set."""

    folder: Path

    def __call__(self, name: str, *arguments: str) -> str:
        done = subprocess.run([program(name), *arguments], capture_output=True, timeout=60, check=False)
        return (done.stdout + done.stderr).decode(errors="replace")


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)
