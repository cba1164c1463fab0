"""kill -9 while evidence is made and the archive audited: whoever comes next goes on; nothing is lost or told twice."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from archive.service import Accession
from archive.tables import CustodyRow
from processes.audit import OFFICE
from processes.auditing import run_audit
from processes.office import Office
from processes.tables import AuditRow

SLICE = 5
"""objects of one transaction"""


def take_in(office: Office, documents: int) -> list[str]:
    """Their ids."""
    ids = [uuid4() for _ in range(documents)]
    for number, document_id in enumerate(ids):
        blob = office.blobs.put(b"%%PDF %d" % number)
        with office.unit_of_work() as uow:
            uow.archive.accession(
                Accession(id=document_id, owner="body", number=f"K-{number}", type="answer", title="t", blob=blob),
                actor="clerk",
            )
            if not number:
                uow.session.execute(
                    sa.update(CustodyRow).where(CustodyRow.document_id == document_id).values(actor="nobody")
                )
            uow.commit()
    return [one.hex for one in ids]


def do_damage(office: Office) -> None:
    """A line of the trail is rewritten, and a blob added past the door."""
    office.blobs.put(b"added past the door")
    with office.unit_of_work() as uow:
        line = sa.update(AuditRow).where(AuditRow.stream == OFFICE, AuditRow.seq == 2)
        uow.session.execute(line.values(actor="nobody"))
        uow.commit()


def killed_until_done(office: Office) -> int:
    """How many processes were killed before one came to the end."""
    script = Path(__file__).with_name("killed_proof.py")
    told = subprocess.run(
        [sys.executable, str(script), str(office.settings.home), office.settings.database_url, str(SLICE)],
        capture_output=True,
        check=False,
        timeout=900,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert told.returncode == 0, told.stderr
    return int(told.stdout.split()[-1])


@pytest.mark.long
def test_evidence_and_audit_go_on_after_kill_9_at_any_commit(office: Office) -> None:
    ids = take_in(office, documents=12)
    do_damage(office)
    killed = killed_until_done(office)
    assert killed > 18, "each place, before and after, was reached in all its turns"
    with office.reading() as uow:
        [batch] = uow.archive.evidence.batches()
        covered = [each.object for each in uow.archive.evidence.members(batch.number, after=None, limit=1000)]
        [report] = uow.archive.audits.reports(limit=9)
    assert batch.token is not None
    assert batch.objects == len(covered) == len(set(covered))
    assert set(ids) <= {each.subject for each in covered}
    assert report.checked == report.total
    assert {each.kind for each in report.findings} == {"custody_broken", "trail_broken", "blob_added"}
    again = run_audit(office, by="test")
    told, told_again = (sorted(map(repr, one.findings)) for one in (report, again))
    assert told == told_again, "nothing is told twice, nothing lost"
    assert report.found == again.found == len(again.findings)
