"""Alembic's entry: runs the migrations on the connection that `processes.migrate` gives."""

import sqlalchemy as sa
from alembic import context
from sqlalchemy import MetaData

from archive.service import Archive  # noqa: F401 - its tables are in several modules
from archive.tables import Base as ArchiveBase
from engine.tables import Base as EngineBase
from processes.tables import Base as ProcessesBase

OURS = ("engine_", "archive_", "process_")
METADATA: list[MetaData] = [EngineBase.metadata, ArchiveBase.metadata, ProcessesBase.metadata]


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the job engine's tables and the search indexes."""
    return kind != "table" or (name or "").startswith(OURS)


def run(connection: sa.Connection) -> None:
    """Run the migrations, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        transaction_per_migration=True,
        include_name=ours,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
