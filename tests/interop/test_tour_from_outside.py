"""Every document of a tour, judged by validators nobody here wrote, at the document's own level."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from outside import Outside
from signing_pilot import Tool

from signing.request import SignatureLevel
from signing.service import Verdict, verify_files
from signing.structure import open_pdf

LEVELS = {
    SignatureLevel.B_B: "PAdES_BASELINE_B",
    SignatureLevel.B_T: "PAdES_BASELINE_T",
    SignatureLevel.B_LT: "PAdES_BASELINE_LT",
    SignatureLevel.B_LTA: "PAdES_BASELINE_LTA",
}
"""ours → as EU DSS calls them"""


@pytest.fixture(scope="module")
def now(tour: Path) -> datetime:
    """When the tour's revocation lists were made, and a minute: they have to be there already."""
    listed = x509.load_der_x509_crl((tour / "trust" / "issuing.crl").read_bytes()).last_update_utc
    return max(listed, datetime.fromtimestamp((tour / "trust" / "issuing.crl").stat().st_mtime, UTC))


def test_eu_dss_finds_every_signature_valid_at_the_level_we_say(
    outside: Outside, tour: Path, documents: list[Path], now: datetime
):
    ours = {one.file: one for one in verify_files(documents, tour / "trust", now)}
    wrong = []
    for path in documents:
        report = ours[str(path)]
        answer = outside("dss-pdf", path, at=now, trust=tour / "trust")
        theirs = [(one["indication"], one["level"], tuple(one["errors"])) for one in answer.get("signatures", ())]
        expected = [("TOTAL_PASSED", LEVELS[one.level or SignatureLevel.B_B], ()) for one in report.signatures]
        if report.verdict is not Verdict.TOTAL_PASSED or not expected or theirs != expected:
            wrong.append((path.parent.name, path.name, report.verdict, answer))
    assert not wrong


@pytest.mark.parametrize("flavour", ["3b", "ua1"])
def test_verapdf_finds_every_document_compliant_after_signing(outside: Outside, documents: list[Path], flavour: str):
    answers = {path: outside("vera", path, flavour=flavour) for path in documents}
    assert {path: answer for path, answer in answers.items() if answer != {"compliant": True, "failures": []}} == {}


def test_poppler_finds_every_signature_valid_and_the_whole_file_signed(tool: Tool, documents: list[Path]):
    wrong = []
    for path in documents:
        answer = tool("pdfsig", "-nocert", str(path))
        signatures = len(open_pdf(path.read_bytes()).embedded_signatures)
        valid = answer.count("Signature Validation: Signature is Valid.")
        # of n of m, some fields stay empty for good
        signed = answer.count("Signature #") - answer.count("The signature form field is not signed.")
        if valid < 1 or "Invalid" in answer or signed != signatures:
            wrong.append((path, answer))
        if "Total document signed" not in answer:
            wrong.append((path, "not the whole file"))
    assert not wrong


def test_mupdf_finds_nothing_changed_and_nothing_to_repair(tool: Tool, documents: list[Path]):
    wrong = []
    for path in documents:
        signed = tool("mutool", "sign", "-v", str(path))
        read = tool("mutool", "info", str(path))
        if "Digest error" in signed or re.search("error|warning|repair", read, re.IGNORECASE):
            wrong.append((path, signed, read))
    assert not wrong
