"""Messages and signals between cases, as jobs: each delivery concerns one other case and is one transaction."""

from uuid import UUID

from engine.errors import EngineError
from engine.instance import EventJob
from processes.errors import ProcessesError
from processes.office import Office
from processes.settling import enqueue_event, settle
from processes.unit_of_work import UnitOfWork
from processes.use_cases.begin_case import begin_case

AGAIN = "again"
"""whoever waited has just stopped waiting: look again, in a new transaction"""


def hand_over(office: Office, uow: UnitOfWork, event_id: UUID) -> str:
    """Give a message to the case it is for, or begin the case it begins, or keep it.

    What goes wrong in the receiver is rolled back and becomes an incident: a job that raised would be stored as failed
    for ever, and the message with it.
    """
    with uow:
        try:
            with uow.session.begin_nested():
                told = _delivered(office, uow, event_id)
        except (EngineError, ProcessesError) as error:
            uow.engine.fail_event(event_id, str(error))
            told = "failed"
        uow.commit()
    return told


def _delivered(office: Office, uow: UnitOfWork, event_id: UUID) -> str:
    delivery = uow.engine.deliver_event(event_id)
    if delivery.again:
        return AGAIN
    if delivery.advance is not None:
        settle(office, uow, delivery.advance)
        return "delivered"
    if delivery.begins is not None:
        return "begun" if begin_case(office, uow, delivery.begins) else "begun before"
    return "kept"


def broadcast(office: Office, uow: UnitOfWork, event_id: UUID, after: UUID | None) -> str | None:
    """Enqueue a job for some of those a signal is for; where to go on, None when these were the last."""
    with uow:
        hearers = uow.engine.hearers(event_id, after)
        for instance_id in hearers.instances:
            arguments = (str(event_id), str(instance_id))
            office.enqueue(uow.session, "hear_signal", arguments, f"event:{event_id}:{instance_id}")
        for start_id in hearers.starts:
            arguments = (str(event_id), str(start_id))
            office.enqueue(uow.session, "begin_by_signal", arguments, f"event:{event_id}:{start_id}")
        uow.commit()
    return str(hearers.after) if hearers.after else None


def hear(office: Office, uow: UnitOfWork, event_id: UUID, instance_id: UUID) -> str:
    """Let one case hear a signal. One that cannot go on with it stays as it was, and the job is an incident.

    :raises ExecutionFailed:
    """
    with uow:
        advance = uow.engine.deliver_signal(event_id, instance_id)
        if advance is not None:
            settle(office, uow, advance)
        uow.commit()
    return "heard" if advance else "too late"


def begin_by_signal(office: Office, uow: UnitOfWork, event_id: UUID, start_id: UUID) -> str:
    """Begin a case by a signal.

    :raises ExecutionFailed, UnknownProcess, ConfigurationError: as `begin_case`; the job is an incident
    """
    with uow:
        begins = uow.engine.begin_by_signal(event_id, start_id)
        begun = begins is not None and begin_case(office, uow, begins) is not None
        uow.commit()
    return "begun" if begun else "too late"


def tend_events(office: Office) -> int:
    """Enqueue jobs for kept messages whose receivers have come; messages nobody came for become incidents.

    A receiver that came in the very moment a message was sent may have missed it, and it the receiver: so this looks
    again each second.
    """
    with office.reading() as uow:
        waiting: list[EventJob] = uow.engine.awaited_events()
        overdue = uow.engine.overdue_events()
    if not waiting and not overdue:
        return 0
    with office.unit_of_work() as uow:
        for job in waiting:
            enqueue_event(office, uow, job)
        uow.engine.expire_events()
        uow.commit()
    return len(waiting)
