"""What a store is told of holds and periods, on both databases; what S3 makes of it is test_s3_store's."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blob_locks import BlobLocks, forget_locks
from archive.blobs import BlobLock
from archive.documents import ArchivedDocument
from archive.holds import HoldTarget
from archive.service import Archive
from archive.tables import DocumentRow

TakeIn = Callable[..., ArchivedDocument]
AHEAD = timedelta(days=365)


@pytest.fixture
def locks(session: Session, now: datetime) -> BlobLocks:
    return BlobLocks(session, now=now, ahead=AHEAD)


def told(locks: BlobLocks, names: list[str]) -> dict[str, BlobLock]:
    """Tell a store that takes everything."""
    wanted = locks.wanted(names)
    locks.record(wanted)
    return wanted


def set_row(session: Session, document: ArchivedDocument, **values: Any) -> None:
    session.execute(sa.update(DocumentRow).where(DocumentRow.id == document.id).values(**values))


def test_a_hold_is_told_and_its_end(archive: Archive, take_in: TakeIn, locks: BlobLocks) -> None:
    document, other = take_in(b"%PDF 1"), take_in(b"%PDF 2")
    first = archive.place_hold(HoldTarget(document_id=document.id), ground="lawsuit", actor="archivist")
    second = archive.place_hold(HoldTarget(document_id=document.id), ground="inquiry", actor="archivist")
    assert locks.holds_to_tell("", 10) == [document.sha256]
    assert told(locks, [document.sha256])[document.sha256].held
    assert locks.holds_to_tell("", 10) == []
    archive.lift_hold(first.id, ground="settled", actor="archivist")
    assert locks.holds_to_tell("", 10) == []
    archive.lift_hold(second.id, ground="closed", actor="archivist")
    assert locks.holds_to_tell("", 10) == [document.sha256]
    assert not told(locks, [document.sha256])[document.sha256].held
    assert locks.holds_to_tell("", 10) == []
    assert locks.wanted([other.sha256])[other.sha256].held is False


def test_a_blob_that_two_documents_share_is_held_for_either(
    archive: Archive, take_in: TakeIn, locks: BlobLocks
) -> None:
    first, second = take_in(b"%PDF same"), take_in(b"%PDF same")
    holds = [archive.place_hold(HoldTarget(document_id=one.id), ground="g", actor="a") for one in (first, second)]
    told(locks, locks.holds_to_tell("", 10))
    archive.lift_hold(holds[0].id, ground="settled", actor="archivist")
    assert locks.holds_to_tell("", 10) == []


def test_no_lock_ends_after_the_day_a_document_may_go(
    session: Session, take_in: TakeIn, locks: BlobLocks, now: datetime
) -> None:
    near, far, open_end, over = (take_in(b"%%PDF %d" % n) for n in range(4))
    today = now.date()
    for document, days in ((near, 30), (far, 3000), (over, -1)):
        set_row(session, document, dispose_after=today + timedelta(days=days))
    names = sorted(each.sha256 for each in (near, far, open_end, over))
    assert locks.periods_to_tell("", 10) == names
    wanted = told(locks, names)
    assert wanted[near.sha256].until == datetime.combine(today + timedelta(days=31), time(), UTC)
    assert wanted[far.sha256].until == wanted[open_end.sha256].until == now + AHEAD
    assert wanted[over.sha256].until is None
    assert told(locks, names) == {}


def test_the_last_of_the_documents_that_share_a_blob_says_how_long(
    session: Session, take_in: TakeIn, locks: BlobLocks, now: datetime
) -> None:
    first, second = take_in(b"%PDF same"), take_in(b"%PDF same")
    set_row(session, first, dispose_after=now.date() + timedelta(days=30))
    set_row(session, second, dispose_after=now.date() + timedelta(days=60))
    until = locks.wanted([first.sha256])[first.sha256].until
    assert until is not None
    assert until.date() == now.date() + timedelta(days=61)
    set_row(session, second, status="destroyed")
    until = locks.wanted([first.sha256])[first.sha256].until
    assert until is not None
    assert until.date() == now.date() + timedelta(days=31)


def test_a_lock_is_renewed_when_half_of_it_is_over(session: Session, take_in: TakeIn, now: datetime) -> None:
    document = take_in()
    told(BlobLocks(session, now=now, ahead=AHEAD), [document.sha256])
    soon = BlobLocks(session, now=now + AHEAD / 4, ahead=AHEAD)
    assert soon.periods_to_tell("", 10) == []
    later = BlobLocks(session, now=now + AHEAD * 2 / 3, ahead=AHEAD)
    assert later.periods_to_tell("", 10) == [document.sha256]
    assert later.wanted([document.sha256])[document.sha256].until == now + AHEAD * 2 / 3 + AHEAD


def test_what_is_gone_is_forgotten_and_another_store_is_told_anew(
    session: Session, take_in: TakeIn, locks: BlobLocks
) -> None:
    document = take_in()
    told(locks, [document.sha256])
    forget_locks(session)
    assert locks.periods_to_tell("", 10) == [document.sha256]
    told(locks, [document.sha256])
    set_row(session, document, status="destroyed")
    locks.forget_gone()
    set_row(session, document, status="in effect")
    assert locks.periods_to_tell("", 10) == [document.sha256]
