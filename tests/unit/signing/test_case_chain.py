"""Documents of a case given together: each is followed to those before it; what is missing or swapped is named."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from lxml import etree
from signing_pilot import JUDGED, OFFICER, SIGNED, Pilot

from signing.details import as_details, from_details
from signing.report import ValidationReport
from signing.report_xml import SOLE_CONTROL, WAITS_FOR, as_xml
from signing.request import SignatureLevel
from signing.trust import TrustStore
from signing.validation import judged_together, validate, verify_files

CASE = "M-EXECUTIVE-2026-000003"


def step(pilot: Pilot, number: int, previous: list[Mapping[str, Any]], **more: Any) -> str:
    facts = {
        "document": f"document-{number}",
        "number": f"{CASE}/{number}",
        "case": {"id": "case-1", "number": CASE},
        "certificate": pilot.enrolled.serial,
        "key": {"store": "pkcs12", "sole_control": False},
        "expected_signatures": [{"field": "Signature1", "role": "operator", "person": OFFICER}],
        "previous": previous,
    }
    return rfc8785.dumps(facts | more).decode()


def signed(pilot: Pilot, number: int, *earlier: tuple[int, bytes], **more: Any) -> bytes:
    """A step's document that follows others as they are now."""
    links = [
        {
            "document": f"document-{place}",
            "number": f"{CASE}/{place}",
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "bytes": len(pdf),
        }
        for place, pdf in earlier
    ]
    return pilot.signed(pilot.fielded(step=step(pilot, number, links, **more))).pdf


def test_files_that_lie_nowhere_are_compared_too(pilot: Pilot):
    first, other = signed(pilot, 1), signed(pilot, 1, more="else")
    files = {"first": first, "second": signed(pilot, 2, (1, first)), "third": signed(pilot, 3, (1, other))}
    judged = [validate(content, pilot.trust(), at=JUDGED, file=name) for name, content in files.items()]
    told = judged_together(judged, lambda name: BytesIO(files[name]))
    assert [[one.partition(":")[0] for one in each.findings] for each in told] == [[], [], ["STEP_SWAPPED"]]


