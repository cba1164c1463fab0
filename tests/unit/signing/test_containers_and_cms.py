"""Signed files that are no PDF: CMS and ASiC are judged by the same rules, what cannot be judged stays open."""

import base64
import hashlib
import io
import zipfile
from urllib.parse import quote

import pytest
from asn1crypto import cms, pem
from signing_pilot import JUDGED, Pilot

from signing.any_file import validate_any
from signing.cms import signed_attributes, signed_data, signer_of
from signing.trust import TrustStore

CONTENT = "Şikayət".encode()
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@pytest.fixture
def sign(opened):
    """Signs bytes as a foreign program could: a CMS, apart from them or around them."""
    key = opened("Ayşən Quliyeva", "officer")
    signer = signer_of(key.certificate, key.chain)

    def signed(content, *, detached=True):
        attributes = signed_attributes(signer, hashlib.sha256(content).digest())
        made = signed_data(signer, attributes, key.sign(attributes))
        if detached:
            return made
        enveloping = cms.ContentInfo.load(made)
        enveloping["content"]["encap_content_info"] = {"content_type": "data", "content": content}
        return enveloping.dump(force=True)

    return signed


def container(files, kind=b"application/vnd.etsi.asic-e+zip"):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for name, content in {"mimetype": kind, **files}.items():
            made.writestr(name, content)
    return written.getvalue()


def manifest(files, signature="META-INF/signature001.p7s"):
    listed = "".join(
        f'<DataObjectReference URI="{quote(name)}"><DigestMethod xmlns="http://www.w3.org/2000/09/xmldsig#" '
        f'Algorithm="{SHA256}"/><DigestValue xmlns="http://www.w3.org/2000/09/xmldsig#">'
        f"{base64.b64encode(hashlib.sha256(content).digest()).decode()}</DigestValue></DataObjectReference>"
        for name, content in files.items()
    )
    namespace = "http://uri.etsi.org/02918/v1.2.1#"
    return f'<ASiCManifest xmlns="{namespace}"><SigReference URI="{signature}"/>{listed}</ASiCManifest>'.encode()


def signed_container(sign, files, more=None):
    listed = manifest(files)
    meta = {"META-INF/ASiCManifest001.xml": listed, "META-INF/signature001.p7s": sign(listed)}
    return container({**files, **meta, **(more or {})})


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
