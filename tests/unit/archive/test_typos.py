"""A word with one slip of the pen finds what was meant, in az, kk and ru, in the stem and in the ending."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.query import parse_query
from archive.spelling import fold
from archive.stemming import stem_first, stem_second
from archive.typos import LONGEST, SHORTEST, may_slip, similar_stems, with_similar


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("müracet", "müraciət"),
        ("müracciət", "müraciət"),
        ("mürciətin", "müraciət"),
        ("müraciətib", "müraciətin"),
        ("şikeyət", "şikayət"),
        ("sikaeytlərin", "şikayət"),
        ("qanunvercilik", "qanunvericilik"),
        ("bələdiyə", "bələdiyyə"),
        ("құжа", "құжат"),
        ("құжаттврды", "құжат"),
        ("өтіншітер", "өтініштер"),
        ("министрлк", "министрлік"),
        ("докумнетами", "документ"),
        ("обрашение", "обращения"),
        ("пряемная", "приёмная"),
        ("РЕШНИЯ", "решение"),
    ],
)
def test_one_slip_is_forgiven(typed: str, meant: str) -> None:
    folded = fold(meant)
    assert similar_stems(fold(typed)) & {stem_first(folded), stem_second(folded)}


@pytest.mark.parametrize("word", ["su", "yol", "2026", "r2d2", "a" * 30, "عربي", "müraciətаб"])
def test_short_words_numbers_and_other_scripts_are_taken_as_they_are(word: str) -> None:
    assert similar_stems(fold(word)) == frozenset()


@settings(max_examples=20)
@given(st.text(alphabet="aceimnrt", min_size=SHORTEST, max_size=LONGEST))
def test_similar_stems_are_never_the_words_own_and_always_plain(word: str) -> None:
    found = similar_stems(word)
    assert stem_first(word) not in found
    assert all(stem.isalpha() and len(stem) <= len(word) + 2 for stem in found)


def test_only_stems_some_document_has_are_looked_for() -> None:
    (term,) = parse_query("müracet")
    loosened = with_similar(term, frozenset({"muraciet", "sened"}))
    assert loosened.streams == (*term.streams, ("muraciet",))
    assert with_similar(term, frozenset({"sened"})) == term


@pytest.mark.parametrize("text", ['"su borusu"', "komm*", "R-2026-000001"])
def test_phrases_beginnings_and_numbers_are_meant_as_typed(text: str) -> None:
    (term,) = parse_query(text)
    assert not may_slip(term)
    assert with_similar(term, frozenset({"su", "kommunal"})) == term
