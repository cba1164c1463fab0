"""What a validation found (ETSI EN 319 102-1, 5.1; ETSI TS 119 102-2 in small)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from signing.errors import NotPassed
from signing.request import SignatureLevel


class Verdict(StrEnum):
    """Indications of ETSI EN 319 102-1, 5.1.2."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"


WORST = (Verdict.TOTAL_FAILED, Verdict.INDETERMINATE, Verdict.TOTAL_PASSED)


def worst(*verdicts: Verdict) -> Verdict:
    """The verdict of several together."""
    return min(verdicts, key=WORST.index, default=Verdict.INDETERMINATE)


class Finding(StrEnum):
    """How a finding of a report begins: `CODE: sentence`."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    NO_SIGNATURE = "NO_SIGNATURE"
    SIGNATURE_UNREADABLE = "SIGNATURE_UNREADABLE"
    NOT_WHOLE_FILE = "NOT_WHOLE_FILE"
    MODIFIED_AFTER_SIGNING = "MODIFIED_AFTER_SIGNING"
    UNEXPECTED_SIGNATURE = "UNEXPECTED_SIGNATURE"
    WRONG_SIGNER = "WRONG_SIGNER"
    MISSING_SIGNATURE = "MISSING_SIGNATURE"
    STEP_UNREADABLE = "STEP_UNREADABLE"
    TIME_IN_FUTURE = "TIME_IN_FUTURE"
    TIME_CONTRADICTION = "TIME_CONTRADICTION"
    TIMESTAMP_INVALID = "TIMESTAMP_INVALID"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    SIGNATURE_INDETERMINATE = "SIGNATURE_INDETERMINATE"
    BYTE_RANGE = "BYTE_RANGE"
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    VALUE_MISMATCH = "VALUE_MISMATCH"
    NOT_TRUSTED = "NOT_TRUSTED"
    SERVICE_NOT_GRANTED = "SERVICE_NOT_GRANTED"
    WITHDRAWN_LATER = "WITHDRAWN_LATER"
    REVOCATION_UNKNOWN = "REVOCATION_UNKNOWN"
    REVOKED = "REVOKED"
    REVOKED_LATER = "REVOKED_LATER"
    OUTSIDE_VALIDITY = "OUTSIDE_VALIDITY"
    WRONG_USAGE = "WRONG_USAGE"
    WEAK_ALGORITHM = "WEAK_ALGORITHM"
    OUTDATED_LATER = "OUTDATED_LATER"
    NOT_PROVEN = "NOT_PROVEN"
    STEP_MISSING = "STEP_MISSING"
    STEP_SWAPPED = "STEP_SWAPPED"
    STEP_ORDER = "STEP_ORDER"
    TRUST_UNREADABLE = "TRUST_UNREADABLE"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"

    def says(self, sentence: str) -> str:
        """The finding as it stands in a report."""
        return f"{self.value}: {sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    """That a certificate was revoked."""

    at: datetime
    reason: str = "unspecified"
    """as RFC 5280, 5.3.1 names it"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One indication with its reason and the rule it follows from, on the way to a report."""

    verdict: Verdict
    sub_indication: str | None = None
    reason: str = ""
    rule: Finding | None = None
    """None: as the sub-indication says"""
    revoked: Revoking | None = None
    """when the signer's certificate was revoked and why, whatever follows from it"""

    @property
    def passed(self) -> bool:
        """Nothing to object."""
        return self.verdict is Verdict.TOTAL_PASSED

    @property
    def finding(self) -> Finding:
        """The name of the rule."""
        unnamed = Finding.SIGNATURE_INVALID if self.verdict is Verdict.TOTAL_FAILED else Finding.SIGNATURE_INDETERMINATE
        return self.rule or _RULES.get(self.sub_indication or "", unnamed)


