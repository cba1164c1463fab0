"""A founded demo office for every test, on SQLite and on PostgreSQL.

It is founded once per kind of database; each test gets a copy of home and database. Keys, renderer and compiled
definitions are the same for all copies and are shared.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from disposals import answered, due_in_2033
from founded import FoundedOffice
from rehearsal import Rehearsal

from archive.blobs.local import LocalBlobStore
from processes.clock import Clock
from processes.database import create_engine
from processes.documents import DocumentRenderer
from processes.jobs import JobClient
from processes.office import Office
from processes.settings import Settings
from processes.signing_room import signing_room
from processes.validating import Validator

__all__ = ["answered", "due_in_2033"]


@pytest.fixture(scope="session")
def renderer() -> Iterator[DocumentRenderer]:
    shared = DocumentRenderer(workers=2)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def validator() -> Iterator[Validator]:
    with Validator() as shared:
        yield shared


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(
    request: pytest.FixtureRequest, copied: Callable[[str, Path], AbstractContextManager[Settings]], tmp_path: Path
) -> Iterator[Settings]:
    """The settings of a copy of the founded office; the test runs once on each kind of database."""
    with copied(request.param, tmp_path / "home") as settings:
        yield settings


@pytest.fixture
def office(
    settings: Settings,
    found_once: Callable[[str], FoundedOffice],
    renderer: DocumentRenderer,
    validator: Validator,
) -> Iterator[Office]:
    """The founded demo office; put together as bootstrap() does, with what the copies share."""
    founded = found_once("postgresql" if settings.database_url else "sqlite")
    database = create_engine(settings.url)
    clock = Clock(database)
    client = JobClient.connect(settings.url)
    office = Office(
        settings=settings,
        database=database,
        clock=clock,
        blobs=LocalBlobStore(settings.home / "blobs"),
        keys=founded.keys,
        signing=signing_room(settings, database, founded.keys, clock, lambda: office),
        renderer=renderer,
        validator=validator,
        definitions=founded.definitions,
        enqueue=client.enqueue,
    )
    yield office
    client.close()
    database.dispose()


@pytest.fixture
def rehearsal(office: Office) -> Rehearsal:
    return Rehearsal(office)
