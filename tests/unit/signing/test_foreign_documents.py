"""Documents of other makers, made with pyHanko alone: other formats, digests and keys, judged by the same rules."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from signing_archival import InProcess, with_archival_timestamp, with_validation_data
from signing_pilot import JUDGED, SIGNED, Pilot, SetClock, document

from signing.algorithms import acceptance_of
from signing.keys.software import SoftwareKey
from signing.report import ValidationReport


def foreign(pilot: Pilot, key: SoftwareKey, pdf: bytes | None = None, **options: Any) -> bytes:
    """Signed by pyHanko alone."""
    stamped, pss = options.pop("stamped", False), options.pop("pss", False)
    private = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    chain = SimpleCertificateStore.from_certs([x509.Certificate.load(one) for one in key.chain])
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=chain,
        prefer_pss=pss,
    )
    facts = {"field_name": "Sig1", "md_algorithm": "sha256", "subfilter": SigSeedSubFilter.PADES} | options
    writer = IncrementalPdfFileWriter(BytesIO(pdf or document(step=None)))
    timestamper = InProcess(pilot.authority.timestamper(SetClock(SIGNED))) if stamped else None
    output = PdfSigner(PdfSignatureMetadata(**facts), signer, timestamper=timestamper).sign_pdf(writer)
    return output.getvalue()


def judged(pilot: Pilot, pdf: bytes, at: datetime = JUDGED) -> ValidationReport:
    return pilot.signing.validate(pdf, pilot.trust(at=at), at=at)


def rules(report: ValidationReport) -> list[str]:
    return [finding.partition(":")[0] for finding in report.findings]


@pytest.fixture(autouse=True)
def at_the_time_of_judging(monkeypatch: pytest.MonkeyPatch):
    """pyHanko writes its own time into what it signs; here it may not count as the future."""
    monkeypatch.setattr("signing.validation.CLOCK_TOLERANCE", timedelta(days=36500))


GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "PKCS#7 of old": ("rsa2048", {"subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED}),
    "RSASSA-PSS with SHA-384": ("rsa2048", {"pss": True, "md_algorithm": "sha384"}),
    "RSA with SHA-512": ("rsa2048", {"md_algorithm": "sha512"}),
    "P-384 with SHA3-256": ("p384", {"md_algorithm": "sha3_256"}),
    "Ed25519": ("ed25519", {"md_algorithm": "sha512"}),
}


@pytest.mark.parametrize("name", GOOD)
def test_other_formats_digests_and_keys_pass(pilot: Pilot, foreign_key, name: str):
    kind, options = GOOD[name]
    report = judged(pilot, foreign(pilot, foreign_key(kind), **options))
    assert (report.verdict, report.findings) == ("TOTAL-PASSED", ())
    (signature,) = report.signatures
    assert signature.level == (None if "subfilter" in options else "B-B")
    assert signature.material.digest == options.get("md_algorithm", "sha256")
    assert signature.material.format == ("adbe.pkcs7.detached" if "subfilter" in options else "ETSI.CAdES.detached")


def test_several_foreign_signatures_are_judged_each(pilot: Pilot, foreign_key):
    first = foreign(pilot, foreign_key("ec"))
    second = foreign(pilot, foreign_key("p384"), first, field_name="Sig2", md_algorithm="sha384")
    report = judged(pilot, second)
    assert [one.verdict for one in report.signatures] == ["TOTAL-PASSED"] * 2
    assert [one.signer for one in report.signatures] == ["Other ec", "Other p384"]


WEAK = {"SHA-1": ("rsa2048", {"md_algorithm": "sha1"}), "RSA of 1024 bits": ("rsa1024", {})}


@pytest.mark.parametrize("name", WEAK)
def test_a_weak_digest_or_key_is_told(pilot: Pilot, foreign_key, name: str):
    kind, options = WEAK[name]
    report = judged(pilot, foreign(pilot, foreign_key(kind), **options))
    assert (report.verdict, rules(report)) == ("INDETERMINATE", ["WEAK_ALGORITHM"])
    assert report.signatures[0].sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"


def test_an_algorithm_out_of_date_by_now_was_good_at_the_proven_time(pilot: Pilot, foreign_key):
    # RSA below 3000 bits is believed until the end of 2028; the certificate is valid until 2031
    later = datetime(2029, 6, 1, tzinfo=UTC)
    unproven = judged(pilot, foreign(pilot, foreign_key("rsa2048")), at=later)
    assert (unproven.verdict, rules(unproven)) == ("INDETERMINATE", ["WEAK_ALGORITHM"])
    proven = judged(pilot, foreign(pilot, foreign_key("rsa2048"), stamped=True), at=later)
    assert (proven.verdict, rules(proven)) == ("TOTAL-PASSED", ["OUTDATED_LATER"])


def test_an_algorithm_out_of_date_in_an_expired_certificate_needs_archival_timestamps(pilot: Pilot, foreign_key):
    far = datetime(2033, 1, 1, tzinfo=UTC)
    pdf = foreign(pilot, foreign_key("rsa2048"), stamped=True)
    assert judged(pilot, pdf, at=far).verdict == "INDETERMINATE"
    later = SIGNED + timedelta(hours=2)
    pdf = with_validation_data(pdf, pilot.trust(at=later), later)
    pdf = with_archival_timestamp(pdf, pilot.authority.timestamper(SetClock(later)), pilot.trust(at=later), later)
    (signature,) = judged(pilot, pdf, at=far).signatures
    assert (signature.verdict, signature.level, signature.process) == ("TOTAL-PASSED", "B-LTA", "LTA")


def test_a_format_nobody_can_check_is_told(pilot: Pilot, foreign_key):
    pdf = foreign(pilot, foreign_key("rsa2048"), subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    old = pdf.replace(b"/adbe.pkcs7.detached", b"/adbe.x509.rsa_sha1 ")
    report = judged(pilot, old)
    assert (report.verdict, rules(report)) == ("TOTAL-FAILED", ["SIGNATURE_UNREADABLE"])
    assert "not supported" in report.findings[0]


def test_the_table_of_algorithms_knows_what_a_size_means():
    ends = [acceptance_of("rsa", bits) for bits in (512, 1024, 2048, 3072)]
    assert ends[0] is None
    assert [each.until for each in ends if each] == [date(2019, 10, 1), date(2029, 1, 1), date(2029, 1, 1)]
    short, long = acceptance_of("ecdsa", 192), acceptance_of("ecdsa", 256)
    assert short is not None
    assert long is not None
    assert (short.until, long.until) == (date(2021, 1, 1), None)
    assert acceptance_of("rc4") is None
