"""What the operator of a machine asks on the command line about an office as a whole."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from processes.audit import broken_links
from processes.database import create_engine, readonly
from processes.migrate import require_current
from processes.queries.readiness import Status, status
from processes.settings import Settings
from processes.tables import AuditRow


def tell_status(settings: Settings) -> dict[str, Any]:
    """Whether work is done: checks, workers, jobs by state, timers that are late."""
    found: Status = status(settings)
    return {"ready": found.ready, **asdict(found)}


def check_trail(settings: Settings) -> dict[str, Any]:
    """Follow the audit trail's chain of every case and of the office, from its first line to its last.

    :raises ConfigurationError: the database is not of this release
    """
    database = create_engine(settings.url)
    try:
        require_current(database)
        with Session(readonly(database)) as session:
            streams = session.execute(
                sa.select(AuditRow.stream, sa.func.count().label("lines")).group_by(AuditRow.stream)
            ).all()
            broken = {row.stream: found for row in streams if (found := broken_links(session, row.stream))}
    finally:
        database.dispose()
    return {
        "streams": len(streams),
        "lines": sum(row.lines for row in streams),
        "broken": [{"stream": stream, "lines": lines} for stream, lines in sorted(broken.items())],
    }
