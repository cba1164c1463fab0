"""Durable jobs (DBOS): service tasks, validation of what was signed, raising of levels, mail.

A job is enqueued in the transaction that causes it; its arguments are ids only. It does its effect outside any
transaction, then records it in one transaction together with its own checkpoint: kill -9 at any point neither loses
nor doubles a recorded effect.
"""

import fcntl
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TextIO
from uuid import UUID

import sqlalchemy as sa
import structlog
from dbos import (
    DBOS,
    DBOSClient,
    DBOSPortableJSONSerializer,
    SQLAlchemyDatasource,
    StepOptions,
    WorkflowSerializationFormat,
)
from dbos._datasource import DatasourceOptions
from sqlalchemy.orm import Session

from processes.errors import OfficeBusy
from processes.office import Office
from processes.service_tasks import perform, record
from processes.signed_documents import raise_document_level, validate_document
from processes.use_cases.send_notice import send_notice

NAME = "karguzar"
VERSION = "1"
"""DBOS's application version: constant, or jobs of an older release would never be taken up"""
QUEUES = {"service": 4, "signatures": 2, "notices": 2}
"""jobs of each queue that one worker runs at once"""
POLLING_SECONDS = {"service": 0.1, "signatures": 0.1, "notices": 1.0}
"""how often each queue is asked for; nobody waits for a mail, and each question costs some milliseconds"""
POOL = sum(QUEUES.values()) + 12
"""a transactional step holds SQLite's write lock while DBOS asks its own pool for ownership: too few, and it stalls"""

log = structlog.get_logger(__name__)


def system_url(url: str) -> str:
    """DBOS's spelling of the office's database URL: its tables live beside ours."""
    return url


@dataclass(frozen=True, slots=True)
class JobClient:
    """Enqueues jobs in the caller's transaction, and shows failed ones."""

    client: DBOSClient
    queues: ClassVar[dict[str, str]] = {
        "service_task": "service",
        "validate_document": "signatures",
        "raise_level": "signatures",
        "send_notice": "notices",
    }

    @classmethod
    def connect(cls, url: str) -> "JobClient":
        """A client of the job engine whose tables are in this database; `lazy`, so that it opens nothing yet."""
        return cls(DBOSClient(system_database_url=system_url(url), serializer=DBOSPortableJSONSerializer(), lazy=True))

    def enqueue(self, session: Session, workflow: str, arguments: tuple[str, ...], job_id: str) -> None:
        """Write the job in the session's transaction; an id already there is left as it is."""
        self.client.enqueue_in_transaction(
            session,
            {
                "workflow_name": workflow,
                "queue_name": self.queues[workflow],
                "app_version": VERSION,
                "workflow_id": job_id,
                "serialization_type": WorkflowSerializationFormat.PORTABLE,
                "application_name": NAME,
            },
            *arguments,
        )

    def close(self) -> None:
        """Let go of its connections."""
        self.client.destroy()


