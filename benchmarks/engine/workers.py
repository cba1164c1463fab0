"""Two workers against one on PostgreSQL, and what memory a worker holds after many cases."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.engine import databases
from benchmarks.engine.house import House
from benchmarks.engine.worker import one_case
from benchmarks.run import Figures, Run

FEW, MANY = 100, 10_000


def measure(run: Run) -> Figures:
    """Both figures."""
    return {**_two(run), **_memory(run)}


def _two(run: Run) -> Figures:
    with databases.postgresql() as url:
        if url is None:
            run.say("  two workers on PostgreSQL: not measured, there is no server")
            return {"postgres_two_vs_one": None}
        House(url).close()
        seconds = run.times(15, 2)
        one, two = _steps(url, 1, seconds), _steps(url, 2, seconds)
        version = databases.version(url)
    shared = not os.environ.get("TEST_PG_URL")
    figures = {
        "postgres_two_vs_one": round(two / one, 2),
        "postgres_one_worker_steps_per_second": round(one / seconds, 1),
        "postgres_two_workers_steps_per_second": round(two / seconds, 1),
        "postgres_shares_cores": shared,
        "postgres_version": version,
    }
    run.say(
        f"  PostgreSQL {version}: one worker {figures['postgres_one_worker_steps_per_second']} steps/s, two "
        f"{figures['postgres_two_workers_steps_per_second']}: {figures['postgres_two_vs_one']} times"
        + (f"; the server shares the {os.cpu_count()} cores with them" if shared else "")
    )
    return figures


def _steps(url: str, workers: int, seconds: int) -> int:
    command = [sys.executable, "-m", "benchmarks.engine.worker", url, str(seconds)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(workers)
    ]
    for process in started:
        if process.stdout is not None:
            process.stdout.readline()
    return sum(int(process.communicate("go\n")[0]) for process in started)


def _memory(run: Run) -> Figures:
    """In this very process, which has done its share of everything before."""
    if run.quick:
        run.say("  memory after 10,000 cases: measured in a full run only")
        return {"memory_10000_vs_100": None}
    house = House(databases.sqlite(run.folder, "memory"))
    house.close()
    sa.event.listen(house.database, "connect", _without_fsync)  # memory is measured, not the disk
    for _ in range(FEW):
        one_case(house)
    early = _resident()
    for _ in range(MANY - FEW):
        one_case(house)
    late = _resident()
    house.close()
    figures = {"memory_10000_vs_100": round(late / early, 3), "memory_mib": round(late / 2**20, 1)}
    run.say(
        f"  memory after 10,000 cases: {figures['memory_10000_vs_100']} of that after 100 ({figures['memory_mib']} MiB)"
    )
    return figures


def _without_fsync(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _resident() -> int:
    """Bytes this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
