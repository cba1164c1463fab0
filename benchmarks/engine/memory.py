"""What memory a worker holds after many cases: `python -m benchmarks.engine.memory URL CASES…`.

The worker is a process of its own that does nothing else, so that what else a run measures neither hides a leak nor
makes one. After each number of CASES it prints the bytes it holds, what it no longer needs let go.
"""

import ctypes
import gc
import itertools
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
    """What is held after 10,000 cases against what is held after 100."""
    if run.quick:
        run.say("  memory after 10,000 cases: measured in a full run only")
        return {"memory_10000_vs_100": None}
    early, late = held(databases.sqlite(run.folder, "memory"), FEW, MANY)
    figures = {"memory_10000_vs_100": round(late / early, 3), "memory_mib": round(late / 2**20, 1)}
    run.say(
        f"  memory after 10,000 cases: {figures['memory_10000_vs_100']} of that after 100 ({figures['memory_mib']} MiB)"
    )
    return figures


def held(url: str, *cases: int) -> list[int]:
    """Bytes that a worker of its own holds after each number of cases."""
    command = [sys.executable, "-m", __spec__.name, url, *map(str, cases)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [int(line) for line in done.stdout.split()]


def main() -> None:
    """Do whole cases, tell what is held."""
    url, counts = sys.argv[1], [0, *map(int, sys.argv[2:])]
    house = House(url)
    house.close()
    sa.event.listen(house.database, "connect", _without_fsync)  # memory is measured, not the disk
    for before, after in itertools.pairwise(counts):
        for _ in range(after - before):
            one_case(house)
        print(_resident(), flush=True)
    house.close()


def _without_fsync(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _resident() -> int:
    """Bytes this process holds in memory, garbage collected and free memory given back."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
