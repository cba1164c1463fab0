"""Fixtures of the archive's tests: an archive in memory and documents to put into it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobRef, reference_to
from archive.blobs.local import LocalBlobStore
from archive.blobs.memory import MemoryBlobStore
from archive.documents import Accession, ArchivedDocument
from archive.search_index import create_search_index
from archive.service import Archive
from archive.tables import Base

NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def session() -> Iterator[Session]:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        create_search_index(connection)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def blobs() -> MemoryBlobStore:
    return MemoryBlobStore(lambda: NOW)


@pytest.fixture
def archive(session: Session, blobs: MemoryBlobStore) -> Archive:
    return Archive(session, blobs=blobs, now=NOW)


@pytest.fixture
def local_blobs(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "blobs")


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
