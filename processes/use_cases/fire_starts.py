"""Start timers and conditions: each begins its case in a transaction of its own; the start event's row is the truth."""

from uuid import UUID

import structlog

from engine.errors import EngineError
from engine.passing import Beginning, CaseToBegin
from processes.errors import ProcessesError
from processes.incidents import Failure, note_within, subject_of, words_of
from processes.office import Office
from processes.unit_of_work import UnitOfWork
from processes.use_cases.begin_case import begin_case

JOB = "begin_by_start"
"""the job that a retry of such an incident enqueues"""

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
                    log.error("start event failed", process=begins.definition_key, error=error.code)  # noqa: TRY400 the code is in the line
                    note_within(uow, _failed(begins, error))
            uow.commit()
    return begun


def _failed(begins: CaseToBegin, error: EngineError | ProcessesError) -> Failure:
    arguments = (str(begins.start_id), begins.definition_key, begins.at.element)
    return Failure(
        kind="job",
        subject=subject_of(JOB, arguments),
        cause=words_of(error),
        definition_key=begins.definition_key,
        element_id=begins.at.element,
        job=JOB,
        arguments=arguments,
    )


def begin_anew(office: Office, uow: UnitOfWork, start_id: UUID, definition_key: str, element: str) -> str:
    """Begin the case that a start event could not begin at its time.

    :raises ExecutionFailed, UnknownProcess, ConfigurationError: as `begin_case`; the job is an incident
    """
    with uow:
        at = Beginning(element=element)
        begin_case(office, uow, CaseToBegin(start_id=start_id, definition_key=definition_key, at=at, event=None))
        uow.commit()
    return "begun"
