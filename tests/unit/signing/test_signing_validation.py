"""Judging documents: verdicts of ETSI EN 319 102-1, all signatures together, and no exception on any input."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from signing_archival import with_archival_timestamp, with_validation_data
from signing_pilot import CREATED, JUDGED, OFFICER, SIGNED, Pilot, SetClock, document, foreign_signature

from signing import der, pades, validation
from signing.authority import Revoked
from signing.certificates import Certified, Issuer, Profile, Subject, issue, signer_name
from signing.cms import der_of, load_certificate, signed_attributes, signed_data, signer_of
from signing.errors import NotPassed
from signing.keys.software import SoftwareKey
from signing.report import require_passed
from signing.request import SignatureLevel
from signing.service import Signing
from signing.structure import open_pdf
from signing.trust import TrustStore
from signing.validation import ValidationReport, verify_files


def judged(pilot: Pilot, pdf: bytes, *revoked: Revoked, at: datetime = JUDGED) -> ValidationReport:
    return pilot.signing.validate(pdf, pilot.trust(*revoked, at=at), at=at)


def codes(report: ValidationReport) -> list[str]:
    return [finding.partition(":")[0] for finding in report.findings]


def plain(pilot: Pilot) -> Signing:
    """Without a time-stamping authority."""
    return Signing(clock=pilot.clock)


# --- the shape


def test_a_document_signed_in_the_past_passes_today(pilot: Pilot):
    report = judged(pilot, pilot.signed().pdf)
    assert report.named("a.pdf").as_json() == {
        "file": "a.pdf",
        "verdict": "TOTAL-PASSED",
        "level": "B-T",
        "signatures": [
            {
                "signer": "Əliyev Şükür İsmayıl oğlu",
                "level": "B-T",
                "verdict": "TOTAL-PASSED",
                "sub_indication": None,
                "claimed_at": "2026-03-19T10:30:15Z",
                "proven_at": "2026-03-19T10:30:15Z",
            }
        ],
        "waits_for": ["validation data", "archive timestamp"],
        "findings": [],
    }
    json.dumps(report.as_json())
    require_passed(report)


def test_without_a_timestamp_nothing_is_proven(pilot: Pilot):
    report = judged(pilot, plain(pilot).sign(pilot.request(pilot.fielded()), pilot.key).pdf)
    (signature,) = report.signatures
    assert (report.verdict, report.level, signature.proven_at) == ("TOTAL-PASSED", "B-B", None)


def test_an_unsigned_document_is_indeterminate(pilot: Pilot):
    for pdf in (document(step=None), pilot.fielded()):
        report = judged(pilot, pdf)
        assert (report.verdict, report.level, report.signatures) == ("INDETERMINATE", None, ())
        assert "NO_SIGNATURE" in codes(report)
        with pytest.raises(NotPassed, match="NO_SIGNATURE"):
            require_passed(report)


# --- trust


def test_the_root_alone_says_nothing_of_revocation(pilot: Pilot):
    report = pilot.signing.validate(pilot.signed().pdf, pilot.authority.anchors(), at=JUDGED)
    (signature,) = report.signatures
    assert (report.verdict, report.level) == ("INDETERMINATE", "B-T")
    assert signature.sub_indication == "CERTIFICATE_CHAIN_GENERAL_FAILURE"


def test_without_trust_there_is_no_chain(pilot: Pilot):
    report = pilot.signing.validate(pilot.signed().pdf, TrustStore(), at=JUDGED)
    assert report.verdict == "INDETERMINATE"
    assert report.signatures[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert report.signatures[0].proven_at is None


def test_stale_revocation_lists_are_not_enough(pilot: Pilot):
    old = pilot.trust(at=SIGNED)
    report = pilot.signing.validate(pilot.signed().pdf, old, at=JUDGED)
    assert report.verdict == "INDETERMINATE"


def test_unreadable_crls_do_not_break_the_verdict(pilot: Pilot):
    trust = pilot.trust()
    broken = TrustStore(trust.anchors, (*trust.intermediates, b"x"), (*trust.crls, b"no CRL"))
    assert pilot.signing.validate(pilot.signed().pdf, broken, at=JUDGED).verdict == "TOTAL-PASSED"


# --- revocation


def test_revoked_before_signing_is_total_failed(pilot: Pilot):
    revoked = Revoked(pilot.enrolled.serial, SIGNED - timedelta(days=2), "keyCompromise")
    for signing in (pilot.signing, plain(pilot)):
        report = judged(pilot, signing.sign(pilot.request(pilot.fielded()), pilot.key).pdf, revoked)
        assert (report.verdict, report.signatures[0].sub_indication) == ("TOTAL-FAILED", "REVOKED")
        assert "revoked on 2026-03-17 10:30 UTC because of a compromised key, before signing" in report.findings[0]


def test_revoked_after_the_proven_time_does_not_harm_but_is_told(pilot: Pilot):
    revoked = Revoked(pilot.enrolled.serial, SIGNED + timedelta(days=2), "cessationOfOperation")
    report = judged(pilot, pilot.signed().pdf, revoked)
    assert report.verdict == "TOTAL-PASSED"
    assert codes(report) == ["REVOKED_LATER"]


def test_revoked_later_and_nothing_proven_is_indeterminate(pilot: Pilot):
    revoked = Revoked(pilot.enrolled.serial, SIGNED + timedelta(days=2))
    report = judged(pilot, plain(pilot).sign(pilot.request(pilot.fielded()), pilot.key).pdf, revoked)
    assert (report.verdict, report.signatures[0].sub_indication) == ("INDETERMINATE", "REVOKED_NO_POE")


def test_a_signature_backdated_before_its_revocation_is_not_believed(pilot: Pilot):
    # claimed in time, but the timestamp shows the day after the revocation
    revoked = Revoked(pilot.enrolled.serial, SIGNED - timedelta(days=1))
    pdf = pilot.signed(claimed_at=SIGNED - timedelta(days=3)).pdf
    report = judged(pilot, pdf, revoked)
    assert (report.verdict, report.signatures[0].sub_indication) == ("INDETERMINATE", "REVOKED_NO_POE")


def test_a_revoked_time_stamping_authority_proves_nothing(pilot: Pilot):
    tsa = load_certificate(pilot.authority.tsa.certificate).serial_number
    root = pilot.authority.crl("root", [Revoked(f"{tsa:x}", SIGNED + timedelta(days=5))], at=JUDGED)
    trust = pilot.authority.trust([pilot.authority.crl(at=JUDGED), root])
    report = pilot.signing.validate(pilot.signed().pdf, trust, at=JUDGED)
    assert report.verdict == "INDETERMINATE"
    assert report.signatures[0].proven_at is None


def test_a_revoked_issuing_authority_is_told(pilot: Pilot):
    issuing = load_certificate(pilot.authority.issuing.certificate).serial_number
    root = pilot.authority.crl("root", [Revoked(f"{issuing:x}", SIGNED - timedelta(days=5))], at=JUDGED)
    trust = pilot.authority.trust([pilot.authority.crl(at=JUDGED), root])
    report = pilot.signing.validate(pilot.signed().pdf, trust, at=JUDGED)
    assert (report.verdict, report.signatures[0].sub_indication) == ("INDETERMINATE", "REVOKED_CA_NO_POE")


# --- time


def test_a_timestamp_of_the_future_is_refused(pilot: Pilot):
    # pyHanko says OK to a token 30 days ahead
    report = judged(pilot, pilot.signed().pdf, at=SIGNED - timedelta(days=30))
    assert report.verdict == "INDETERMINATE"
    assert report.level == "B-B"
    assert any("future" in finding for finding in report.findings)


def test_only_the_timestamp_is_in_the_future(pilot: Pilot):
    ahead = SetClock(SIGNED + timedelta(days=30))
    signing = Signing(clock=ahead, timestamper=pilot.authority.timestamper(ahead))
    report = judged(pilot, signing.sign(pilot.request(pilot.fielded()), pilot.key).pdf, at=SIGNED + timedelta(days=1))
    (signature,) = report.signatures
    assert (signature.verdict, signature.sub_indication) == ("INDETERMINATE", "TIMESTAMP_ORDER_FAILURE")
    assert (signature.level, signature.proven_at) == ("B-B", None)


def test_a_document_timestamp_of_the_future_is_refused(pilot: Pilot):
    signed = plain(pilot).sign(pilot.request(pilot.fielded()), pilot.key)
    ahead = SetClock(SIGNED + timedelta(days=30))
    raised = Signing(clock=ahead, timestamper=pilot.authority.timestamper(ahead)).raise_level(
        signed.pdf, SignatureLevel.B_T
    )
    report = judged(pilot, raised.pdf, at=SIGNED + timedelta(days=1))
    assert (report.verdict, report.level) == ("INDETERMINATE", "B-B")
    assert codes(report) == ["TIMESTAMP_INVALID"]
    assert judged(pilot, raised.pdf).verdict == "TOTAL-PASSED"


def test_a_claim_of_the_future_is_refused(pilot: Pilot):
    pdf = plain(pilot).sign(pilot.request(pilot.fielded(), claimed_at=JUDGED + timedelta(days=1)), pilot.key).pdf
    report = judged(pilot, pdf)
    assert (report.verdict, report.signatures[0].sub_indication) == ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")


def test_a_claim_later_than_what_is_proven_is_a_contradiction(pilot: Pilot):
    report = judged(pilot, pilot.signed(claimed_at=SIGNED + timedelta(days=1)).pdf)
    assert report.signatures[0].sub_indication == "TIMESTAMP_ORDER_FAILURE"


# --- certificates


def stranger(pilot: Pilot, profile: Profile, at: datetime = CREATED) -> SoftwareKey:
    authority = pilot.authority
    issuer = Issuer(load_certificate(authority.issuing.certificate), authority.issuing.private_key)
    key = ec.generate_private_key(ec.SECP256R1())
    name = signer_name(Subject(name="Other", organisation="Agentlik"), profile)
    certificate = issue(Certified(name, key.public_key(), profile, at), issuer)
    return SoftwareKey(der_of(certificate), (authority.issuing.certificate,), key)


def test_a_certificate_for_something_else_is_found(pilot: Pilot):
    report = judged(pilot, foreign_signature(pilot, stranger(pilot, Profile.TSA)))
    assert (report.verdict, report.signatures[0].sub_indication) == ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE")


def test_an_expired_certificate_needs_proof_that_it_signed_in_time(pilot: Pilot):
    report = judged(pilot, pilot.signed().pdf, at=datetime(2033, 1, 1, tzinfo=UTC))
    assert (report.verdict, report.signatures[0].sub_indication) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")


def test_archival_timestamps_prove_it(pilot: Pilot):
    later = SIGNED + timedelta(hours=2)
    pdf = with_validation_data(pilot.signed().pdf, pilot.trust(at=later), later)
    timestamper = pilot.authority.timestamper(SetClock(later))
    pdf = with_archival_timestamp(pdf, timestamper, pilot.trust(at=later), later)
    far = datetime(2033, 1, 1, tzinfo=UTC)
    (signature,) = judged(pilot, pdf, at=far).signatures
    assert (signature.verdict, signature.level) == ("TOTAL-PASSED", "B-LTA")


# --- levels


def test_levels_are_read_from_the_document(pilot: Pilot):
    later = SIGNED + timedelta(hours=2)
    trust = pilot.trust(at=later)
    steps = [plain(pilot).sign(pilot.request(pilot.fielded()), pilot.key).pdf]
    pilot.clock.now = later
    steps.append(pilot.signing.raise_level(steps[-1], SignatureLevel.B_T).pdf)
    steps.append(with_validation_data(steps[-1], trust, later))
    steps.append(with_archival_timestamp(steps[-1], pilot.authority.timestamper(pilot.clock), trust, later))
    assert [judged(pilot, pdf).level for pdf in steps] == ["B-B", "B-T", "B-LT", "B-LTA"]
    assert {one.verdict for pdf in steps for one in judged(pilot, pdf).signatures} == {"TOTAL-PASSED"}


def test_the_level_of_a_document_is_that_of_its_weakest_signature(pilot: Pilot):
    pdf = pilot.signed(pilot.fielded("Signature1", "Signature2"), certify=False).pdf
    pdf = plain(pilot).sign(pilot.request(pdf, field="Signature2", certify=False), pilot.key).pdf
    report = judged(pilot, pdf)
    assert [one.level for one in report.signatures] == ["B-T", "B-B"]
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-B")


# --- all signatures together


def test_a_rogue_signature_is_valid_by_itself_and_still_found(pilot: Pilot):
    pdf = pilot.signed(certify=False).pdf
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    append_signature_field(writer, SigFieldSpec("Rogue"))
    output = BytesIO()
    writer.write(output)
    rogue = foreign_signature(pilot, stranger(pilot, Profile.OFFICER), output.getvalue(), field="Rogue", certify=False)
    report = judged(pilot, rogue)
    assert [one.verdict for one in report.signatures] == ["TOTAL-PASSED", "TOTAL-PASSED"]
    assert (report.verdict, codes(report)) == ("TOTAL-FAILED", ["UNEXPECTED_SIGNATURE"])


def test_a_missing_signature_leaves_the_document_undecided(pilot: Pilot):
    fielded = pilot.signing.allot_fields(document("Signature1", "Signature2"), ["Signature1", "Signature2"])
    report = judged(pilot, pilot.signed(fielded, certify=False).pdf)
    assert (report.verdict, codes(report)) == ("INDETERMINATE", ["MISSING_SIGNATURE"])


def test_another_officer_in_the_expected_field_is_found(pilot: Pilot, opened):
    other = opened("Məmmədova Aygün", "officer")
    request = pilot.request(pilot.fielded(), certificate=other.certificate, chain=other.chain)
    report = judged(pilot, pilot.signing.sign(request, other).pdf)
    assert [one.verdict for one in report.signatures] == ["TOTAL-PASSED"]
    assert (report.verdict, codes(report)) == ("INDETERMINATE", ["WRONG_SIGNER"])


@pytest.mark.parametrize("person", ["ƏLİYEV  Şükür İsmayıl oğlu".replace("Lİ", "li"), f"AZ-{len(OFFICER)}", ""])
def test_a_person_is_expected_by_name_or_number(pilot: Pilot, person: str):
    assert judged(pilot, pilot.signed(pilot.fielded(person=person)).pdf).verdict == "TOTAL-PASSED"


@pytest.mark.parametrize("step", ["no JSON", "[]", '{"expected_signatures": 5}', '{"expected_signatures": [{}]}'])
def test_a_step_nobody_can_read_is_told(pilot: Pilot, step: str):
    report = judged(pilot, pilot.signed(pilot.fielded(step=step)).pdf)
    assert (report.verdict, codes(report)) == ("INDETERMINATE", ["STEP_UNREADABLE"])


def test_a_step_without_a_list_and_a_document_without_a_step_are_judged_by_their_signatures(pilot: Pilot):
    for step in ("{}", None):
        assert judged(pilot, pilot.signed(pilot.fielded(step=step)).pdf).verdict == "TOTAL-PASSED"


# --- changes after signing


def test_one_flipped_bit_anywhere_is_found(pilot: Pilot):
    pdf = bytearray(pilot.signed().pdf)
    position = pdf.index(b"/Type /Catalog") + 8
    pdf[position] ^= 1
    report = judged(pilot, bytes(pdf))
    assert report.verdict == "TOTAL-FAILED"


def test_changed_content_is_a_hash_failure(pilot: Pilot):
    pdf = pilot.signed().pdf.replace(b"20260319103015Z", b"20260318103015Z")
    report = judged(pilot, pdf)
    assert (report.verdict, report.signatures[0].sub_indication) == ("TOTAL-FAILED", "HASH_FAILURE")


def test_a_signature_value_of_another_key_is_a_crypto_failure(pilot: Pilot, opened):
    request = pilot.request(pilot.fielded())
    prepared = pilot.signing.prepare(request)
    other = opened("Məmmədova Aygün", "officer")
    cms = signed_data(signer_of(pilot.key.certificate), prepared.to_be_signed, other.sign(prepared.to_be_signed))
    pdf = pades.Placeholder(prepared.pdf, prepared.digest, prepared.reserved).filled(cms)
    report = judged(pilot, pdf)
    assert (report.verdict, report.signatures[0].sub_indication) == ("TOTAL-FAILED", "SIG_CRYPTO_FAILURE")


def test_an_exchanged_certificate_is_found(pilot: Pilot, opened):
    # a valid signature under another certificate of the same key holder would pass without signing-certificate-v2
    other = stranger(pilot, Profile.OFFICER)
    request = pilot.request(pilot.fielded())
    prepared = pilot.signing.prepare(request)
    attributes = signed_attributes(signer_of(pilot.key.certificate), prepared.digest)
    cms = signed_data(signer_of(other.certificate), attributes, other.sign(attributes))
    pdf = pades.Placeholder(prepared.pdf, prepared.digest, prepared.reserved).filled(cms)
    report = judged(pilot, pdf)
    assert report.verdict != "TOTAL-PASSED"


def test_a_swapped_digest_algorithm_is_found(pilot: Pilot):
    # CMSAlgorithmProtection (RFC 6211): the algorithm outside the signed attributes must be the one inside
    pdf = pilot.signed(level=SignatureLevel.B_B).pdf
    sha256, sha512 = (der.oid(f"2.16.840.1.101.3.4.2.{n}").hex().upper().encode() for n in (1, 3))
    position = pdf.rindex(sha256)
    swapped = pdf[:position] + sha512 + pdf[position + len(sha256) :]
    report = judged(pilot, swapped)
    assert report.verdict != "TOTAL-PASSED"


def test_bytes_after_the_end_are_nobody_s(pilot: Pilot):
    pdf = pilot.signed().pdf
    for appended in (b"\n% hello\n", b"garbage"):
        report = judged(pilot, pdf + appended)
        assert (report.verdict, codes(report)[0]) == ("TOTAL-FAILED", "NOT_WHOLE_FILE"), appended
    # with an end of its own, or so much that the file's is not found any more, it is no PDF
    for appended in (b"\n%%EOF\n", b"\0" * 4096):
        report = judged(pilot, pdf + appended)
        assert (report.verdict, codes(report)) == ("TOTAL-FAILED", ["FORMAT_FAILURE"]), appended


def revised(pdf: bytes, change) -> bytes:
    """`pdf` with one more revision."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def swapped_attachment(writer: IncrementalPdfFileWriter) -> None:
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    stream = names[1]["/EF"]["/F"]
    stream._data = b'{"expected_signatures": []}'
    stream._encoded_data = None
    writer.update_container(stream)


