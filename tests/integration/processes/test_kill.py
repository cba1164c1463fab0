"""The tour is killed with -9 at 25 random points and called again each time: nothing told is lost or doubled."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from tour_runner import SCENARIOS

from engine.definition import Scenario, Submission
from engine.package import read_package
from engine.tables import HistoryRow
from processes.audit import OFFICE, broken_links
from processes.auditing import run_audit
from processes.bootstrap import bootstrap
from processes.demo.founding import ACCOUNTS
from processes.demo.people import demo_id
from processes.deployment import PACKAGES
from processes.jobs import failed_jobs, idle
from processes.office import Office
from processes.settings import Settings
from processes.tables import (
    AppealEventRow,
    CaseDocumentRow,
    CaseRow,
    DeadlineRow,
    JobEffectRow,
    MandateRow,
    NumberRow,
    OutboxRow,
    RegisterEntryRow,
    ServiceEntryRow,
    ServiceVersionRow,
    SigningAttemptRow,
    StepRecordRow,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]

RUNNER = Path(__file__).parent / "tour_runner.py"
ROOT = Path(__file__).parents[3]
KILLS = 25
WHILE_MADE, WHILE_FOUNDED = 2, 4
"""kills while the home is made, and while the office is founded; the others follow what has been told"""
PATIENCE_SECONDS = 300
SEALING = {
    "appeal.receipt",
    "appeal.forward",
    "appeal.notify_extension",
    "appeal.notify_nonconsideration",
    "archive.manifest",
    "registry.publish",
}
"""services that leave a sealed document"""


def scenarios() -> dict[UUID, Scenario]:
    """The scenarios played, by the id of their case."""
    found = {}
    for key, name in (each.split("/") for each in SCENARIOS):
        found[demo_id("tour", f"{key}/{name}")] = read_package(PACKAGES / key).scenarios[name]
    return found


STEPS = sum(isinstance(step, Submission) for scenario in scenarios().values() for step in scenario.steps)
"""how many lines the whole tour tells"""


@dataclass
class Killed:
    """A home whose tour is played, and killed."""

    home: Path
    runner: subprocess.Popen[str]

    def told(self) -> list[dict[str, Any]]:
        file = self.home / "told.log"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def has_told(self, lines: int) -> bool:
        return len(self.told()) >= lines

    def log(self) -> str:
        return (self.home.parent / "tour.log").read_text(encoding="utf-8")[-4000:]

    def play(self) -> int:
        """Begin to play; the process id."""
        assert self.runner.stdin is not None
        self.runner.stdin.write(json.dumps(str(self.home)) + "\n")
        self.runner.stdin.flush()
        return self._answer()

    def ended(self) -> int:
        """Wait for the end; how it ended."""
        return self._answer()

    def _answer(self) -> int:
        assert self.runner.stdout is not None
        return int(self.runner.stdout.readline())

    def kill_after(self, reached: Callable[[], bool], seconds: float) -> None:
        """Play until `reached` and a little longer, then kill -9."""
        process, limit = self.play(), time.monotonic() + PATIENCE_SECONDS
        while not reached():
            assert time.monotonic() < limit, self.log()
            time.sleep(0.01)
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        assert self.ended() == -signal.SIGKILL, f"it had ended by itself: {self.log()}"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    """A home whose tour was killed 25 times and then let run to its end."""
    home = tmp_path_factory.mktemp("killed") / "home"
    seed = random.SystemRandom().randrange(2**32)
    (home.parent / "tour.log").write_text(f"seed {seed}\n")  # a failure can be played again
    chance = random.Random(seed)
    with subprocess.Popen(
        [sys.executable, str(RUNNER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as runner:
        office = Killed(home=home, runner=runner)
        for _ in range(WHILE_MADE):
            office.kill_after(lambda: True, chance.uniform(0.05, 1.0))
        for _ in range(WHILE_FOUNDED):
            office.kill_after((home / ACCOUNTS).exists, chance.uniform(0.0, 3.0))
        lines = sorted(chance.randrange(STEPS - 1) for _ in range(KILLS - WHILE_MADE - WHILE_FOUNDED))
        for number in lines:
            office.kill_after(partial(office.has_told, number), chance.uniform(0.0, 0.6))
        office.play()
        assert office.ended() == 0, office.log()
        yield office
        assert runner.stdin is not None
        runner.stdin.close()


@pytest.fixture
def office(killed: Killed) -> Iterator[Office]:
    opened = bootstrap(Settings(home=killed.home))
    yield opened
    opened.close()


def rows(office: Office, table: type[Any], **equal: Any) -> list[Any]:
    with office.reading() as uow:
        return list(uow.session.execute(sa.select(table).filter_by(**equal)).scalars())


def test_every_step_that_was_told_is_there_once_and_no_other(killed: Killed, office: Office) -> None:
    lines = killed.told()
    assert len(lines) == STEPS
    chained = {str(row.document_id): row for row in rows(office, CaseDocumentRow)}
    recorded = [str(row.document_id) for row in rows(office, StepRecordRow)]
    assert Counter(line["document"] for line in lines) == Counter(recorded)
    with office.reading() as uow:
        for line in lines:
            row = chained[line["document"]]
            assert (row.sha256, row.bytes, row.number) == (line["sha256"], line["bytes"], line["number"])
            signed = uow.archive.fetch(row.document_id, revision=1)
            assert hashlib.sha256(signed).hexdigest() == line["sha256"]


def test_every_scenario_went_the_way_it_says(office: Office) -> None:
    for case_id, scenario in scenarios().items():
        signed = [step.element for step in scenario.steps if isinstance(step, Submission)]
        steps = sorted(rows(office, StepRecordRow, case_id=case_id), key=lambda row: row.accepted_at)
        assert [row.element_id for row in steps] == signed
        due = {row.due_on.isoformat() for row in rows(office, DeadlineRow, case_id=case_id)}
        assert {str(each.due) for each in scenario.expect.deadlines} <= due


def test_every_case_goes_on_or_has_ended(office: Office) -> None:
    played = scenarios()
    cases = rows(office, CaseRow)
    assert {case.id for case in cases if case.status == "completed"} == played.keys()
    (forwarded,) = [case for case in cases if case.id not in played]
    assert forwarded.parent_case_id in played
    started = time.monotonic()
    with office.unit_of_work() as uow:
        for case in cases:
            uow.engine.lock(case.id)
        assert "registration_check" in {item.element_id for item in uow.engine.open_items(forwarded.id)}
        uow.commit()
    assert time.monotonic() - started < 5, "nobody holds a lock"
    assert idle(office)
    assert failed_jobs(office) == []
    assert office.clock.offset.total_seconds() == 0, "the office is back in the present"


def test_each_service_task_took_effect_once(office: Office) -> None:
    called = rows(office, HistoryRow, event="service.called")
    effects = rows(office, JobEffectRow)
    assert len(effects) > len(SCENARIOS)
    assert Counter(row.instance_id for row in called) == Counter(row.case_id for row in effects)
    sealed = Counter(row.case_id for row in rows(office, CaseDocumentRow, kind="sealed"))
    assert sealed == Counter(row.case_id for row in effects if row.handler in SEALING)


def test_no_register_entry_notice_or_document_is_there_twice(office: Office) -> None:
    def twice(things: list[Any]) -> list[Any]:
        return [thing for thing, count in Counter(things).items() if count > 1]

    cases = {case.id for case in rows(office, CaseRow)}
    assert Counter(row.case_id for row in rows(office, RegisterEntryRow)) == Counter(cases)
    published = [case_id for case_id, each in scenarios().items() if "publish" in (each.expect.path or ())]
    assert Counter(row.case_id for row in rows(office, ServiceEntryRow)) == Counter(published)
    assert [row.version for row in rows(office, ServiceVersionRow)] == [1] * len(published)
    assert not twice([(row.case_id, row.event) for row in rows(office, AppealEventRow)])
    notices = rows(office, OutboxRow)
    assert notices
    assert not twice([(row.case_id, row.recipient, row.subject, row.document_id) for row in notices])
    assert not twice([row.number for row in rows(office, CaseDocumentRow)])
    assert not twice([row.work_item_id for row in rows(office, StepRecordRow)])
    assert not twice([row.holder_id for row in rows(office, MandateRow) if row.ground_document_id])


def test_no_attempt_is_stuck_and_no_number_missing_without_a_ground(office: Office) -> None:
    assert {row.state for row in rows(office, SigningAttemptRow)} <= {"signed", "abandoned"}
    signed = [row for row in rows(office, SigningAttemptRow) if row.state == "signed"]
    assert len(signed) == STEPS
    borne = {row.number for row in rows(office, CaseDocumentRow)} | {row.number for row in rows(office, CaseRow)}
    borne |= {row.ground_number for row in rows(office, MandateRow) if row.ground_document_id}
    registers: dict[tuple[UUID, str, int], list[NumberRow]] = {}
    for row in rows(office, NumberRow):
        registers.setdefault((row.body_id, row.register, row.year), []).append(row)
        assert row.state == ("used" if row.number in borne else "annulled"), row.number
        assert (row.annulled_ground is None) == (row.state == "used")
    for drawn in registers.values():
        assert sorted(row.seq for row in drawn) == list(range(1, len(drawn) + 1)), "a silent gap"


def test_archive_and_audit_trail_are_whole(office: Office) -> None:
    with office.reading() as uow:
        streams = [OFFICE, *(str(case_id) for case_id in uow.session.execute(sa.select(CaseRow.id)).scalars())]
        assert [stream for stream in streams if broken_links(uow.session, stream)] == []
    report = run_audit(office, by="test")
    assert report.checked >= STEPS
    # a blob without a row is what a kill may leave; the sweep takes it away after a day
    assert [each for each in report.findings if each.kind != "blob_added"] == []
