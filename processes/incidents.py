"""What failed for good waits here for somebody: services, timers, steps that cannot go on, other jobs."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.prepared import Prepared
from processes.office import Office
from processes.tables import CaseRow, IncidentRow
from processes.unit_of_work import UnitOfWork

LONGEST_CAUSE = 1000
OPEN = ("open", "retried")
_CLOSE = Prepared(
    sa.update(IncidentRow)
    .where(
        IncidentRow.subject == sa.bindparam("of", type_=sa.String()),
        sa.or_(*(IncidentRow.state == state for state in OPEN)),
    )
    .values(
        state="closed",
        closed_at=sa.bindparam("now", type_=IncidentRow.closed_at.type),
        closed_how=sa.bindparam("how", type_=sa.String()),
        closed_by=sa.bindparam("who", type_=sa.Uuid()),
        ground=sa.bindparam("said", type_=sa.String()),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something that failed, and how to begin it anew."""

    kind: str
    """service, timer, step or job"""
    subject: str
    cause: str
    case_id: UUID | None = None
    definition_key: str | None = None
    element_id: str | None = None
    job: str | None = None
    arguments: Sequence[str] = ()


def note_incident(office: Office, failure: Failure) -> None:
    """Write a failure down, in a transaction of its own: what failed has been rolled back.

    The same subject failing again counts on the incident that is open.
    """
    with office.unit_of_work() as uow:
        note_within(uow, failure)
        uow.commit()


def note_within(uow: UnitOfWork, failure: Failure) -> None:
    """The same inside a transaction."""
    _lock(uow, failure.subject)
    open_ = sa.select(IncidentRow).where(IncidentRow.subject == failure.subject, IncidentRow.state.in_(OPEN))
    row = uow.session.execute(open_).scalar()
    if row is None:
        known = failure.case_id is not None and uow.session.get(CaseRow, failure.case_id) is not None
        row = IncidentRow(
            id=uuid4(),
            kind=failure.kind,
            subject=failure.subject,
            case_id=failure.case_id if known else None,
            definition_key=failure.definition_key,
            element_id=failure.element_id,
            job=failure.job,
            arguments=list(failure.arguments),
            first_at=uow.now,
            times=0,
        )
        uow.session.add(row)
    row.cause = failure.cause[:LONGEST_CAUSE]
    row.last_at = uow.now
    row.times += 1
    row.state = "open"
    uow.session.flush()


def close_incidents(
    uow: UnitOfWork, subjects: Iterable[object], how: str, *, by: UUID | None = None, ground: str | None = None
) -> None:
    """What had failed has succeeded, or somebody passed over it."""
    for subject in subjects:
        uow.run(_CLOSE, of=str(subject), now=uow.now, how=how, who=by, said=ground)


def words_of(error: BaseException) -> str:
    """An error as an administrator reads it."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def subject_of(job: str, arguments: Sequence[str]) -> str:
    """What names a job's work, however often it is tried: a service task's own id, else the job and its arguments."""
    return arguments[1] if job == "service_task" else ":".join([job, *arguments])


@contextmanager
def watched(office: Office, job: str, *arguments: str, closes: bool = True) -> Iterator[None]:
    """A job whose failure becomes an incident, and whose success closes the one there is.

    :param closes: False: the job itself knows whether it has succeeded
    """
    subject = subject_of(job, arguments)
    try:
        yield
    except Exception as error:
        note_incident(office, failure_of(office, job, arguments, words_of(error)))
        raise
    if closes and _is_open(office, subject):
        with office.unit_of_work() as uow:
            close_incidents(uow, [subject], "succeeded")
            uow.commit()


def failure_of(office: Office, job: str, arguments: Sequence[str], cause: str) -> Failure:
    """A job that has failed, with the case and the step it was for."""
    subject = subject_of(job, arguments)
    if job != "service_task":
        case_id = UUID(arguments[1]) if job == "hear_signal" else None
        return Failure(kind="job", subject=subject, cause=cause, job=job, arguments=arguments, case_id=case_id)
    case_id = UUID(arguments[0])
    with office.reading() as uow:
        calls = {str(call.task_id): call for call in uow.engine.waiting_services(case_id)}
    call = calls.get(subject)
    return Failure(
        kind="service",
        subject=subject,
        cause=cause,
        case_id=case_id,
        definition_key=call.definition_key if call else None,
        element_id=call.element_id if call else None,
        job=job,
        arguments=arguments,
    )


def _is_open(office: Office, subject: str) -> bool:
    with office.reading() as uow:
        query = sa.select(IncidentRow.id).where(IncidentRow.subject == subject, IncidentRow.state.in_(OPEN))
        return uow.session.scalar(query.limit(1)) is not None


def _lock(uow: UnitOfWork, subject: str) -> None:
    # two workers may fail at once; SQLite has one writer anyway
    if uow.session.get_bind().dialect.name == "postgresql":
        uow.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("incident:" + subject))))
