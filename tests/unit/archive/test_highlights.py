"""Marks stand on the words that were looked for, however they are written, and on nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.folding import words
from archive.highlights import Marker
from archive.query import parse_query

LETTERS = "müraİIıй\u0306и\u00adﬁⅧ (-_\n\t№7Ёеelm\u200fع１ß"


def told(text: str, query: str) -> list[str]:
    return [part.text for part in Marker(parse_query(query)).marked(text) if part.marked]


@given(st.text(alphabet=LETTERS, max_size=60), st.lists(st.text(alphabet=LETTERS, max_size=5), max_size=3))
def test_every_word_that_is_meant_is_marked_and_no_other(text: str, asked: list[str]) -> None:
    terms = parse_query(" ".join(asked))
    stems = {stem for term in terms for lexemes in term.lexemes() for stem in lexemes}
    places = dict.fromkeys((word.start, word.end) for word in words(text) if {word.first, word.second} & stems)
    assert told(text, " ".join(asked)) == [text[start:end] for start, end in places]


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Müraciət, müraciətin; MÜRACİƏTƏ", "müraciət", ["Müraciət", "müraciətin", "MÜRACİƏTƏ"]),
        ("и\u0306од и йод", "йод", ["и\u0306од", "йод"]),
        ("su, susuz, suvarma", "su", ["su"]),
        ("kənd-kəndə (kənddən)", "kənd", ["kənd", "kəndə", "kənddən"]),
        ("әкім әкімдік әкімге", "әкім", ["әкім", "әкімге"]),
        ("kommunal kom Kommersiya", "komm*", ["kommunal", "Kommersiya"]),
        ("عربي su", "عربي", ["عربي"]),
        ("su", "", []),
    ],
)
def test_marks(text: str, query: str, marked: list[str]) -> None:
    assert told(text, query) == marked


def test_a_long_text_without_a_space_is_read_once() -> None:
    assert told("m" * 200_000, "m") == []
