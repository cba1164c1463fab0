"""The newest hits of a frequent word without all its hits: when a document came in, as words of PostgreSQL's index.

GIN hands out the hits of a word in no order, so who wants the newest twenty would read them all, and sort. Every
document therefore has a word for each stretch of the order of accession it stands in, a short one and a long one: a
search asks for its own words and the newest stretches, then for older and longer ones, then for all the rest. GIN leaps
through the longer of two lists, so a round costs no more than its rarer words have hits. (FTS5 hands out hits newest
first by itself.)
"""

from collections.abc import Iterator
from dataclasses import dataclass

_SIGN = "§"
"""as of grounds.py: nothing that somebody types becomes such a word"""
_SCALES = (("a", 13, 100), ("b", 16, 1_000))
"""letter; bits of a number in a stretch, of which a round has two; up to how many wanted hits it is worth a round"""
WORDS = " || ' ' || ".join(f"'{_SIGN}{letter}' || (seq >> {bits})::text" for letter, bits, _most in _SCALES)
"""SQL: the words of a row of archive_search_text"""


@dataclass(frozen=True, slots=True)
class Round:
    """Documents from number `first` to `last`; each has one of the words, where there are any."""

    words: frozenset[str]
    first: int
    last: int


def rounds(newest: int, oldest: int, wanted: int) -> Iterator[Round]:
    """Every number between the two once, the newest first, in rounds for whoever wants so many hits."""
    last = newest
    for letter, bits, most in _SCALES:
        if wanted <= most and last >= oldest:
            era = last >> bits
            first = max(0, era - 1) << bits
            yield Round(frozenset(f"{_SIGN}{letter}{each}" for each in (era - 1, era)), max(first, oldest), last)
            last = first - 1
    if last >= oldest:
        yield Round(frozenset(), oldest, last)
