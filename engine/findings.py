"""Findings of the reader and the linter: what is wrong, where, and what to do about it."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error forbids the deployment; a warning is told and lets it pass."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a designer has to look at: file, element, rule, how grave, and what to do."""

    file: str
    element: str | None
    rule: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        where = f"{self.file}#{self.element}" if self.element else self.file
        return f"{where}: {self.severity}: {self.message} [{self.rule}]"

    def as_json(self) -> dict[str, str | None]:
        """The shape of `karguzar lint --format json`."""
        return {**asdict(self), "severity": self.severity.value}


def errors_of(findings: list[Finding]) -> list[Finding]:
    """Only those that forbid a deployment."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
