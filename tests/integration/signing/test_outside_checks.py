"""What programs nobody here wrote say of our signatures: poppler, mupdf, OpenSSL."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from signing_pilot import CREATED, JUDGED, OFFICER, SIGNED, Pilot, Tool, document

from signing import der
from signing.algorithms import digest_identifier
from signing.authority import Revoked
from signing.certificates import Certified, Issuer, Profile, Subject, issue, signer_name
from signing.cms import der_of, load_certificate
from signing.keys.software import SoftwareKey
from signing.request import SignatureLevel
from signing.service import Signing, verify_files
from signing.structure import open_pdf


def written(tool: Tool, name: str, data: bytes) -> str:
    path = tool.folder / name
    path.write_bytes(data)
    return str(path)


def key_of(pilot: Pilot, kind: str) -> SoftwareKey:
    key = ec.generate_private_key(ec.SECP384R1()) if kind == "p384" else rsa.generate_private_key(65537, int(kind[3:]))
    issuer = Issuer(load_certificate(pilot.authority.issuing.certificate), pilot.authority.issuing.private_key)
    name = signer_name(Subject(name=f"Officer {kind}", organisation="Agentlik"), Profile.OFFICER)
    certificate = issue(Certified(name, key.public_key(), Profile.OFFICER, CREATED), issuer)
    return SoftwareKey(der_of(certificate), (pilot.authority.issuing.certificate,), key)


@pytest.mark.parametrize("level", [SignatureLevel.B_B, SignatureLevel.B_T])
def test_poppler_calls_an_officer_s_p256_signature_valid(pilot: Pilot, tool: Tool, level: SignatureLevel):
    file = written(tool, "signed.pdf", pilot.signed(level=level).pdf)
    answer = tool("pdfsig", "-nocert", file)
    assert "Signature Validation: Signature is Valid." in answer
    assert "Total document signed" in answer
    assert "Əliyev Şükür İsmayıl oğlu" in answer
    assert "ETSI.CAdES.detached" in answer


@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "p384"])
def test_poppler_calls_other_keys_valid_too(pilot: Pilot, tool: Tool, kind: str):
    key = key_of(pilot, kind)
    request = pilot.request(pilot.fielded(), certificate=key.certificate, chain=key.chain)
    file = written(tool, "signed.pdf", pilot.signing.sign(request, key).pdf)
    assert "Signature is Valid." in tool("pdfsig", "-nocert", file)


def test_poppler_follows_a_signature_through_its_levels_and_a_co_signature(pilot: Pilot, tool: Tool, opened):
    fielded = pilot.fielded("Signature1", "Signature2")
    first = pilot.signed(fielded, certify=False, level=SignatureLevel.B_B).pdf
    raised = pilot.signing.raise_level(first, SignatureLevel.B_T).pdf
    other = opened("Məmmədova Aygün", "officer")
    request = pilot.request(
        raised, "Signature2", certificate=other.certificate, chain=other.chain, certify=False, name="Məmmədova Aygün"
    )
    file = written(tool, "both.pdf", pilot.signing.sign(request, other).pdf)
    answer = tool("pdfsig", "-nocert", file)
    assert answer.count("Signature is Valid.") >= 2
    assert "Signature2" in answer
    assert "Invalid" not in answer


def test_poppler_sees_what_we_see_in_a_changed_document(pilot: Pilot, tool: Tool):
    changed = pilot.signed().pdf.replace(b"20260319103015Z", b"20260318103015Z")
    assert "Signature is Valid." not in tool("pdfsig", "-nocert", written(tool, "changed.pdf", changed))


def test_mupdf_finds_the_digest_right_and_nothing_changed(pilot: Pilot, tool: Tool):
    pdf = pilot.signed().pdf
    answer = tool("mutool", "sign", "-v", written(tool, "signed.pdf", pdf))
    assert "The document is unchanged since signing." in answer
    assert "Digest error" not in answer
    changed = pdf.replace(b"20260319103015Z", b"20260318103015Z")
    assert "Digest error" in tool("mutool", "sign", "-v", written(tool, "changed.pdf", changed))


def test_mupdf_reads_every_revision_without_repair(pilot: Pilot, tool: Tool):
    raised = pilot.signing.raise_level(pilot.signed(level=SignatureLevel.B_B).pdf, SignatureLevel.B_T).pdf
    answer = tool("mutool", "info", written(tool, "raised.pdf", raised))
    assert "Pages: 1" in answer
    assert "error" not in answer.lower()
    assert "warning" not in answer.lower()


def test_openssl_verifies_the_cms_with_the_pilot_s_root(pilot: Pilot, tool: Tool):
    pdf = pilot.signed(level=SignatureLevel.B_B).pdf
    (signature,) = open_pdf(pdf).embedded_regular_signatures
    _, end, start, length = signature.byte_range
    arguments = [
        "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-attime", str(int(JUDGED.timestamp())),
        "-in", written(tool, "cms.der", signature.pkcs7_content.rstrip(b"\0")),
        "-content", written(tool, "content.bin", pdf[:end] + pdf[start : start + length]),
        "-CAfile", str(pilot.authority.directory / "root.pem"),
        "-out", str(tool.folder / "out.bin"),
    ]  # fmt: skip
    answer = tool("openssl", *arguments)
    assert "CMS Verification successful" in answer or "Verification successful" in answer, answer


def test_openssl_verifies_the_timestamps(pilot: Pilot, tool: Tool):
    digest = hashlib.sha256(b"some bytes").digest()
    imprint = der.sequence(digest_identifier("sha256"), der.octets(digest))
    query = der.sequence(der.integer(1), imprint, der.integer(4711), b"\x01\x01\xff")
    response = pilot.authority.timestamper(pilot.clock).respond(query)
    arguments = [
        "ts", "-verify", "-attime", str(int(JUDGED.timestamp())),
        "-queryfile", written(tool, "query.tsq", query),
        "-in", written(tool, "response.tsr", response),
        "-CAfile", str(pilot.authority.directory / "root.pem"),
    ]  # fmt: skip
    assert "Verification: OK" in tool("openssl", *arguments)
    shown = tool("openssl", "ts", "-reply", "-text", "-in", str(tool.folder / "response.tsr"))
    assert "Status: Granted." in shown
    assert "Mar 19 10:30:15 2026 GMT" in shown
    refused = written(tool, "refused.tsr", pilot.authority.timestamper(pilot.clock).respond(b"what?"))
    assert "Status: Rejected." in tool("openssl", "ts", "-reply", "-text", "-in", refused)


def test_openssl_verifies_certificates_against_the_crls(pilot: Pilot, tool: Tool):
    pilot.authority.export_trust(tool.folder / "trust", {})
    for revoked, expected in (((), ": OK"), ((Revoked(pilot.enrolled.serial, SIGNED),), "certificate revoked")):
        crls = (pilot.authority.crl("issuing", revoked, at=JUDGED), pilot.authority.crl("root", at=JUDGED))
        pem = b"".join(x509.load_der_x509_crl(crl).public_bytes(Encoding.PEM) for crl in crls)
        arguments = [
            "verify", "-crl_check_all", "-x509_strict", "-attime", str(int(JUDGED.timestamp())),
            "-CRLfile", written(tool, "crls.pem", pem),
            "-CAfile", str(tool.folder / "trust" / "root.pem"),
            "-untrusted", str(tool.folder / "trust" / "issuing.pem"),
            written(tool, "officer.pem", pilot.enrolled.certificate_pem.encode()),
        ]  # fmt: skip
        assert expected in tool("openssl", *arguments)


def test_from_the_past_to_today_over_files(pilot: Pilot, opened, tmp_path: Path):
    """Everything made in January, signed in March, exported and judged in November."""
    seal = opened("Dövlət Agentliyi", "seal")
    names = []
    for number, key in enumerate((pilot.key, seal)):
        pilot.clock.now = SIGNED + timedelta(days=number)
        pdf = pilot.fielded(person=(OFFICER, "Dövlət Agentliyi")[number])
        request = pilot.request(pdf, certificate=key.certificate, chain=key.chain)
        path = tmp_path / f"{number:02}.pdf"
        path.write_bytes(pilot.signing.sign(request, key).pdf)
        names.append(path)
    outage = Signing(clock=pilot.clock).sign(pilot.request(pilot.fielded()), pilot.key)
    pilot.clock.now += timedelta(hours=5)
    names.append(tmp_path / "02.pdf")
    names[-1].write_bytes(pilot.signing.raise_level(outage.pdf, SignatureLevel.B_T).pdf)
    crls = {"issuing": pilot.authority.crl(at=JUDGED), "root": pilot.authority.crl("root", at=JUDGED)}
    pilot.authority.export_trust(tmp_path / "trust", crls)
    for report in verify_files(names, tmp_path / "trust", JUDGED):
        assert (report.verdict, report.level, report.findings) == ("TOTAL-PASSED", "B-T", ())


def test_signing_keeps_what_pdf_a_and_pdf_ua_need(pilot: Pilot):
    """Identification, output intent, the associated file and the structure tree stay as rendered."""
    before, after = open_pdf(document("Signature1")), open_pdf(pilot.signed().pdf)
    for key in ("/Metadata", "/OutputIntents", "/AF", "/StructTreeRoot", "/MarkInfo", "/Lang", "/ViewerPreferences"):
        assert before.root.raw_get(key) == after.root.raw_get(key), key
    assert before.root["/Metadata"].data == after.root["/Metadata"].data
    assert before.trailer["/ID"][0] == after.trailer["/ID"][0]
    page = after.root["/Pages"]["/Kids"][0]
    assert page["/Tabs"] == "/S"
    (widget,) = (page["/Annots"][0],)
    print_flag = 4
    assert int(widget["/F"]) & print_flag
    assert "/AP" not in widget
