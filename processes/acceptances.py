"""Whether a receiver outside has accepted a package: a valid signature, by the named certificate, over its digest."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from processes.extracting import Extractor, TextUnreadable
from processes.office import Office
from processes.trust import trust_store
from signing.any_file import STANDS_APART
from signing.report import Finding, SignatureReport, ValidationReport, Verdict

CMS = "application/pkcs7-mime"
_LATER = "_LATER"
"""how findings end that say why something is still good"""


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
    """unsigned, apart, signature, certificate, package or unreadable: as the form names them"""
    finding: str = ""
    """what the check found: a finding of a validation, which the form names in words by its code"""
    detail: str = ""
    """what no language words: digests of certificates, a program's message"""

    @property
    def code(self) -> str:
        """Of the finding; empty: there is none."""
        return self.finding.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledAcceptance:
    """What came back."""

    content: bytes
    media_type: str
    beside: bytes | None = None
    """the file that it signs, where it is a CMS that stands apart from it"""


def fault_of(office: Office, filed: FiledAcceptance, expected: Expected) -> Fault | None:
    """Judge a file; None: the receiver has accepted. Whatever the bytes are, there is an answer."""
    validator, trust, at = office.validator, trust_store(office), office.clock()
    if filed.beside is None:
        report = validator.validate_any(filed.content, trust, at=at, media_type=filed.media_type)
    else:
        report = validator.validate_apart(filed.content, filed.beside, trust, at=at)
    theirs = signed_by(report, expected.certificate)
    if isinstance(theirs, Fault):
        return theirs
    try:
        with Extractor() as extractor:
            if filed.beside is None:
                named = extractor.names(filed.content, theirs, expected.package)
            else:
                named = extractor.names_whole(filed.beside, expected.package)
    except TextUnreadable as error:
        return Fault("unreadable", detail=str(error))
    return None if named else Fault("package")


def signed_by(report: ValidationReport, certificate: str) -> Sequence[SignatureReport] | Fault:
    """The signatures of a valid file that are made with this certificate."""
    told = next((each for each in report.findings if not each.partition(":")[0].endswith(_LATER)), "")
    if any(each.startswith(Finding.NO_SIGNATURE) for each in report.findings):
        return Fault("unsigned", told)
    if not report.signatures and STANDS_APART in told:
        return Fault("apart", told)
    if report.verdict is not Verdict.TOTAL_PASSED:
        return Fault("signature", told)
    theirs = [each for each in report.signatures if fingerprint(each) == plain(certificate)]
    if not theirs:
        return Fault("certificate", detail=", ".join(fingerprint(each) for each in report.signatures))
    return theirs


def fingerprint(signature: SignatureReport) -> str:
    """SHA-256 of the certificate of a signature, lower-case hex."""
    return hashlib.sha256(base64.b64decode(signature.material.certificate)).hexdigest()


def plain(digest: str) -> str:
    """A digest as tools print it, with colons or spaces, as lower-case hex."""
    return re.sub(r"[\s:]", "", digest).lower()
