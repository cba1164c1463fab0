"""Documents go when their time is over: what is asked before, what remains, and that the bytes are gone."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.blobs.local import LocalBlobStore
from archive.blobs.memory import MemoryBlobStore
from archive.disposal import ERASED, SHARED, Removal
from archive.documents import Accession, ArchivedDocument, Classification, DocumentStatus
from archive.errors import (
    BlobMissing,
    DocumentDestroyed,
    DocumentNotFound,
    DocumentOnHold,
    HoldNotFound,
    InvalidMetadata,
    RetentionNotOver,
)
from archive.holds import Holds, HoldTarget
from archive.retention import ACT_REPEALED_ON, RETAINED_UNTIL, RetentionClass
from archive.review_lists import Decision, EntryState
from archive.search import SearchQuery
from archive.service import Archive

TakeIn = Callable[..., ArchivedDocument]
NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 19)
TITLE = {"az": "Əmrlər", "kk": "Бұйрықтар", "ru": "Приказы", "en": "Orders"}
DESTROY = Removal(status=DocumentStatus.DESTROYED, ground="Saxlama siyahısı, m. 19", act="D-1", over_on=TODAY)


def nobody_else(_names: Sequence[str]) -> set[str]:
    return set()


def over(archive: Archive, document: ArchivedDocument) -> ArchivedDocument:
    """The document's period has ended."""
    archive.save_retention_class(
        RetentionClass(code="orders", title=TITLE, starts="act_repealed", years=3, action="destroy", ground="m. 19")
    )
    archive.classify([document.id], Classification(retention_class="orders"), actor="archivist")
    archive.record_retention_facts([document.id], {ACT_REPEALED_ON: date(2020, 5, 1)}, actor="archivist")
    return archive.document(document.id)


def erase_all(archive: Archive) -> list[str]:
    return [archive.disposal.erase(each, nobody_else) for each in archive.disposal.waiting()]


def test_a_destroyed_document_leaves_its_description_its_hashes_and_its_chain(
    archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn
) -> None:
    document = over(archive, take_in(b"%PDF one", number="M-7", text="gizli cümlə"))
    archive.add_revision(document.id, blobs.put(b"%PDF one two"), level="B-LTA", reason="timestamp", actor="job")
    hashes = {each.sha256 for each in archive.revisions(document.id)}
    gone = archive.disposal.remove(document.id, DESTROY, actor="commission")
    assert {blobs.exists(each) for each in hashes} == {True}, "nothing goes before the transaction is committed"
    assert erase_all(archive) == [ERASED, ERASED]
    assert [blobs.exists(each) for each in hashes] == [False, False]
    assert (gone.status, gone.number, gone.title) == ("destroyed", "M-7", document.title)
    assert {each.sha256 for each in archive.revisions(document.id)} == hashes
    event = archive.custody(document.id)[-1]
    assert event.event == "destroyed"
    assert event.details is not None
    assert event.details["act"] == "D-1"
    assert {each["sha256"] for each in event.details["revisions"]} == hashes
    archive.verify_custody(document.id)
    found = archive.fixity.check()
    assert found is not None
    assert found.findings == ()
    with pytest.raises(DocumentDestroyed):
        archive.fetch(document.id)
    with pytest.raises(DocumentDestroyed):
        archive.add_revision(document.id, blobs.put(b"%PDF"), level=None, reason="x", actor="x")
    seen = Visibility.everything()
    assert archive.search(SearchQuery(text="gizli"), seen).total == 0
    assert [each.id for each in archive.search(SearchQuery(text="M-7"), seen).documents] == [document.id]


def test_destroying_again_changes_nothing(archive: Archive, take_in: TakeIn) -> None:
    document = over(archive, take_in())
    archive.disposal.remove(document.id, DESTROY, actor="a")
    (erasure,) = archive.disposal.waiting()
    assert erase_all(archive) == [ERASED]
    assert archive.disposal.erase(erasure, nobody_else) == ERASED
    assert archive.disposal.remove(document.id, DESTROY, actor="a").status == "destroyed"
    assert archive.disposal.waiting() == []
    assert [event.event for event in archive.custody(document.id)].count("destroyed") == 1


def test_a_shared_blob_goes_with_the_last_document(archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn) -> None:
    first, second = (over(archive, take_in(b"%PDF same", number=str(place))) for place in (1, 2))
    archive.disposal.remove(first.id, DESTROY, actor="a")
    assert erase_all(archive) == [SHARED]
    assert archive.fetch(second.id) == b"%PDF same"
    archive.disposal.remove(second.id, DESTROY, actor="a")
    assert erase_all(archive) == [ERASED]
    assert not blobs.exists(first.sha256)


