"""One run of the benchmarks: what every subject is given, and the clocks it measures with."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypeVar

Figures = dict[str, Any]
"""what a subject measured, as JSON: None where something is out of reach here, never a made-up figure"""
Result = TypeVar("Result")
USER_TICKS = 11
"""where /proc/PID/stat tells the time in user mode, that in the kernel after it, counted from its third field"""


def processor_seconds() -> float:
    """Of this process and the processes that it started and that still live."""
    started = [
        child
        for children in Path("/proc/self/task").glob("*/children")
        for child in children.read_text(encoding="ascii").split()
    ]
    fields = [Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for one in started]
    ticks = sum(int(one[USER_TICKS]) + int(one[USER_TICKS + 1]) for one in fields)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run. Every subject's module has a function `measure(run) -> Figures`."""

    quick: bool
    """fewer repetitions: the figures are rougher, never of another kind"""
    folder: Path
    """where a subject may keep its databases; it is thrown away after the run"""

    def say(self, line: str) -> None:
        """Tell whoever watches what was measured."""
        print(line, flush=True)

    def times(self, full: int, quick: int) -> int:
        """How often something is repeated."""
        return quick if self.quick else full


@dataclass(slots=True)
class Clock:
    """What single measurements took, in seconds: by the clock on the wall, and of the processor in this process.

    Other programs on the machine lengthen the first and hardly touch the second.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def measure(self, action: Callable[[], Result]) -> Result:
        """Do it and note how long it took."""
        cpu, wall = time.process_time(), time.perf_counter()
        result = action()
        self.note(time.perf_counter() - wall, time.process_time() - cpu)
        return result

    def note(self, wall: float, cpu: float) -> None:
        """A measurement somebody else made."""
        self.wall.append(wall)
        self.cpu.append(cpu)

    @property
    def per_second(self) -> float:
        """How many a second of the wall's clock, in the mean."""
        return len(self.wall) / sum(self.wall)

    @property
    def per_cpu_second(self) -> float:
        """How many a second of the processor, in the mean."""
        return len(self.cpu) / sum(self.cpu)

    def middle(self) -> float:
        """The median by the wall, in milliseconds."""
        return median(self.wall) * 1000

    def p95(self) -> float:
        """What 95 of 100 took at most, in milliseconds."""
        return quantiles(self.wall, n=20)[-1] * 1000