def new_attachment(writer: IncrementalPdfFileWriter) -> None:
    data = EmbeddedFileObject.from_file_data(writer, data=b"{}", mime_type="application/json")
    embed_file(writer, FileSpec(file_spec_string="other.json", file_name="other.json", embedded_data=data))


def changed_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    contents = generic.StreamObject(stream_data=b"BT ET")
    page["/Contents"] = writer.add_object(contents)
    writer.update_container(page)


def new_annotation(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Contents"): generic.pdf_string("PAID"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 500))),
        }
    )
    annotations = page.setdefault("/Annots", generic.ArrayObject())
    annotations.append(writer.add_object(note))
    writer.update_container(annotations)
    writer.update_container(page)


def changed_title(writer: IncrementalPdfFileWriter) -> None:
    writer.document_meta.title = "Another title"
    writer.update_root()


@pytest.mark.parametrize("change", [swapped_attachment, new_attachment, changed_page, new_annotation])
@pytest.mark.parametrize("certify", [True, False])
def test_modifications_after_signing_are_found(pilot: Pilot, change, certify: bool):
    report = judged(pilot, revised(pilot.signed(certify=certify).pdf, change))
    assert report.verdict == "TOTAL-FAILED", report
    assert report.signatures[0].verdict == "TOTAL-FAILED"
    assert "MODIFIED_AFTER_SIGNING" in codes(report), report.findings


