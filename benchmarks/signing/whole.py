"""The whole signed step in the demo office: validate the form, render, sign, archive, engine, commit (SQLite, FULL)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from uuid import uuid4

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


def measure(run: Run) -> Figures:
    """Steps a second of one core: the first step of so many cases, each by the officer whose turn it is."""
    with begun(run, "office", run.times(80, 8)) as (_, players):
        rendering = processor_seconds() - time.process_time()
        clock = _played(players)
        rendering = (processor_seconds() - time.process_time() - rendering) / len(players)
    figures = {
        "whole_step_per_second": round(1 / median(clock.cpu), 1),
        "whole_step_rendered_per_second": round(1 / (median(clock.cpu) + rendering), 1),
        "whole_step_rendering_cpu_ms": round(rendering * 1000, 1),
        "whole_step_per_wall_second": round(1 / median(clock.wall), 1),
        "whole_step_cpu_ms": round(median(clock.cpu) * 1000, 1),
    }
    run.say(
        f"  the whole signed step: {figures['whole_step_per_second']}/s of a core "
        f"({figures['whole_step_cpu_ms']} ms), with the rendering in its own process "
        f"{figures['whole_step_rendered_per_second']}/s ({figures['whole_step_rendering_cpu_ms']} ms more), "
        f"{figures['whole_step_per_wall_second']}/s by the wall"
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


def _played(players: list[Player]) -> Clock:
    """From what the officer sends until the case has moved on; whose turn it is and what they answer is not in it.

    The key is open: its PIN was asked once for all that follows, as of somebody who signs many.
    """
    opened: dict[object, OpenedKey] = {}
    clock, begun = Clock(), list[tuple[float, float]]()

    def submit(office: Office, command: SubmitStep) -> PreparedStep:
        begun.append((time.perf_counter(), time.process_time()))
        return submit_step(office, command)

    def sign(office: Office, request: SignStep) -> SignedStep:
        if request.by not in opened:
            opened[request.by] = open_key(office, request.by, request.pin)
        mine = opened[request.by]
        attempt = waiting_attempt(office, request.attempt_id, request.by)
        signed = accept(office, attempt, mine.certificate, signed_document(office, attempt, mine.key))
        wall, cpu = begun[-1]
        if len(begun) > 1:  # the first opens the key
            clock.note(time.perf_counter() - wall, time.process_time() - cpu)
        return signed

    before = {name: vars(playing)[name] for name in ("submit_step", "sign_step")}
    vars(playing).update(submit_step=submit, sign_step=sign)
    try:
        for one in players:
            one.act()
    finally:
        vars(playing).update(before)
    return clock
