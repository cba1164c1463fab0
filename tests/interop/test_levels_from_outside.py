"""One document from B-B to B-LTA, co-signed and renewed: at each stage EU DSS and veraPDF agree, and prefixes stay."""

import hashlib
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from outside import Outside
from signing_pilot import JUDGED, SIGNED, Pilot

from signing.request import SignatureLevel
from signing.service import Signing

LATER = SIGNED + timedelta(minutes=3)
FAR = JUDGED + timedelta(days=365)


@pytest.fixture
def stages(pilot: Pilot, tmp_path: Path) -> list[Path]:
    """0 at B-B, 1 to 3 raised level by level, 4 co-signed, 5 at B-LTA again, 6 renewed a year later."""
    fielded = pilot.fielded("Signature1", "Signature2")
    stages = [Signing(clock=pilot.clock).sign(pilot.request(fielded, certify=False), pilot.key).pdf]
    pilot.clock.now = LATER
    room = pilot.raising()
    stages += [stages[-1]]
    for level in (SignatureLevel.B_T, SignatureLevel.B_LT, SignatureLevel.B_LTA):
        stages[-1] = room.raise_level(stages[-1], level).pdf
        stages.append(stages[-1])
    pilot.clock.now += timedelta(minutes=1)
    stages[-1] = room.sign(pilot.request(stages[-1], field="Signature2", certify=False), pilot.key).pdf
    stages.append(room.raise_level(stages[-1], SignatureLevel.B_LTA).pdf)
    pilot.clock.now = LATER + timedelta(days=365)
    stages.append(room.renew(stages[-1]).pdf)
    crls = {"issuing": pilot.authority.crl(at=FAR), "root": pilot.authority.crl("root", at=FAR)}
    pilot.authority.export_trust(tmp_path / "trust", crls)
    paths = [tmp_path / f"{number}.pdf" for number in range(len(stages))]
    for path, pdf in zip(paths, stages, strict=True):
        path.write_bytes(pdf)
    return paths


def judged(outside: Outside, path: Path, at: datetime) -> list[tuple[str, str]]:
    answer = outside("dss-pdf", path, at=at, trust=path.parent / "trust")
    return [(one["indication"], one["level"]) for one in answer.get("signatures", ())] or answer


def test_every_stage_is_valid_for_eu_dss_at_its_level(outside: Outside, stages: list[Path]):
    told = [judged(outside, path, FAR) for path in stages]
    passed = [[("TOTAL_PASSED", f"PAdES_BASELINE_{level}")] for level in ("B", "T", "LT", "LTA")]
    assert told[:4] == passed
    assert [level for _, level in told[4]] == ["PAdES_BASELINE_LTA", "PAdES_BASELINE_T"]
    assert told[5] == told[6] == passed[3] * 2


@pytest.mark.parametrize("flavour", ["3b", "ua1"])
def test_every_stage_is_compliant_for_verapdf(outside: Outside, stages: list[Path], flavour: str):
    answers = [outside("vera", path, flavour=flavour) for path in stages]
    assert answers == [{"compliant": True, "failures": []}] * len(stages)


def test_every_stage_begins_with_the_one_before(stages: list[Path]):
    for before, after in pairwise(path.read_bytes() for path in stages):
        assert hashlib.sha256(after[: len(before)]).digest() == hashlib.sha256(before).digest()
        assert len(after) > len(before)
