"""A folder of trust with a trusted list: who is granted there, who signed the list, and which list is the newest."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from signing_lists import GRANTED, QTST, WITHDRAWN, Listed, ListText, operator
from signing_pilot import CREATED, JUDGED, Pilot

from signing.report import ValidationReport
from signing.validation import verify_files


@pytest.fixture
def text(pilot: Pilot) -> ListText:
    issuing, unit = pilot.authority.certificate("issuing"), pilot.authority.certificate("tsa")
    return ListText((Listed(issuing), Listed(unit, kind=QTST)))


@pytest.fixture
def folder(pilot: Pilot, text: ListText, tmp_path: Path) -> Path:
    """A list, its operator, and the issuing authority's revocation list; no anchor of its own."""
    trust = tmp_path / "trust"
    (trust / "operators").mkdir(parents=True)
    (trust / "operators" / "ministry.pem").write_bytes(operator().pem)
    (trust / "az.xml").write_bytes(text.signed())
    (trust / "issuing.crl").write_bytes(pilot.authority.crl(at=JUDGED))
    return trust


def judged(pilot: Pilot, folder: Path) -> ValidationReport:
    file = folder.parent / "document.pdf"
    file.write_bytes(pilot.signed().pdf)
    (report,) = verify_files([file], folder, JUDGED)
    return report


def told(report: ValidationReport) -> str:
    return "\n".join(one for one in report.findings if one.startswith("TRUST_UNREADABLE"))


def test_a_document_passes_by_the_list_in_the_folder(pilot: Pilot, folder: Path):
    report = judged(pilot, folder)
    assert (report.verdict, report.findings) == ("TOTAL-PASSED", ())


def test_without_its_operator_the_list_is_nobody_s(pilot: Pilot, folder: Path):
    (folder / "operators" / "ministry.pem").unlink()
    report = judged(pilot, folder)
    assert report.verdict == "INDETERMINATE"
    assert "az.xml: operator: no certificate of its operator is known" in told(report)


def test_an_operator_anchors_no_chain_and_a_stranger_s_list_grants_nothing(pilot: Pilot, folder: Path, text: ListText):
    (folder / "az.xml").write_bytes(text.signed(operator("Somebody else")))
    (folder / "operators" / "notes.txt").write_text("no certificate")
    report = judged(pilot, folder)
    assert report.verdict == "INDETERMINATE"
    assert "az.xml: " in told(report)
    assert "operators/notes.txt: operator: " in told(report)


def test_of_a_territory_the_newest_list_counts(pilot: Pilot, folder: Path, text: ListText):
    issuing = text.services[0]
    statuses = ((WITHDRAWN, CREATED + timedelta(days=1)), (GRANTED, CREATED))
    withdrawn = replace(text, sequence=9, services=(replace(issuing, statuses=statuses), text.services[1]))
    for name in ("a-newer.xml", "z-newer.xml"):  # read before the older one, and after it
        (folder / name).write_bytes(withdrawn.signed())
        report = judged(pilot, folder)
        assert report.verdict == "INDETERMINATE"
        assert f"az.xml: stale: {name} is newer" in told(report)
        (folder / name).unlink()


@pytest.mark.parametrize("content", [b"", b"<TrustServiceStatusList/>", b"\x00" * 100, b"<!DOCTYPE x><x/>"])
def test_what_is_no_list_is_told_and_the_verdict_stays(pilot: Pilot, folder: Path, content: bytes):
    (folder / "other.XML").write_bytes(content)
    report = judged(pilot, folder)
    assert report.verdict == "TOTAL-PASSED"
    assert "other.XML: shape: " in told(report)
