"""Several workers of one office: each under an id of its own, and what one leaves is done by another."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from processes import pacing, worker
from processes.errors import OfficeBusy
from processes.jobs import failed_jobs, idle, status_table
from processes.locks import Locks, LocksLost, open_locks
from processes.office import Office
from processes.roster import Roster, lock_name
from processes.tables import OutboxRow, WorkerRow
from processes.use_cases.send_notice import Notice, post_notice
from processes.worker import Worker
from processes.working import TICKER, Ticker

PATIENCE_SECONDS = 60


@contextmanager
def other_locks(office: Office) -> Iterator[Locks]:
    """The locks as another process sees them."""
    locks = open_locks(office.settings)
    yield locks
    locks.close()


@contextmanager
def working(office: Office) -> Iterator[Worker]:
    started = Worker(office)
    started.start()
    yield started
    assert started.stop()


def post(office: Office, key: str) -> None:
    """Enqueue a job that ends well: to mail a notice that has been mailed already."""
    office.settings = replace(office.settings, smtp_host="127.0.0.1", smtp_port=9)
    notice = Notice(key=key, case_id=None, recipient="a@example.az", subject="Xəbər", body="Mətn")
    with office.unit_of_work() as uow:
        post_notice(office, uow, notice)
        uow.update(OutboxRow, {"key": key}, sent_at=uow.now)
        uow.commit()


def left_by(office: Office, executor_id: str) -> None:
    """All jobs that wait become jobs which a worker had begun when it died."""
    with office.database.begin() as connection:
        connection.execute(
            sa.text(f"UPDATE {status_table(office)} SET status = 'PENDING', executor_id = :id"), {"id": executor_id}
        )


def until(reached: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < limit
        time.sleep(0.02)


def ids(office: Office) -> set[str]:
    with office.reading() as uow:
        return set(uow.session.execute(sa.select(WorkerRow.executor_id)).scalars())


def test_two_workers_never_share_a_name(office: Office) -> None:
    name = office.settings.executor_id
    with other_locks(office) as first, other_locks(office) as second:
        Roster(office.database, first, name).enter()
        with pytest.raises(OfficeBusy, match=f"another process works as '{name}'"):
            Roster(office.database, second, name).enter(patience=0)
        assert ids(office) == {name}
        first.close()
        Roster(office.database, second, name).enter(patience=5)


def test_a_process_has_one_worker(office: Office) -> None:
    with working(office), pytest.raises(OfficeBusy, match="a worker already"):
        Worker(office).start()


def test_a_start_that_fails_half_way_leaves_nothing_behind(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no queue today")

    with monkeypatch.context() as broken:
        broken.setattr(worker.DBOS, "register_queue", fail)
        with pytest.raises(RuntimeError, match="no queue today"):
            Worker(office).start()
    assert ids(office) == set()
    post(office, "after:failure")
    with working(office):
        until(lambda: idle(office))


def test_a_job_is_begun_when_it_is_told_of_not_when_the_queue_is_next_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "IDLE_SECONDS", 3600.0)
    with working(office):
        time.sleep(2 * pacing.LINGER_SECONDS)
        post(office, "told:1")
        until(lambda: idle(office))


def test_what_a_dead_worker_had_begun_is_done_by_a_living_one(office: Office) -> None:
    post(office, "left:1")
    post(office, "left:2")
    left_by(office, "gone")
    with working(office):
        until(lambda: idle(office))
    with office.database.connect() as connection:
        states = connection.execute(sa.text(f"SELECT executor_id, status FROM {status_table(office)}")).all()
    assert [tuple(row) for row in states] == 2 * [(office.settings.executor_id, "SUCCESS")]


def test_what_a_living_worker_has_begun_is_its_own(office: Office) -> None:
    post(office, "busy:1")
    left_by(office, "busy")
    with other_locks(office) as busy, other_locks(office) as mine:
        assert busy.take(lock_name("busy"))
        watching = Roster(office.database, mine, "office")
        assert watching.take_over() == []
        assert not idle(office)
        busy.close()
        with working(office):
            until(lambda: idle(office))


def test_a_worker_that_was_seen_a_moment_ago_may_be_connecting_anew(office: Office) -> None:
    """Its lock is free because the server restarted: taking its jobs would do them twice."""
    with other_locks(office) as peer, other_locks(office) as mine:
        Roster(office.database, peer, "peer").enter()
        peer.close()
        watching = Roster(office.database, mine, "office")
        with working(office):
            if mine.grace_seconds:
                assert watching.take_over() == []
                assert ids(office) == {"peer", "office"}
            until(lambda: ids(office) == {"office"})


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_a_lock_whose_session_ended_is_known_to_be_lost(office: Office) -> None:
    with other_locks(office) as locks:
        assert locks.take("executor-a")
        with office.database.connect() as connection:
            connection.exec_driver_sql(
                # only this office's: other tests have theirs on the same server
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        with pytest.raises(LocksLost):
            locks.take("executor-a")
        assert locks.take("executor-a"), "and taken anew"


def test_one_process_ticks_and_the_next_one_as_soon_as_it_is_gone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.working.TICK_SECONDS", 0.02)
    ticked: list[str] = []
    with other_locks(office) as first, other_locks(office) as second:
        assert first.take(TICKER)
        tickers = [
            Ticker(locks, lambda name=name: ticked.append(name)) for name, locks in (("a", first), ("b", second))
        ]
        for each in tickers:
            each.start()
        until(lambda: len(ticked) > 3)
        assert set(ticked) == {"a"}
        tickers[0].stop()
        first.close()
        until(lambda: "b" in ticked)
        tickers[1].stop()
    assert threading.active_count() < 20


def test_a_job_that_outlives_the_end_of_its_worker_is_done_by_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, free = threading.Event(), threading.Event()
    calls: list[str] = []

    def slow(_office: Office, _outbox: object) -> str:
        calls.append(threading.current_thread().name)
        begun.set()
        if len(calls) == 1:
            free.wait(PATIENCE_SECONDS)
        return "sent"

    monkeypatch.setattr("processes.jobs.send_notice", slow)
    first = Worker(office)
    first.start()
    post(office, "long:1")
    assert begun.wait(PATIENCE_SECONDS)
    assert first.stop(patience=0.2) is False
    with other_locks(office) as locks:
        assert Roster(office.database, locks, "second").take_over() == [], "its id is locked as long as it lives"
    first.locks.close()
    worker._only.release()
    office.settings = replace(office.settings, executor_id="second")
    with working(office):
        until(lambda: idle(office))
        free.set()
    assert len(calls) == 2
    assert failed_jobs(office) == []


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_a_worker_goes_on_after_the_server_has_ended_every_connection(office: Office) -> None:
    with working(office), other_locks(office) as other:

        def holds_its_id() -> bool:
            if taken := other.take(lock_name("office")):
                other.release(lock_name("office"))
            return not taken

        with office.database.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        post(office, "after:restart")
        until(lambda: idle(office))
        until(holds_its_id)
    assert failed_jobs(office) == []
