"""The evidence in a package that an archive gave out, judged from the folder alone."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.errors import PackageRefused
from archive.packages import PackageFault, PackageRule, layout_of, packaged_documents
from signing.evidence_validation import EvidenceReport, EvidenceTrust, hashes_of, validate_evidence
from signing.report import Verdict
from signing.trust import TrustStore, scan_trust

CUSTODY = "custody"


def judged_package(folder: Path, trust: TrustStore, at: datetime) -> Iterator[tuple[str, EvidenceReport]]:
    """The verdict on each record of a checked package, with the file it is about.

    :raises archive.errors.PackageRefused: a description that says other than its file or chain, or names no evidence
    """
    for told, file in packaged_documents(folder):
        whole = [
            {"kind": "document", "file": name, "covered_bytes": told["bytes"]} for name in told.get("evidence", ())
        ]
        for entry in (*whole, *told.get("proofs", ())):
            try:
                name, content = _covered(folder, entry, file)
                record = _inside(folder, entry["file"]).read_bytes()
            except (KeyError, TypeError, ValueError, OSError) as error:
                fault = PackageFault(PackageRule.EVIDENCE_ELSEWHERE, file.name, repr(error))
                raise PackageRefused(folder=str(folder), fault=fault) from error
            yield name, validate_evidence(record, hashes_of(content), EvidenceTrust(trust, at))


def _covered(folder: Path, entry: dict[str, Any], file: Path) -> tuple[str, bytes]:
    if entry["kind"] == CUSTODY:
        statement = _inside(folder, entry["file"]).with_suffix(".json")
        return f"{file.name}, chain of custody", statement.read_bytes()
    return file.name, file.read_bytes()[: entry["covered_bytes"]]


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError("a file outside of the package")
    return path


def own_trust(folder: Path) -> TrustStore:
    """The certificates and lists that the package itself carries; better ones come from the authority."""
    return scan_trust(folder / layout_of(folder).trust).store


def evidence_faults(folder: Path, trust: TrustStore, at: datetime) -> list[str]:
    """What is wrong with the evidence in a package; empty: it all holds."""
    return [
        f"{name}: evidence: {report.verdict}: {report.rule}: {report.reason}"
        for name, report in judged_package(folder, trust, at)
        if report.verdict is not Verdict.TOTAL_PASSED
    ]