def verified(pilot: Pilot, folder: Path, **files: bytes) -> dict[str, ValidationReport]:
    trust = pilot.trust()
    paths = [folder / f"{name}.pdf" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    told = verify_files(paths, None, JUDGED, lambda pdf, _, *, at, file="": validate(pdf, trust, at=at, file=file))
    return dict(zip(files, told, strict=True))


def codes(report: ValidationReport) -> list[str]:
    return [finding.partition(":")[0] for finding in report.findings]


@pytest.fixture
def whole(pilot: Pilot) -> dict[str, bytes]:
    one = signed(pilot, 1)
    two = signed(pilot, 2, (1, one))
    return {"one": one, "two": two, "three": signed(pilot, 3, (1, one), (2, two))}


def test_a_whole_case_passes_also_after_something_was_added_lawfully(
    pilot: Pilot, whole: dict[str, bytes], tmp_path: Path
):
    reports = verified(pilot, tmp_path, **whole)
    assert [(one.verdict, one.findings) for one in reports.values()] == [("TOTAL-PASSED", ())] * 3
    grown = pilot.raising().raise_level(whole["one"], SignatureLevel.B_LTA).pdf
    assert len(grown) > len(whole["one"])
    assert verified(pilot, tmp_path, **(whole | {"one": grown}))["two"].verdict == "TOTAL-PASSED"


def test_a_missing_step_is_named_and_makes_no_verdict_worse(pilot: Pilot, whole: dict[str, bytes], tmp_path: Path):
    reports = verified(pilot, tmp_path, one=whole["one"], three=whole["three"])
    assert (reports["three"].verdict, codes(reports["three"])) == ("TOTAL-PASSED", ["STEP_MISSING"])
    assert reports["three"].findings[0].endswith(f"{CASE}/3 follows {CASE}/2, which is not here")
    alone = verified(pilot, tmp_path, three=whole["three"])
    assert alone["three"].findings == (), "nobody who brings one document is told of the others"


def test_a_swapped_step_is_named(pilot: Pilot, whole: dict[str, bytes], tmp_path: Path):
    other = signed(pilot, 1, decision="the opposite")
    reports = verified(pilot, tmp_path, **(whole | {"one": other}))
    assert reports["one"].verdict == "TOTAL-PASSED", "by itself it is a good document"
    for later in ("two", "three"):
        assert (reports[later].verdict, codes(reports[later])) == ("INDETERMINATE", ["STEP_SWAPPED"])
    assert "one.pdf is not that document" in reports["two"].findings[0]
    both = verified(pilot, tmp_path, **whole, stray=other)
    assert both["three"].verdict == "TOTAL-PASSED", "the right one is there as well"
    cut = verified(pilot, tmp_path, one=whole["one"][:-400], two=whole["two"])
    assert cut["one"].verdict != "TOTAL-PASSED"


def test_a_step_that_claims_to_be_older_than_what_it_follows_is_named(pilot: Pilot, tmp_path: Path):
    one = signed(pilot, 1)
    pilot.clock.now = SIGNED - timedelta(hours=2)
    two = signed(pilot, 2, (1, one))
    reports = verified(pilot, tmp_path, one=one, two=two)
    assert (reports["two"].verdict, codes(reports["two"])) == ("INDETERMINATE", ["STEP_ORDER"])


def test_the_list_of_a_dossier_is_followed_too(pilot: Pilot, whole: dict[str, bytes], tmp_path: Path):
    listed = [
        {"document": "document-9", "number": f"{CASE}/9", "sha256": "0" * 64, "bytes": 10, "element": "x"},
    ]
    manifest = signed(pilot, 4, (3, whole["three"]), facts={"documents": listed})
    report = verified(pilot, tmp_path, **whole, manifest=manifest)["manifest"]
    assert report.findings == (f"STEP_MISSING: {CASE}/4 follows {CASE}/9, which is not here",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"previous": [{"document": "document-1"}]},
        {"previous": "all"},
        {"previous": [{"document": "document-1", "sha256": "0", "bytes": "many"}]},
        {"previous": [{"document": ["x"], "sha256": {}, "bytes": -5}]},
        {"previous": [{"document": "document-1", "sha256": "0", "bytes": 2**70}] * 9000},
        {"document": None},
        {"case": "x"},
        {"key": []},
        {"facts": []},
        {"facts": 7},
    ],
)
def test_whatever_a_step_says_of_its_place_there_is_a_verdict(pilot: Pilot, wrong: dict[str, Any], tmp_path: Path):
    facts = json.loads(step(pilot, 2, [])) | wrong
    two = pilot.signed(pilot.fielded(step=json.dumps(facts))).pdf
    reports = verified(pilot, tmp_path, one=signed(pilot, 1), two=two)
    assert reports["one"].verdict == "TOTAL-PASSED"
    assert reports["two"].verdict in {"TOTAL-PASSED", "INDETERMINATE"}
    assert len(reports["two"].findings) <= 5_000


def test_what_is_still_to_come_and_whose_control_the_key_is_under(pilot: Pilot, tmp_path: Path):
    report = verified(pilot, tmp_path, one=signed(pilot, 1))["one"]
    told = report.as_json()
    assert told["waits_for"] == ["validation data", "archive timestamp"]
    assert told["signatures"][0]["sole_control"] is False
    own = {"store": "browser", "sole_control": True}
    assert verified(pilot, tmp_path, one=signed(pilot, 1, key=own))["one"].signatures[0].sole_control is True
    foreign = verified(pilot, tmp_path, one=signed(pilot, 1, certificate="99"))["one"]
    assert foreign.signatures[0].sole_control is None, "it is said of another certificate"
    assert from_details(as_details(report)) == report
    kinds = {one.text for one in etree.fromstring(as_xml([report])).iter("{*}Type")}
    assert {SOLE_CONTROL, WAITS_FOR} <= kinds
    nobody = pilot.signing.validate(pilot.fielded(step=step(pilot, 1, [])), TrustStore(), at=JUDGED)
    assert nobody.waits_for == (f"field Signature1 is not signed (waits for {OFFICER})",)