def test_a_step_changed_where_it_stands_is_a_digest_mismatch(pilot: Pilot):
    pdf = pilot.signed().pdf
    names = open_pdf(pdf).root["/Names"]["/EmbeddedFiles"]["/Names"]
    stored = names[1].get_object()["/EF"]["/F"].encoded_data
    place = pdf.index(stored) + len(stored) // 2
    report = judged(pilot, pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :])
    assert (report.verdict, report.signatures[0].sub_indication) == ("TOTAL-FAILED", "HASH_FAILURE")
    assert "DIGEST_MISMATCH" in codes(report)


def test_a_changed_title_is_not_covered_by_anybody(pilot: Pilot):
    report = judged(pilot, revised(pilot.signed().pdf, changed_title))
    assert report.verdict == "INDETERMINATE"
    assert codes(report) == ["NOT_WHOLE_FILE", "MODIFIED_AFTER_SIGNING"]


def test_a_gap_wider_than_the_signature_is_found(pilot: Pilot):
    # the byte range leaves out exactly as many bytes as /Contents has, but elsewhere: pyHanko compares lengths
    key = pilot.key
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded(), level=SignatureLevel.B_B))
    start, end = prepared.reserved
    pdf = prepared.pdf
    moved = start - 40, end - 40
    old = f"[0 {start} {end} {len(pdf) - end}]"
    new = f"[0 {moved[0]} {moved[1]} {len(pdf) - moved[1]}]"
    pdf = pdf.replace(old.encode().ljust(62), new.encode().ljust(62))
    signer = signer_of(key.certificate, key.chain)
    digest = hashlib.sha256(pdf[: moved[0]] + pdf[moved[1] :]).digest()
    attributes = signed_attributes(signer, digest)
    cms = signed_data(signer, attributes, key.sign(attributes))
    report = judged(pilot, pades.Placeholder(pdf, digest, (start, end)).filled(cms))
    assert report.verdict == "TOTAL-FAILED", report
    assert report.signatures[0].sub_indication in {"FORMAT_FAILURE", "HASH_FAILURE"}


