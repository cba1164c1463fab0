"""The workers of an office: each shows that it is alive, and takes over what a dead one has left.

The job engine takes up again, at its start, what its own id had under way. Here a living worker does it for an id
whose lock is free: the engine's `_recover_pending_workflows` puts those jobs back into their queues, from where they
are claimed as any other. It is not public; tests/integration/processes/test_job_engine.py holds what we rely on.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from dbos import DBOS
from sqlalchemy.exc import DBAPIError

from processes.clock import real_time
from processes.errors import OfficeBusy
from processes.locks import Locks, LocksLost
from processes.tables import WorkerRow

WATCH_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
"""how long a worker that begins waits for its id: somebody may just be taking over what the last one left"""
ASK_SECONDS = 0.2
LOST_SECONDS = 30.0
"""how long a worker tries to get its lost locks back before it ends itself"""

log = structlog.get_logger(__name__)


def lock_name(executor_id: str) -> str:
    """The lock of a worker's id."""
    return f"executor-{executor_id}"


def database_time(connection: sa.Connection) -> datetime:
    """The server's time, one for all machines; SQLite's users are on one machine anyway."""
    if connection.dialect.name == "sqlite":
        return real_time()
    moment: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment


class Roster:
    """This worker's place among the others."""

    def __init__(self, database: sa.Engine, locks: Locks, executor_id: str) -> None:
        self._database = database
        self._locks = locks
        self._executor_id = executor_id
        self._beaten_at = 0.0

    def enter(self, *, patience: float = PATIENCE_SECONDS) -> None:
        """Take the id, and show it.

        :raises OfficeBusy: another process works under it
        """
        limit = time.monotonic() + patience
        while not self._locks.take(lock_name(self._executor_id)):
            if time.monotonic() > limit:
                raise OfficeBusy(f"another process works as {self._executor_id!r}: stop it, or set another executor_id")
            time.sleep(ASK_SECONDS)
        with self._database.begin() as connection:
            connection.execute(sa.delete(WorkerRow).where(WorkerRow.executor_id == self._executor_id))
            now = database_time(connection)
            connection.execute(
                sa.insert(WorkerRow).values(
                    executor_id=self._executor_id,
                    host=socket.gethostname(),
                    process=os.getpid(),
                    started_at=now,
                    seen_at=now,
                )
            )
        self._beaten_at = time.monotonic()

    def leave(self) -> None:
        """Be missed no more: once the lock is free, jobs still under way are anybody's without further waiting."""
        try:
            with self._database.begin() as connection:
                connection.execute(sa.delete(WorkerRow).where(WorkerRow.executor_id == self._executor_id))
        except DBAPIError as error:
            log.warning("left without a word: the database cannot be reached", error=type(error).__name__)

    def beat(self) -> None:
        """Show that this worker lives, if it is time to.

        :raises LocksLost: the id is no longer held
        """
        if not self._locks.take(lock_name(self._executor_id)):
            raise LocksLost
        if time.monotonic() - self._beaten_at < self._locks.beat_seconds:
            return
        with self._database.begin() as connection:
            mine = sa.update(WorkerRow).where(WorkerRow.executor_id == self._executor_id)
            connection.execute(mine.values(seen_at=database_time(connection)))
        self._beaten_at = time.monotonic()

    def take_over(self) -> list[str]:
        """Put back into their queues the jobs of every id that nobody holds; those ids."""
        taken = []
        for executor_id in self._abandoned():
            name = lock_name(executor_id)
            if not self._locks.take(name):
                continue
            try:
                jobs = len(DBOS._recover_pending_workflows([executor_id]))  # noqa: SLF001 see above
                with self._database.begin() as connection:
                    connection.execute(sa.delete(WorkerRow).where(WorkerRow.executor_id == executor_id))
            finally:
                self._locks.release(name)
            log.warning("took over from a worker that is gone", executor=executor_id, jobs=jobs)
            taken.append(executor_id)
        return taken

    def _abandoned(self) -> list[str]:
        """Ids with jobs under way or a row, without this one and without those seen a moment ago."""
        with self._database.connect().execution_options(readonly=True) as connection:
            sqlite = connection.dialect.name == "sqlite"
            status = sa.table("workflow_status", schema=None if sqlite else "dbos")
            executor, state = sa.column("executor_id", sa.Text), sa.column("status", sa.Text)
            busy = sa.select(executor).select_from(status).where(state == "PENDING").distinct()
            ids = set(connection.execute(busy).scalars()) - {None}
            rows = connection.execute(sa.select(WorkerRow.executor_id, WorkerRow.seen_at)).all()
            latest = database_time(connection) - timedelta(seconds=self._locks.grace_seconds)
        alive = {row.executor_id for row in rows if row.seen_at > latest} | {self._executor_id}
        return sorted((ids | {row.executor_id for row in rows}) - alive)


class Watch(threading.Thread):
    """Once a second: shows that this worker lives, and takes over from those that do not."""

    def __init__(
        self, roster: Roster, *, give_up: Callable[[], None], taken_over: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(name="watch", daemon=True)
        self._roster = roster
        self._give_up = give_up
        """called when the id is lost for good: two workers with one id must not be"""
        self._taken_over = taken_over
        self._lost_for = 0.0
        self._stopped = threading.Event()

    def run(self) -> None:
        """Watch until stopped."""
        while not self._stopped.wait(WATCH_SECONDS):
            try:
                self._look()
            except (DBAPIError, LocksLost) as error:
                self._missed(error)
            except Exception:
                log.exception("watch failed")

    def _look(self) -> None:
        self._roster.beat()
        if self._lost_for:
            log.warning("holds its id again", seconds=self._lost_for)
            self._lost_for = 0.0
        if self._roster.take_over():
            self._taken_over()

    def _missed(self, error: Exception) -> None:
        self._lost_for += WATCH_SECONDS
        log.warning("does not hold its id", error=type(error).__name__, seconds=self._lost_for)
        if self._lost_for > LOST_SECONDS:
            self._stopped.set()
            self._give_up()

    def stop(self) -> None:
        """End after the look under way."""
        self._stopped.set()
        self.join(timeout=10)
