"""Two processes with pages and two workers on one PostgreSQL, as docs/deploy arranges them; two of the four are killed.

Officers go on over HTTP meanwhile: every case ends, once; no job, number, document or line of history is there twice.
"""

import json
import queue
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from arrangement import ROOT, Arrangement
from browsers import Browser, insist

from engine.tables import HistoryRow, InstanceRow, TimerRow, WorkItemRow
from processes.audit import OFFICE, broken_links
from processes.auditing import run_audit
from processes.demo.founding import accounts
from processes.demo.people import demo_id
from processes.jobs import failed_jobs, idle, status_table
from processes.office import Office
from processes.settings import Settings
from processes.tables import (
    CaseDocumentRow,
    CaseRow,
    JobEffectRow,
    NumberRow,
    RegisterEntryRow,
    SigningAttemptRow,
    StepRecordRow,
    WorkerRow,
)

ERRAND = Path(__file__).parent / "errand"
OFFICERS = 4
PATIENCE_SECONDS = 120
JOBS = {"archive.check_chain": 1, "archive.manifest": 1}
"""what each errand's service tasks do, once"""
DOCUMENTS = {"step": 1, "sealed": 1}

pytestmark = [
    pytest.mark.parametrize("settings", ["postgresql"], indirect=True),
    pytest.mark.xdist_group("machines"),
]


