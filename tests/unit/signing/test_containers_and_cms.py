"""Signed files that are no PDF: CMS and ASiC are judged by the same rules, what cannot be judged stays open."""

import hashlib

import pytest
from asn1crypto import pem
from signing_containers import container, signed_container
from signing_pilot import JUDGED, Pilot

from signing.any_file import validate_any
from signing.trust import TrustStore

CONTENT = "Şikayət".encode()


def judged(pilot, content):
    return validate_any(content, pilot.trust(), at=JUDGED)


def test_a_cms_with_its_content_is_judged_as_a_pdf_would_be(pilot: Pilot, sign):
    made = sign(CONTENT, detached=False)
    for file in (made, pem.armor("PKCS7", made)):
        report = judged(pilot, file)
        assert (report.verdict, report.findings) == ("TOTAL-PASSED", ())
        assert (report.sha256, report.bytes) == (hashlib.sha256(file).hexdigest(), len(file))
        (signature,) = report.signatures
        assert signature.signer == "Ayşən Quliyeva"
    stranger = validate_any(made, TrustStore(), at=JUDGED)
    assert (stranger.verdict, stranger.signatures[0].sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")


def test_a_changed_or_absent_content_is_told(pilot: Pilot, sign):
    report = judged(pilot, sign(CONTENT, detached=False).replace(CONTENT, CONTENT.upper()))
    assert report.verdict == "TOTAL-FAILED"
    assert report.findings[0].startswith("DIGEST_MISMATCH")
    apart = judged(pilot, sign(CONTENT))
    assert (apart.verdict, len(apart.signatures)) == ("INDETERMINATE", 0)
    assert "apart from what it signs" in apart.findings[0]


def test_a_container_is_judged_with_what_its_manifest_names(pilot: Pilot, sign):
    files = {"ərizə.txt": CONTENT, "b.txt": b"b"}
    assert judged(pilot, signed_container(sign, files)).verdict == "TOTAL-PASSED"
    simple = container({"a.txt": CONTENT, "META-INF/signature.p7s": sign(CONTENT)}, b"application/vnd.etsi.asic-s+zip")
    assert judged(pilot, simple).verdict == "TOTAL-PASSED"


def test_what_was_done_to_a_container_is_told(pilot: Pilot, sign):
    files = {"a.txt": CONTENT, "b.txt": b"b"}
    changed = judged(pilot, signed_container(sign, files, {"b.txt": b"c"}))
    assert (changed.verdict, changed.findings[0][:15]) == ("TOTAL-FAILED", "DIGEST_MISMATCH")
    added = judged(pilot, signed_container(sign, files, {"c.txt": b"c"}))
    assert (added.verdict, added.findings) == ("INDETERMINATE", ("NOT_WHOLE_FILE: no signature covers c.txt",))
    other = judged(pilot, signed_container(sign, files, {"META-INF/signature001.p7s": sign(b"else")}))
    assert other.verdict == "TOTAL-FAILED"


@pytest.mark.parametrize(
    ("files", "finding"),
    [
        ({"a.txt": CONTENT}, "NO_SIGNATURE"),
        ({"a.txt": CONTENT, "META-INF/signatures0.xml": b"<a/>"}, "SIGNATURE_INDETERMINATE: META-INF/signatures0.xml"),
        ({"a": b"", "b": b"", "META-INF/signature.p7s": b"0"}, "SIGNATURE_INDETERMINATE: META-INF/signature.p7s"),
    ],
)
def test_what_cannot_be_judged_stays_open_with_its_reason(files, finding, pilot: Pilot):
    report = judged(pilot, container(files))
    assert report.verdict == "INDETERMINATE"
    assert report.findings[0].startswith(finding)


HOSTILE = [
    b"PK\x03\x04 no zip",
    bytes.fromhex("308006092a864886f70d010702"),
    b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n",
    container({"a": b"a", "META-INF/signature.p7s": bytes.fromhex("308006092a864886f70d010702")}),
]


@pytest.mark.parametrize("content", HOSTILE)
def test_no_bytes_end_without_a_verdict(content, pilot: Pilot):
    assert judged(pilot, content).verdict == "TOTAL-FAILED"


def test_caps_hold(pilot: Pilot, sign, monkeypatch):
    monkeypatch.setattr("signing.asic.MOST_BYTES", 1000)
    report = judged(pilot, container({"a.txt": bytes(2000)}))
    assert (report.verdict, report.findings[0][:14]) == ("INDETERMINATE", "LIMIT_EXCEEDED")
