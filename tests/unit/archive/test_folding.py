"""One spelling for what people write."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.folding import LARGEST_STREAM, LONGEST_TOKEN, token_string, words
from archive.query import LONGEST_QUERY, MOST_TERMS, parse_query
from archive.spelling import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("İI ıi", "ii ii"),
        ("i\u0307I\u0307", "ii"),
        ("Əə", "ee"),
        ("ŞĞÜÖÇ", "sguoc"),
        ("Ёё", "ее"),
        ("Йй", "йй"),
        ("мой мои", "мой мои"),
        ("ӘҒҚҢӨҰҮҺІ", "әғқңөұүһі"),
        ("Ⅷ ﬁ ½", "viii fi 1⁄2"),
        ("ＡＢＣ", "abc"),
        ("naïve café", "naive cafe"),
    ],
)
def test_folded_spelling(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_spellings_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_words_lie_in_the_text_one_after_the_other(text: str) -> None:
    at = 0
    for word in words(text):
        assert at <= word.start < word.end <= len(text)
        assert word.folded
        assert len(word.folded) <= LONGEST_TOKEN
        assert all(character.isalnum() for character in word.folded)
        at = word.start


@given(st.text(), st.text())
def test_a_token_string_holds_nothing_that_means_something_to_a_database(title: str, text: str) -> None:
    stored = token_string(title, text)
    assert stored[0] == stored[-1] == " "
    assert "  " not in stored
    assert all(token == "|" or token.isalnum() for token in stored.split())
    stored.encode()


def test_a_token_string_stays_below_what_a_tsvector_holds() -> None:
    stored = token_string(" ".join(f"ﷺкк{number}" for number in range(30_000)))
    assert LARGEST_STREAM - 100 < len(stored.encode()) <= 2 * LARGEST_STREAM + 3
    assert all(len(token.encode()) < 2047 for token in stored.split())


@given(st.text(max_size=3 * LONGEST_QUERY))
def test_any_query_is_read(text: str) -> None:
    terms = parse_query(text)
    assert len(terms) <= MOST_TERMS
    for term in terms:
        assert all(stem.isalnum() for stream in term.streams for stem in stream)


def test_terms_of_a_query() -> None:
    number, phrase, prefix, word = parse_query('R-2026-1 "iki söz" kom* su su')
    assert number.streams[0] == ("r", "2026", "1")
    assert phrase.is_phrase
    assert prefix.prefix == "kom"
    assert (word.is_phrase, word.prefix) == (False, None)
