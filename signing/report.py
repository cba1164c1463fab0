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


@dataclass(frozen=True, slots=True)
class Outcome:
    """One indication with its reason, on the way to a report."""

    verdict: Verdict
    sub_indication: str | None = None
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Nothing to object."""
        return self.verdict is Verdict.TOTAL_PASSED


PASSED = Outcome(Verdict.TOTAL_PASSED)


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
    REVOKED_LATER = "REVOKED_LATER"
    TRUST_UNREADABLE = "TRUST_UNREADABLE"

    def says(self, sentence: str) -> str:
        """The finding as it stands in a report."""
        return f"{self.value}: {sentence}"


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

    def as_json(self) -> dict[str, Any]:
        """The shape of `karguzar verify`."""
        return {
            "file": self.file,
            "verdict": self.verdict.value,
            "level": self.level.value if self.level else None,
            "signatures": [one.as_json() for one in self.signatures],
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


def require_passed(report: ValidationReport) -> None:
    """The gate before a decision on a finished document.

    :raises NotPassed: the verdict is not TOTAL-PASSED
    """
    if report.verdict is not Verdict.TOTAL_PASSED:
        raise NotPassed(report.verdict.value, report.findings)


def first_line(text: object) -> str:
    """Of a library's message, at most 300 characters."""
    return str(text).strip().partition("\n")[0][:300]


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
