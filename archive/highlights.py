"""Marking what was looked for. Fragments, not markup: whoever shows them escapes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.folding import spaced_places, words_between_spaces
from archive.query import Term

_EXCERPT = 240
"""Characters of an excerpt, about."""
_LEAD = 60
"""Characters shown before the first marked word."""
Place = tuple[int, int]
"""where a word begins and ends in a text"""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text, marked if it is what was looked for."""

    text: str
    marked: bool = False


class Marker:
    """Marks the words of some terms in the texts of a page of hits."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._meant = _Meant(terms) if terms else None

    def marked(self, text: str) -> tuple[Fragment, ...]:
        """The whole text with the terms' words marked."""
        return _fragments(text, 0, len(text), self._hits(text))

    def excerpt(self, text: str) -> tuple[Fragment, ...]:
        """The passage with the most marked words; the beginning of the text if there is none."""
        hits = self._hits(text)
        start = _best_start(hits)
        end = min(len(text), start + _EXCERPT)
        start, end = _at_word(text, start, forward=True), _at_word(text, end, forward=False)
        passage = _fragments(text, start, end, [hit for hit in hits if start <= hit[0] and hit[1] <= end])
        before = (Fragment("… "),) if start > 0 else ()
        after = (Fragment(" …"),) if end < len(text) else ()
        return (*before, *passage, *after)

    def _hits(self, text: str) -> list[Place]:
        """Where the words stand that are meant."""
        meant = self._meant
        if meant is None:
            return []
        return [(at + start, at + end) for at, written in spaced_places(text) for start, end in meant[written]]


class _Meant(dict[str, tuple[Place, ...]]):
    """Where in what stands between spaces the words are that are meant; nearly always nowhere, and told once."""

    def __init__(self, terms: Sequence[Term]) -> None:
        super().__init__()
        self._stems = {stem for term in terms for lexemes in term.lexemes() for stem in lexemes}
        self._prefixes = tuple(term.prefix for term in terms if term.prefix is not None)

    def __missing__(self, written: str) -> tuple[Place, ...]:
        self[written] = found = tuple(
            (start, end)
            for folded, first, second, start, end in words_between_spaces(written)
            if first in self._stems or second in self._stems or (self._prefixes and folded.startswith(self._prefixes))
        )
        return found


def _best_start(hits: Sequence[Place]) -> int:
    """Where the excerpt begins: before the hit that most others follow closely, the first of equals."""
    best, best_count = 0, 0
    last = 0
    for first, hit in enumerate(hits):
        while last < len(hits) and hits[last][1] <= hit[0] + _EXCERPT - _LEAD:
            last += 1
        if last - first > best_count:
            best, best_count = hit[0], last - first
    return max(0, best - _LEAD)


def _at_word(text: str, place: int, *, forward: bool) -> int:
    """The nearest beginning or end of a word, or the place itself where no space is near."""
    if place in {0, len(text)}:
        return place
    for distance in range(_LEAD // 2):
        near = place + distance if forward else place - distance
        if 0 < near < len(text) and text[near].isspace():
            return near + 1 if forward else near
    return place


def _fragments(text: str, start: int, end: int, hits: Sequence[Place]) -> tuple[Fragment, ...]:
    fragments: list[Fragment] = []
    at = start
    for first, last in hits:
        if first >= at:
            fragments += [Fragment(text[at:first]), Fragment(text[first:last], marked=True)]
            at = last
    fragments.append(Fragment(text[at:end]))
    return tuple(fragment for fragment in fragments if fragment.text)
