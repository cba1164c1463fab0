"""How many documents a second the archive takes in by its door: row, text, tokens, signers, custody; no bytes."""

from datetime import timedelta
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs.memory import MemoryBlobStore
from archive.documents import Accession
from archive.service import Archive
from benchmarks.archive import crowd
from benchmarks.run import Clock, Figures, Run

TOGETHER = 100
"""documents of one transaction, as an import takes them"""


def ingest(run: Run, name: str, database: sa.Engine) -> Figures:
    """Documents a second into a database that holds the crowd already."""
    writer = crowd.Writer()
    blobs = MemoryBlobStore(lambda: crowd.NOW)
    blob = blobs.put(b"%PDF")
    # numbered behind the crowd's own
    new = islice(writer.documents(10 * crowd.MOST, first=2 * crowd.MOST), run.times(5_000, 1_000))
    accessions = [
        Accession(
            id=made.columns["id"], owner=made.columns["owner"], number=made.columns["number"], type="notice",
            title=made.columns["title"], language=made.columns["language"], text=made.text, blob=blob,
            case_id=made.columns["case_id"], signers=tuple(made.columns["signers"]), signed_at=crowd.NOW,
        )
        for made in new
    ]  # fmt: skip
    clock = Clock()
    for start in range(0, len(accessions), TOGETHER):
        batch = accessions[start : start + TOGETHER]
        clock.measure(lambda: _take_in(database, blobs, batch))  # noqa: B023 - called at once
    figures = {
        "ingest_per_second": round(TOGETHER * clock.per_second),
        "ingest_per_cpu_second": round(TOGETHER * clock.per_cpu_second),
    }
    run.say(
        f"  taking in on {name}: {figures['ingest_per_second']} documents a second, "
        f"{figures['ingest_per_cpu_second']} in a second of the processor here"
    )
    return figures


def _take_in(database: sa.Engine, blobs: MemoryBlobStore, accessions: list[Accession]) -> None:
    with Session(database) as session:
        archive = Archive(session, blobs=blobs, now=crowd.NOW + timedelta(days=1))
        archive.accession_all(accessions, actor="benchmark")
        session.commit()
