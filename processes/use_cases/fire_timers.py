"""Timers that are due: each fires in a transaction of its own; the timer's row is the truth."""

import structlog

from engine.errors import EngineError
from engine.instance import DueTimer
from processes.incidents import Failure, close_incidents, note_incident, words_of
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
                log.error("timer failed", timer=str(timer.id), case=str(timer.instance_id), error=error.code)  # noqa: TRY400 the code is in the line
                uow.session.rollback()
                _hold(office, timer, error)
                continue
            if advance is not None:
                settle(office, uow, advance)
                close_incidents(uow, [timer.id], "succeeded")
                fired += 1
            uow.commit()
    return fired


def _hold(office: Office, timer: DueTimer, error: EngineError) -> None:
    """A timer that fails once would fail each second: it is held until somebody looks at the incident."""
    with office.unit_of_work() as uow:
        uow.engine.lock(timer.instance_id)
        uow.engine.hold_timer(timer.id)
        uow.commit()
    note_incident(
        office,
        Failure(
            kind="timer",
            subject=str(timer.id),
            cause=words_of(error),
            case_id=timer.instance_id,
            definition_key=timer.definition_key,
            element_id=timer.element_id,
        ),
    )
