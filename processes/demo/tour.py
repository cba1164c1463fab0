"""The tour: every scenario of every package that can start by itself, played on the real office in one stretch of time.

The scenarios run side by side on one clock that only moves forward; after each action the office's jobs are done and
the timers due meanwhile have fired. What has been told is fsynced to told.log first; a tour killed at any point and
called again goes on from what the database holds.
"""

import json
import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from processes.bootstrap import bootstrap
from processes.demo.archive_proof import prove_archive
from processes.demo.founding import accounts, found, is_founded
from processes.demo.player import Player
from processes.demo.proof import examine, export_documents
from processes.errors import ProcessesError
from processes.jobs import failed_jobs, idle
from processes.logs import configure_logs
from processes.office import Office
from processes.queries.engine_rows import next_timer
from processes.settings import Settings
from processes.sheets import annul_unsigned_sheets
from processes.tables import CaseDocumentRow, StepRecordRow
from processes.tools import initialise_home
from processes.use_cases.abandon_attempt import expire_attempts
from processes.use_cases.fire_timers import fire_timers
from processes.worker import Worker

Tell = Callable[[str], None]
PATIENCE_SECONDS = 120.0
log = structlog.get_logger(__name__)


LEFT_OUT = frozenset(
    {
        "joint-act/refused-then-signed-by-substitute",
        "document-disposal/destroyed",
        "document-disposal/handed-over",
        "document-disposal/handed-over-outside",
        "document-disposal/not-accepted",
    }
)
"""not played. Joint act: two members refuse its first act, which is kept without effect and rightly judged
INDETERMINATE. Disposal: no document of an office some weeks old has come to the end of its period."""


@dataclass(slots=True)
class Told:
    """told.log: a line a step, on the disk before anybody is told."""

    file: Path
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.file.exists():
            self.known = {json.loads(line)["record"] for line in self._whole_lines()}

    def _whole_lines(self) -> list[str]:
        text = self.file.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            # a line cut short by a kill was never told
            self.file.write_text(whole, encoding="utf-8")
        return whole.splitlines()

    def record(self, line: dict[str, Any]) -> bool:
        """Write a line and wait for the disk; False when it stands there already."""
        if line["record"] in self.known:
            return False
        with self.file.open("a", encoding="utf-8") as log_file:
            log_file.write(json.dumps(line, ensure_ascii=False) + "\n")
            log_file.flush()
            os.fsync(log_file.fileno())
        self.known.add(line["record"])
        return True


def run_tour(settings: Settings, *, out: Path | None, tell: Tell, only: Collection[str] | None = None) -> bool:
    """Play everything, validate everything, print the table; False if anything falls short.

    :param only: the scenarios to play, as ``package/scenario``; None: all
    """
    initialise_home(settings, demo=False, tell=tell)
    configure_logs(settings.home, "tour")
    office = bootstrap(settings)
    try:
        if not is_founded(office):
            tell("Founding the demo office: bodies, people, certificates, signed appointments …")
            found(office)
        # only now: a job of the founding's would be begun in the past and ended in the present
        worker = Worker(office)
        worker.start()
        try:
            return _toured(office, out, tell, only)
        finally:
            worker.stop()
    finally:
        office.close()


def _toured(office: Office, out: Path | None, tell: Tell, only: Collection[str] | None) -> bool:
    # while the clock stands where the orders were signed: their revocation data must be younger than they are
    _settle_jobs(office)
    _play(office, _players(office, only), Told(office.settings.home / "told.log"), tell)
    _settle_jobs(office)
    annul_unsigned_sheets(office)
    report = examine(office)
    if out is not None:
        tell(f"Writing every signed PDF to {out} …")
        export_documents(office, out)
    tell(report.table())
    report.problems += prove_archive(office, tell)
    for problem in report.problems:
        tell(f"falls short: {problem}")
    return not report.problems


def _play(office: Office, players: list[Player], told: Told, tell: Tell) -> None:
    for player in players:
        for document_id in player.resume():
            _tell_step(office, told, tell, player, document_id)
    with _past_time(office, players):
        _settle_jobs(office)
        while waiting := [player for player in players if not player.done]:
            player = min(waiting, key=lambda each: (each.at, each.package.key, each.scenario.name))
            _move_clock(office, player.at)
            signed = player.act()
            if signed is not None:
                _tell_step(office, told, tell, player, signed.document_id)
            _settle_jobs(office)


def _players(office: Office, only: Collection[str] | None) -> list[Player]:
    secret = accounts(office.settings.home)
    with office.reading() as uow:
        packages = [definition.package for definition in uow.engine.definitions()]
    return [
        Player(office=office, package=package, scenario=scenario, accounts=secret)
        for package in packages
        if package.register is not None
        for name, scenario in package.scenarios.items()
        if (f"{package.key}/{name}" in only if only is not None else f"{package.key}/{name}" not in LEFT_OUT)
    ]


@contextmanager
def _past_time(office: Office, players: list[Player]) -> Iterator[None]:
    """The tour lives in the past; afterwards the office is back in the present."""
    start = min((player.at for player in players if not player.done), default=None)
    if start is None:
        yield
        return
    if office.clock() > start and not _begun(office):
        office.clock.set_to(start)
    yield
    office.clock.return_to_present()


def _begun(office: Office) -> bool:
    """Whether the clock stands in a tour already: it must never go back within one."""
    return office.clock.offset.total_seconds() < 0


def _move_clock(office: Office, moment: datetime) -> None:
    """Forward to `moment`, stopping at every timer that is due on the way."""
    while (due := _next_timer(office, moment)) is not None:
        _set_forward(office, due)
        fire_timers(office)
        _settle_jobs(office)
    _set_forward(office, moment)
    expire_attempts(office)


def _set_forward(office: Office, moment: datetime) -> None:
    if moment > office.clock():
        office.clock.set_to(moment)


def _next_timer(office: Office, until: datetime) -> datetime | None:
    with office.reading() as uow:
        return next_timer(uow.session, until)


def _settle_jobs(office: Office) -> None:
    """Wait until no job waits or runs."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while not idle(office):
        if failed := failed_jobs(office):
            raise ProcessesError(f"jobs failed: {', '.join(failed)}; the log says why")
        if time.monotonic() > patience:
            raise ProcessesError("jobs are stuck; see the incidents on the administrator's page")
        time.sleep(0.02)


def _tell_step(office: Office, told: Told, tell: Tell, player: Player, document_id: UUID) -> None:
    """Tell what is new of the document's steps: several, where several sign it."""
    with office.reading() as uow:
        steps = uow.session.execute(
            sa.select(StepRecordRow, CaseDocumentRow)
            .join(CaseDocumentRow, CaseDocumentRow.document_id == StepRecordRow.document_id)
            .where(StepRecordRow.document_id == document_id)
            .order_by(StepRecordRow.accepted_at, StepRecordRow.id)
        ).all()
    for step, document in steps:
        line = {
            "record": str(step.id),
            "case": str(step.case_id),
            "number": step.number,
            "process": step.definition_key,
            "step": step.element_id,
            "document": str(document_id),
            "sha256": document.sha256,
            "bytes": document.bytes,
            "accepted_at": step.accepted_at.isoformat(),
        }
        if told.record(line):
            tell(f"{step.accepted_at:%Y-%m-%d %H:%M}  {step.number:<26}{step.element_id:<24}{player.scenario.title}")
