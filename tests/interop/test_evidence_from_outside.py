"""Our evidence records, judged by EU DSS and BouncyCastle, with the renewals of both kinds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from outside import Outside
from signing_evidence import DOCUMENTS, Office, office, renewed_by_hash_tree, renewed_by_timestamp
from signing_pilot import JUDGED, SIGNED, Tool

from signing.authority import PilotAuthority
from signing.evidence import EvidenceRecord, hash_of_token, make_batch
from signing.evidence_validation import hashes_of, validate_evidence
from signing.tokens import token_info

__all__ = ["office"]

GROUP = DOCUMENTS[:3]


@dataclass
class Asked:
    """Objects and a record on the disk."""

    folder: Path
    record: Path
    objects: list[Path]


@pytest.fixture
def asked(tmp_path: Path, authority: PilotAuthority) -> Callable[..., Asked]:
    def written(record: EvidenceRecord, objects: Iterable[bytes]) -> Asked:
        crls = {"issuing": authority.crl(at=JUDGED), "root": authority.crl("root", at=JUDGED)}
        authority.export_trust(tmp_path / "trust", crls)
        paths = []
        for number, one in enumerate(objects):
            paths.append(tmp_path / f"object-{number}")
            paths[-1].write_bytes(one)
        (tmp_path / "record.ers").write_bytes(record.der)
        return Asked(tmp_path, tmp_path / "record.ers", paths)

    return written


def first(office: Office, objects: list[bytes]) -> EvidenceRecord:
    own = hashes_of(*objects)("sha256")
    others = [[one] for one in hashes_of(*(f"other {number}".encode() for number in range(12)))("sha256")]
    return make_batch("sha256", [own, *others], office.stamp).record(own)


def many_times_renewed(office: Office, objects: list[bytes]) -> EvidenceRecord:
    record = first(office, objects)
    for number in range(1, 4):
        office.clock.now = SIGNED + timedelta(days=30 * number)
        if number == 2:
            record = renewed_by_hash_tree(office, record, *objects)
        elif number == 1:
            record = renewed_by_timestamp(office, record)
        else:
            own = [hash_of_token(record.newest)]
            record = record.renewed_by_timestamp(make_batch("sha512", [own], office.stamp).archive_timestamp(own))
    return record


@pytest.mark.parametrize("objects", [DOCUMENTS[:1], GROUP], ids=["one", "a group"])
@pytest.mark.parametrize("make", [first, many_times_renewed])
def test_eu_dss_and_bouncycastle_find_the_record_valid(
    outside: Outside,
    office: Office,
    asked: Callable[..., Asked],
    objects: list[bytes],
    make: Callable[..., EvidenceRecord],
):
    record = make(office, objects)
    ours = validate_evidence(record.der, hashes_of(*objects), office.trust())
    files = asked(record, objects)
    told = outside("dss-record", files.record, objects=files.objects, at=JUDGED, trust=files.folder / "trust")
    assert (told.get("indication"), told.get("errors"), told.get("warnings")) == ("PASSED", [], []), told
    assert datetime.fromisoformat(told["proven_at"]) == ours.proven_at == SIGNED
    assert tuple(datetime.fromisoformat(one["at"]) for one in told["timestamps"]) == ours.timestamps
    assert outside("bc-record", files.record, objects=files.objects, at=JUDGED) == {"valid": True}


def test_they_refuse_what_we_refuse(outside: Outside, office: Office, asked: Callable[..., Asked]):
    record = many_times_renewed(office, DOCUMENTS[:1])
    files = asked(record, [b"something else"])
    assert validate_evidence(record.der, hashes_of(b"something else"), office.trust()).rule == "not-covered"
    told = outside("dss-record", files.record, objects=files.objects, at=JUDGED, trust=files.folder / "trust")
    assert (told.get("indication"), told.get("sub")) == ("FAILED", "HASH_FAILURE"), told
    assert "object hash not found" in outside("bc-record", files.record, objects=files.objects, at=JUDGED)["error"]


def test_openssl_verifies_the_token_over_the_root_of_the_tree(office: Office, tool: Tool, authority: PilotAuthority):
    token = first(office, GROUP).newest.token
    (tool.folder / "token.der").write_bytes(token)
    arguments = [
        "ts", "-verify", "-token_in", "-attime", str(int(JUDGED.timestamp())),
        "-digest", token_info(token).imprint.hex(),
        "-in", str(tool.folder / "token.der"),
        "-CAfile", str(authority.directory / "root.pem"),
    ]  # fmt: skip
    assert "Verification: OK" in tool("openssl", *arguments)
