"""What counts as a receiver's acceptance: a valid signature, by the named certificate, over the package's digest."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import typst
from asn1crypto import pem
from cryptography import x509
from signing_containers import container, signed_container
from signing_pilot import JUDGED, Pilot

from processes.acceptances import Fault, fingerprint, signed_by
from processes.extraction_worker import named_in
from signing.any_file import validate_any, validate_apart
from signing.authority import Revoked
from signing.report import Finding, SignatureReport
from signing.request import SignatureLevel
from signing.trust import TrustStore

PACKAGE = hashlib.sha256(b"the package").hexdigest()
OTHER = hashlib.sha256(b"another package").hexdigest()
FORMS = Path(__file__).parents[3] / "bpmn" / "document-disposal" / "forms"
WORDED, RULES = (
    ("fault", "advice", "finding"),
    {"unsigned", "apart", "signature", "certificate", "package", "unreadable"},
)
ATTACHED = '#pdf.attach("sums.txt", bytes(sys.inputs.attached), mime-type: "text/plain")\n'


def pdf(text: str, attached: str = "") -> bytes:
    """A page with a text; with a file attached."""
    source = '#set document(title: "Akt", date: none)\n' + (ATTACHED if attached else "") + "#sys.inputs.text"
    return bytes(typst.compile(source.encode(), format="pdf", sys_inputs={"text": text, "attached": attached}))


def signed_pdf(pilot: Pilot, content: bytes) -> bytes:
    return pilot.signed(pilot.signing.allot_fields(content, ["Signature1"])).pdf


def theirs(content: bytes, trust: TrustStore, certificate: str) -> Sequence[SignatureReport] | Fault:
    return signed_by(validate_any(content, trust, at=JUDGED), certificate)


def accepted(content: bytes, trust: TrustStore, certificate: str) -> bool:
    """Whether it names the package, once its signature is sound."""
    found = theirs(content, trust, certificate)
    assert not isinstance(found, Fault), found
    told = [{"field": each.field, "covered_bytes": each.covered_bytes} for each in found]
    return bool(named_in(content, told, PACKAGE)["named"])


@pytest.fixture
def officer(pilot: Pilot) -> str:
    """The certificate's digest, as openssl prints it."""
    return hashlib.sha256(pilot.key.certificate).digest().hex(":").upper()


@pytest.fixture
def other(opened) -> str:
    return hashlib.sha256(opened("Ayşən Quliyeva", "officer").certificate).hexdigest()


def broken(digest: str) -> str:
    """As a narrow column breaks it."""
    return f"{digest[:30]}\n{digest[30:50]}-\n{digest[50:]}".upper()


def test_a_pdf_names_the_package_on_its_page_or_in_a_file_attached_to_it(pilot: Pilot, officer):
    trust = pilot.trust()
    assert accepted(signed_pdf(pilot, pdf(f"Qəbul edildi: {broken(PACKAGE)}")), trust, officer)
    assert accepted(signed_pdf(pilot, pdf("Qəbul edildi", f"{PACKAGE}  paket.zip")), trust, officer)
    assert accepted(signed_pdf(pilot, pdf("Qəbul edildi", "the package")), trust, officer), "the very file"
    assert not accepted(signed_pdf(pilot, pdf(f"Qəbul edildi: {OTHER}", OTHER)), trust, officer)


def test_what_was_added_after_the_receiver_signed_is_nothing_they_accepted(pilot: Pilot, officer):
    content = signed_pdf(pilot, pdf("Qəbul edildi"))
    (signature,) = validate_any(content, pilot.trust(), at=JUDGED).signatures
    told = [{"field": signature.field, "covered_bytes": signature.covered_bytes}]
    assert named_in(content + b"\n%" + PACKAGE.encode() + b"\n%%EOF", told, PACKAGE) == {"named": False}
    appended = theirs(content + b"\n%" + PACKAGE.encode() + b"\n%%EOF\n", pilot.trust(), officer)
    assert isinstance(appended, Fault)
    assert appended.rule == "signature"


def test_a_cms_and_a_container_name_it_in_what_they_sign(pilot: Pilot, sign, other):
    trust, text = pilot.trust(), f"Paket qəbul edildi: SHA-256 {PACKAGE}"
    for content in (text.encode(), text.encode("utf-16-le"), b"the package", pdf(text)):
        assert accepted(sign(content, detached=False), trust, other)
    assert accepted(pem.armor("PKCS7", sign(text.encode(), detached=False)), trust, other)
    assert accepted(signed_container(sign, {"akt": text.encode(), "b.txt": b"b"}), trust, other)
    assert accepted(container({"akt": text.encode(), "META-INF/signature.p7s": sign(text.encode())}), trust, other)
    assert not accepted(sign(OTHER.encode(), detached=False), trust, other)
    assert not accepted(signed_container(sign, {"a": OTHER.encode()}), trust, other)


