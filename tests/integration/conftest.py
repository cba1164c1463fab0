"""The demo office, founded once per kind of database and test run; each folder copies it as it needs."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from buckets import S3Server, bucket_server
from founded import FoundedOffice, administer, found_office, founded_office, new_database
from shared import SharedRun

from archive.blobs.s3 import S3BlobStore, S3Bucket
from processes.settings import Settings


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """An S3 server; it is started when the first test asks for it."""
    with bucket_server() as server:
        yield server


@pytest.fixture
def s3_bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Bucket:
    """A place of the test's own in a bucket with Object Lock; this process has the credentials for it."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server.place()


@pytest.fixture
def s3_store(s3_server: S3Server, s3_bucket: S3Bucket) -> S3BlobStore:
    return S3BlobStore(s3_bucket, s3_server.client)


@pytest.fixture(scope="session")
def founded_sqlite(shared_run: SharedRun) -> Iterator[FoundedOffice]:
    def make(place: Path) -> None:
        found_office(Settings(home=place / "home"))

    with shared_run.made_once("founded-sqlite", make) as place:
        yield founded_office(Settings(home=place / "home"))


@pytest.fixture(scope="session")
def founded_postgresql(shared_run: SharedRun, postgres_url: sa.URL) -> Iterator[FoundedOffice]:
    name = f"founded_{shared_run.run}"
    url = postgres_url.set(database=name).render_as_string(hide_password=False)

    def make(place: Path) -> None:
        administer(postgres_url, f"CREATE DATABASE {name}")
        found_office(Settings(home=place / "home", database_url=url))

    def unmake() -> None:
        administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")

    with shared_run.made_once("founded-postgresql", make, unmake) as place:
        yield founded_office(Settings(home=place / "home", database_url=url))


@pytest.fixture(scope="session")
def found_once(request: pytest.FixtureRequest) -> Callable[[str], FoundedOffice]:
    """found_once(kind): the demo office founded on a kind of database, the first time any test process asks for it."""
    return lambda kind: request.getfixturevalue(f"founded_{kind}")


@pytest.fixture(scope="session")
def copied(
    request: pytest.FixtureRequest, found_once: Callable[[str], FoundedOffice]
) -> Callable[[str, Path], AbstractContextManager[Settings]]:
    """copied(kind, home): the settings of a copy of the founded office, gone at the end."""

    @contextmanager
    def copy(kind: str, home: Path) -> Iterator[Settings]:
        template = found_once(kind).settings
        shutil.copytree(template.home, home)
        if kind == "sqlite":
            yield replace(template, home=home)
            return
        server = request.getfixturevalue("postgres_url")
        url = new_database(server, template=sa.make_url(template.database_url).database)
        yield replace(template, home=home, database_url=url)
        administer(server, f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    return copy