def test_redacted_copies_go_with_their_original_unless_one_is_held(
    archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn
) -> None:
    original = over(archive, take_in(b"%PDF original", number="1"))
    copy = take_in(b"%PDF black", number="1r", original_id=original.id)
    hold = archive.place_hold(HoldTarget(document_id=copy.id), ground="g", actor="x")
    with pytest.raises(DocumentOnHold):
        archive.disposal.remove(original.id, DESTROY, actor="a")
    archive.lift_hold(hold.id, ground="g", actor="x")
    archive.disposal.remove(original.id, DESTROY, actor="a")
    assert erase_all(archive) == [ERASED, ERASED]
    assert archive.document(copy.id).status == "destroyed"
    assert not any(blobs.exists(each.sha256) for each in (original, copy))
    archive.verify_custody(copy.id)


def test_a_blob_that_somebody_else_needs_stays(archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn) -> None:
    document = over(archive, take_in())
    archive.disposal.remove(document.id, DESTROY, actor="a")
    (erasure,) = archive.disposal.waiting([document.id])
    assert archive.disposal.erase(erasure, set) == SHARED
    assert blobs.exists(document.sha256)
    assert archive.disposal.erasures(document.id)[0].outcome == SHARED


def test_what_is_not_over_stays(archive: Archive, take_in: TakeIn) -> None:
    document = take_in()
    with pytest.raises(RetentionNotOver):
        archive.disposal.remove(document.id, DESTROY, actor="a")
    document = over(archive, document)
    assert document.dispose_after == date(2023, 5, 1)
    archive.record_retention_facts([document.id], {RETAINED_UNTIL: date(2030, 1, 1)}, actor="commission")
    assert archive.document(document.id).dispose_after == date(2030, 1, 1), "a review keeps it beyond its period"
    with pytest.raises(RetentionNotOver):
        archive.disposal.remove(document.id, DESTROY, actor="a")
    assert archive.review_lists.due(on=TODAY) == []


def test_any_number_of_holds_and_each_wins(archive: Archive, session: Session, take_in: TakeIn, nobody: UUID) -> None:
    held, other = over(archive, take_in(number="1")), over(archive, take_in(number="2"))
    single = archive.place_hold(HoldTarget(document_id=held.id), ground="məhkəmə", actor="lawyer")
    found = archive.hold_all([held.id, other.id], ground="yoxlama", actor="lawyer")
    assert len({each.order_id for each in found}) == 1
    assert archive.review_lists.due(on=TODAY) == []
    for hold in (single, next(each for each in found if each.document_id == held.id)):
        with pytest.raises(DocumentOnHold):
            archive.disposal.remove(held.id, DESTROY, actor="a")
        with pytest.raises(DocumentOnHold):
            archive.disposal.remove(held.id, Removal(**{**_fields(DESTROY), "over_on": None}), actor="a")
        archive.lift_hold(hold.id, ground="bitdi", actor="lawyer")
    assert archive.disposal.remove(held.id, DESTROY, actor="a").status == "destroyed"
    assert [each.lifted_at is None for each in archive.holds(held.id)] == [False, False]
    assert [each.lifted_at is None for each in archive.holds(other.id)] == [True]
    with pytest.raises(DocumentDestroyed):
        archive.place_hold(HoldTarget(document_id=held.id), ground="gec", actor="lawyer")
    with pytest.raises(HoldNotFound):
        Holds(session).of_order(nobody)
    with pytest.raises(InvalidMetadata):
        archive.hold_all([held.id], ground="heç nə qalmayıb", actor="lawyer")


def _fields(removal: Removal) -> dict[str, object]:
    return {name: getattr(removal, name) for name in ("status", "ground", "act", "over_on")}


