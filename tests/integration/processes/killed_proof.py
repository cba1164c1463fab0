"""Makes evidence, then audits, in processes that kill themselves with SIGKILL, until one comes to the end of both.

    python killed_proof.py HOME DATABASE_URL SLICE

Each process dies before or after one of its next transactions is committed. Told is how many died.
"""

import os
import signal
import sys
import time
from itertools import count
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from archive.fixity import FixityAudit
from processes import auditing, evidence
from processes.bootstrap import bootstrap
from processes.errors import OfficeBusy
from processes.handlers.catalogue import load_handlers
from processes.office import Office
from processes.settings import Settings
from processes.unit_of_work import UnitOfWork

MOST_PROCESSES = 300
commit = UnitOfWork.commit
check = FixityAudit.check


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(place: int, *, before: bool) -> None:
    """From now on this process dies at its commit of this number."""
    numbers = count(1)

    def dying(self: UnitOfWork) -> None:
        mine = next(numbers) == place
        if mine and before:
            die()
        commit(self)
        if mine:
            die()

    UnitOfWork.commit = dying  # type: ignore[method-assign] - the very moment is what is tested


def work_in_slices(size: int) -> None:
    evidence.SLICE = auditing.NAMES = auditing.LINES = size
    auditing.CASES = 1
    FixityAudit.check = lambda audit, after=0, limit=size: check(audit, after, limit)  # type: ignore[method-assign] - as many at once as told


def prove(office: Office) -> None:
    with office.reading() as uow:
        newest = next(iter(uow.archive.audits.reports(limit=1)), None)
    if newest is None:
        # what an audit finds goes into chains of custody, and those would have to be covered in turn
        evidence.make_evidence(office)
    if newest is None or newest.ended_at is None:
        # one that was killed after its last commit has ended: the next would be another audit
        auditing.run_audit(office, by="test")


def live_once(settings: Settings, number: int) -> None:
    """What one process does; the server may yet hold the locks of the one that was killed before it."""
    die_at(1 + number // 2 % 3, before=number % 2 == 0)
    office = bootstrap(settings)
    while True:
        try:
            prove(office)
        except OfficeBusy:
            time.sleep(0.02)
        else:
            return


def main(home: str, database_url: str, size: str) -> int:
    settings = Settings(home=Path(home), database_url=database_url)
    work_in_slices(int(size))
    # what every process would do anew; neither threads nor connections come of it
    load_handlers()
    configure_mappers()
    for number in range(MOST_PROCESSES):
        child = os.fork()
        if not child:
            live_once(settings, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.stdout.write(f"\n{number}\n")
            return os.waitstatus_to_exitcode(status)
    sys.stderr.write(f"{MOST_PROCESSES} processes were killed and none came to an end\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
