"""Relevance reads a title out of the tokens that are stored of a document."""

import pytest

from archive.folding import token_string
from archive.query import parse_query
from archive.ranking import Candidate, rank


@pytest.mark.parametrize("names", [(), ("Əli Məmmədov",), ("Əli Məmmədov", "Асан")])
@pytest.mark.parametrize("title", ["Su haqqında qərar", "су туралы шешімнің көшірмесі", "12"])
def test_a_word_of_the_title_counts_more_than_several_of_the_text(title: str, names: tuple[str, ...]) -> None:
    word, other = title.split(maxsplit=1)[0], "tamam başqa mətn barədə"
    titled = Candidate(1, token_string("R-1", title, *names, other))
    mentioned = Candidate(2, token_string("R-2", "Məktub", *names, f"{other} {word}"))
    assert rank(parse_query(word), [titled, mentioned]) == [1, 2]


def test_what_has_no_title_is_ranked_too() -> None:
    """A document that is gone is found by its number alone; a title may be empty."""
    gone, untitled = Candidate(1, token_string("R-1")), Candidate(2, token_string("R-1", "", "su"))
    assert rank(parse_query("R-1"), [gone, untitled]) == [1, 2]
