"""Durable jobs (DBOS): service tasks, validation of what was signed, raising of levels, mail.

A job is enqueued in the transaction that causes it; its arguments are ids only. It does its effect outside any
transaction, then records it in one transaction together with its own checkpoint: kill -9 at any point neither loses
nor doubles a recorded effect.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
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

from engine.prepared import flushed
from processes import pacing
from processes.auditing import tend_audit
from processes.closing import close_document
from processes.erasing import forget_words
from processes.evidence_jobs import tend_evidence
from processes.exporting import make_export
from processes.handing_over import AGAIN, begin_by_signal, broadcast, hand_over, hear
from processes.incidents import watched
from processes.job_statements import compile_once
from processes.office import Office
from processes.recounting import recount_calendar
from processes.service_tasks import perform, record
from processes.signed_documents import raise_document_level, validate_document
from processes.trusted_lists import refreshed
from processes.use_cases.fire_starts import begin_anew
from processes.use_cases.run_bulk import run_bulk
from processes.use_cases.send_notice import send_notice

NAME = "karguzar"
VERSION = "1"
"""DBOS's application version: constant, or jobs of an older release would never be taken up"""
QUEUES = {"service": 4, "events": 4, "signatures": 2, "notices": 2, "bulk": 1}
"""jobs of each queue that one worker runs at once"""

