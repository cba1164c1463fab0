"""The real worker on both databases: jobs are done, once, in the transaction that records them."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rehearsal import ANSWERED, APPEAL, Rehearsal

from engine.tables import HistoryRow
from processes.jobs import failed_jobs, idle
from processes.office import Office
from processes.tables import CaseDocumentRow, JobEffectRow, OutboxRow
from processes.use_cases.send_notice import Notice, post_notice
from processes.worker import Worker

PATIENCE_SECONDS = 60


class Staffed(Rehearsal):
    """An office whose jobs the real worker does."""

    def work(self) -> list[str]:
        """Wait until no job waits or runs."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while not idle(self.office):
            assert time.monotonic() < limit, f"jobs are stuck; failed: {failed_jobs(self.office)}"
            time.sleep(0.02)
        return []


@pytest.fixture
def staffed(office: Office) -> Iterator[Staffed]:
    worker = Worker(office)
    worker.start()
    yield Staffed(office)
    worker.stop()


def test_a_case_runs_through_with_every_job_done_once(staffed: Staffed) -> None:
    case_id = staffed.play(APPEAL, ANSWERED)
    assert staffed.case(case_id).status == "completed"
    assert failed_jobs(staffed.office) == []
    effects = Counter(row.handler for row in staffed.rows(JobEffectRow, case_id=case_id))
    handlers = ("appeal.receipt", "appeal.check_route", "appeal.answer", "archive.check_chain", "archive.manifest")
    assert effects == dict.fromkeys(handlers, 1)
    documents = [row.document_id for row in staffed.rows(CaseDocumentRow, case_id=case_id)]
    assert len(documents) == 8
    with staffed.office.reading() as uow:
        verdicts = {each.number: each.verdict for each in uow.archive.documents(documents)}
    assert set(verdicts.values()) == {"TOTAL-PASSED"}, "every step and every seal was validated by a job"
    called = staffed.rows(HistoryRow, instance_id=case_id, event="service.called")
    assert len(called) == len(handlers)


def test_a_notice_is_written_once_and_its_mail_tried_without_harm(staffed: Staffed) -> None:
    office = staffed.office
    office.settings = replace(office.settings, smtp_host="127.0.0.1", smtp_port=9, smtp_sender="office@example.az")
    notice = Notice(key="test:1", case_id=None, recipient="reader@example.az", subject="Xəbər", body="Mətn")
    with office.unit_of_work() as uow:
        for _ in range(2):
            post_notice(office, uow, notice)
        uow.commit()
    staffed.work()
    (row,) = staffed.rows(OutboxRow, key="test:1")
    assert (row.sent_at, row.error) == (None, "ConnectionRefusedError"), "it stands in the outbox for all to read"
    assert len(failed_jobs(office)) == 1, "and among the incidents"
