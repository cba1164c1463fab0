"""A process that works for the office: jobs, and what has to be done each second, minute and hour."""

import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from processes.auditing import begin_audit
from processes.bootstrap import bootstrap, warn
from processes.dead_jobs import tell_dead_jobs
from processes.erasing import erase_leftovers
from processes.evidence_jobs import begin_evidence
from processes.exporting import sweep_exports
from processes.handing_over import tend_events
from processes.jobs import idle
from processes.lasting import keep_for_good
from processes.locks import Locks, LocksLost
from processes.logs import configure_logs
from processes.office import Office
from processes.settings import Settings
from processes.sheets import annul_unsigned_sheets
from processes.signed_documents import raise_waiting
from processes.transfers import sweep_transfers
from processes.trusted_lists import watch_lists
from processes.use_cases.abandon_attempt import expire_attempts
from processes.use_cases.fire_starts import fire_starts
from processes.use_cases.fire_timers import fire_timers
from processes.use_cases.lift_restrictions import lift_restrictions
from processes.use_cases.lock_blobs import lock_held_blobs, lock_kept_blobs
from processes.use_cases.return_lost_work import return_lost_work
from processes.use_cases.sweep_blobs import sweep_blobs
from processes.worker import Worker

TICKER = "ticker"
"""the lock of whoever ticks: one process among all, another one as soon as it is gone"""
TICK_SECONDS = 1.0
MINUTE = 60
"""ticks between two looks for mandates that have run out and documents whose level is to be raised"""
HOUR = 3600
"""ticks between two rounds of what is done hourly"""
QUIET = 300
"""ticks after which the long work begins: a start has other things to do"""

log = structlog.get_logger(__name__)


class Ticker(threading.Thread):
    """Once a second, in one process at a time: timers that are due, attempts that have expired."""

    def __init__(self, locks: Locks, tick: Callable[[], None]) -> None:
        super().__init__(name="ticker", daemon=True)
        self._locks = locks
        self._tick = tick
        self._stopped = threading.Event()

    def run(self) -> None:
        """Tick until stopped; one failed tick is logged and the next one tried."""
        while not self._stopped.wait(TICK_SECONDS):
            try:
                # a timer fires once even if two tick: this keeps the second from waiting for the first's locks
                if self._locks.take(TICKER):
                    self._tick()
            except LocksLost:
                log.warning("no tick: the database cannot be reached")
            except Exception:
                log.exception("tick failed")

    def stop(self) -> None:
        """End after the tick under way."""
        self._stopped.set()
        self.join(timeout=10)


def every_second(office: Office) -> Callable[[], None]:
    """What has to be done each second, and now and at each full hour of its own counting."""
    ticks = itertools.count()

    def tick() -> None:
        fire_timers(office)
        fire_starts(office)
        tend_events(office)
        expire_attempts(office)
        number = next(ticks)
        if number % MINUTE == 0:
            return_lost_work(office)
            raise_waiting(office)
            tell_dead_jobs(office)
            lock_held_blobs(office)
            sweep_exports(office)
        if number % HOUR == 0:
            annul_unsigned_sheets(office)
            watch_lists(office)
            office.knocks.sweep()
            lift_restrictions(office)
            lock_kept_blobs(office)
            erase_leftovers(office)
            sweep_transfers(office)
            if idle(office):
                # a job under way may hold a blob that gets its row only when it ends, after a restart even
                sweep_blobs(office)
        if number % HOUR == QUIET:
            begin_evidence(office)
            begin_audit(office)

    return tick


@contextmanager
def working(office: Office) -> Iterator[None]:
    """This process runs the office's jobs and timers meanwhile."""
    worker = Worker(office)
    worker.start()
    ticker = Ticker(worker.locks, every_second(office))
    ticker.start()
    try:
        yield
    finally:
        ticker.stop()
        if not worker.stop():
            # a job that goes on would keep the process alive and, without its office, end as failed: others do it anew
            os._exit(0)


def run_worker(settings: Settings, *, tell: Callable[[str], None]) -> None:
    """Run jobs and timers until told to stop."""
    log_file = configure_logs(settings.home, "worker")
    warn(settings, tell)
    office = bootstrap(settings)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with working(office):
        keep_for_good()
        tell(f"Working as {settings.executor_id}; the log is {log_file} (Ctrl-C ends it)")
        stopping.wait()
    office.close()
