"""What we rely on in the job engine beyond its documented interface: an upgrade that changes it must be seen here."""

import inspect
import json
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from dbos import DBOS
from dbos._queue import queue_worker_thread

from processes import jobs
from processes.jobs import QUEUES, VERSION, JobClient, status_table
from processes.office import Office
from processes.worker import POOL, Worker


@pytest.fixture
def worker(office: Office) -> Iterator[Worker]:
    started = Worker(office)
    started.start()
    for pace in started._paces.values():
        pace.set()
    for thread in started._threads:
        thread.join()
    yield started
    started.stop()


def enqueue(office: Office, *names: str) -> None:
    with office.unit_of_work() as uow:
        for name in names:
            office.enqueue(uow.session, "send_notice", (name,), name)
        uow.commit()


def states(office: Office) -> dict[str, tuple[str, str | None, str]]:
    with office.database.connect() as connection:
        rows = connection.execute(
            sa.text(f"SELECT workflow_uuid, status, executor_id, queue_name FROM {status_table(office)}")
        )
        return {row[0]: (row[1], row[2], row[3]) for row in rows}


def begun_by(office: Office, job: str, executor_id: str) -> None:
    with office.database.begin() as connection:
        connection.execute(
            sa.text(f"UPDATE {status_table(office)} SET status='PENDING', executor_id=:e WHERE workflow_uuid=:j"),
            {"e": executor_id, "j": job},
        )


def test_recovery_puts_back_the_jobs_of_the_given_ids_and_no_others(office: Office, worker: Worker) -> None:
    enqueue(office, "a", "b", "c")
    begun_by(office, "a", "dead")
    begun_by(office, "b", "alive")
    handles = DBOS._recover_pending_workflows(["dead"])
    assert [handle.workflow_id for handle in handles] == ["a"]
    found = states(office)
    assert {job: found[job][0] for job in "abc"} == {"a": "ENQUEUED", "b": "PENDING", "c": "ENQUEUED"}
    assert {queue for _, _, queue in found.values()} == {"notices"}, "each in the queue it came from"
    assert DBOS._recover_pending_workflows(["dead"]) == [], "again, there is nothing to do"


def test_a_job_is_claimed_once_and_bears_the_id_of_who_claimed_it(office: Office, worker: Worker) -> None:
    enqueue(office, "a", "b")
    queue = DBOS.retrieve_queue("notices")
    assert queue is not None
    database = worker._engine._sys_db
    first, _ = database.start_queued_workflows(queue, "one", VERSION, None, owner_xid="x")
    again, _ = database.start_queued_workflows(queue, "two", VERSION, None, owner_xid="y")
    assert sorted(first) == ["a", "b"]
    assert again == []
    assert {executor for _, executor, _ in states(office).values()} == {"one"}


def test_a_queue_is_attended_by_a_loop_that_waits_where_we_make_it_wait(worker: Worker) -> None:
    assert list(inspect.signature(queue_worker_thread).parameters) == ["stop_event", "dbos", "queue"]
    waited: list[float | None] = []

    class Noted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            if len(waited) > 1:
                self.set()
            return self.is_set()

    queue_worker_thread(Noted(), worker._engine, DBOS.retrieve_queue("notices"))
    assert len(waited) == 2, "it waits once before each question, and ends when the event is set"
    assert None not in waited


def test_the_engine_s_own_threads_leave_our_queues_alone(worker: Worker) -> None:
    attended = {thread.name for thread in threading.enumerate() if thread.name.startswith("queue-worker-")}
    assert attended == {"queue-worker-_dbos_internal_queue"}


def test_running_jobs_can_be_counted_and_named(worker: Worker) -> None:
    active = worker._engine._active_workflows_set
    assert {name: active.count_for_queue(name) for name in QUEUES} == dict.fromkeys(QUEUES, 0)
    assert list(active.activeList()) == []


def test_a_job_of_a_transaction_that_was_undone_was_never_there_and_one_id_is_one_job(office: Office) -> None:
    with office.unit_of_work() as uow:
        office.enqueue(uow.session, "send_notice", ("undone",), "undone")
    enqueue(office, "a")
    enqueue(office, "a")
    assert {job: found[0] for job, found in states(office).items()} == {"a": "ENQUEUED"}


def test_a_job_stands_there_as_the_job_engine_itself_writes_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    enqueue(office, "ours", "ours too")
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "compile_once", lambda _client: None)
        theirs = JobClient.connect(office.settings.url)
    with office.unit_of_work() as uow:
        theirs.enqueue(uow.session, "send_notice", ("theirs",), "theirs")
        uow.commit()
    theirs.close()
    own = ("workflow_uuid", "creator_xid", "created_at", "updated_at", "retention_timestamp")
    with office.database.connect() as connection:
        for table in (status_table(office), status_table(office).replace("status", "input")):
            rows = connection.execute(sa.text(f"SELECT * FROM {table}")).mappings().all()
            told = {row["workflow_uuid"]: {name: row[name] for name in row if name not in own} for row in rows}
            words = {name: str(told[name]).replace(name, "theirs") for name in ("ours too", "ours", "theirs")}
            assert words["ours"] == words["ours too"] == words["theirs"]


def test_jobs_are_stored_as_plain_json_and_belong_to_no_release(office: Office, worker: Worker) -> None:
    """No pickle, which would be code; and a job of yesterday's release is taken up by today's."""
    enqueue(office, "a")
    inputs = status_table(office).replace("status", "input")
    with office.database.connect() as connection:
        [told] = connection.execute(sa.text(f"SELECT inputs FROM {inputs} WHERE workflow_uuid = 'a'")).scalars()
        release = f"SELECT application_version FROM {status_table(office)} WHERE workflow_uuid = 'a'"
        assert connection.execute(sa.text(release)).scalar() in {None, VERSION}
    assert json.loads(told)["positionalArgs"] == ["a"]
    assert VERSION == "1", "unfinished jobs of an office in use bear it"


def test_every_job_that_runs_at_once_finds_a_connection() -> None:
    """A job holds SQLite's lock while it asks the pool who owns it: with too few it stands still for 30 seconds."""
    assert sum(QUEUES.values()) + 12 <= POOL
