"""The newest hits of a frequent word without all its hits: when a document came in, as words of PostgreSQL's index.

GIN hands out the hits of a word in no order, so who wants the newest twenty would read them all, and sort. Every
document therefore has a word for each stretch of the order of accession it stands in, a short one and a long one: a
search asks for its own words and the newest stretches, then for as many older ones as are likely to hold what it still
lacks. GIN leaps through the longer of two lists, so a round costs no more than its rarer words have hits. (FTS5 hands
out hits newest first by itself.)
"""

from dataclasses import dataclass

_SIGN = "§"
"""as of grounds.py: nothing that somebody types becomes such a word"""
_SCALES = (("a", 13, 4), ("b", 16, 12))
"""letter; bits of a number in a stretch; the most stretches of a round"""
_FIRST = 8
"""Documents looked at for each wanted hit, in the first round."""
_MORE = 1.2
"""as many as the rounds before make likely, and a fifth more"""


def words_of(seq: str) -> str:
    """SQL: the words of a document with this number, a space between them."""
    return " || ' ' || ".join(f"'{_SIGN}{letter}' || ({seq} >> {bits})::text" for letter, bits, _most in _SCALES)


@dataclass(frozen=True, slots=True)
class Round:
    """Documents from number `first` to `last`; each has one of the words, where there are any."""

    words: frozenset[str]
    first: int
    last: int


@dataclass(slots=True)
class Rounds:
    """Every number between two once, the newest first, in rounds for whoever wants so many hits."""

    newest: int
    oldest: int
    wanted: int
    found: int = 0
    """hits, told after each round"""
    _asked: int = 0
    """numbers of the rounds so far"""

    def next(self) -> Round | None:
        """The round to ask for, if hits are lacking and there are documents left."""
        last = self.newest - self._asked
        if last < self.oldest or self.found >= self.wanted:
            return None
        one = self._ending(last)
        self._asked = self.newest - one.first + 1
        return one

    def _ending(self, last: int) -> Round:
        likely = self._likely()
        for letter, bits, most in _SCALES:
            newest, oldest = last >> bits, self.oldest >> bits
            # the newest stretch may hardly have begun
            first = max(oldest, newest - (likely >> bits) - 1)
            if newest - first < most:
                words = frozenset(f"{_SIGN}{letter}{each}" for each in range(first, newest + 1))
                return Round(words, max(first << bits, self.oldest), last)
        return Round(frozenset(), self.oldest, last)

    def _likely(self) -> int:
        """Among how many documents what lacks is likely to be; all that are left, if it is most of them."""
        if not self._asked:
            return self.wanted * _FIRST
        left = self.newest - self._asked - self.oldest
        likely = (self.wanted - self.found) * self._asked * _MORE / self.found if self.found else left
        return left if likely > left * 3 / 4 else int(likely)
