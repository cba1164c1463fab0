"""The tour is killed with -9 at 25 random points and called again each time: nothing told is lost or doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from processes.bootstrap import bootstrap
from processes.jobs import failed_jobs, idle
from processes.office import Office
from processes.settings import Settings
from processes.tables import (
    AppealEventRow,
    CaseDocumentRow,
    CaseRow,
    JobEffectRow,
    NumberRow,
    RegisterEntryRow,
    SigningAttemptRow,
    StepRecordRow,
)

ROOT = Path(__file__).parents[3]
KILLS = 25
EARLY = 4
"""kills while the office is still being founded; the others follow what has been told"""
STEPS = 80
"""about how many steps the tour tells: the kills are spread over them"""
PATIENCE_SECONDS = 420


def started(home: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "KARGUZAR_HOME": str(home), "PYTHONPATH": str(ROOT)}
    log = (home.parent / "tour.log").open("ab")
    return subprocess.Popen(
        [sys.executable, "-m", "web.cli", "tour"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def told(home: Path) -> list[dict[str, str]]:
    file = home / "told.log"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def kill_after(home: Path, lines: int, seconds: float) -> bool:
    """Run the tour until it has told so many lines, and a little longer; False when it ended by itself before."""
    process = started(home)
    limit = time.monotonic() + PATIENCE_SECONDS
    while len(told(home)) < lines:
        if process.poll() is not None:
            return False
        assert time.monotonic() < limit, (home.parent / "tour.log").read_text(encoding="utf-8")[-4000:]
        time.sleep(0.01)
    time.sleep(seconds)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return running


@pytest.fixture(scope="module")
def killed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose tour was killed 25 times and then let run to its end."""
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    home = tmp_path_factory.mktemp("killed") / "home"
    (home.parent / "tour.log").write_text(f"seed {seed}\n")  # a failure can be played again
    points = [(0, chance.uniform(0.2, 7.0)) for _ in range(EARLY)]
    points += [(chance.randrange(1, STEPS), chance.uniform(0.0, 0.8)) for _ in range(KILLS - EARLY)]
    kills = sum(kill_after(home, lines, seconds) for lines, seconds in sorted(points))
    assert kills == KILLS
    last = started(home)
    assert last.wait(timeout=PATIENCE_SECONDS) == 0, (home.parent / "tour.log").read_text(encoding="utf-8")[-4000:]
    return home


@pytest.fixture
def office(killed_home: Path) -> Iterator[Office]:
    opened = bootstrap(Settings(home=killed_home))
    yield opened
    opened.close()


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]


def test_every_step_that_was_told_is_there_once_and_no_other(killed_home: Path, office: Office) -> None:
    lines = told(killed_home)
    with office.reading() as uow:
        recorded = dict(uow.session.execute(sa.select(StepRecordRow.document_id, StepRecordRow.number)).tuples())
        chained = {row.document_id: row for row in uow.session.execute(sa.select(CaseDocumentRow)).scalars()}
        assert Counter(line["document"] for line in lines) == Counter(str(identity) for identity in recorded)
        for line in lines:
            archived = next(row for identity, row in chained.items() if str(identity) == line["document"])
            assert (archived.sha256, archived.bytes, archived.number) == (line["sha256"], line["bytes"], line["number"])
            assert uow.archive.fetch(archived.document_id, revision=1)


def test_no_job_ran_its_database_effect_twice(office: Office) -> None:
    with office.reading() as uow:
        services = Counter(
            event.element_id
            for case_id in uow.session.execute(sa.select(CaseRow.id)).scalars()
            for event in uow.engine.history(case_id)
            if event.event == "element.completed" and event.actor is None
        )
        effects = uow.session.scalar(sa.select(sa.func.count()).select_from(JobEffectRow))
        entries = uow.session.execute(sa.select(RegisterEntryRow.case_id)).scalars().all()
        lines = uow.session.execute(sa.select(AppealEventRow.case_id, AppealEventRow.event)).tuples().all()
    named = ("receipt", "check_route", "publish", "send_notice", "check_chain", "manifest", "forward", "send_answer")
    assert effects is not None
    assert effects >= sum(services[name] for name in named) > 0
    assert len(entries) == len(set(entries))
    once = [(case, event) for case, event in lines if event in {"registered", "receipt", "answered", "forwarded"}]
    assert len(once) == len(set(once))


def test_nothing_is_stuck_and_every_case_goes_on(office: Office) -> None:
    assert failed_jobs(office) == []
    assert idle(office)
    with office.reading() as uow:
        waiting = uow.session.scalar(
            sa.select(sa.func.count()).select_from(SigningAttemptRow).where(SigningAttemptRow.state == "prepared")
        )
        drawn = uow.session.execute(sa.select(NumberRow.number).where(NumberRow.state == "drawn")).scalars().all()
        cases = uow.session.execute(sa.select(CaseRow)).scalars().all()
        standing = [case.number for case in cases if case.status == "running" and not uow.engine.open_items(case.id)]
    assert (waiting, drawn, standing) == (0, [], [])


def test_the_archive_holds_what_the_rows_say(office: Office) -> None:
    with office.reading() as uow:
        report = uow.archive.check_fixity()
    assert report.checked > 0
    assert report.findings == ()
