"""An officer who is admitted while the tests run, and what their browser sends."""

import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from outside_programs import program
from playwright.sync_api import Browser, Request

from acceptance.person import Person
from acceptance.served_office import Account, ServedOffice
from signing.authority import PilotAuthority, Subject

NAME = "Məmmədova Günay Rəşid qızı"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def admit(administrator: Person, office: ServedOffice, login: str) -> Account:
    """A new clerk of the housing service, through the administrator's pages."""
    administrator.go("/admin/people/new?lang=en")
    units = administrator.page.locator('select[name="unit"] option')
    unit = next(each for each in units.all() if "Housing" in (each.text_content() or "")).get_attribute("value") or ""
    post = {f"post_{code}": "Mütəxəssis" for code in ("az", "kk", "ru", "en")}
    person = {"name": NAME, "login": login, "email": "", "language": "az", "unit": unit, **post}
    text = _send(administrator, "/admin/people/new", person)
    password, page = re.search(r"data-secret>([a-z0-9]+)<", text), re.search(r"/admin/people/[0-9a-f-]{36}", text)
    assert password
    assert page
    administrator.go(f"{page[0]}?lang=en")
    bodies = administrator.page.locator('select[name="body"] option')
    body = next(each for each in bodies.all() if "Housing" in (each.text_content() or "")).get_attribute("value") or ""
    mandate = {
        "role": "clerk", "capacity": "clerk", "body": body, "acts_for": "", "act": "Əmr", "number": "9-k",
        "dated": "2026-02-01", "valid_from": "2026-02-02", "valid_to": "",
    }  # fmt: skip
    _send(administrator, f"{page[0]}/mandates", mandate)
    return Account(login=login, password=password[1], pin="")


def _send(person: Person, path: str, fields: dict[str, Any]) -> str:
    token = person.page.locator('[name="csrf_token"]').first.get_attribute("value") or ""
    answer = person.context.request.post(path, form={**fields, "csrf_token": token})
    assert answer.ok, answer.text()
    return answer.text()


class Watched(Person):
    """A person all of whose requests are written down."""

    def __init__(self, browser: Browser, office: ServedOffice, account: Account) -> None:
        self.sent: list[bytes] = []
        super().__init__(browser, office.url, "az", account)

    def _on_request(self, request: Request) -> None:
        super()._on_request(request)
        self.sent.append(request.url.encode() + b"\n" + (request.post_data_buffer or b""))


@dataclass(frozen=True)
class KeyFile:
    """A .p12 as an authority gives it to an officer."""

    content: bytes
    pin: str
    key: PrivateKey

    def secrets(self) -> list[bytes]:
        """Bytes that must be nowhere but in the officer's hands: the PIN, and the secret numbers of the key."""
        numbers = self.key.private_numbers()
        number = numbers.private_value if isinstance(numbers, ec.EllipticCurvePrivateNumbers) else numbers.p
        secret = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return [self.pin.encode(), secret, self.content[200:232]]


def key_file(office: ServedOffice, name: str, key: PrivateKey, *, old: bool) -> KeyFile:
    """Certified by the office's authority for somebody of this name; old: 3DES and SHA-1, new: PBES2 with AES."""
    keys = office.home / "keys"
    authority = PilotAuthority.open(keys / "authority", (keys / "passphrase").read_text(encoding="utf-8").strip())
    subject = Subject(name=name, organisation="Sınaq mərkəzi", serial_number="")
    root = x509.load_der_x509_certificate(authority.certificate("root"))
    issued = authority.certify(subject, key.public_key(), at=root.not_valid_before_utc)
    pin = "Gizli-Şifrə-4711" if not old else "gizli-4711"
    encryption: Any = BestAvailableEncryption(pin.encode())
    if old:
        builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
        encryption = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).build(pin.encode())
    chain = [x509.load_der_x509_certificate(one) for one in issued.chain]
    certificate = x509.load_der_x509_certificate(issued.certificate)
    return KeyFile(pkcs12.serialize_key_and_certificates(b"key", key, certificate, chain, encryption), pin, key)


def encrypted_with_rc2(file: KeyFile, folder: Path) -> KeyFile:
    """The same as programs wrote it twenty years ago: 40 bits of RC2 for the certificates, which openssl still does."""
    whole, old = folder / "whole.pem", folder / "oldest.p12"
    store = pkcs12.load_pkcs12(file.content, file.pin.encode())
    assert store.cert is not None
    certificates = [store.cert.certificate, *(each.certificate for each in store.additional_certs)]
    plain = file.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    whole.write_bytes(plain + b"".join(each.public_bytes(Encoding.PEM) for each in certificates))
    openssl = program("openssl", "no file of the oldest kind")
    command = [openssl, "pkcs12", "-export", "-legacy", "-in", whole, "-out", old, "-passout", f"pass:{file.pin}"]
    subprocess.run([*command, "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES"], check=True)
    return replace(file, content=old.read_bytes())


def kept_by_the_office(office: ServedOffice) -> bytes:
    """Every byte of the office's home but its own keys, and what the server printed."""
    files = [file for file in office.home.rglob("*") if file.is_file() and "keys" not in file.parts]
    return b"".join(file.read_bytes() for file in files) + office.console().encode()


def written(folder: Path, file: KeyFile) -> Path:
    path = folder / "key.p12"
    path.write_bytes(file.content)
    return path
