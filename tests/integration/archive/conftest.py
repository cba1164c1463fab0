"""Fixtures of the archive's tests: an archive on each database and documents to put into it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobRef, reference_to
from archive.blobs.memory import MemoryBlobStore
from archive.documents import Accession, ArchivedDocument
from archive.service import Archive
from processes.database import create_engine

NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """One database of each kind for all tests of the archive; every test that uses it runs twice."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("archive") / "archive.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = sa.make_url(f"sqlite:///{path}")
    else:
        server = request.getfixturevalue("postgres_url")
        url = server.set(database=f"archive_{uuid4().hex}")
        template = request.getfixturevalue("postgres_template")
        administration = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with administration.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {url.database} TEMPLATE {template}")
        administration.dispose()
    engine = create_engine(url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.fixture
def session(shared_database: sa.Engine) -> Iterator[Session]:
    """A session whose work is rolled back when the test ends."""
    with shared_database.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as opened:
            yield opened
        transaction.rollback()


@pytest.fixture
def blobs() -> MemoryBlobStore:
    return MemoryBlobStore(lambda: NOW)


@pytest.fixture
def archive(session: Session, blobs: MemoryBlobStore) -> Archive:
    return Archive(session, blobs=blobs, now=NOW)


@pytest.fixture
def take_in(archive: Archive, blobs: MemoryBlobStore) -> Callable[..., ArchivedDocument]:
    """take_in(content, **metadata): a document, accessioned."""

    def accession(content: bytes = b"%PDF-1.7 signed", **metadata: Any) -> ArchivedDocument:
        known: dict[str, Any] = {
            "id": uuid4(),
            "owner": "housing",
            "number": "R-2026-000001",
            "type": "questionnaire",
            "title": "Xidmətin anketi",
            "language": "az",
            "level": "B-T",
            "signed_at": NOW,
            "signers": ({"name": "Aygün Məmmədova", "capacity": "responsible person", "serial": "0a1b"},),
        }
        return archive.accession(Accession(blob=blobs.put(content), **{**known, **metadata}), actor="clerk")

    return accession


@pytest.fixture
def unknown_blob() -> BlobRef:
    return reference_to(b"never stored")


@pytest.fixture
def nobody() -> UUID:
    return UUID(int=0)