PASSED = Outcome(Verdict.TOTAL_PASSED)
_RULES = {
    "HASH_FAILURE": Finding.DIGEST_MISMATCH,
    "SIG_CRYPTO_FAILURE": Finding.VALUE_MISMATCH,
    "NO_CERTIFICATE_CHAIN_FOUND": Finding.NOT_TRUSTED,
    "NO_CERTIFICATE_CHAIN_FOUND_NO_POE": Finding.NOT_TRUSTED,
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": Finding.REVOCATION_UNKNOWN,
    "REVOCATION_OUT_OF_BOUNDS_NO_POE": Finding.REVOCATION_UNKNOWN,
    "TRY_LATER": Finding.REVOCATION_UNKNOWN,
    "REVOKED": Finding.REVOKED,
    "REVOKED_NO_POE": Finding.REVOKED,
    "REVOKED_CA_NO_POE": Finding.REVOKED,
    "OUT_OF_BOUNDS_NO_POE": Finding.OUTSIDE_VALIDITY,
    "OUT_OF_BOUNDS_NOT_REVOKED": Finding.OUTSIDE_VALIDITY,
    "EXPIRED": Finding.OUTSIDE_VALIDITY,
    "NOT_YET_VALID": Finding.OUTSIDE_VALIDITY,
    "CHAIN_CONSTRAINTS_FAILURE": Finding.WRONG_USAGE,
    "CRYPTO_CONSTRAINTS_FAILURE": Finding.WEAK_ALGORITHM,
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": Finding.WEAK_ALGORITHM,
    "NO_POE": Finding.NOT_PROVEN,
    "TIMESTAMP_ORDER_FAILURE": Finding.TIME_CONTRADICTION,
}


