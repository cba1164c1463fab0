"""When the queues are asked for jobs: at once when one is enqueued, seldom while nothing happens.

The job engine asks each of its queues again and again. Instead of often, it asks here when there may be something: on
PostgreSQL whoever enqueues notifies (in the same transaction, so it is heard when the job is there), on SQLite the
file's change counter tells of every commit, in whichever process it was. `Pace` stands where the job engine waits.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from processes.locks import session_engine

CHANNEL = "karguzar_jobs"
BRISK_SECONDS = 0.1
"""between two questions for a queue that has work"""
LINGER_SECONDS = 0.5
"""how long a queue counts as having work after it was told of some"""
GLANCE_SECONDS = 0.05
"""how often SQLite's change counter is read; it costs some microseconds"""
RECONNECT_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Pace(threading.Event):
    """The event that ends a queue's thread; its `wait` also ends when there may be a job."""

    def __init__(self, running: Callable[[], int] = lambda: 0) -> None:
        super().__init__()
        self._running = running
        """how many jobs of the queue run here: while any does, a slot may become free at any moment"""
        self._stirred = threading.Event()
        self._brisk_until = 0.0

    def stir(self) -> None:
        """There may be a job."""
        self._brisk_until = time.monotonic() + LINGER_SECONDS
        self._stirred.set()

    def set(self) -> None:
        """End the thread."""
        super().set()
        self._stirred.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until there may be a job, or `timeout`; True when the thread must end."""
        brisk = time.monotonic() < self._brisk_until or self._running() > 0
        if brisk:
            # no more often than this, however many jobs are told of
            return super().wait(BRISK_SECONDS)
        self._stirred.clear()
        if not self.is_set() and time.monotonic() >= self._brisk_until:
            self._stirred.wait(timeout)
        return self.is_set()


def tell(session: Session, queue: str) -> None:
    """Tell the workers of a queue that there is a job, once the session commits; SQLite tells by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_notify(CHANNEL, queue)))


class Listener(threading.Thread):
    """Hears of commits and stirs the queues."""

    def __init__(self, url: str, paces: Mapping[str, Pace]) -> None:
        super().__init__(name="listener", daemon=True)
        self._url = url
        self._paces = paces
        self._stopped = threading.Event()

    def run(self) -> None:
        """Listen until stopped; a lost connection is made anew, meanwhile the queues are asked as if nobody told."""
        hear = self._watch_file if self._url.startswith("sqlite") else self._hear_server
        while not self._stopped.is_set():
            try:
                hear()
            except (DBAPIError, psycopg.Error) as error:
                log.warning("listener has lost its connection", error=type(error).__name__)
                self._stopped.wait(RECONNECT_SECONDS)

    def stop(self) -> None:
        """End, within a second."""
        self._stopped.set()
        self.join(timeout=10)

    def _watch_file(self) -> None:
        engine = sa.create_engine(self._url, poolclass=NullPool)
        with engine.connect() as connection:
            cursor: Any = connection.connection.cursor()
            seen = None
            while not self._stopped.wait(GLANCE_SECONDS):
                ((version,),) = cursor.execute("PRAGMA data_version").fetchall()
                if version != seen:
                    seen = version
                    self._stir_all()
        engine.dispose()

    def _hear_server(self) -> None:
        engine = session_engine(self._url)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            # what was enqueued before anybody listened
            self._stir_all()
            raw: Any = connection.connection.driver_connection
            while not self._stopped.is_set():
                self._hear(raw)
        engine.dispose()

    def _hear(self, raw: Any) -> None:
        for notice in raw.notifies(timeout=1.0, stop_after=1):
            pace = self._paces.get(notice.payload)
            if pace is not None:
                pace.stir()

    def _stir_all(self) -> None:
        for pace in self._paces.values():
            pace.stir()