class ExecutorLock:
    """Two live workers with one executor id would run each other's effects again: the id is locked by a file."""

    def __init__(self, directory: Path, executor_id: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / f"executor-{executor_id}.lock"
        self._file: TextIO | None = None

    def acquire(self) -> None:
        """Take the id.

        :raises OfficeBusy: another process works under it
        """
        file = self._path.open("a", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise OfficeBusy from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the id back."""
        if self._file is not None:
            self._file.close()
            self._file = None


class Worker:
    """Runs jobs in this process. One a process: the job engine keeps its registry in module globals."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock = ExecutorLock(office.settings.home / "locks", office.settings.executor_id)

    def start(self) -> None:
        """Register the workflows and begin; unfinished jobs of this executor id are taken up again."""
        self._lock.acquire()
        url = system_url(self._office.settings.url)
        serializer = DBOSPortableJSONSerializer()
        DBOS(
            config={
                "name": NAME,
                "system_database_url": url,
                "executor_id": self._office.settings.executor_id,
                "application_version": VERSION,
                "serializer": serializer,
                "sys_db_pool_size": POOL,
                "log_level": "ERROR",
                "console_log_level": "ERROR",
            }
        )
        store = SQLAlchemyDatasource.create(url, engine=self._office.database, serializer=serializer)
        register_workflows(self._office, store, sqlite=url.startswith("sqlite"))
        DBOS.launch()
        for name, concurrency in QUEUES.items():
            DBOS.register_queue(name, worker_concurrency=concurrency, polling_interval_sec=POLLING_SECONDS[name])

    def stop(self, patience: int = 5) -> None:
        """Finish what runs, for at most `patience` seconds, and let go."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)
        self._lock.release()


def register_workflows(office: Office, store: SQLAlchemyDatasource, *, sqlite: bool) -> None:
    """Workflows are closures over the office: nothing is registered at import time."""
    transaction: DatasourceOptions = {
        "name": "record",
        "isolation_level": "SERIALIZABLE" if sqlite else "READ COMMITTED",
    }
    outside: StepOptions = {"retries_allowed": True, "max_attempts": 3, "interval_seconds": 0.5, "backoff_rate": 3.0}

    def step(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return DBOS.run_step({**outside, "name": name}, _logged(name, function), *arguments)

    def recorded(case_id: str, task_id: str, effect: dict[str, Any]) -> str:
        # too late returns, it never raises: an exception would be stored as the job's result for ever
        return record(office, office.joined(store.sql_session()), UUID(case_id), UUID(task_id), effect)

    @DBOS.workflow(name="service_task")
    def service_task(case_id: str, task_id: str) -> str:
        effect = step("effect", lambda: perform(office, UUID(case_id), UUID(task_id)))
        if effect is None:
            return "too late"
        return str(store.run_tx_step(transaction, recorded, case_id, task_id, effect))

    @DBOS.workflow(name="validate_document")
    def validate(document_id: str) -> str:
        return str(step("validate", lambda: validate_document(office, UUID(document_id))))

    @DBOS.workflow(name="raise_level")
    def raise_level(document_id: str) -> str:
        return str(step("raise", lambda: raise_document_level(office, UUID(document_id))))

    @DBOS.workflow(name="send_notice")
    def notice(outbox_id: str) -> str:
        return str(step("send", lambda: send_notice(office, UUID(outbox_id))))


def _logged(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception:
            # DBOS tells of the failed job, but not of what failed in it
            log.exception("job step failed", step=name, job=DBOS.workflow_id)
            raise

    return run


def idle(office: Office) -> bool:
    """Whether no job waits or runs."""
    with office.database.connect().execution_options(readonly=True) as connection:
        waiting = connection.scalar(
            sa.text(f"SELECT count(*) FROM {status_table(office)} WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED')")  # noqa: S608 a fixed name
        )
    return bool(waiting == 0)


def failed_jobs(office: Office) -> list[str]:
    """Ids of the jobs that have failed for good: the incidents."""
    with office.database.connect().execution_options(readonly=True) as connection:
        rows = connection.execute(
            sa.text(
                f"SELECT workflow_uuid FROM {status_table(office)} "  # noqa: S608 a fixed name
                "WHERE status IN ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') ORDER BY created_at"
            )
        )
        return [str(row[0]) for row in rows]


def status_table(office: Office) -> str:
    """Where the job engine keeps the jobs' states: a schema of its own on PostgreSQL, none on SQLite."""
    return "workflow_status" if office.database.dialect.name == "sqlite" else "dbos.workflow_status"


class Ticker(threading.Thread):
    """Once a second: timers that are due, attempts that have expired."""

    def __init__(self, tick: Callable[[], None]) -> None:
        super().__init__(name="ticker", daemon=True)
        self._tick = tick
        self._stopped = threading.Event()

    def run(self) -> None:
        """Tick until stopped; one failed tick is logged and the next one tried."""
        while not self._stopped.wait(1.0):
            try:
                self._tick()
            except Exception:
                log.exception("tick failed")

    def stop(self) -> None:
        """End after the tick under way."""
        self._stopped.set()
        self.join(timeout=10)