class Process(StrEnum):
    """How a signature was judged (ETSI EN 319 102-1, 5.3, 5.5 and 5.6), named as in ETSI TS 119 102-2, 4.2.4."""

    BASIC = "Basic"
    WITH_TIME = "LTVM"
    """with time and long-term validation material: a timestamp proves when it existed"""
    ARCHIVAL = "LTA"
    """past signature validation: archival timestamps prove what cannot be checked any more"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a signature or a timestamp is made of, as a reader of the report may check it."""

    certificate: str = ""
    """the signer's, base64 of the DER"""
    issuer: str = ""
    format: str = ""
    """SubFilter (ISO 32000-2, 12.8.3)"""
    digest: str = ""
    """algorithm over the signed attributes, e.g. sha256"""
    algorithm: str = ""
    """of the signature value, e.g. rsassa_pkcs1v15"""
    value: str = ""
    """the signature value, base64"""
    attributes_digest: str = ""
    """of the signed attributes by `digest`, base64: what the value is over"""
    document_digest: str = ""
    """of the signed bytes by `digest`, base64; of a timestamp its imprint"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampReport:
    """A timestamp: attached to a signature, or over the document."""

    authority: str
    """common name of the certificate"""
    time: datetime
    verdict: Verdict
    sub_indication: str | None
    reason: str
    field: str | None
    """of a document timestamp; None: attached"""
    material: Material = Material()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """As what somebody signs: the capacity, for whom, and the act that gives it."""

    capacity: str = ""
    acts_for: str = ""
    ground: str = ""

    def as_json(self) -> dict[str, str]:
        """What is said of it."""
        said = {"capacity": self.capacity, "acts_for": self.acts_for, "ground": self.ground}
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLink:
    """An earlier document of the case, as a later one names it."""

    document: str
    number: str
    sha256: str
    """of its first `bytes` bytes, lower-case hex"""
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """What a document's step.json says of its place in the case and of its signer's key."""

    document: str
    number: str
    case: str
    certificate: str
    """serial of the certificate its author was to sign with, lower-case hex"""
    sole_control: bool | None
    """whether the author alone controls the key; None: it is not said"""
    links: tuple[StepLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """One signer's signature."""

    signer: str
    """common name of the certificate"""
    level: SignatureLevel | None
    """None: not a PAdES signature"""
    verdict: Verdict
    sub_indication: str | None
    """of ETSI EN 319 102-1, 5.1.3; None when passed"""
    claimed_at: datetime | None
    """/M, as the signer says"""
    proven_at: datetime | None
    """earliest valid timestamp over the signature"""
    field: str
    certificate_serial: str
    """lower-case hex"""
    standing: Standing | None = None
    """as the signer says, inside what the signature covers"""
    reason: str = ""
    """why it is not passed, or what else is to be said of it"""
    process: Process = Process.BASIC
    revision: int = 0
    """number of the file's revision it was written in, from 0"""
    covered_bytes: int = 0
    """it covers the beginning of the file up to here"""
    material: Material = Material()
    timestamps: tuple[TimestampReport, ...] = ()
    """over this signature, attached ones first"""
    sole_control: bool | None = None
    """whether the signer alone controls the key, as the document says of its author, and co-signers' signatures of
    themselves; None: it is not said"""
    revoked: Revoking | None = None
    """the signer's certificate, before the signature or after it; None: it is not known to be"""

    def as_json(self) -> dict[str, Any]:
        """The shape of `karguzar verify`."""
        return {
            "signer": self.signer,
            "level": self.level.value if self.level else None,
            "verdict": self.verdict.value,
            "sub_indication": self.sub_indication,
            "claimed_at": _moment(self.claimed_at),
            "proven_at": _moment(self.proven_at),
            **(self.standing.as_json() if self.standing else {}),
            **({} if self.sole_control is None else {"sole_control": self.sole_control}),
            **({} if self.revoked is None else {"revoked": _revoking(self.revoked)}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """A document: all its signatures judged together."""

    verdict: Verdict
    level: SignatureLevel | None
    """the lowest of its signatures; None without any"""
    signatures: tuple[SignatureReport, ...] = ()
    findings: tuple[str, ...] = ()
    """`CODE: sentence`, the codes of `Finding`"""
    file: str = ""
    at: datetime | None = None
    """the time for which was judged"""
    waits_for: tuple[str, ...] = ()
    """what is still to come: parts of the levels up to B-LTA, then signatures"""
    step: StepFacts | None = None
    """None: no step.json, or none that can be read"""
    sha256: str = ""
    """of the whole file, lower-case hex"""
    bytes: int = 0

    def as_json(self) -> dict[str, Any]:
        """The shape of `karguzar verify`."""
        return {
            "file": self.file,
            "verdict": self.verdict.value,
            "level": self.level.value if self.level else None,
            "signatures": [one.as_json() for one in self.signatures],
            "waits_for": list(self.waits_for),
            "findings": list(self.findings),
        }

    def named(self, file: str) -> "ValidationReport":
        """The same report about a named file."""
        return replace(self, file=file)

    def with_findings(self, findings: tuple[str, ...]) -> "ValidationReport":
        """The same report with further findings."""
        return replace(self, findings=self.findings + findings)


def format_failure(reason: str, *, file: str = "") -> ValidationReport:
    """No document that could be judged."""
    return ValidationReport(
        verdict=Verdict.TOTAL_FAILED, level=None, findings=(Finding.FORMAT_FAILURE.says(reason),), file=file
    )


def limit_exceeded(reason: str, *, file: str = "") -> ValidationReport:
    """A document that asks for more than a judgement may cost: nothing is known of it."""
    return ValidationReport(
        verdict=Verdict.INDETERMINATE, level=None, findings=(Finding.LIMIT_EXCEEDED.says(reason),), file=file
    )


def require_passed(report: ValidationReport) -> None:
    """The gate before a decision on a finished document.

    :raises NotPassed: the verdict is not TOTAL-PASSED
    """
    if report.verdict is not Verdict.TOTAL_PASSED:
        raise NotPassed(report.verdict.value, report.findings)


def first_line(text: object) -> str:
    """Of a library's message, at most 300 characters."""
    return str(text).strip().partition("\n")[0][:300]


def _revoking(revoked: Revoking) -> dict[str, Any]:
    return {"at": _moment(revoked.at), "reason": revoked.reason}


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
