"""Rounds of a search: together they are the whole order of accession, the newest first."""

import itertools

import pytest

from archive.eras import Round, Rounds


def asked(newest: int, oldest: int, wanted: int, *, each: int) -> list[Round]:
    """The rounds if each has so many hits."""
    rounds = Rounds(newest, oldest, wanted)
    found = []
    while one := rounds.next():
        found.append(one)
        rounds.found += each
    return found


@pytest.mark.parametrize("newest", [0, 1, 8_191, 8_192, 70_000, 131_072, 1_000_000])
@pytest.mark.parametrize("oldest", [0, 1, 60_000])
@pytest.mark.parametrize("wanted", [20, 500, 10_001])
@pytest.mark.parametrize("each", [0, 1, 7])
def test_every_number_is_in_one_round(newest: int, oldest: int, wanted: int, each: int) -> None:
    found = asked(newest, oldest, wanted, each=each)
    numbers = [(one.first, one.last) for one in found]
    if newest < oldest:
        assert numbers == []
        return
    assert numbers[0][1] == newest
    assert numbers[-1][0] == oldest or each * len(found) >= wanted
    assert all(younger[0] == older[1] + 1 for younger, older in itertools.pairwise(numbers))
    assert all(first <= last for first, last in numbers)


@pytest.mark.parametrize("wanted", [20, 500, 10_001])
@pytest.mark.parametrize("each", [0, 2, 9])
def test_each_document_of_a_round_has_one_of_its_words(wanted: int, each: int) -> None:
    """As the narrow row spells them: a letter and the number without its last bits."""
    for one in asked(1_000_000, 0, wanted, each=each):
        bits = {"a": 13, "b": 16}
        for seq in (one.first, (one.first + one.last) // 2, one.last):
            words = {f"§{letter}{seq >> each}" for letter, each in bits.items()}
            assert not one.words or words & one.words


def test_a_round_is_as_long_as_what_lacks_makes_likely() -> None:
    def lengths(wanted: int, each: int) -> list[int]:
        return [one.last - one.first + 1 for one in asked(1_000_000, 0, wanted, each=each)]

    assert lengths(20, 20) == [1_000_000 % 8_192 + 1 + 8_192]
    assert len(lengths(20, 0)) == 2
    few, many = lengths(10_001, 500), lengths(10_001, 5_000)
    assert few[0] == many[0] < 200_000
    assert few[1] == 1_000_001 - few[0]
    assert many[1] < 400_000


def test_the_documents_of_a_year_are_asked_for_by_their_stretches() -> None:
    (one,) = asked(600_000, 550_000, 10_001, each=0)
    assert one.words == {"§b8", "§b9"}
