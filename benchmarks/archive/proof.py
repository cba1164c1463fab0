"""Proof: evidence over 100,000 documents, one of them verified; the audit's reading beside `sha256sum`."""

import hashlib
import os
import subprocess
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from archive.evidence import EvidenceObject
from archive.service import Accession
from archive.store import DOCUMENT, REVISION, SEARCH_TEXT
from benchmarks.run import Clock, Figures, Run
from processes.bootstrap import bootstrap, create_keys, initialise
from processes.clock import real_time
from processes.evidence import make_evidence
from processes.evidence_records import evidence_trust, record_of
from processes.office import Office
from processes.settings import Settings
from processes.trust import trust_pilot_authority
from signing.evidence_validation import hashes_of, validate_evidence
from signing.report import Verdict

DOCUMENTS = 100_000
ROWS = 10_000
"""of one statement"""
PIECE = 1 << 20
"""bytes of one audited document"""


def measure(run: Run) -> Figures:
    """Timestamps for 100,000 documents, milliseconds to verify one, megabytes a second of the audit."""
    settings = Settings(home=run.folder / "proof")
    initialise(settings)
    create_keys(settings, at=real_time())
    office = bootstrap(settings)
    try:
        trust_pilot_authority(office)
        return {**_audit(run, office), **_evidence(run, office)}
    finally:
        office.close()


def _evidence(run: Run, office: Office) -> Figures:
    """Whole: from the rows to sealed batches, and from a batch to a verdict."""
    for start in range(0, DOCUMENTS, ROWS):
        _take_in(office, range(start, start + ROWS))
    asked: list[bytes] = []
    stamp = office.signing.stamp

    def counted(digest: bytes, algorithm: str = "sha256") -> Any:
        asked.append(digest)
        return stamp(digest, algorithm)

    office.signing.stamp = counted  # type: ignore[method-assign]  # counts what is asked for
    making, building, verifying = Clock(), Clock(), Clock()
    made = making.measure(lambda: make_evidence(office))
    trust = evidence_trust(office)
    with office.reading() as uow:
        evidence = uow.archive.evidence
        for number in range(0, DOCUMENTS, DOCUMENTS // run.times(200, 20)):
            content = b"%d" % number
            one = _object(number)
            record = building.measure(partial(record_of, evidence, one))
            if record is None:
                raise RuntimeError("a document without evidence")
            report = verifying.measure(partial(validate_evidence, record.der, hashes_of(content), trust))
            if report.verdict is not Verdict.TOTAL_PASSED:
                raise RuntimeError(f"what was measured is not valid: {report}")
    figures = {
        "timestamps_per_100k": len(asked),
        "evidence_make_seconds": round(making.wall[0], 1),
        "evidence_record_ms": round(median(building.cpu) * 1000, 2),
        "evidence_verify_ms": round(median(verifying.cpu) * 1000, 2),
    }
    run.say(
        f"  evidence: {sum(each.objects for each in made):,} objects, {len(asked)} timestamp, "
        f"{figures['evidence_make_seconds']} s; {figures['evidence_record_ms']} ms to put a record together, "
        f"{figures['evidence_verify_ms']} ms to verify it"
    )
    return figures


def _identity(number: int) -> UUID:
    return UUID(int=number + (1 << 100))


def _object(number: int) -> EvidenceObject:
    digest = hashlib.sha256(b"%d" % number).hexdigest()
    return EvidenceObject(kind="document", subject=_identity(number).hex, number=1, sha256=digest)


def _take_in(office: Office, numbers: range) -> None:
    """Rows as accession leaves them; their blobs are nobody's matter here."""
    with office.unit_of_work() as uow:
        start = uow.session.scalar(sa.select(sa.func.max(SEARCH_TEXT.c.seq))) or 0
        template = uow.session.execute(sa.select(DOCUMENT).limit(1)).mappings().one()
        text = uow.session.execute(sa.select(SEARCH_TEXT).limit(1)).mappings().one()
        revision = uow.session.execute(sa.select(REVISION).limit(1)).mappings().one()
        texts, documents, revisions = [], [], []
        for place, number in enumerate(numbers, start=1):
            known = {"seq": start + place}
            ids = {"id": _identity(number), "sha256": _object(number).sha256, "dated_on": date(2026, 3, 19)}
            texts.append({**text, **known})
            documents.append({**template, **known, **ids, "custody_head": hashlib.sha256(b"h%d" % number).hexdigest()})
            revisions.append({**revision, "document_id": ids["id"], "sha256": ids["sha256"]})
        for table, rows in ((SEARCH_TEXT, texts), (DOCUMENT, documents), (REVISION, revisions)):
            uow.session.execute(sa.insert(table), rows)
        uow.commit()


def _audit(run: Run, office: Office) -> Figures:
    """Every byte of documents of a megabyte each, with rows and chains; beside it the same files by sha256sum."""
    count = run.times(400, 60)
    for number in range(count):
        blob = office.blobs.put(os.urandom(PIECE))
        with office.unit_of_work() as uow:
            taken = Accession(id=uuid4(), owner="b", number=f"N-{number}", type="answer", title="t", blob=blob)
            uow.archive.accession(taken, actor="benchmark")
            uow.commit()
    reading = Clock()
    after, read = 0, 0
    with office.reading() as uow:
        while (found := reading.measure(lambda: uow.archive.fixity.check(after))) is not None:  # noqa: B023 - at once
            after, read = found.last, read + found.bytes
    files = sorted(str(path) for path in Path(office.settings.home / "blobs").rglob("*") if path.is_file())
    public = Clock()
    public.measure(lambda: subprocess.run(["sha256sum", *files], check=True, capture_output=True))
    figures = {
        "audit_mb_per_second": round(read / 1e6 / sum(reading.wall)),
        "sha256sum_mb_per_second": round(read / 1e6 / sum(public.wall)),
    }
    run.say(
        f"  audit: {figures['audit_mb_per_second']} MB/s beside {figures['sha256sum_mb_per_second']} MB/s of sha256sum"
    )
    return figures
