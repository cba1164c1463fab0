"""Jobs whose worker died with them again and again: the job engine gives them up, and nobody was left to say so."""

import json

import sqlalchemy as sa

from processes.incidents import failure_of, note_within
from processes.jobs import JobClient, status_table
from processes.office import Office

DEAD, TOLD = "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "ERROR"
MOST = 100


def tell_dead_jobs(office: Office) -> int:
    """Make an incident of each, to be retried or dropped like any other; how many there were.

    The job is marked as failed in the same transaction, so that it is told once.
    """
    table = status_table(office)
    inputs_of = table.replace("workflow_status", "workflow_input")
    with office.reading() as uow:
        dead = uow.session.execute(
            sa.text(
                f"SELECT job.workflow_uuid, job.name, coalesce(given.inputs, job.inputs) FROM {table} AS job "  # noqa: S608 - the job engine names it
                f"LEFT JOIN {inputs_of} AS given ON given.workflow_uuid = job.workflow_uuid "
                "WHERE job.status = :dead LIMIT :most"
            ),
            {"dead": DEAD, "most": MOST},
        ).all()
    for ident, name, inputs in dead:
        arguments = _arguments(inputs) if name in JobClient.queues else ()
        with office.unit_of_work() as uow:
            claimed = uow.session.execute(
                sa.text(f"UPDATE {table} SET status = :told WHERE workflow_uuid = :id AND status = :dead"),  # noqa: S608 - likewise
                {"told": TOLD, "id": ident, "dead": DEAD},
            )
            if claimed.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
                cause = f"{ident}: each worker that took it up has ended before it was done"
                note_within(uow, failure_of(office, name, arguments, cause))
            uow.commit()
    return len(dead)


def _arguments(inputs: str | None) -> tuple[str, ...]:
    """The ids a job was enqueued with, as the portable format writes them."""
    found = json.loads(inputs or "{}")
    return tuple(str(one) for one in found.get("positionalArgs", ()))
