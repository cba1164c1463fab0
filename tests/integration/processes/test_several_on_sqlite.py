"""Several processes on one SQLite database, as real processes: they share the work, and no id is used twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from rehearsal import ANSWERED, APPEAL, Rehearsal

from processes.jobs import failed_jobs, idle
from processes.office import Office
from processes.settings import Settings
from processes.tables import JobEffectRow, WorkerRow

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 120

pytestmark = [pytest.mark.parametrize("settings", ["sqlite"], indirect=True), pytest.mark.long]


class Staffed(Rehearsal):
    """An office whose jobs other processes do."""

    def work(self) -> list[str]:
        until(lambda: idle(self.office))
        return []


def until(reached: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < limit
        time.sleep(0.05)


def start(settings: Settings, executor_id: str, *, out: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    environ = {"KARGUZAR_HOME": str(settings.home), "KARGUZAR_EXECUTOR_ID": executor_id, "PYTHONPATH": str(ROOT)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KARGUZAR_")}
    return subprocess.Popen(
        [sys.executable, "-m", "web.cli", "worker"],
        cwd=ROOT,
        env=kept | environ,
        stdout=out,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def workers(office: Office, settings: Settings) -> Iterator[dict[str, subprocess.Popen[str]]]:
    started = {name: start(settings, name) for name in ("one", "two")}
    try:
        until(lambda: ids(office) == {"one", "two"})
        yield started
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def ids(office: Office) -> set[str]:
    with office.reading() as uow:
        return set(uow.session.execute(sa.select(WorkerRow.executor_id)).scalars())


def test_two_workers_share_a_file_and_the_one_that_lives_goes_on(
    office: Office, settings: Settings, workers: dict[str, subprocess.Popen[str]]
) -> None:
    third = start(settings, "one", out=subprocess.PIPE)
    said, _ = third.communicate(timeout=60)
    assert third.returncode == 2
    assert "another process works as 'one'" in said
    staffed = Staffed(office)
    player = staffed.player(APPEAL, ANSWERED)
    staffed.at(player.at)
    player.act()
    workers["one"].kill()
    staffed.play_on(player)
    assert staffed.case(player.case_id).status == "completed"
    handlers = [row.handler for row in staffed.rows(JobEffectRow, case_id=player.case_id)]
    assert len(handlers) == len(set(handlers)) == 5
    assert failed_jobs(office) == []
    assert ids(office) == {"two"}, "the dead one's row was taken away by the living one"
    workers["two"].send_signal(signal.SIGTERM)
    assert workers["two"].wait(30) == 0
    assert ids(office) == set()
