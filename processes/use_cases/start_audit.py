"""An archivist has the whole archive audited now: a job, which goes on with an audit that was interrupted."""

from uuid import UUID

from processes.auditing import JOB
from processes.office import Office
from processes.queries.proof_pages import require_keeper


def start_audit(office: Office, by: UUID) -> None:
    """Begin it; asked for twice within a minute it is one.

    :raises NotPermitted: no archivist, supervisor or administrator
    """
    with office.unit_of_work() as uow:
        require_keeper(uow, by)
        uow.audit.record("archive:audit:start", actor=str(by), subject="archive")
        office.enqueue(uow.session, JOB, (str(by),), f"audit:{uow.now:%Y-%m-%dT%H:%M}")
        uow.commit()