@pytest.fixture
def arranged(office: Office, settings: Settings, tmp_path: Path) -> Iterator[Arrangement]:
    """The four processes, ready; ended however the test leaves them."""
    environ = {"KARGUZAR_HOME": str(settings.home), "KARGUZAR_DATABASE_URL": settings.database_url}
    deployed = subprocess.run(
        [sys.executable, "-m", "web.cli", "deploy", str(ERRAND)],
        cwd=ROOT,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert deployed.returncode == 0, deployed.stderr
    arrangement = Arrangement.of(settings, tmp_path)
    try:
        arrangement.start()
        yield arrangement
    finally:
        arrangement.stop()


@dataclass
class Errands:
    """Cases that officers begin and sign over HTTP while processes die."""

    office: Office
    arranged: Arrangement
    cases: list[UUID]
    told: set[UUID] = field(default_factory=set)
    """cases whose signature's receipt an officer has seen"""
    failures: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        """Until every case has ended and every job is done."""
        begun: queue.SimpleQueue[UUID] = queue.SimpleQueue()
        ready: queue.SimpleQueue[tuple[UUID, UUID] | None] = queue.SimpleQueue()
        for case in self.cases:
            begun.put(case)
        officers = [threading.Thread(target=self._officer, args=(n, begun, ready)) for n in range(OFFICERS)]
        for each in officers:
            each.start()
        self._hand_out(ready)
        for _ in officers:
            ready.put(None)
        for each in officers:
            each.join(PATIENCE_SECONDS)
        assert not self.failures, self.failures[0]
        self._wait(lambda: self._ended() == len(self.cases) and idle(self.office), "cases and jobs end")

    def _hand_out(self, ready: "queue.SimpleQueue[tuple[UUID, UUID] | None]") -> None:
        """Give each step that waits to some officer, once."""
        given: set[UUID] = set()

        def hand_out() -> bool:
            with self.office.reading() as uow:
                waiting = uow.session.execute(
                    sa.select(WorkItemRow.id, WorkItemRow.instance_id).where(
                        WorkItemRow.element_id == "classify", WorkItemRow.instance_id.in_(self.cases)
                    )
                ).all()
            for row in waiting:
                if row.id not in given:
                    given.add(row.id)
                    ready.put((row.instance_id, row.id))
            return len(given) == len(self.cases) or bool(self.failures)

        self._wait(hand_out, "every case comes to its step")

    def _officer(
        self, number: int, begun: "queue.SimpleQueue[UUID]", ready: "queue.SimpleQueue[tuple[UUID, UUID] | None]"
    ) -> None:
        try:
            account = accounts(self.office.settings.home)["archivist"]
            browser = Browser([unit.url for unit in self.arranged.webs], account, first=number)
            insist(browser, browser.sign_in)
            body = str(demo_id("body", "housing"))
            while not begun.empty():
                try:
                    case = begun.get_nowait()
                except queue.Empty:
                    break
                insist(browser, lambda case=case: browser.start("errand", body, str(case)))
            fields = self._classification()
            while (given := ready.get()) is not None:
                case, item = given
                if insist(browser, lambda item=item: browser.sign(str(item), fields)):
                    self.told.add(case)
        except BaseException as error:
            self.failures.append(error)
            raise

    def _classification(self) -> dict[str, str]:
        with self.office.reading() as uow:
            fonds = next(each for each in uow.archive.fonds() if each.owner == str(demo_id("body", "housing")))
            series = next(each for each in uow.archive.series(fonds.id) if each.code == "services")
        return {
            "fonds_id": str(fonds.id),
            "series_id": str(series.id),
            "file_title": "Tapşırıq",
            "retention_class": "services-permanent",
            "access_level": "open",
        }

    def _ended(self) -> int:
        ended = sa.select(sa.func.count()).where(CaseRow.id.in_(self.cases), CaseRow.status == "completed")
        with self.office.reading() as uow:
            return uow.session.execute(ended).scalar_one()

    def _wait(self, reached: Any, what: str) -> None:
        """As long as something still happens."""
        before, limit = None, time.monotonic() + PATIENCE_SECONDS
        while not reached():
            now = self._happened()
            if now != before:
                before, limit = now, time.monotonic() + PATIENCE_SECONDS
            assert time.monotonic() < limit, f"{what}: stuck at {now}; {[u.told() for u in self.arranged.units]}"
            time.sleep(0.1)

    def _happened(self) -> tuple[int, ...]:
        with self.office.reading() as uow:
            count = sa.func.count()
            lines = uow.session.execute(sa.select(count).select_from(HistoryRow)).scalar_one()
            jobs = sa.text(f"SELECT count(*) FROM {status_table(self.office)} WHERE status = 'SUCCESS'")
            return lines, uow.session.execute(jobs).scalar_one(), len(self.told)


def kill_two(errands: Errands, chance: random.Random) -> list[str]:
    """Kill -9 two of the four when so many receipts have been shown, and start them again or not."""
    arranged, told = errands.arranged, []
    chosen = chance.sample(arranged.units, 2)
    points = sorted(chance.uniform(0.0, 0.7) * len(errands.cases) for _ in chosen)
    for unit, point in zip(chosen, points, strict=True):
        limit = time.monotonic() + 10 * PATIENCE_SECONDS
        while len(errands.told) < point and time.monotonic() < limit:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 1.0))
        unit.kill()
        # one of each kind must live on, or nobody could go on
        alone = all(each.name == unit.name for each in chosen)
        again = alone or chance.random() < 0.5
        told.append(f"{unit.name}@{unit.instance} at {point:.0f} told, {'started again' if again else 'for good'}")
        if again:
            time.sleep(chance.uniform(0.0, 2.0))
            unit.start()
    return told


def play(office: Office, arranged: Arrangement, number: int, seed: int) -> Errands:
    errands = Errands(office, arranged, [uuid4() for _ in range(number)])
    chance = random.Random(seed)
    killing = threading.Thread(target=lambda: tell(f"seed {seed}: {kill_two(errands, chance)}"))
    killing.start()
    began = time.monotonic()
    errands.run()
    killing.join()
    tell(f"{number} cases in {time.monotonic() - began:.0f} s, {len(errands.told)} receipts shown")
    return errands


def tell(line: str) -> None:
    """For who reads a failure, or runs it with -s: what was killed when, and how long it took."""
    sys.stdout.write(line + "\n")


def rows(office: Office, table: type[Any], *where: Any) -> list[Any]:
    with office.reading() as uow:
        return list(uow.session.execute(sa.select(table).where(*where)).scalars())


