"""Two workers against one on PostgreSQL."""

import os
import subprocess
import sys

from benchmarks.engine import databases
from benchmarks.engine.house import House
from benchmarks.run import Figures, Run


def measure(run: Run) -> Figures:
    """Steps a second of both, and how many times those of one are those of two."""
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
