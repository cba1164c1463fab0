"""Whether a receiver outside has accepted a package: a valid signature, by the named certificate, over its digest."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from processes.extracting import Extractor, TextUnreadable
from processes.office import Office
from processes.trust import trust_store
from signing.report import Finding, SignatureReport, ValidationReport, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an acceptance has to be."""

    certificate: str
    """SHA-256 of the certificate it is signed with, hex as people write it"""
    package: str
    """SHA-256 that it names, lower-case hex"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is no acceptance of this package."""

    rule: str
    """unsigned, signature, certificate, package or unreadable: as the form names them"""
    finding: str = ""
    """what the check found, for whoever has to tell the receiver"""


def fault_of(office: Office, content: bytes, media_type: str, expected: Expected) -> Fault | None:
    """Judge a file; None: the receiver has accepted. Whatever the bytes are, there is an answer."""
    report = office.validator.validate_any(content, trust_store(office), at=office.clock(), media_type=media_type)
    theirs = signed_by(report, expected.certificate)
    if isinstance(theirs, Fault):
        return theirs
    try:
        with Extractor() as extractor:
            named = extractor.names(content, theirs, expected.package)
    except TextUnreadable as error:
        return Fault("unreadable", str(error))
    return None if named else Fault("package")


def signed_by(report: ValidationReport, certificate: str) -> Sequence[SignatureReport] | Fault:
    """The signatures of a valid file that are made with this certificate."""
    told = report.findings[0] if report.findings else ""
    if any(each.startswith(Finding.NO_SIGNATURE) for each in report.findings):
        return Fault("unsigned", told)
    if report.verdict is not Verdict.TOTAL_PASSED:
        return Fault("signature", told)
    theirs = [each for each in report.signatures if fingerprint(each) == plain(certificate)]
    if not theirs:
        return Fault("certificate", f"SHA-256: {', '.join(fingerprint(each) for each in report.signatures)}")
    return theirs


def fingerprint(signature: SignatureReport) -> str:
    """SHA-256 of the certificate of a signature, lower-case hex."""
    return hashlib.sha256(base64.b64decode(signature.material.certificate)).hexdigest()


def plain(digest: str) -> str:
    """A digest as tools print it, with colons or spaces, as lower-case hex."""
    return re.sub(r"[\s:]", "", digest).lower()