def require_everything_once(errands: Errands) -> None:
    """Every case to its end, once; no effect twice."""
    office, cases = errands.office, errands.cases
    each_once = Counter(dict.fromkeys(cases, 1))
    assert Counter(row.id for row in rows(office, CaseRow, CaseRow.definition_key == "errand")) == each_once
    assert {row.status for row in rows(office, CaseRow, CaseRow.id.in_(cases))} == {"completed"}
    assert {row.status for row in rows(office, InstanceRow, InstanceRow.id.in_(cases))} == {"completed"}
    assert rows(office, TimerRow, TimerRow.instance_id.in_(cases)) == []
    assert failed_jobs(office) == []
    effects = Counter((row.case_id, row.handler) for row in rows(office, JobEffectRow, JobEffectRow.case_id.in_(cases)))
    assert effects == Counter({(case, handler): number for case in cases for handler, number in JOBS.items()})
    papers = rows(office, CaseDocumentRow, CaseDocumentRow.case_id.in_(cases))
    kinds = Counter((row.case_id, row.kind) for row in papers)
    assert kinds == Counter({(case, kind): number for case in cases for kind, number in DOCUMENTS.items()})
    assert len({row.number for row in papers}) == len(papers)
    assert Counter(row.case_id for row in rows(office, StepRecordRow, StepRecordRow.case_id.in_(cases))) == each_once
    assert (
        Counter(row.case_id for row in rows(office, RegisterEntryRow, RegisterEntryRow.case_id.in_(cases))) == each_once
    )
    assert errands.told <= set(cases)
    require_whole_registers(office, cases)
    require_whole_histories(office, cases)


def require_whole_registers(office: Office, cases: list[UUID]) -> None:
    numbers = sorted(row.seq for row in rows(office, NumberRow, NumberRow.register == "errands"))
    assert numbers == list(range(1, len(cases) + 1)), "no number twice, no gap"
    attempts = Counter(
        (row.case_id, row.state) for row in rows(office, SigningAttemptRow, SigningAttemptRow.case_id.in_(cases))
    )
    assert {(case, "signed") for case in cases} <= attempts.keys()
    assert {state for _, state in attempts} <= {"signed", "abandoned"}
    assert all(number == 1 for (_, state), number in attempts.items() if state == "signed")


def require_whole_histories(office: Office, cases: list[UUID]) -> None:
    lines = rows(office, HistoryRow, HistoryRow.instance_id.in_(cases))
    happened = Counter((line.instance_id, str(line.event), line.element_id) for line in lines)
    for case in cases:
        assert happened[case, "timer.fired", "pause"] == 1, "fired by one worker, once"
        assert happened[case, "instance.ended", None] + happened[case, "instance.ended", "end_done"] >= 1
        for element in ("pause", "check_chain", "classify", "manifest", "archival_call"):
            assert happened[case, "element.completed", element] == 1, element
    with office.reading() as uow:
        assert [stream for stream in [OFFICE, *map(str, cases)] if broken_links(uow.session, stream)] == []
    found = run_audit(office, by="test").findings
    assert [each for each in found if each.kind != "blob_added"] == []


@pytest.mark.long
def test_the_documented_arrangement_is_ready_loses_nothing_and_ends_when_told_to(
    office: Office, arranged: Arrangement
) -> None:
    assert {row.executor_id for row in rows(office, WorkerRow)} == {"testhost-1", "testhost-2"}
    require_everything_once(play(office, arranged, 12, seed=random.SystemRandom().randrange(2**32)))
    for unit in arranged.units:
        if unit.process is not None and unit.process.poll() is None:
            status, seconds = unit.end()
            assert (status, seconds < 15) == (0, True), unit.told()
    assert rows(office, WorkerRow) == [] or idle(office)
    for log in (office.settings.home / "logs").iterdir():
        wrong = [line for line in log.read_text(encoding="utf-8").splitlines() if '"level":"critical"' in line]
        assert wrong == []
        assert all(isinstance(json.loads(line), dict) for line in log.read_text(encoding="utf-8").splitlines())


@pytest.mark.long
def test_500_cases_with_two_of_four_processes_killed(office: Office, arranged: Arrangement) -> None:
    require_everything_once(play(office, arranged, 500, seed=random.SystemRandom().randrange(2**32)))
