"""Timers that are due: each fires in a transaction of its own; the timer's row is the truth."""

import structlog

from engine.errors import EngineError
from processes.office import Office
from processes.settling import settle

log = structlog.get_logger(__name__)


def fire_timers(office: Office, limit: int = 100) -> int:
    """Fire what is due now; how many fired."""
    with office.reading() as uow:
        due = uow.engine.due_timers(limit)
    fired = 0
    for timer in due:
        with office.unit_of_work() as uow:
            try:
                uow.engine.lock(timer.instance_id)
                advance = uow.engine.fire_timer(timer.id)
            except EngineError as error:
                # one broken case must not keep the others' timers from firing; it is shown as an incident
                log.error("timer failed", timer=str(timer.id), case=str(timer.instance_id), error=str(error))  # noqa: TRY400 the error is in the line
                continue
            if advance is not None:
                settle(office, uow, advance)
                fired += 1
            uow.commit()
    return fired
