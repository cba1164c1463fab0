"""Judging CMS signatures that stand in no PDF (ETSI EN 319 122-1): in a file of their own, or in a container.

Same rules as for PDF: the cryptography, the certificate, its chain and revocation, the attached timestamps. What these
rules do not cover is INDETERMINATE, with the reason.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import pem
from pyhanko.sign.general import extract_certificate_info, extract_signer_info

from signing.expected import signer_name
from signing.judgement import attached_tokens, in_time, judge_signer
from signing.knowledge import knowledge_of
from signing.levels import SecurityStore
from signing.material import cms_material, timestamp_report
from signing.report import (
    Finding,
    Outcome,
    Process,
    SignatureReport,
    ValidationReport,
    Verdict,
    first_line,
    format_failure,
    worst,
)
from signing.structure import Stamp
from signing.timestamp import CLOCK_TOLERANCE
from signing.trust import TrustStore

FORMAT = "CAdES"
STANDS_APART = "the signature stands apart from what it signs, which is not in this file (SIGNED_DATA_NOT_FOUND)"


@dataclass(frozen=True)
class _Embedded:
    """A CMS as the judging functions see one that is in a PDF."""

    signed_data: Any
    content: bytes

    @cached_property
    def signer_info(self) -> Any:
        return extract_signer_info(self.signed_data)

    @cached_property
    def signer_cert(self) -> Any:
        return extract_certificate_info(self.signed_data).signer_cert

    @cached_property
    def other_embedded_certs(self) -> Any:
        return extract_certificate_info(self.signed_data).other_certs

    def compute_digest(self) -> bytes:
        return hashlib.new(self.signer_info["digest_algorithm"]["algorithm"].native, self.content).digest()


def is_cms(content: bytes) -> bool:
    """Whether a file begins as a CMS does, in DER or PEM."""
    begins = content.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----"))
    return begins or (content[:1] == b"\x30" and bytes.fromhex("06092a864886f70d010702") in content[:32])


def judge_cms(content: bytes, trust: TrustStore, at: datetime) -> ValidationReport:
    """A file that is one CMS, with what it signs in it; a detached one leaves open what was signed."""
    try:
        signed_data = read_cms(content)
        inside = signed_data["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError) as error:
        return format_failure(f"no CMS SignedData that can be read: {first_line(error)}")
    if not isinstance(inside, bytes):
        return _open(Finding.SIGNATURE_INDETERMINATE, STANDS_APART)
    return judged([judge_signature("CMS", content, inside, trust, at)])


def judge_apart(cms: bytes, signed: bytes, trust: TrustStore, at: datetime) -> ValidationReport:
    """A CMS with the file beside it that it is said to sign; what it carries itself has to be that very file."""
    return judged([judge_signature("CMS", cms, signed, trust, at)])


def signed_content(content: bytes) -> bytes:
    """What a judged CMS carries and signs. Raises ValueError: it carries nothing."""
    inside = read_cms(content)["encap_content_info"]["content"].native
    if not isinstance(inside, bytes):
        raise ValueError("the signature stands apart from what it signs")  # noqa: TRY004 - the file, not the caller
    return inside


def read_cms(content: bytes) -> Any:
    """Its SignedData. Raises ValueError."""
    if pem.detect(content):
        _, _, content = pem.unarmor(content)
    info = asn1_cms.ContentInfo.load(content, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError("it is no SignedData")
    return info["content"]


def judge_signature(field: str, cms: bytes, content: bytes, trust: TrustStore, at: datetime) -> SignatureReport:
    """One signature over these bytes. Never raises.

    :param field: how the report calls it
    """
    try:
        signed_data = read_cms(cms)
        signers = len(signed_data["signer_infos"])
        if signers != 1:
            return _unjudged(
                field, Verdict.INDETERMINATE, f"{signers} signers in one signature, of which one is judged"
            )
        # what it carries is given beside it, and judged as if it stood apart; the signature is over the attributes
        carried = signed_data["encap_content_info"]
        if carried["content"].native is not None:
            del carried["content"]
        return _judge(field, _Embedded(signed_data, content), trust, at)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - strangers' CMS raise anything; the verdict says so
        return _unjudged(field, Verdict.TOTAL_FAILED, f"unreadable: {type(error).__name__}: {first_line(error)}")


def judged(signatures: list[SignatureReport], findings: tuple[tuple[Verdict, str], ...] = ()) -> ValidationReport:
    """All signatures of a file together."""
    told = [
        Outcome(each.verdict, each.sub_indication).finding.says(f"{each.field}, {each.signer}: {each.reason}")
        for each in signatures
        if each.reason and each.verdict is not Verdict.TOTAL_PASSED
    ]
    verdict = worst(*(each.verdict for each in signatures), *(one for one, _ in findings))
    return ValidationReport(
        verdict=verdict, level=None, signatures=tuple(signatures), findings=(*told, *(text for _, text in findings))
    )


def _judge(field: str, embedded: _Embedded, trust: TrustStore, at: datetime) -> SignatureReport:
    knowledge = knowledge_of(trust, SecurityStore(), at)
    claimed = _claimed(embedded.signer_info)
    stamp = Stamp(field, embedded, is_timestamp=False, pades=False, claimed_at=claimed)
    tokens = attached_tokens(stamp, knowledge)
    proven_at = min((one.proves for one in tokens if one.outcome.passed), default=None)
    signed = in_time(judge_signer(stamp, knowledge, proven_at), stamp, knowledge, proven_at)
    outcomes = [signed, *(one.outcome for one in tokens), _claim(claimed, at)]
    verdict = worst(*(one.verdict for one in outcomes))
    outcome = next(one for one in outcomes if one.verdict is verdict)
    certificate = embedded.signer_cert
    return SignatureReport(
        signer=signer_name(certificate),
        level=None,
        verdict=outcome.verdict,
        sub_indication=outcome.sub_indication,
        revoked=outcome.revoked,
        claimed_at=claimed,
        proven_at=proven_at,
        field=field,
        certificate_serial=f"{certificate.serial_number:x}",
        reason=outcome.reason,
        process=Process.BASIC if proven_at is None else Process.WITH_TIME,
        covered_bytes=len(embedded.content),
        material=cms_material(embedded.signed_data, FORMAT, embedded.compute_digest()),
        timestamps=tuple(timestamp_report(one) for one in tokens),
    )


def _claim(claimed: datetime | None, at: datetime) -> Outcome:
    if claimed is not None and claimed > at + CLOCK_TOLERANCE:
        reason = f"its claimed time {claimed:%Y-%m-%d %H:%M} UTC is in the future"
        return Outcome(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", reason, Finding.TIME_IN_FUTURE)
    return Outcome(Verdict.TOTAL_PASSED)


def _claimed(signer_info: Any) -> datetime | None:
    """The signing-time attribute: what the signer says."""
    for attribute in signer_info["signed_attrs"] or ():
        if attribute["type"].native == "signing_time":
            moment: datetime = attribute["values"][0].native
            return moment
    return None


def _unjudged(field: str, verdict: Verdict, reason: str) -> SignatureReport:
    return SignatureReport(
        signer="",
        level=None,
        verdict=verdict,
        sub_indication=None,
        claimed_at=None,
        proven_at=None,
        field=field,
        certificate_serial="",
        reason=reason,
    )


def _open(finding: Finding, sentence: str) -> ValidationReport:
    return ValidationReport(verdict=Verdict.INDETERMINATE, level=None, findings=(finding.says(sentence),))