LOOKS = 20
"""how often a message looks for its receiver when each one it finds has just stopped waiting"""

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
        "deliver_message": "events",
        "broadcast_signal": "events",
        "hear_signal": "events",
        "begin_by_signal": "events",
        "begin_by_start": "events",
        "validate_document": "signatures",
        "raise_level": "signatures",
        "close_document": "signatures",
        "send_notice": "notices",
        "recount_calendar": "service",
        "run_bulk": "bulk",
        "refresh_trusted_list": "service",
        "make_evidence": "bulk",
        "audit_archive": "bulk",
        "make_export": "bulk",
        "forget_words": "bulk",
    }

    @classmethod
    def connect(cls, url: str) -> "JobClient":
        """A client of the job engine whose tables are in this database; `lazy`, so that it opens nothing yet."""
        client = DBOSClient(system_database_url=system_url(url), serializer=DBOSPortableJSONSerializer(), lazy=True)
        compile_once(client)
        return cls(client)

    def enqueue(self, session: Session, workflow: str, arguments: tuple[str, ...], job_id: str) -> None:
        """Write the job in the session's transaction; an id already there is left as it is."""
        self.client.enqueue_in_transaction(
            flushed(session),
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
        pacing.tell(session, self.queues[workflow])

    def close(self) -> None:
        """Let go of its connections."""
        self.client.destroy()


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
        with watched(office, "service_task", case_id, task_id):
            effect = step("effect", lambda: perform(office, UUID(case_id), UUID(task_id)))
            if effect is None:
                return "too late"
            return str(store.run_tx_step(transaction, recorded, case_id, task_id, effect))

    _register_events(office, store, transaction)
    _register_repeatable(office, step)
    _register_bulk(office)


def _register_repeatable(office: Office, step: Callable[..., Any]) -> None:
    """Jobs that find out themselves what they have done already."""

    @DBOS.workflow(name="validate_document")
    def validate(document_id: str) -> str:
        with watched(office, "validate_document", document_id):
            return str(step("validate", lambda: validate_document(office, UUID(document_id))))

    @DBOS.workflow(name="raise_level")
    def raise_level(document_id: str) -> str:
        with watched(office, "raise_level", document_id, closes=False):
            return str(step("raise", lambda: raise_document_level(office, UUID(document_id))))

    @DBOS.workflow(name="close_document")
    def close(document_id: str) -> str:
        with watched(office, "close_document", document_id):
            return str(step("close", lambda: close_document(office, UUID(document_id))))

    @DBOS.workflow(name="recount_calendar")
    def recounted(calendar: str, version: str) -> str:
        with watched(office, "recount_calendar", calendar, version):
            return str(step("recount", lambda: recount_calendar(office, calendar, int(version))))

    @DBOS.workflow(name="refresh_trusted_list")
    def refresh_list(list_id: str) -> str:
        with watched(office, "refresh_trusted_list", list_id, closes=False):
            return str(step("refresh", lambda: refreshed(office, UUID(list_id))))

    @DBOS.workflow(name="send_notice")
    def notice(outbox_id: str) -> str:
        with watched(office, "send_notice", outbox_id):
            return str(step("send", lambda: send_notice(office, UUID(outbox_id))))


def _register_bulk(office: Office) -> None:
    """What goes over many cases, or over the whole archive."""

    @DBOS.workflow(name="run_bulk")
    def bulk(bulk_id: str) -> str:
        # no step of its own: the rows of its cases tell what is done, so a second run goes on where the first ended
        with watched(office, "run_bulk", bulk_id):
            return run_bulk(office, UUID(bulk_id))

    @DBOS.workflow(name="make_evidence")
    def evidence() -> str:
        # its rows tell how far it is, too
        with watched(office, "make_evidence", closes=False):
            return tend_evidence(office)

    @DBOS.workflow(name="audit_archive")
    def audit(by: str) -> str:
        with watched(office, "audit_archive", by):
            return tend_audit(office, by)

    @DBOS.workflow(name="forget_words")
    def forget() -> str:
        with watched(office, "forget_words"):
            return forget_words(office)

    @DBOS.workflow(name="make_export")
    def export(export_id: str) -> str:
        # its row tells whether it is ready, and what a killed one left is written anew
        with watched(office, "make_export", export_id):
            return make_export(office, UUID(export_id))


def _register_events(office: Office, store: SQLAlchemyDatasource, transaction: DatasourceOptions) -> None:
    """Messages and signals between cases: a transaction for each that hears one."""

    def joined(function: Callable[..., str | None], *arguments: str | None) -> str | None:
        given = [_id(argument) if argument else None for argument in arguments]
        return function(office, office.joined(store.sql_session()), *given)

    def recorded(function: Callable[..., str | None], *arguments: str | None) -> str | None:
        told: str | None = store.run_tx_step(transaction, joined, function, *arguments)
        return told

    @DBOS.workflow(name="deliver_message")
    def deliver_message(event_id: str) -> str | None:
        with watched(office, "deliver_message", event_id):
            return _look(lambda: recorded(hand_over, event_id))

    @DBOS.workflow(name="broadcast_signal")
    def broadcast_signal(event_id: str) -> None:
        with watched(office, "broadcast_signal", event_id):
            _go_on(lambda after: recorded(broadcast, event_id, after))

    @DBOS.workflow(name="hear_signal")
    def hear_signal(event_id: str, instance_id: str) -> str | None:
        with watched(office, "hear_signal", event_id, instance_id):
            return recorded(hear, event_id, instance_id)

    @DBOS.workflow(name="begin_by_signal")
    def begin_by(event_id: str, start_id: str) -> str | None:
        with watched(office, "begin_by_signal", event_id, start_id):
            return recorded(begin_by_signal, event_id, start_id)

    @DBOS.workflow(name="begin_by_start")
    def begin_by_start(start_id: str, definition_key: str, element: str) -> str | None:
        with watched(office, "begin_by_start", start_id, definition_key, element):
            return recorded(begin_anew, start_id, definition_key, element)


def _id(argument: str) -> UUID | str:
    """An argument that is no id is a process's or an element's own."""
    try:
        return UUID(argument)
    except ValueError:
        return argument


def _look(once: Callable[[], str | None]) -> str | None:
    told = once()
    for _ in range(LOOKS):
        if told == AGAIN:
            told = once()
    return told


def _go_on(part: Callable[[str | None], str | None]) -> None:
    after = part(None)
    while after is not None:
        after = part(after)


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
