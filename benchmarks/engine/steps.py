"""Steps of one user on SQLite with synchronous=FULL: against the stock serializer, and late in a long loop."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

from benchmarks.engine.databases import sqlite
from benchmarks.engine.house import House
from benchmarks.engine.model import AGAIN, FORM, GO_ON, STEPS
from benchmarks.run import Clock, Figures, Run

EARLY, LATE = 10, 1_000
TURN = 20
"""so many steps in a row are measured before it is the other's turn"""
AROUND = 5
"""so many loops before and after the one that is asked about are measured with it"""


class StockProcess:
    """Stock SpiffWorkflow in its own process; it measures itself."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self) -> str:
        """Begin a case; its id."""
        return str(self._ask([]))

    def step(self, case: str, element: str, variables: Mapping[str, Any]) -> tuple[float, float]:
        """One user step; the seconds it took by the wall and of the processor."""
        wall, cpu = self._ask([case, element, variables])
        return wall, cpu

    def _ask(self, question: list[Any]) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def stock_process(url: str) -> Iterator[StockProcess]:
    """Stock SpiffWorkflow on a database."""
    command = [sys.executable, "-m", "benchmarks.engine.stock", url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield StockProcess(process)


def measure(run: Run) -> Figures:
    """The figures of single steps."""
    house = House(sqlite(run.folder, "house"))
    try:
        with stock_process(sqlite(run.folder, "stock")) as stock:
            figures = _first_loop(run, house, stock)
        return {**figures, **_long_loop(run, house), **_whole_cases(run, house)}
    finally:
        house.close()


def _at_review(house: House) -> UUID:
    case = house.start()
    house.step(case, "register", FORM)
    return case


def _first_loop(run: Run, house: House, stock: StockProcess) -> Figures:
    """In turns of some steps each, so that whatever else the machine does hits both; the first turn only warms up."""
    ours, theirs = Clock(), Clock()
    for turn in range(run.times(20, 4) + 1):
        cases = [_at_review(house) for _ in range(TURN)]
        others = [stock.start() for _ in range(TURN)]
        for other in others:
            stock.step(other, "register", FORM)
        clock = ours if turn else Clock()
        for case in cases:
            clock.measure(partial(house.step, case, "review", AGAIN))
        told = [stock.step(other, "review", AGAIN) for other in others]
        for wall, cpu in told if turn else ():
            theirs.note(wall, cpu)
    figures = {
        "step_vs_stock": round(ours.per_second / theirs.per_second, 2),
        "step_vs_stock_cpu": round(ours.per_cpu_second / theirs.per_cpu_second, 2),
        "step_ms": round(ours.middle(), 2),
        "stock_step_ms": round(theirs.middle(), 2),
    }
    run.say(
        f"  a step at the first loop: {figures['step_ms']} ms, stock {figures['stock_step_ms']} ms: "
        f"{figures['step_vs_stock']} times stock's steps/s ({figures['step_vs_stock_cpu']} by processor time)"
    )
    return figures


def _long_loop(run: Run, house: House) -> Figures:
    """A case in its 1,000th loop and new ones in their 10th, turn about."""
    early, late = Clock(), Clock()
    old = _at_review(house)
    for _ in range(LATE - AROUND):
        house.step(old, "review", AGAIN)
    for _ in range(run.times(20, 4)):
        new = _at_review(house)
        for _ in range(EARLY - AROUND):
            house.step(new, "review", AGAIN)
        for _ in range(2 * AROUND):
            early.measure(partial(house.step, new, "review", AGAIN))
            late.measure(partial(house.step, old, "review", AGAIN))
    figures = {
        "loop_1000_vs_10": round(median(late.wall) / median(early.wall), 2),
        "loop_1000_vs_10_cpu": round(median(late.cpu) / median(early.cpu), 2),
    }
    run.say(f"  the 1,000th loop costs {figures['loop_1000_vs_10']} of what the 10th costs")
    return figures


def _whole_cases(run: Run, house: House) -> Figures:
    """One client, case after case, every step durable before the next."""
    clock = Clock()
    for _ in range(run.times(400, 30)):
        case = house.start()
        for step in STEPS:
            clock.measure(partial(house.step, case, step, {**FORM, **GO_ON}))
    figures = {
        "steps_per_second": round(clock.per_second, 1),
        "steps_per_cpu_second": round(clock.per_cpu_second, 1),
        "step_p95_ms": round(clock.p95(), 2),
    }
    run.say(
        f"  steps of whole cases: {figures['steps_per_second']}/s by the wall, "
        f"{figures['steps_per_cpu_second']} in a second of the processor, p95 {figures['step_p95_ms']} ms"
    )
    return figures
