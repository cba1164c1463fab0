"""A store that is being moved: reads work, nothing is lost, the journal vouches only for what it has seen."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.blobs import BlobLock, nobody, reference_to
from archive.blobs.local import LocalBlobStore
from archive.blobs.memory import MemoryBlobStore
from archive.blobs.moving import Journal, Move, MovingBlobStore, move
from archive.errors import BlobMissing, BlobStoreFull

AT_ONCE = timedelta(seconds=-5)


def memory() -> MemoryBlobStore:
    return MemoryBlobStore(lambda: datetime(2026, 3, 19, tzinfo=UTC))


@pytest.fixture
def previous() -> MemoryBlobStore:
    store = memory()
    for number in range(120):
        store.put(b"old %d" % number)
    return store


@pytest.fixture
def current() -> MemoryBlobStore:
    return memory()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "move.json", ("here", "there"))


def finish(moves: object) -> Move:
    *_, last = moves  # type: ignore[misc] - an iterator of moves
    assert isinstance(last, Move)
    return last


def test_everything_is_readable_before_while_and_after(
    previous: MemoryBlobStore, current: MemoryBlobStore, journal: Journal
) -> None:
    both = MovingBlobStore(current, previous)
    fresh = both.put(b"new").sha256
    names = list(previous.names())
    for so_far in move(previous, current, journal):
        if so_far.done % 40 == 0:
            assert all(reference_to(both.get(name)).sha256 == name for name in [*names, fresh])
            assert list(both.names()) == sorted([*names, fresh])
    assert list(current.names()) == sorted([*names, fresh])
    assert list(previous.names()) == names
    assert not journal.path.exists()


def test_what_is_new_goes_to_the_current_store(previous: MemoryBlobStore, current: MemoryBlobStore) -> None:
    name = MovingBlobStore(current, previous).put(b"new").sha256
    assert current.exists(name)
    assert not previous.exists(name)


def test_a_move_that_broke_off_goes_on(previous: MemoryBlobStore, current: MemoryBlobStore, journal: Journal) -> None:
    begun = move(previous, current, journal)
    while next(begun).done < 70:
        pass
    begun.close()
    assert journal.read() == list(previous.names())[49]
    done = finish(move(previous, current, journal))
    assert (done.done, done.copied, done.bad) == (120, 50, {})
    assert list(current.names()) == list(previous.names())


def test_the_journal_of_another_move_says_nothing(tmp_path: Path) -> None:
    Journal(tmp_path / "move.json", ("here", "there")).write("f" * 64)
    assert Journal(tmp_path / "move.json", ("here", "there")).read() == "f" * 64
    assert Journal(tmp_path / "move.json", ("here", "elsewhere")).read() == ""


@pytest.mark.parametrize("torn", ["", "{", "[]", json.dumps({"reached": "f" * 64})])
def test_a_torn_journal_says_nothing(journal: Journal, torn: str) -> None:
    journal.path.write_text(torn, encoding="utf-8")
    assert journal.read() == ""


def test_what_the_journal_vouches_for_but_is_gone_is_copied_again(
    previous: MemoryBlobStore, current: MemoryBlobStore, journal: Journal
) -> None:
    journal.write("f" * 64)
    assert finish(move(previous, current, journal)).copied == 120


def test_a_damaged_blob_is_named_and_stays_where_it_is(
    previous: MemoryBlobStore, current: MemoryBlobStore, journal: Journal
) -> None:
    name = reference_to(b"old 7").sha256
    previous._blobs[name] = b"old 8"
    done = finish(move(previous, current, journal))
    assert (list(done.bad), done.copied) == ([name], 119)
    assert not current.exists(name)


def test_a_damaged_copy_is_named(previous: MemoryBlobStore, current: MemoryBlobStore, journal: Journal) -> None:
    name = current.put(b"old 7").sha256
    current._blobs[name] = b"old"
    assert list(finish(move(previous, current, journal)).bad) == [name]


def test_a_target_that_is_full_ends_the_move_and_it_goes_on_when_there_is_room(
    previous: MemoryBlobStore, current: MemoryBlobStore, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_data: bytes) -> None:
        raise BlobStoreFull(path="there", reason="No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(current, "put", full)
        with pytest.raises(BlobStoreFull):
            finish(move(previous, current, journal))
    assert finish(move(previous, current, journal)).copied == 120


def test_a_disposal_meanwhile_takes_both_copies(previous: MemoryBlobStore, current: MemoryBlobStore) -> None:
    both = MovingBlobStore(current, previous)
    name = both.put(b"old 7").sha256
    assert both.erase([name], nobody, grace=AT_ONCE) == [name]
    with pytest.raises(BlobMissing):
        both.get(name)


def test_what_is_disposed_of_before_its_turn_is_not_copied(
    previous: MemoryBlobStore, current: MemoryBlobStore, journal: Journal
) -> None:
    last = list(previous.names())[-1]
    moves = move(previous, current, journal)
    next(moves)
    MovingBlobStore(current, previous).erase([last], nobody, grace=AT_ONCE)
    done = finish(moves)
    assert not current.exists(last)
    assert done.bad == {}


def test_both_stores_are_swept_and_locked(previous: MemoryBlobStore, current: MemoryBlobStore) -> None:
    both = MovingBlobStore(current, previous)
    orphan = both.put(b"orphan").sha256
    kept = list(previous.names())
    both.lock(orphan, BlobLock(until=None, held=True))
    both.lock(kept[0], BlobLock(until=None, held=True))
    with pytest.raises(BlobMissing):
        both.lock("0" * 64, BlobLock(until=None, held=True))
    assert both.sweep(set(kept[1:]).intersection, grace=AT_ONCE) == sorted([orphan, kept[0]])
    assert list(both.names()) == kept[1:]


def test_the_check_reminds_of_the_move(previous: MemoryBlobStore, current: MemoryBlobStore) -> None:
    (line,) = MovingBlobStore(current, previous).check()
    assert "archive move-store" in line


def test_files_move_too(tmp_path: Path, previous: MemoryBlobStore, journal: Journal) -> None:
    target = LocalBlobStore(tmp_path / "target")
    assert finish(move(previous, target, journal)).copied == 120
    assert list(target.names()) == list(previous.names())
