"""The database's schema: one linear Alembic tree over the three rooms' tables."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from processes.errors import ConfigurationError

FOLDER = Path(__file__).parent / "migrations"


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(database: sa.Engine) -> None:
    """Bring the schema to the newest version; again does nothing."""
    with database.connect() as connection:
        command.upgrade(_config(connection), "head")
        connection.commit()


def require_current(database: sa.Engine) -> None:
    """The schema is the one this release needs.

    :raises ConfigurationError: it is not; says what to do
    """
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with database.connect().execution_options(readonly=True) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise ConfigurationError(
            f"the database is at version {found}, this release needs {wanted}: run `karguzar init`"
        )
