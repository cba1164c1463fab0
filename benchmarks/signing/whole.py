"""The whole signed step in the demo office: validate the form, render, sign, archive, engine, commit (SQLite, FULL).

At B-B, in an office that wants no timestamps (`level = "B-B"`), and in turns at B-T, as any other office signs.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from statistics import median
from uuid import UUID, uuid4

from benchmarks.run import Clock, Figures, Run, processor_seconds
from processes.bootstrap import bootstrap
from processes.certificates import OpenedKey, open_key
from processes.demo import player as playing
from processes.demo.founding import accounts, found
from processes.demo.player import Player
from processes.jobs import idle
from processes.lasting import keep_for_good
from processes.office import Office
from processes.settings import Settings
from processes.signed_steps import SignedStep, accept, waiting_attempt
from processes.tools import initialise_home
from processes.use_cases.sign_step import SignStep, signed_document
from processes.use_cases.submit_step import PreparedStep, SubmitStep, submit_step
from processes.worker import Worker

PACKAGE, SCENARIO = "citizen-appeal", "forwarded-to-competent-body"


LEVELS = ("B-B", "B-T")
"""of offices that want no timestamps, and of all others"""


def measure(run: Run) -> Figures:
    """Steps a second of one core: the first step of so many cases, each by the officer whose turn it is.

    The process that renders is in it: its time is told in hundredths of a second, so all documents share alike.
    """
    with begun(run, "office", run.times(120, 20)) as (office, players):
        first, rest = players[: len(LEVELS)], players[len(LEVELS) :]
        watch = _Watch()
        _played(office, first, watch)  # opens the key
        watch.clocks = {level: Clock() for level in LEVELS}
        rendering = processor_seconds() - time.process_time()
        _played(office, rest, watch)
        rendering = (processor_seconds() - time.process_time() - rendering) / len(rest)
    figures: Figures = {"whole_step_rendering_cpu_ms": round(rendering * 1000, 1)}
    for level, name in zip(LEVELS, ("whole_step", "whole_step_bt"), strict=True):
        own = median(watch.clocks[level].cpu)
        figures[f"{name}_per_second"] = round(1 / (own + rendering), 1)
        figures[f"{name}_cpu_ms"] = round((own + rendering) * 1000, 1)
        figures[f"{name}_without_rendering_per_second"] = round(1 / own, 1)
        figures[f"{name}_per_wall_second"] = round(1 / median(watch.clocks[level].wall), 1)
    run.say(
        f"  the whole signed step at B-B: {figures['whole_step_per_second']}/s of a core "
        f"({figures['whole_step_cpu_ms']} ms, {figures['whole_step_rendering_cpu_ms']} of them in the process that "
        f"renders), {figures['whole_step_per_wall_second']}/s by the wall; "
        f"at B-T {figures['whole_step_bt_per_second']}/s ({figures['whole_step_bt_cpu_ms']} ms)"
    )
    return figures


@contextmanager
def begun(run: Run, name: str, cases: int) -> Iterator[tuple[Office, list[Player]]]:
    """A founded office with as many cases, each waiting for its first step, and no worker beside what is measured."""
    settings = Settings(home=run.folder / name)
    initialise_home(settings, demo=False, tell=lambda _line: None)
    office = bootstrap(settings)
    worker = Worker(office)
    worker.start()
    try:
        found(office)
        players = _begun(office, cases)
    finally:
        worker.stop()
    keep_for_good()  # as a server does before its work begins
    try:
        yield office, players
    finally:
        office.close()


def _begun(office: Office, cases: int) -> list[Player]:
    """As many cases of one scenario, started, their jobs done."""
    secret = accounts(office.settings.home)
    with office.reading() as uow:
        package = next(one.package for one in uow.engine.definitions() if one.package.key == PACKAGE)
    players: list[Player] = []
    for _ in range(cases):
        player = Player(office=office, package=package, scenario=package.scenarios[SCENARIO], accounts=secret)
        player.case_id = uuid4()
        if not players:
            office.clock.set_to(player.at)
        player.act()
        players.append(player)
    while not idle(office):
        time.sleep(0.05)
    return players


@dataclass(slots=True)
class _Watch:
    """From what the officer sends until the case has moved on; whose turn it is and what they answer is not in it.

    The key is open: its PIN was asked once for all that follows, as of somebody who signs many.
    """

    clocks: dict[str, Clock] = field(default_factory=lambda: {level: Clock() for level in LEVELS})
    opened: dict[UUID, OpenedKey] = field(default_factory=dict)
    begun: tuple[float, float] = (0.0, 0.0)

    def submit(self, office: Office, command: SubmitStep) -> PreparedStep:
        self.begun = time.perf_counter(), time.process_time()
        return submit_step(office, command)

    def sign(self, office: Office, request: SignStep) -> SignedStep:
        if request.by not in self.opened:
            self.opened[request.by] = open_key(office, request.by, request.pin)
        mine = self.opened[request.by]
        attempt = waiting_attempt(office, request.attempt_id, request.by)
        signed = accept(office, attempt, mine.certificate, signed_document(office, attempt, mine.key))
        wall, cpu = self.begun
        self.clocks[signed.level].note(time.perf_counter() - wall, time.process_time() - cpu)
        return signed


def _played(office: Office, players: list[Player], watch: _Watch) -> None:
    """Each step once, the levels in turns: the office's setting says which."""
    before = {name: vars(playing)[name] for name in ("submit_step", "sign_step")}
    vars(playing).update(submit_step=watch.submit, sign_step=watch.sign)
    try:
        for one, level in zip(players, cycle(LEVELS)):
            office.settings = replace(office.settings, level=level)
            one.act()
    finally:
        vars(playing).update(before)