def test_a_signature_nobody_can_read_is_not_left_out(pilot: Pilot):
    pdf = pilot.signed(certify=False).pdf
    strange = pdf.replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.strange!")
    report = judged(pilot, strange)
    assert (report.verdict, "SIGNATURE_UNREADABLE" in codes(report)) == ("TOTAL-FAILED", True)
    start = pdf.index(b"/Contents <") + 11
    emptied = pdf[:start] + b"0" * 2000 + pdf[start + 2000 :]
    assert judged(pilot, emptied).verdict == "TOTAL-FAILED"


# --- any input at all


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\nstartxref\n0\n%%EOF",
        b"%PDF-1.7\nstartxref\n99999999\n%%EOF",
        b"%PDF-1.7\n" + b"<<" * 50_000 + b"\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 200_000 + b"\nstartxref\n9\n%%EOF",
    ],
)
def test_no_pdf_is_a_format_failure(pilot: Pilot, data: bytes):
    report = judged(pilot, data)
    assert (report.verdict, report.level, report.signatures) == ("TOTAL-FAILED", None, ())
    assert codes(report) == ["FORMAT_FAILURE"]


def test_a_truncated_document_is_a_format_failure(pilot: Pilot):
    pdf = pilot.signed().pdf
    for length in range(0, len(pdf) - 600, len(pdf) // 12):
        assert judged(pilot, pdf[:length]).verdict in {"TOTAL-FAILED", "INDETERMINATE"}
    assert judged(pilot, pdf[:-600]).verdict == "TOTAL-FAILED"


def test_a_huge_document_is_refused_before_it_is_read(pilot: Pilot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(validation, "LARGEST", 1000)
    report = judged(pilot, document())
    assert (report.verdict, codes(report)) == ("INDETERMINATE", ["LIMIT_EXCEEDED"])
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    (report,) = verify_files([huge], None, JUDGED)
    assert codes(report) == ["FORMAT_FAILURE"]


def test_an_encrypted_document_is_a_format_failure(pilot: Pilot):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(document(step=None))))
    writer.encrypt("owner", "user")
    output = BytesIO()
    writer.write(output)
    assert codes(judged(pilot, output.getvalue())) == ["FORMAT_FAILURE"]


