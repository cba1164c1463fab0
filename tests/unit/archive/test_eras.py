"""Rounds of a search: together they are the whole order of accession, the newest first."""

import itertools

import pytest

from archive.eras import rounds


@pytest.mark.parametrize("newest", [0, 1, 8_191, 8_192, 70_000, 131_072, 1_000_000])
@pytest.mark.parametrize("oldest", [0, 1, 60_000])
@pytest.mark.parametrize("wanted", [20, 500, 10_001])
def test_every_number_is_in_one_round(newest: int, oldest: int, wanted: int) -> None:
    found = list(rounds(newest, oldest, wanted))
    numbers = [(one.first, one.last) for one in found]
    if newest < oldest:
        assert numbers == []
        return
    assert numbers[0][1] == newest
    assert numbers[-1][0] == oldest
    assert all(younger[0] == older[1] + 1 for younger, older in itertools.pairwise(numbers))
    assert all(first <= last for first, last in numbers)


def test_each_document_of_a_round_has_one_of_its_words() -> None:
    """As the generated column spells them: a letter and the number without its last bits."""
    for one in rounds(100_000, 0, 20):
        bits = {"a": 13, "b": 16}
        for seq in (one.first, (one.first + one.last) // 2, one.last):
            words = {f"§{letter}{seq >> each}" for letter, each in bits.items()}
            assert not one.words or words & one.words


def test_who_wants_many_hits_reads_them_at_once() -> None:
    assert [len(list(rounds(1_000_000, 0, wanted))) for wanted in (20, 500, 10_001)] == [3, 2, 1]