def test_each_refusal_names_its_rule(pilot: Pilot, sign, officer, other):
    sound = signed_pdf(pilot, pdf(PACKAGE))
    unproven = pilot.signed(pilot.signing.allot_fields(pdf(PACKAGE), ["Signature1"]), level=SignatureLevel.B_B).pdf
    serial = f"{x509.load_der_x509_certificate(pilot.key.certificate).serial_number:x}"
    now, revoked = pilot.trust(), pilot.trust(Revoked(serial=serial, at=JUDGED - timedelta(hours=1)))
    cases = {
        "no signature": (pdf(PACKAGE), now, officer, ("unsigned", "NO_SIGNATURE")),
        "no signature in a container": (container({"a": b"a"}), now, officer, ("unsigned", "NO_SIGNATURE")),
        "a text": (PACKAGE.encode(), now, officer, ("signature", "FORMAT_FAILURE")),
        "apart from its content": (sign(PACKAGE.encode()), now, other, ("apart", "SIGNATURE_INDETERMINATE")),
        "one byte changed": (sound.replace(b"Akt", b"Akd", 1), now, officer, ("signature", "DIGEST_MISMATCH")),
        "another certificate": (sound, now, other, ("certificate", "")),
        "a stranger's authority": (sound, TrustStore(), officer, ("signature", "NOT_TRUSTED")),
        "proven before it was revoked": (sound, revoked, other, ("certificate", "")),
        "revoked": (unproven, revoked, officer, ("signature", "REVOKED")),
    }
    told = {}
    for name, (content, trust, certificate, _) in cases.items():
        fault = theirs(content, trust, certificate)
        assert isinstance(fault, Fault), name
        told[name] = fault.rule, fault.code
        assert (fault.detail == officer.replace(":", "").lower()) == (fault.rule == "certificate")
    assert told == {name: wanted for name, (*_, wanted) in cases.items()}


def test_a_signature_that_stands_apart_is_judged_over_the_file_beside_it(pilot: Pilot, sign, other):
    trust, text = pilot.trust(), f"Paket qəbul edildi: {PACKAGE}".encode()
    for signed in (text, pdf(PACKAGE), b"the package"):
        report = validate_apart(sign(signed), signed, trust, at=JUDGED)
        assert not isinstance(signed_by(report, other), Fault)
        assert (report.bytes, report.sha256) == (len(signed), hashlib.sha256(signed).hexdigest())
        assert named_in(signed, None, PACKAGE) == {"named": True}
    assert named_in(OTHER.encode(), None, PACKAGE) == {"named": False}
    refused = {
        "another file": (sign(text), text + b".", "DIGEST_MISMATCH"),
        "around another file": (sign(text, detached=False), text + b".", "DIGEST_MISMATCH"),
        "no signature": (text, text, "FORMAT_FAILURE"),
        "torn": (sign(text)[:-9], text, "SIGNATURE_INVALID"),
    }
    for name, (cms, signed, code) in refused.items():
        fault = signed_by(validate_apart(cms, signed, trust, at=JUDGED), other)
        assert isinstance(fault, Fault), name
        assert (fault.rule, fault.code) == ("signature", code), name
    assert not isinstance(signed_by(validate_apart(sign(text, detached=False), text, trust, at=JUDGED), other), Fault)


def test_the_form_words_every_rule_and_every_finding_and_says_what_to_do():
    fields = json.loads((FORMS / "outside_acceptance.ui.json").read_text(encoding="utf-8"))["fields"]
    words = {name: {each["value"]: each["label"] for each in fields[name]["options"]} for name in WORDED}
    assert words["finding"].keys() == {*Finding}
    assert words["fault"].keys() == words["advice"].keys() == RULES
    for options in words.values():
        for label in options.values():
            assert len({label[language] for language in ("az", "kk", "ru", "en")}) == 4, label


def test_a_certificate_is_known_by_its_digest(pilot: Pilot, officer):
    (signature,) = validate_any(signed_pdf(pilot, pdf("a")), pilot.trust(), at=JUDGED).signatures
    assert fingerprint(signature) == officer.replace(":", "").lower()
