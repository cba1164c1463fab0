"""Evidence by itself: a job a day; after an outage of the time-stamping authority it is tried again each hour."""

import structlog

from processes.errors import OfficeBusy
from processes.evidence import make_evidence
from processes.incidents import Failure, close_incidents, note_incident, subject_of
from processes.office import Office
from signing.errors import NotSignable, TimestampFailed

JOB = "make_evidence"
log = structlog.get_logger(__name__)


def begin_evidence(office: Office) -> None:
    """Today's job, if it was not begun yet; one of this hour, if a batch still waits for its timestamp."""
    with office.unit_of_work() as uow:
        waits = bool(uow.archive.evidence.collecting())
        moment = f"{uow.now:%Y-%m-%dT%H}" if waits else f"{uow.now:%Y-%m-%d}"
        office.enqueue(uow.session, JOB, (), f"evidence:{moment}")
        uow.commit()


def tend_evidence(office: Office) -> str:
    """Make what is to be made; an authority that does not answer is told as an incident, and asked again."""
    try:
        made = make_evidence(office)
    except OfficeBusy:
        return "busy"
    except (TimestampFailed, NotSignable) as error:
        log.warning("no evidence yet", reason=str(error))
        note_incident(office, Failure(kind="job", subject=subject_of(JOB, ()), cause=str(error), job=JOB))
        return "waits"
    if made:
        log.info("evidence made", batches=[batch.number for batch in made], objects=sum(each.objects for each in made))
    with office.unit_of_work() as uow:
        close_incidents(uow, [subject_of(JOB, ())], "succeeded")
        uow.commit()
    return f"{len(made)} batches"
