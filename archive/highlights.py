"""Marking what was looked for. Fragments, not markup: whoever shows them escapes them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from archive.folding import spaced_places, words_between_spaces
from archive.query import Term
from archive.spelling import fold

_EXCERPT = 240
"""Characters of an excerpt, about."""
_LEAD = 60
"""Characters shown before the first marked word."""
_ALPHABET = frozenset("0123456789abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі")
_SCRIPTS = ((0x80, 0x3000), (0xA640, 0xAC00), (0xFB00, 0xFB50), (0xFF00, 0xFFF0))
"""Where characters are that fold to letters of the alphabet."""
_SPACE = re.compile(r"\s")
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
        return [(at + start, at + end) for at, written in meant.candidates(text) for start, end in meant[written]]


@cache
def _ways_to_write() -> dict[str, str]:
    """Letter or digit, folded → all characters that begin with it once they are folded."""
    ways: dict[str, str] = {}
    for character in (chr(code) for script in _SCRIPTS for code in range(*script)):
        folded = fold(character) if character.isalnum() else ""
        if folded[:1] in _ALPHABET:
            ways[folded[:1]] = ways.get(folded[:1], "") + character
    # и with a breve after it is й
    ways["й"] = ways["й"] + ways["и"] + "и"
    return ways


@lru_cache(maxsize=1 << 8)
def _beginning_with(letters: frozenset[str]) -> re.Pattern[str] | None:
    """Where a word may begin with one of these letters; None: of another script, there it is not known."""
    if not letters <= _ALPHABET:
        return None
    ways = {way for letter in letters for way in (letter, letter.upper(), *_ways_to_write().get(letter, ""))}
    # what is before it is looked at behind it: an expression that begins with letters skips to one of them
    return re.compile(rf"[{''.join(sorted(ways))}](?<![^\W_].)", re.DOTALL)


class _Meant(dict[str, tuple[Place, ...]]):
    """Where in what stands between spaces the words are that are meant; nearly always nowhere, and told once."""

    def __init__(self, terms: Sequence[Term]) -> None:
        super().__init__()
        self._stems = {stem for term in terms for lexemes in term.lexemes() for stem in lexemes}
        self._prefixes = tuple(term.prefix for term in terms if term.prefix is not None)
        self._begins = _beginning_with(frozenset(word[0] for word in (*self._stems, *self._prefixes)))

    def candidates(self, text: str) -> Iterator[tuple[int, str]]:
        """What stands between spaces, with its place, if a word in it begins with the letter of one that is meant."""
        if self._begins is None:
            yield from spaced_places(text)
            return
        end = -1
        for found in self._begins.finditer(text):
            start = found.start()
            if start >= end:
                while start and not text[start - 1].isspace():
                    start -= 1
                space = _SPACE.search(text, found.end())
                end = space.start() if space else len(text)
                yield start, text[start:end]

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
