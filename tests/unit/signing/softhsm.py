"""A SoftHSM2 token (Debian's softhsm2) with an RSA and an EC key, made once a module of tests."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from outside_programs import not_here
from signing_pilot import CREATED, OFFICER

from signing.algorithms import PrivateKey
from signing.authority import PilotAuthority, Subject
from signing.certificates import Certified, Issuer, Profile, issue, signer_name
from signing.cms import der_of, load_certificate
from signing.keys.pkcs11 import Pkcs11Store

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
TOKEN_PIN = "2468-1357"


@dataclass(frozen=True)
class SoftHsm:
    """A token with an RSA and an EC key and their certificates."""

    store: Pkcs11Store
    serial: str
    chain: tuple[bytes, ...]


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=60)


def certified(authority: PilotAuthority, key: PrivateKey) -> bytes:
    """A certificate of the pilot authority for a key made elsewhere."""
    subject = Subject(name=OFFICER, organisation="Dövlət Agentliyi", serial_number="AZ-7")
    issuer = Issuer(load_certificate(authority.issuing.certificate), authority.issuing.private_key)
    request = Certified(signer_name(subject, Profile.OFFICER), key.public_key(), Profile.OFFICER, CREATED)
    return der_of(issue(request, issuer))


@pytest.fixture(scope="module")
def softhsm(tmp_path_factory: pytest.TempPathFactory, authority: PilotAuthority) -> Iterator[SoftHsm]:
    module = next((one for one in MODULES if Path(one).exists()), None)
    if shutil.which("softhsm2-util") is None or module is None:
        not_here("softhsm2-util is not installed (Debian: softhsm2): no PKCS#11 token to sign with")
    pkcs11 = pytest.importorskip("pkcs11")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        # loaded by another module of tests, it would go on with that one's tokens
        pkcs11.unload(module)
        _run(
            "softhsm2-util", "--init-token", "--free", "--label", "officer", "--so-pin", "12345678", "--pin", TOKEN_PIN
        )
        for number, key in (
            ("a1", rsa.generate_private_key(65537, 2048)),
            ("b2", ec.generate_private_key(ec.SECP256R1())),
        ):
            file = folder / f"{number}.pem"
            file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            _run(
                "softhsm2-util",
                "--import",
                str(file),
                "--token",
                "officer",
                "--label",
                number,
                "--id",
                number,
                "--pin",
                TOKEN_PIN,
            )
            file.unlink()
            _put(pkcs11, module, certified(authority, key), bytes.fromhex(number))
        store = Pkcs11Store(name="hsm", module=Path(module))
        ((serial, _),) = [one for one in store.tokens() if one[1] == "officer"]
        chain = (authority.issuing.certificate, *authority.issuing.chain)
        yield SoftHsm(store, serial, chain)


def _put(pkcs11: object, module: str, certificate: bytes, identifier: bytes) -> None:
    from pkcs11 import Attribute, CertificateType, ObjectClass
    from pkcs11 import lib as library

    with library(module).get_token(token_label="officer").open(user_pin=TOKEN_PIN, rw=True) as session:
        parsed = load_certificate(certificate)
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.ID: identifier,
                Attribute.SUBJECT: parsed.subject.public_bytes(),
                Attribute.VALUE: certificate,
            }
        )
