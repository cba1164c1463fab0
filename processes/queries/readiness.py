"""Whether an office can do its work now: for whoever watches the processes, and for the operator's terminal."""

import os
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from archive.blobs import BlobStore
from archive.errors import BlobMissing, BlobStoreError
from engine.tables import TimerRow
from processes.blob_stores import LOCAL, open_blobs
from processes.clock import Clock
from processes.database import create_engine
from processes.errors import ConfigurationError
from processes.migrate import require_current
from processes.roster import database_time
from processes.settings import Settings
from processes.tables import WorkerRow

WORKER_SEEN = timedelta(seconds=30)
"""a worker shows itself each few seconds, at most each ten"""
ROOM_BYTES = 200 * 1024 * 1024
"""free on the disk: below it, a signed document may not find its place"""


NOBODYS = "0" * 64
"""a name that no blob has"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so."""

    name: str
    ok: bool
    note: str


ANSWERS = Check("database", ok=True, note="answers")


def readiness(settings: Settings, database: sa.Engine, blobs: BlobStore | None = None) -> list[Check]:
    """Database, schema, worker, disk, store: each with what was found. Notes are for operators, not for strangers.

    :param blobs: the office's store; None: it is opened for the question
    """
    return [*_database(database), _disk(_folder(settings)), _store(settings, blobs)]


def _database(database: sa.Engine) -> list[Check]:
    try:
        require_current(database)
        with database.connect().execution_options(readonly=True) as connection:
            return [ANSWERS, Check("schema", ok=True, note="current"), _worker(connection)]
    except ConfigurationError as error:
        return [ANSWERS, Check("schema", ok=False, note=str(error))]
    except DBAPIError as error:
        return [Check("database", ok=False, note=f"does not answer: {type(error).__name__}")]


def _worker(connection: sa.Connection) -> Check:
    seen = connection.scalar(sa.select(sa.func.max(WorkerRow.seen_at)))
    ago = None if seen is None else database_time(connection) - seen
    if ago is None:
        return Check("worker", ok=False, note="none runs: jobs and timers wait")
    return Check("worker", ok=ago < WORKER_SEEN, note=f"seen {ago.total_seconds():.0f} s ago")


def _folder(settings: Settings) -> Path:
    """Where blobs are written; the office's own folder, if they are in S3."""
    if settings.blob_store.startswith("/"):
        return Path(settings.blob_store)
    return settings.home / "blobs" if settings.blob_store == LOCAL else settings.home


def _store(settings: Settings, blobs: BlobStore | None) -> Check:
    """Whether the store answers: asked to read a blob that there is not."""
    try:
        for _ in (blobs or open_blobs(settings)).stream(NOBODYS):
            break
    except BlobMissing:
        pass  # as it should be
    except (BlobStoreError, ConfigurationError) as error:
        return Check("store", ok=False, note=f"cannot be used: {error}")
    return Check("store", ok=True, note="answers")


def _disk(folder: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ready?")
            file.flush()
        free = os.statvfs(folder)
    except OSError as error:
        return Check("disk", ok=False, note=f"cannot be written: {error.strerror}")
    room = free.f_bavail * free.f_frsize
    return Check("disk", ok=room > ROOM_BYTES, note=f"{room // (1024 * 1024)} MiB free")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An office as its operator sees it."""

    checks: list[Check]
    workers: list[dict[str, Any]]
    jobs: dict[str, int]
    """how many are in each state of the job engine; ERROR are the incidents"""
    overdue_timers: int

    @property
    def ready(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)


def status(settings: Settings) -> Status:
    """What `karguzar status` tells. Opens the database only: no keys, no job engine."""
    database = create_engine(settings.url)
    try:
        checks = readiness(settings, database)
        if not all(check.ok for check in checks if check.name in {"database", "schema"}):
            return Status(checks=checks, workers=[], jobs={}, overdue_timers=0)
        now = Clock(database)()
        with database.connect().execution_options(readonly=True) as connection:
            late = sa.select(sa.func.count()).select_from(TimerRow).where(TimerRow.due_at <= now - WORKER_SEEN)
            return Status(
                checks=checks,
                workers=_workers(connection),
                jobs=_jobs(connection),
                overdue_timers=connection.execute(late).scalar_one(),
            )
    finally:
        database.dispose()


def _workers(connection: sa.Connection) -> list[dict[str, Any]]:
    now = database_time(connection)
    rows = connection.execute(sa.select(WorkerRow.__table__).order_by(WorkerRow.executor_id)).mappings().all()
    return [
        {
            "executor_id": row["executor_id"],
            "host": row["host"],
            "process": row["process"],
            "seen_seconds_ago": round((now - row["seen_at"]).total_seconds(), 1),
        }
        for row in rows
    ]


def _jobs(connection: sa.Connection) -> dict[str, int]:
    table = sa.table("workflow_status", schema=None if connection.dialect.name == "sqlite" else "dbos")
    state = sa.column("status", sa.Text)
    counted = sa.select(state, sa.func.count().label("number")).select_from(table).group_by(state)
    return {str(row.status): int(row.number) for row in connection.execute(counted).all()}
