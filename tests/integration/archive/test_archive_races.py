"""Several at once, on both databases: exactly one wins, nothing is lost, no chain breaks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.blobs import BlobStore
from archive.blobs.local import LocalBlobStore
from archive.documents import Accession
from archive.errors import ArchiveError, RevisionNotAppended
from archive.search import SearchQuery
from archive.service import Archive

NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)
PEOPLE = 6


def race(database: sa.Engine, blobs: BlobStore, act: Callable[[Archive, int], object]) -> list[object]:
    """Everybody acts in a transaction of their own, at the same moment; answers or errors come back."""
    start = Barrier(PEOPLE)

    def one(place: int) -> object:
        with Session(database) as session:
            start.wait()
            try:
                answer = act(Archive(session, blobs=blobs, now=NOW), place)
                session.commit()
            except ArchiveError as error:
                return error
            return answer

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(one, range(PEOPLE)))


def document(blobs: BlobStore, identity: UUID, content: bytes) -> Accession:
    return Accession(id=identity, owner="housing", number="1", type="answer", title="t", blob=blobs.put(content))


def test_one_document_sent_many_times_at_once_is_there_once(database: sa.Engine, tmp_path: Path) -> None:
    blobs, identity = LocalBlobStore(tmp_path / "blobs"), uuid4()
    answers = race(
        database, blobs, lambda archive, _place: archive.accession(document(blobs, identity, b"%PDF"), actor="x").id
    )
    assert answers == [identity] * PEOPLE
    with Session(database) as session:
        archive = Archive(session, blobs=blobs, now=NOW)
        assert archive.search(SearchQuery(), Visibility.everything()).total == 1
        assert len(archive.custody(identity)) == 1
        found = archive.fixity.check()
        assert found is not None
        assert found.findings == ()
        assert session.execute(sa.text("SELECT count(*) FROM archive_search_text")).scalar_one() == 1


def test_of_many_revisions_on_one_head_one_wins(database: sa.Engine, tmp_path: Path) -> None:
    blobs, identity = LocalBlobStore(tmp_path / "blobs"), uuid4()
    with Session(database) as session:
        Archive(session, blobs=blobs, now=NOW).accession(document(blobs, identity, b"%PDF"), actor="x")
        session.commit()

    def append(archive: Archive, place: int) -> object:
        blob = blobs.put(b"%PDF" + bytes([place]))
        return archive.add_revision(identity, blob, level="B-T", reason="timestamp", actor=f"job {place}")

    answers = race(database, blobs, append)
    assert sum(isinstance(answer, RevisionNotAppended) for answer in answers) == PEOPLE - 1
    with Session(database) as session:
        assert Archive(session, blobs=blobs, now=NOW).document(identity).revision == 2


def test_views_at_once_are_all_in_the_chain(database: sa.Engine, tmp_path: Path) -> None:
    blobs, identity = LocalBlobStore(tmp_path / "blobs"), uuid4()
    with Session(database) as session:
        Archive(session, blobs=blobs, now=NOW).accession(document(blobs, identity, b"%PDF"), actor="x")
        session.commit()
    race(database, blobs, lambda archive, place: archive.record_event(identity, "viewed", f"person {place}"))
    with Session(database) as session:
        archive = Archive(session, blobs=blobs, now=NOW)
        archive.verify_custody(identity)
        viewers = {event.actor for event in archive.custody(identity)[1:]}
    assert viewers == {f"person {place}" for place in range(PEOPLE)}


def test_files_opened_at_once_get_different_numbers(database: sa.Engine, tmp_path: Path) -> None:
    blobs = LocalBlobStore(tmp_path / "blobs")
    title = {"en": "x"}
    with Session(database) as session:
        archive = Archive(session, blobs=blobs, now=NOW)
        fonds = archive.create_fonds(code="F", title=title, owner="housing")
        series = archive.create_series(fonds.id, code="01", title=title, retention_class="c")
        session.commit()
    codes = race(database, blobs, lambda archive, place: archive.create_file(series.id, title=f"file {place}").code)
    assert sorted(map(str, codes)) == [f"01-{number:05}" for number in range(1, PEOPLE + 1)]


def test_many_storing_the_same_bytes_all_succeed(tmp_path: Path) -> None:
    start = Barrier(PEOPLE)

    def put(place: int) -> str:
        blobs = LocalBlobStore(tmp_path / "blobs")
        start.wait()
        refs = {blobs.put(bytes([number % 7]) * 1000).sha256 for number in range(place, place + 20)}
        assert len(refs) == 7
        return min(refs)

    with ThreadPoolExecutor(PEOPLE) as pool:
        assert len(set(pool.map(put, range(PEOPLE)))) == 1
    blobs = LocalBlobStore(tmp_path / "blobs")
    assert len([blobs.get(name) for name in blobs.names()]) == 7
    assert list((tmp_path / "blobs" / "tmp").iterdir()) == []