def test_the_most_careful_reviewer_counts(archive: Archive, take_in: TakeIn, nobody: UUID) -> None:
    documents = [over(archive, take_in(number=str(place))) for place in range(3)]
    ids, case = [each.id for each in documents], uuid4()
    entries = archive.review_lists.compile(case, ids)
    assert [(each.proposed, each.state) for each in entries] == [("destroy", EntryState.LISTED)] * 3
    assert archive.review_lists.due(on=TODAY) == [], "what is under review is not proposed again"
    with pytest.raises(InvalidMetadata):
        archive.review_lists.compile(uuid4(), ids[:1])
    archive.review_lists.give_opinion(case, "r1", {ids[0]: Decision.DESTROY, ids[1]: Decision.DESTROY})
    archive.review_lists.give_opinion(case, "r2", {ids[0]: Decision.DESTROY, ids[1]: Decision.TRANSFER})
    with pytest.raises(DocumentNotFound):
        archive.review_lists.give_opinion(case, "r2", {nobody: Decision.DESTROY})
    assert archive.review_lists.decide(case) == {Decision.RETAIN: 1, Decision.TRANSFER: 1, Decision.DESTROY: 1}
    assert [each.decision for each in archive.review_lists.entries(case)] == ["destroy", "transfer", "retain"]
    archive.review_lists.end(case, ids[0], EntryState.DESTROYED)
    archive.review_lists.drop(case)
    states = [each.state for each in archive.review_lists.entries(case)]
    assert states == [EntryState.DESTROYED, EntryState.DROPPED, EntryState.DROPPED]
    assert len(archive.review_lists.due(on=TODAY, owner="housing")) == 3
    assert archive.review_lists.due(on=TODAY, owner="agency") == []


def test_of_a_hold_and_a_destruction_at_once_the_document_is_kept_or_the_hold_refused(
    database: sa.Engine, tmp_path: Path
) -> None:
    blobs = LocalBlobStore(tmp_path / "blobs")
    for round_ in range(3):
        with Session(database) as session:
            archive = Archive(session, blobs=blobs, now=NOW)
            blob = blobs.put(b"%PDF" + bytes([round_]))
            accession = Accession(id=uuid4(), owner="housing", number="1", type="act", title="t", blob=blob)
            document = over(archive, archive.accession(accession, actor="x"))
            session.commit()
        told = _at_once(database, blobs, document.id)
        with Session(database) as session:
            archive = Archive(session, blobs=blobs, now=NOW)
            kept = archive.document(document.id).status == "in effect"
            assert kept == ("held" in told), told
            assert len(told & {"held", "destroyed"}) == 1, told
            assert len(archive.holds(document.id)) == int(kept)


def _at_once(database: sa.Engine, blobs: LocalBlobStore, document_id: UUID) -> set[str]:
    start, told = threading.Barrier(2), set()

    def act(name: str, do: Callable[[Archive], object]) -> None:
        start.wait()
        with Session(database) as session:
            try:
                do(Archive(session, blobs=blobs, now=NOW))
                session.commit()
                told.add(name)
            except (DocumentOnHold, DocumentDestroyed) as error:
                told.add(type(error).__name__)

    target = HoldTarget(document_id=document_id)
    doings: dict[str, Callable[[Archive], object]] = {
        "held": lambda archive: archive.place_hold(target, ground="g", actor="x"),
        "destroyed": lambda archive: archive.disposal.remove(document_id, DESTROY, actor="x"),
    }
    threads = [threading.Thread(target=act, args=each) for each in doings.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_bytes_taken_in_again_while_they_are_erased_are_kept_or_refused(database: sa.Engine, tmp_path: Path) -> None:
    """A document and its bytes: never a row without them."""
    blobs = LocalBlobStore(tmp_path / "blobs")
    for _ in range(3):
        with Session(database) as session:
            archive = Archive(session, blobs=blobs, now=NOW)
            accession = Accession(
                id=uuid4(), owner="housing", number="1", type="act", title="t", blob=blobs.put(b"%PDF")
            )
            document = over(archive, archive.accession(accession, actor="x"))
            archive.disposal.remove(document.id, DESTROY, actor="x")
            session.commit()
        again, start = uuid4(), threading.Barrier(2)

        def take_in_again(again: UUID = again, start: threading.Barrier = start) -> None:
            start.wait()
            copy = Accession(id=again, owner="housing", number="2", type="act", title="t", blob=blobs.put(b"%PDF"))
            with Session(database) as session:
                try:
                    Archive(session, blobs=blobs, now=NOW).accession(copy, actor="x")
                except BlobMissing:
                    return
                session.commit()

        thread = threading.Thread(target=take_in_again)
        thread.start()
        start.wait()
        with Session(database) as session:
            erase_all(Archive(session, blobs=blobs, now=NOW))
            session.commit()
        thread.join()
        with Session(database) as session:
            archive = Archive(session, blobs=blobs, now=NOW)
            found = archive.fixity.check()
            assert found is None or found.findings == ()
            if archive.documents([again]):
                assert archive.fetch(again) == b"%PDF"
                archive.disposal.remove(again, Removal(**{**_fields(DESTROY), "over_on": None}), actor="x")
                session.commit()
                erase_all(archive)
                session.commit()
