"""Start timers and conditions: each begins its case in a transaction of its own; the start event's row is the truth."""

import structlog

from engine.errors import EngineError
from processes.errors import ProcessesError
from processes.office import Office
from processes.use_cases.begin_case import begin_case

log = structlog.get_logger(__name__)


def fire_starts(office: Office, limit: int = 100) -> int:
    """Begin the cases whose hour has come or whose condition has become true; how many began."""
    with office.reading() as uow:
        due = uow.engine.due_starts(limit)
    begun = 0
    for start_id in due:
        with office.unit_of_work() as uow:
            begins = uow.engine.take_start(start_id)
            if begins is not None:
                try:
                    with uow.session.begin_nested():
                        begin_case(office, uow, begins)
                    begun += 1
                except (EngineError, ProcessesError) as error:
                    # its next time comes all the same: a process that cannot begin must not be asked each second
                    log.error("start event failed", process=begins.definition_key, error=str(error))  # noqa: TRY400 the error is in the line
            uow.commit()
    return begun
