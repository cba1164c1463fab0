"""Words written nearly so: what a word with one slip of the pen may have meant.

One letter too many, too few or wrong, or two neighbours in each other's place. A slip may stand in the stem, then the
stem itself is varied; or in the ending, then the ending is varied and stripped again. Which of the possible stems there
are is asked of the index (search_conditions.indexed): no list of words is kept, so none outlives the documents it came
from, and none tells of documents somebody may not see.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

from archive.query import Term
from archive.stemming import stem_first, stem_second

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі"
SHORTEST, LONGEST = 4, 24
"""Letters of a word that may hold a slip: a shorter one resembles too many others."""
_ENDING = 4
"""The last letters, in which a slip hides what the ending is."""
_SHORTEST_STEM = 3


@lru_cache(maxsize=1 << 8)
def similar_stems(word: str) -> frozenset[str]:
    """The stems a folded word may have with one slip in it, its own not among them; none of short words and numbers."""
    alphabet = _LATIN if word[0] in _LATIN else _CYRILLIC
    if not SHORTEST <= len(word) <= LONGEST or not set(word) <= set(alphabet):
        return frozenset()
    stemmers: tuple[Callable[[str], str], ...] = (stem_first,) if alphabet is _LATIN else (stem_first, stem_second)
    own = {stemmer(word) for stemmer in stemmers}
    found = {near for stem in own if len(stem) >= SHORTEST for near in _near(stem, alphabet, 0)}
    endings = set(_near(word, alphabet, max(2, len(word) - _ENDING)))
    found |= {stemmer(near) for near in endings for stemmer in stemmers}
    return frozenset(stem for stem in found if len(stem) >= _SHORTEST_STEM) - own


def with_similar(term: Term, known: frozenset[str]) -> Term:
    """The term, which then also matches these of its similar stems. Phrases and beginnings stay as they were typed."""
    if not may_slip(term):
        return term
    similar = similar_stems(term.written) & known
    return Term(streams=(*term.streams, *((stem,) for stem in sorted(similar))), written=term.written)


def may_slip(term: Term) -> bool:
    """Whether it is a single word that is not meant as a beginning."""
    return not term.is_phrase and term.prefix is None


def _near(word: str, alphabet: str, start: int) -> Iterator[str]:
    """All that is one slip away, at or behind a place."""
    for place in range(start, len(word) + 1):
        head, rest = word[:place], word[place:]
        for letter in alphabet:
            yield head + letter + rest
            if rest:
                yield head + letter + rest[1:]
        if rest:
            yield head + rest[1:]
        if len(rest) > 1:
            yield head + rest[1] + rest[0] + rest[2:]
