"""A founded demo office for every test, on SQLite and on PostgreSQL.

It is founded once per kind of database; each test gets a copy of home and database. Keys, renderer and compiled
definitions are the same for all copies and are shared.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from rehearsal import Rehearsal

from archive.blobs.local import LocalBlobStore
from engine.service import DefinitionCache
from processes.bootstrap import bootstrap, create_keys, initialise
from processes.clock import Clock
from processes.database import create_engine
from processes.demo.founding import found
from processes.demo.people import FOUNDED
from processes.documents import DocumentRenderer
from processes.jobs import JobClient
from processes.keyring import KeyRing
from processes.office import Office
from processes.settings import Settings
from signing.keys import pkcs12
from signing.service import Signing

CHEAP_ROUNDS = 1000
"""PBKDF2 rounds of the demo's PINs here: each container says its own number, so nothing else changes"""


@dataclass(frozen=True)
class FoundedOffice:
    """A home and its database, closed, to be copied."""

    settings: Settings
    keys: KeyRing
    definitions: DefinitionCache


@pytest.fixture(scope="session")
def renderer() -> Iterator[DocumentRenderer]:
    shared = DocumentRenderer(workers=2)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def found_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], FoundedOffice]:
    """found_once(kind): the demo office founded on a kind of database, the first time it is asked for."""
    known: dict[str, FoundedOffice] = {}

    def founded(kind: str) -> FoundedOffice:
        if kind not in known:
            url = _new_database(request.getfixturevalue("postgres_url")) if kind == "postgresql" else ""
            known[kind] = _found(Settings(home=tmp_path_factory.mktemp(f"founded-{kind}"), database_url=url))
        return known[kind]

    return founded


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(
    request: pytest.FixtureRequest, found_once: Callable[[str], FoundedOffice], tmp_path: Path
) -> Iterator[Settings]:
    """The settings of a copy of the founded office; the test runs once on each kind of database."""
    template = found_once(request.param).settings
    home = tmp_path / "home"
    shutil.copytree(template.home, home)
    if request.param == "sqlite":
        yield replace(template, home=home)
        return
    server = request.getfixturevalue("postgres_url")
    url = _new_database(server, template=sa.make_url(template.database_url).database)
    yield replace(template, home=home, database_url=url)
    administer(server, f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")


@pytest.fixture
def office(
    settings: Settings, found_once: Callable[[str], FoundedOffice], renderer: DocumentRenderer
) -> Iterator[Office]:
    """The founded demo office; put together as bootstrap() does, with what the copies share."""
    founded = found_once("postgresql" if settings.database_url else "sqlite")
    database = create_engine(settings.url)
    clock = Clock(database)
    client = JobClient.connect(settings.url)
    yield Office(
        settings=settings,
        database=database,
        clock=clock,
        blobs=LocalBlobStore(settings.home / "blobs"),
        keys=founded.keys,
        signing=Signing(clock=clock, timestamper=founded.keys.authority.timestamper(clock)),
        renderer=renderer,
        definitions=founded.definitions,
        enqueue=client.enqueue,
    )
    client.close()
    database.dispose()


@pytest.fixture
def rehearsal(office: Office) -> Rehearsal:
    return Rehearsal(office)


def _found(settings: Settings) -> FoundedOffice:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pkcs12, "KDF_ROUNDS", CHEAP_ROUNDS)
        initialise(settings)
        create_keys(settings, at=FOUNDED)
        office = bootstrap(settings)
        try:
            found(office)
            _forget_jobs(office)
        finally:
            office.close()
    return FoundedOffice(settings=settings, keys=office.keys, definitions=office.definitions)


def _forget_jobs(office: Office) -> None:
    """The founding's orders wait to be validated; no test wants to wait for that."""
    with office.database.begin() as connection:
        schema = "" if office.database.dialect.name == "sqlite" else "dbos."
        connection.exec_driver_sql(f"DELETE FROM {schema}workflow_status")


def _new_database(server: sa.URL, *, template: str | None = None) -> str:
    name = f"office_{uuid4().hex}"
    administer(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    return server.set(database=name).render_as_string(hide_password=False)


def administer(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
