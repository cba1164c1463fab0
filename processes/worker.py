"""Runs the jobs in this process: the job engine, its queues' threads, and this worker's place among the others."""

import os
import signal
import threading
import time
from typing import Any

import structlog
from dbos import DBOS, DBOSPortableJSONSerializer, SQLAlchemyDatasource
from dbos._queue import queue_worker_thread

from processes.errors import OfficeBusy
from processes.jobs import NAME, QUEUES, VERSION, register_workflows, system_url
from processes.locks import open_locks
from processes.office import Office
from processes.pacing import Listener, Pace
from processes.roster import Roster, Watch

POOL = sum(QUEUES.values()) + 12
"""a transactional step holds SQLite's write lock while DBOS asks its own pool for ownership: too few, and it stalls"""
IDLE_SECONDS = 5.0
"""how often a queue is asked for work that nobody told of: what was delayed, or put back after a failure"""
COALESCE_SECONDS = 0.25
"""of DBOS's events and streams, which nobody here waits for; at its default a thread wakes a hundred times a second"""

PATIENCE_SECONDS = 5.0
"""how long jobs under way may take to end when the worker is told to"""

log = structlog.get_logger(__name__)
_only = threading.Lock()


def _end_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class Worker:
    """Runs jobs in this process. One a process: the job engine keeps its registry in module globals."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.locks = open_locks(office.settings)
        self._roster = Roster(office.database, self.locks, office.settings.executor_id)
        self._engine: Any = None
        self._paces: dict[str, Pace] = {}
        self._threads: list[threading.Thread] = []
        self._watch = Watch(self._roster, give_up=_end_process, taken_over=self._stir)
        self._listener = Listener(office.settings.url, self._paces)

    def start(self) -> None:
        """Register the workflows and begin; unfinished jobs of this executor id are taken up again.

        Fails as a whole: nothing of it goes on when it raises.

        :raises OfficeBusy: another process works under this id, or this process has a worker already
        """
        if not _only.acquire(blocking=False):
            raise OfficeBusy("this process runs a worker already")
        try:
            self._roster.enter()
        except BaseException:
            self.locks.close()
            _only.release()
            raise
        try:
            self._launch()
        except BaseException:
            self.stop(patience=0)
            raise

    def _launch(self) -> None:
        url = system_url(self._office.settings.url)
        serializer = DBOSPortableJSONSerializer()
        self._engine = DBOS(
            config={
                "name": NAME,
                "system_database_url": url,
                "executor_id": self._office.settings.executor_id,
                "application_version": VERSION,
                "serializer": serializer,
                "sys_db_pool_size": POOL,
                "notification_coalesce_sec": COALESCE_SECONDS,
                "log_level": "ERROR",
                "console_log_level": "ERROR",
            }
        )
        store = SQLAlchemyDatasource.create(url, engine=self._office.database, serializer=serializer)
        register_workflows(self._office, store, sqlite=url.startswith("sqlite"))
        # its own threads would ask each queue ten times a second: ours run the same loop at our pace
        DBOS.listen_queues([])
        DBOS.launch()
        for name, concurrency in QUEUES.items():
            DBOS.register_queue(name, worker_concurrency=concurrency, polling_interval_sec=IDLE_SECONDS)
            self._attend(name)
        self._listener.start()
        self._watch.start()

    def _stir(self) -> None:
        """The queues hold jobs that nobody has told of."""
        for pace in self._paces.values():
            pace.stir()

    def _attend(self, name: str) -> None:
        """A thread that takes the jobs of a queue; it ends with its pace."""
        engine = self._engine

        def running() -> int:
            return int(engine._active_workflows_set.count_for_queue(name))  # noqa: SLF001 held by the contract test

        pace = self._paces[name] = Pace(running)
        thread = threading.Thread(
            target=queue_worker_thread,
            args=(pace, engine, DBOS.retrieve_queue(name)),
            name=f"queue-{name}",
            daemon=True,
        )
        thread.start()
        self._threads.append(thread)

    def stop(self, patience: float = PATIENCE_SECONDS) -> bool:
        """Take no more jobs, wait for those that run, for at most `patience` seconds; whether all have ended.

        What has not ended keeps the id locked as long as this process lives; then it is anybody's.
        """
        for pace in self._paces.values():
            pace.set()
        for watcher in (self._watch, self._listener):
            if watcher.is_alive():
                watcher.stop()
        ended = self._wait_for_jobs(patience)
        DBOS.destroy(destroy_registry=True)
        self._roster.leave()
        if ended:
            self.locks.close()
            _only.release()
        return ended

    def _wait_for_jobs(self, patience: float) -> bool:
        for thread in self._threads:
            thread.join(timeout=10)
        limit = time.monotonic() + patience
        while running := self._running():
            if time.monotonic() > limit:
                log.warning("jobs go on elsewhere", jobs=running)
                return False
            time.sleep(0.05)
        return True

    def _running(self) -> list[str]:
        return [] if self._engine is None else list(self._engine._active_workflows_set.activeList())  # noqa: SLF001
