"""What is signed: a document of 54 KB with an allotted field, by officers of a pilot authority made for the run."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typst
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.algorithms import PrivateKey
from signing.authority import PilotAuthority
from signing.certificates import Certified, Issuer, Places, Profile, Subject, issue, signer_name
from signing.cms import der_of, load_certificate
from signing.keys.software import SoftwareKey
from signing.request import SignatureLevel, SignatureRequest
from signing.service import Signing

CREATED = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 19, 10, 30, tzinfo=UTC)
FIELD = "Signature1"
KINDS: dict[str, Callable[[], PrivateKey]] = {
    "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa3072": lambda: rsa.generate_private_key(65537, 3072),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
}
_SOURCE = """
#set document(title: "Anket", date: datetime(year: 2026, month: 3, day: 19))
#set text(lang: "az")
#pdf.attach("step.json", bytes(sys.inputs.at("step")), relationship: "data", mime-type: "application/json",
  description: "Step record")
= Anket
#for n in range(12) [#lorem(60) #parbreak()]
"""
_HASHES = 950
"""so many in the attachment make 54 KB of a document: hexadecimal text shrinks to half"""


@dataclass(frozen=True)
class Material:
    """A document and the authority."""

    authority: PilotAuthority
    pdf: bytes

    def key(self, kind: str) -> SoftwareKey:
        """An officer's key of this kind."""
        private = KINDS[kind]()
        issuing = self.authority.issuing
        name = signer_name(Subject(name=f"Officer {kind}", organisation="Agentlik"), Profile.OFFICER)
        url = self.authority.url
        places = Places(f"{url}/issuing.crl", f"{url}/issuing.cer", f"{url}/ocsp")
        certified = Certified(name, private.public_key(), Profile.OFFICER, CREATED, places)
        certificate = issue(certified, Issuer(load_certificate(issuing.certificate), issuing.private_key))
        return SoftwareKey(der_of(certificate), (issuing.certificate,), private)

    def request(self, key: SoftwareKey, level: SignatureLevel) -> SignatureRequest:
        """What the office asks for."""
        return SignatureRequest(
            pdf=self.pdf, field=FIELD, certificate=key.certificate, chain=key.chain, level=level, claimed_at=NOW,
            name="Officer", reason="Accepted",
        )  # fmt: skip


def make(folder: Path) -> Material:
    """In a folder of the run."""
    authority = PilotAuthority.create(folder / "authority", "a passphrase for this run", at=CREATED)
    expected = {"field": FIELD, "role": "officer", "person": "Officer p256"}
    filling = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(_HASHES)]
    attached = json.dumps({"expected_signatures": [expected], "previous": [], "filling": filling})
    rendered = typst.compile(
        _SOURCE.encode(), format="pdf", pdf_standards=["a-3b", "ua-1"], sys_inputs={"step": attached}
    )
    return Material(authority, Signing(clock=lambda: NOW).allot_fields(rendered, [FIELD]))
