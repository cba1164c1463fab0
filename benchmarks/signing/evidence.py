"""An evidence record over 100,000 documents: one timestamp, small, and verified in milliseconds (RFC 4998)."""

import hashlib
from statistics import median

from benchmarks.run import Clock, Figures, Run
from benchmarks.signing.material import NOW, make
from signing.evidence import make_batch
from signing.evidence_validation import EvidenceTrust, hashes_of, validate_evidence
from signing.report import Verdict
from signing.timestamp import request_token

DOCUMENTS = 100_000


def measure(run: Run) -> Figures:
    """Requests for a batch, seconds to make it, bytes of a record, milliseconds to verify one document."""
    authority = make(run.folder / "evidence").authority
    timestamper = authority.timestamper(lambda: NOW)
    asked: list[bytes] = []

    def stamp(digest: bytes, algorithm: str) -> bytes:
        asked.append(digest)
        return request_token(timestamper, digest, at=NOW, algorithm=algorithm).der

    leaves = [[hashlib.sha256(b"%d" % number).digest()] for number in range(DOCUMENTS)]
    making, verifying = Clock(), Clock()
    batch = making.measure(lambda: make_batch("sha256", leaves, stamp))
    record = batch.record(leaves[4711]).der
    trust = EvidenceTrust(authority.trust((authority.crl("root", at=NOW),)), NOW)
    for _ in range(run.times(200, 20)):
        report = verifying.measure(lambda: validate_evidence(record, hashes_of(b"4711"), trust))
        if report.verdict is not Verdict.TOTAL_PASSED:
            raise RuntimeError(f"what was measured is not valid: {report}")
    figures = {
        "timestamps_per_100k": len(asked),
        "evidence_batch_seconds": round(making.cpu[0], 2),
        "evidence_record_bytes": len(record),
        "evidence_verify_ms": round(median(verifying.cpu) * 1000, 2),
    }
    run.say(
        f"  evidence over {DOCUMENTS:,} documents: {len(asked)} timestamp, {figures['evidence_batch_seconds']} s, "
        f"{len(record)} bytes a record, {figures['evidence_verify_ms']} ms to verify one"
    )
    return figures
