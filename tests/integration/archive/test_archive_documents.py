"""Taking documents in, appending to them, and their chain of custody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.blobs import BlobRef
from archive.blobs.memory import MemoryBlobStore
from archive.documents import Accession, ArchivedDocument, DocumentStatus
from archive.errors import (
    AccessionConflict,
    BlobMissing,
    CustodyBroken,
    DocumentNotFound,
    InvalidMetadata,
    RevisionNotAppended,
    RevisionNotFound,
    StateSecretRefused,
)
from archive.search import SearchQuery
from archive.service import Archive
from archive.tables import CustodyRow, DocumentRow

TakeIn = Callable[..., ArchivedDocument]


def test_a_document_taken_in_is_there_byte_for_byte(archive: Archive, take_in: TakeIn) -> None:
    document = take_in(b"%PDF signed", title="Anket")
    assert archive.fetch(document.id) == b"%PDF signed"
    assert archive.document(document.id) == document
    assert (document.revision, document.status, document.title) == (1, "in effect", "Anket")


def test_the_document_bears_the_day_of_its_signature_unless_told_otherwise(take_in: TakeIn, now: datetime) -> None:
    assert take_in().dated_on == now.date()
    assert take_in(dated_on=date(2027, 1, 1)).dated_on == date(2027, 1, 1)


def test_a_retry_is_answered_with_what_is_kept(archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn) -> None:
    document = take_in(b"%PDF signed")
    raised = archive.add_revision(document.id, blobs.put(b"%PDF signed + T"), level="B-T", reason="raised", actor="job")
    assert take_in(b"%PDF signed", id=document.id) == raised
    assert [event.event for event in archive.custody(document.id)] == ["accessioned", "revised"]


def test_other_bytes_under_a_known_id_are_refused(take_in: TakeIn) -> None:
    document = take_in(b"one")
    with pytest.raises(AccessionConflict) as conflict:
        take_in(b"two", id=document.id)
    assert conflict.value.kept == document.sha256


@pytest.mark.parametrize("secret", [{"access_level": "state_secret"}, {"access_flags": ("state_secret",)}])
def test_a_state_secret_is_refused_at_the_door(archive: Archive, take_in: TakeIn, secret: dict[str, object]) -> None:
    """B16."""
    with pytest.raises(StateSecretRefused):
        take_in(**secret)
    assert archive.search(SearchQuery(), Visibility.everything()).total == 0


@pytest.mark.parametrize("wrong", [{"access_level": "secret"}, {"status": "valid"}])
def test_unknown_levels_and_states_are_refused(take_in: TakeIn, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidMetadata):
        take_in(**wrong)


def test_a_document_without_its_blob_is_refused(archive: Archive, unknown_blob: BlobRef) -> None:
    with pytest.raises(BlobMissing):
        archive.accession(
            Accession(id=uuid4(), owner="housing", number="1", type="answer", title="t", blob=unknown_blob), actor="x"
        )


def test_nul_and_lone_surrogates_do_not_stop_an_accession(archive: Archive, take_in: TakeIn) -> None:
    document = take_in(title="ad\x00soyad \ud800 👍", text="mətn\x00içində \udfff")
    assert document.title == "ad\ufffdsoyad \ufffd 👍"
    found = archive.search(SearchQuery(text="içində"), Visibility.everything())
    assert [hit.id for hit in found.documents] == [document.id]


def test_a_word_of_40000_characters_is_archived_and_found(archive: Archive, take_in: TakeIn) -> None:
    take_in(text="ş" * 40_000)
    assert archive.search(SearchQuery(text="ş" * 40_000), Visibility.everything()).total == 1


def test_an_unknown_document_is_said_to_be_unknown(archive: Archive, nobody: UUID) -> None:
    for ask in (archive.document, archive.fetch, archive.verify_custody):
        with pytest.raises(DocumentNotFound):
            ask(nobody)
    with pytest.raises(DocumentNotFound):
        archive.record_event(nobody, "viewed", "x")


def test_a_revision_appends(archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn) -> None:
    document = take_in(b"%PDF", level="B-B")
    raised = archive.add_revision(document.id, blobs.put(b"%PDF+T"), level="B-T", reason="timestamp", actor="job")
    assert (raised.revision, raised.level, raised.bytes) == (2, "B-T", 6)
    assert archive.fetch(document.id) == b"%PDF+T"
    assert archive.fetch(document.id, revision=1) == b"%PDF"
    assert [(kept.revision, kept.reason) for kept in archive.revisions(document.id)] == [
        (1, "accessioned"),
        (2, "timestamp"),
    ]
    with pytest.raises(RevisionNotFound):
        archive.fetch(document.id, revision=3)


@pytest.mark.parametrize("content", [b"%PDX", b"%PD", b"", b"other%PDF"])
def test_bytes_that_do_not_begin_with_the_old_ones_are_refused(
    archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn, content: bytes
) -> None:
    document = take_in(b"%PDF")
    with pytest.raises(RevisionNotAppended):
        archive.add_revision(document.id, blobs.put(content), level="B-T", reason="x", actor="job")
    assert archive.revisions(document.id)[-1].revision == 1


def test_two_timestamps_on_one_head_do_not_lose_each_other(
    archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn
) -> None:
    document = take_in(b"%PDF")
    archive.add_revision(document.id, blobs.put(b"%PDF+one"), level="B-T", reason="x", actor="job")
    with pytest.raises(RevisionNotAppended):
        archive.add_revision(document.id, blobs.put(b"%PDF+two"), level="B-T", reason="x", actor="job")


def test_appending_the_same_bytes_again_changes_nothing(
    archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn
) -> None:
    document = take_in(b"%PDF")
    once = archive.add_revision(document.id, blobs.put(b"%PDF+"), level="B-T", reason="x", actor="job")
    assert archive.add_revision(document.id, blobs.put(b"%PDF+"), level="B-T", reason="x", actor="job") == once


def test_a_document_is_found_by_the_hash_of_any_revision(
    archive: Archive, blobs: MemoryBlobStore, take_in: TakeIn
) -> None:
    document = take_in(b"%PDF")
    newest = blobs.put(b"%PDF+T")
    raised = archive.add_revision(document.id, newest, level="B-T", reason="x", actor="job")
    assert archive.find_by_sha256(document.sha256) == raised
    assert archive.find_by_sha256(newest.sha256) == raised
    assert archive.find_by_sha256("0" * 64) is None


def test_a_validation_is_noted(archive: Archive, take_in: TakeIn, now: datetime) -> None:
    document = archive.record_validation(take_in().id, verdict="TOTAL-PASSED", level="B-T", actor="job")
    assert (document.verdict, document.level, document.validated_at) == ("TOTAL-PASSED", "B-T", now)


def test_the_documents_of_a_case_come_in_the_order_of_accession(archive: Archive, take_in: TakeIn) -> None:
    case = uuid4()
    taken = [take_in(bytes([place]), case_id=case) for place in range(3)]
    take_in(b"of another case", case_id=uuid4())
    assert archive.case_documents(case) == taken
    assert archive.documents([document.id for document in reversed(taken)]) == taken


def test_a_document_signed_too_late_is_kept_without_effect(take_in: TakeIn) -> None:
    assert take_in(status=DocumentStatus.WITHOUT_EFFECT).status == "without effect"


def test_every_view_is_an_event(archive: Archive, take_in: TakeIn) -> None:
    document = take_in()
    archive.record_event(document.id, "viewed", "auditor", {"page": "record"})
    archive.record_event(document.id, "exported", "auditor")
    events = archive.custody(document.id)
    assert [(event.seq, event.event, event.actor) for event in events] == [
        (1, "accessioned", "clerk"),
        (2, "viewed", "auditor"),
        (3, "exported", "auditor"),
    ]
    assert events[2].previous == events[1].sha256
    archive.verify_custody(document.id)


def test_the_order_of_two_instants_in_other_zones_does_not_break_a_chain(
    session: Session, blobs: MemoryBlobStore, take_in: TakeIn
) -> None:
    document = take_in()
    baku = datetime.fromisoformat("2026-03-19T14:00:00.123456+04:00")
    later = Archive(session, blobs=blobs, now=baku)
    event = later.record_event(document.id, "viewed", "x")
    assert event.at == datetime(2026, 3, 19, 10, 0, 0, 123456, tzinfo=UTC)
    later.verify_custody(document.id)


Tamper = Callable[[Session, UUID], None]


def _custody(session: Session, seq: int, **values: object) -> None:
    session.execute(sa.update(CustodyRow).where(CustodyRow.seq == seq).values(**values))


@pytest.mark.parametrize(
    ("tamper", "seq"),
    [
        (lambda s, _d: _custody(s, 2, actor="somebody else"), 2),
        (lambda s, _d: _custody(s, 2, event="exported"), 2),
        (lambda s, _d: _custody(s, 1, at=datetime(2020, 1, 1, tzinfo=UTC)), 1),
        (lambda s, _d: _custody(s, 2, details={"page": "another"}), 2),
        (lambda s, _d: s.execute(sa.delete(CustodyRow).where(CustodyRow.seq == 2)), 2),
        (lambda s, _d: s.execute(sa.delete(CustodyRow).where(CustodyRow.seq == 3)), 3),
        (lambda s, d: s.execute(sa.update(DocumentRow).where(DocumentRow.id == d).values(custody_head="0" * 64)), 3),
    ],
    ids=["actor", "event", "time", "details", "a missing line", "the last line", "the head"],
)
def test_a_changed_or_missing_line_is_named(
    archive: Archive, session: Session, take_in: TakeIn, tamper: Tamper, seq: int
) -> None:
    document = take_in()
    archive.record_event(document.id, "viewed", "auditor", {"page": "record"})
    archive.record_event(document.id, "viewed", "auditor", {"page": "record"})
    tamper(session, document.id)
    with pytest.raises(CustodyBroken) as broken:
        archive.verify_custody(document.id)
    assert broken.value.seq == seq


def test_erased_details_leave_the_chain_whole(archive: Archive, session: Session, take_in: TakeIn) -> None:
    document = take_in()
    event = archive.record_event(document.id, "viewed", "auditor", {"name": "Aygün"})
    same = archive.record_event(document.id, "viewed", "auditor", {"name": "Aygün"})
    assert event.details_digest != same.details_digest  # salted: equal details cannot be told from their digests
    _custody(session, 2, details=None, salt=None)
    archive.verify_custody(document.id)
    assert replace(event, details=None, salt=None) == archive.custody(document.id)[1]


def test_a_document_exists_with_its_bytes_only(
    session: Session, archive: Archive, take_in: TakeIn, nobody: UUID, now: datetime
) -> None:
    document = take_in()
    assert archive.exists(document.id)
    assert not archive.exists(nobody)
    without_bytes = Archive(session, blobs=MemoryBlobStore(lambda: now), now=now)
    assert not without_bytes.exists(document.id)