@pytest.fixture(scope="session")
def specimen(authority, opened) -> tuple[bytes, TrustStore]:
    """A signed document and the trust that passes it."""
    name = "Əliyev Şükür İsmayıl oğlu"
    clock = SetClock()
    key = opened(name, "officer")
    signing = Signing(clock=clock, timestamper=authority.timestamper(clock))
    pilot = Pilot(authority, None, key, clock, signing)
    return pilot.signed().pdf, pilot.trust()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_mutated_documents_never_pass_and_never_raise(specimen: tuple[bytes, TrustStore], data: st.DataObject):
    pdf, trust = specimen
    position = data.draw(st.integers(0, len(pdf) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "insert", "double"]))
    piece = data.draw(st.binary(min_size=1, max_size=30))
    mutated = {
        "flip": pdf[:position] + bytes((pdf[position] ^ piece[0],)) + pdf[position + 1 :],
        "cut": pdf[:position] + pdf[position + len(piece) :],
        "insert": pdf[:position] + piece + pdf[position:],
        "double": pdf[:position] + pdf[position // 2 :],
    }[kind]
    report = validation.validate(mutated, trust, at=JUDGED)
    start = pdf.index(b"/Contents <")
    # the zeros that fill up /Contents, and the certificates carried along, are not signed
    if mutated != pdf and not start < position < start + 25_000:
        assert report.verdict != "TOTAL-PASSED", (kind, position)


def test_files_are_verified_offline_with_a_folder_of_trust(pilot: Pilot, tmp_path: Path):
    trust = tmp_path / "trust"
    crls = {"issuing": pilot.authority.crl(at=JUDGED), "root": pilot.authority.crl("root", at=JUDGED)}
    pilot.authority.export_trust(trust, crls)
    good, text, missing = tmp_path / "good.pdf", tmp_path / "text.pdf", tmp_path / "missing.pdf"
    good.write_bytes(pilot.signed().pdf)
    text.write_text("hello")
    reports = verify_files([good, text, missing, tmp_path], trust, JUDGED)
    assert [one.verdict for one in reports] == ["TOTAL-PASSED", "TOTAL-FAILED", "TOTAL-FAILED", "TOTAL-FAILED"]
    assert [one.file for one in reports] == [str(one) for one in (good, text, missing, tmp_path)]
    assert [codes(one) for one in reports] == [[], *[["FORMAT_FAILURE"]] * 3]
    assert verify_files([good], None, JUDGED)[0].verdict == "INDETERMINATE"


def test_an_unreadable_trust_folder_is_a_finding(pilot: Pilot, tmp_path: Path):
    good = tmp_path / "good.pdf"
    good.write_bytes(pilot.signed().pdf)
    (report,) = verify_files([good], tmp_path / "nowhere", JUDGED)
    assert (report.verdict, codes(report)[-1]) == ("INDETERMINATE", "TRUST_UNREADABLE")


def test_validation_works_where_an_event_loop_runs(pilot: Pilot):
    import asyncio

    async def inside() -> ValidationReport:
        return judged(pilot, pilot.signed().pdf)

    assert asyncio.run(inside()).verdict == "TOTAL-PASSED"


def test_the_cms_reads_back(pilot: Pilot):
    signer = signer_of(pilot.key.certificate, pilot.key.chain)
    attributes = signed_attributes(signer, bytes(32))
    content = asn1_cms.ContentInfo.load(signed_data(signer, attributes, b"value"), strict=True)
    (info,) = content["content"]["signer_infos"]
    assert info["signature"].native == b"value"
    assert info["signed_attrs"].untag().dump() == attributes
